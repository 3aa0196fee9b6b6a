//! People of an instance: who they are, and the passwords they sign in with.

use cresset_base::{ResourceId, Secret};
use cresset_store::Error as StoreError;
use cresset_store::user::{Ending, Role, User};

use crate::credential::generate_id;
use crate::password::{self, WeakPassword};
use crate::server::AuthServer;

const LOGIN_CHARS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 200;

/// What is said of a person who is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// What the person signs in with, such as an e-mail address; upper and lower case are the same.
    pub login: String,
    /// Name shown to people.
    pub name: String,
    /// What the person is to the practice.
    pub role: Role,
    /// Where mail is sent.
    pub email: Option<String>,
    /// The person's own resource: `Patient/…` for a patient, `Practitioner/…` for staff,
    /// `RelatedPerson/…` for a proxy.
    pub fhir_user: Option<String>,
    /// Ids of the patients a proxy acts for.
    pub patients: Vec<String>,
}

/// Why a person was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The login is empty, too long or holds spaces.
    #[error("a login is 1 to {LOGIN_CHARS_MAX} printable characters without spaces")]
    Login,
    /// The name is empty, too long or not printable.
    #[error("a name is 1 to {NAME_CHARS_MAX} printable characters")]
    Name,
    /// The person's own resource does not fit the role.
    #[error("{0}")]
    FhirUser(&'static str),
    /// The login is in use.
    #[error("somebody signs in with this already")]
    Taken,
    /// No such person.
    #[error("nobody signs in with this")]
    Unknown,
    /// The password is not good enough.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthServer {
    /// Adds a person, with a password or, until one is set, without.
    ///
    /// # Errors
    /// When what is said of the person is not usable, the password is weak, or the store fails.
    pub async fn add_user(
        &self,
        new: NewUser,
        password: Option<Secret<String>>,
    ) -> Result<User, UserError> {
        let mut user = User {
            id: generate_id("usr_", self.rng.as_ref()),
            login: login(&new.login)?,
            name: name(&new.name)?,
            role: new.role,
            email: new.email,
            password: None,
            patients: patients(new.role, new.fhir_user.as_deref(), new.patients)?,
            fhir_user: new.fhir_user,
            enabled: true,
            created: self.clock.now(),
            revision: 0,
        };
        if let Some(password) = password {
            user.password = Some(self.hashed(&user, password).await?);
        }
        if self.store.add_user(user.clone()).await? {
            Ok(user)
        } else {
            Err(UserError::Taken)
        }
    }

    /// Everybody by login.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_users(&self) -> Result<Vec<User>, UserError> {
        Ok(self.store.list_users().await?)
    }

    /// Gives a person another password. Every session and every token of the person ends with the
    /// return of this call.
    ///
    /// # Errors
    /// When nobody signs in with this, the password is weak, or the store fails.
    pub async fn set_password(
        &self,
        login: &str,
        password: Secret<String>,
    ) -> Result<(), UserError> {
        let user = self.user(login).await?;
        let password = Some(self.hashed(&user, password).await?);
        let replaced = |user| User {
            password: password.clone(),
            ..user
        };
        self.end_everything(login, replaced).await
    }

    /// Shuts a person out. Every session and every token of the person ends with the return of
    /// this call.
    ///
    /// # Errors
    /// When nobody signs in with this, or the store fails.
    pub async fn disable_user(&self, login: &str) -> Result<(), UserError> {
        let shut_out = |user| User {
            enabled: false,
            ..user
        };
        self.end_everything(login, shut_out).await
    }

    /// Lets a person sign in again.
    ///
    /// # Errors
    /// When nobody signs in with this, or the store fails.
    pub async fn enable_user(&self, login: &str) -> Result<(), UserError> {
        let let_in = |user| User {
            enabled: true,
            ..user
        };
        self.change_user(login, Ending::Nothing, let_in).await
    }

    /// A password nobody can guess, for a person who chooses their own later.
    pub fn generate_password(&self) -> Secret<String> {
        Secret::new(generate_id("", self.rng.as_ref()))
    }

    async fn end_everything(
        &self,
        login: &str,
        change: impl Fn(User) -> User,
    ) -> Result<(), UserError> {
        let ending = Ending::Everything(self.clock.now());
        self.change_user(login, ending, change).await?;
        self.tokens.forget_all();
        Ok(())
    }

    /// Changes what is stored of a person now; begins anew where somebody else was faster.
    async fn change_user(
        &self,
        login: &str,
        ending: Ending,
        change: impl Fn(User) -> User,
    ) -> Result<(), UserError> {
        for _ in 0..self.settings.limits.write_attempts_max {
            let user = change(self.user(login).await?);
            if self.store.update_user(user, ending).await? {
                return Ok(());
            }
        }
        Err(StoreError::Busy.into())
    }

    async fn user(&self, login: &str) -> Result<User, UserError> {
        let found = self.store.find_user(&login.trim().to_lowercase()).await?;
        found.ok_or(UserError::Unknown)
    }

    async fn hashed(&self, user: &User, password: Secret<String>) -> Result<String, UserError> {
        password::check(password.expose(), &[&user.login, &user.name])?;
        let pool = &self.settings.passwords;
        Ok(pool.hash(password, self.rng.as_ref()).await?)
    }
}

fn login(text: &str) -> Result<String, UserError> {
    let folded = text.trim().to_lowercase();
    let legal = |c: char| !c.is_control() && !c.is_whitespace();
    let fits = (1..=LOGIN_CHARS_MAX).contains(&folded.chars().count());
    if fits && folded.chars().all(legal) {
        Ok(folded)
    } else {
        Err(UserError::Login)
    }
}

fn name(text: &str) -> Result<String, UserError> {
    let name = text.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(UserError::Name)
    }
}

/// The patients whose records a person may see, where the person's own resource fits the role.
fn patients(
    role: Role,
    fhir_user: Option<&str>,
    given: Vec<String>,
) -> Result<Vec<String>, UserError> {
    let own = fhir_user.and_then(|reference| reference.split_once('/'));
    let is_id = |id: &str| id.parse::<ResourceId>().is_ok();
    if fhir_user.is_some() && !own.is_some_and(|(_, id)| is_id(id)) {
        return Err(UserError::FhirUser(
            "the person's resource is written Type/id",
        ));
    }
    if !given.iter().all(|id| is_id(id)) {
        return Err(UserError::FhirUser("a patient is named by an id"));
    }
    match (role, own) {
        (Role::Patient, Some(("Patient", id))) if given.is_empty() => Ok(vec![id.to_owned()]),
        (Role::Patient, _) => Err(UserError::FhirUser(
            "a patient needs their own Patient/id and no other patients",
        )),
        (Role::Proxy, None | Some(("RelatedPerson" | "Person", _))) if !given.is_empty() => {
            Ok(given)
        }
        (Role::Proxy, _) => Err(UserError::FhirUser(
            "a proxy needs at least one patient, and their own RelatedPerson/id or none",
        )),
        (_, None | Some(("Practitioner", _))) if given.is_empty() => Ok(given),
        _ => Err(UserError::FhirUser(
            "staff have their own Practitioner/id or none, and no patients",
        )),
    }
}
