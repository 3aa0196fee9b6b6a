//! People of an instance: who they are, and the passwords they sign in with.

use cresset_base::{ResourceId, Secret};
use cresset_store::Error as StoreError;
use cresset_store::mail::Mail;
use cresset_store::note::deciding;
use cresset_store::user::{Ending, Role, User};

use crate::credential::generate_id;
use crate::password::{self, WeakPassword};
use crate::server::AuthServer;

const LOGIN_CHARS_MAX: usize = 200;
pub(crate) const NAME_CHARS_MAX: usize = 200;
/// RFC 5321 §4.5.3.1.3, without the brackets.
const EMAIL_BYTES_MAX: usize = 254;

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
    /// The address cannot be written to.
    #[error("an e-mail address is written name@host")]
    Email,
    /// There is no such patient.
    #[error("there is no patient {0} here")]
    NoPatient(String),
    /// Nobody can write to the person.
    #[error("the person has no e-mail address")]
    NoEmail,
    /// The person was shut out.
    #[error("the person is disabled; enable them first")]
    Disabled,
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
            email: new.email.as_deref().map(email).transpose()?,
            password: None,
            patients: patients(new.role, new.fhir_user.as_deref(), new.patients)?,
            fhir_user: new.fhir_user,
            enabled: true,
            created: self.clock.now(),
            revision: 0,
            second_factor: None,
        };
        if let Some(password) = password {
            user.password = Some(self.hashed(&user, password).await?);
        }
        if deciding(self.store.add_user(user.clone())).await? {
            Ok(user)
        } else {
            Err(UserError::Taken)
        }
    }

    /// Adds a person and sends them the link by which they choose their password.
    ///
    /// # Errors
    /// When what is said of the person is not usable, they have no address, a patient they are to
    /// see is not here, or the store fails.
    pub async fn add_and_invite(&self, new: NewUser) -> Result<User, UserError> {
        if new.email.is_none() {
            return Err(UserError::NoEmail);
        }
        let own = new.fhir_user.as_deref();
        let seen = patients(new.role, own, new.patients.clone())?;
        self.know_patients(new.role, &seen).await?;
        let user = self.add_user(new, None).await?;
        self.invite(&user.id).await
    }

    /// Looks whether the patients somebody is to see are here.
    async fn know_patients(&self, role: Role, ids: &[String]) -> Result<(), UserError> {
        for id in ids {
            let absent = || UserError::NoPatient(id.clone());
            let patient: ResourceId = id.parse().map_err(|_| absent())?;
            let access = self.access_to(role, &patient)?;
            if !self.store.knows_patient(&access, &patient).await? {
                return Err(absent());
            }
        }
        Ok(())
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
        let told = self.sender().password_changed(&user);
        let replaced = |user| User {
            password: password.clone(),
            ..user
        };
        self.end_everything(login, told, replaced).await
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
        self.end_everything(login, None, shut_out).await
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
        self.change_user(login, (Ending::Nothing, None), let_in)
            .await
    }

    /// A password nobody can guess, for a person who chooses their own later.
    pub fn generate_password(&self) -> Secret<String> {
        Secret::new(generate_id("", self.rng.as_ref()))
    }

    /// The person with this id.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn find_user(&self, id: &str) -> Result<User, UserError> {
        self.store.lookup_user(id).await?.ok_or(UserError::Unknown)
    }

    /// Names the patients for whom a proxy acts from now on. What apps were allowed for others ends.
    ///
    /// # Errors
    /// When there is no such person, they are no proxy, no patient is left, or the store fails.
    pub async fn set_patients(&self, id: &str, given: Vec<String>) -> Result<(), UserError> {
        let user = self.find_user(id).await?;
        if user.role != Role::Proxy {
            let text = "only who acts for patients has patients of others";
            return Err(UserError::FhirUser(text));
        }
        let patients = patients(user.role, user.fhir_user.as_deref(), given)?;
        self.know_patients(user.role, &patients).await?;
        // What apps hold was given for patients who may not be theirs any more.
        let acts_for = |user| User {
            patients: patients.clone(),
            ..user
        };
        self.end_everything(&user.login, None, acts_for).await
    }

    async fn end_everything(
        &self,
        login: &str,
        told: Option<Mail>,
        change: impl Fn(User) -> User,
    ) -> Result<(), UserError> {
        let ending = Ending::Everything(self.clock.now());
        self.change_user(login, (ending, told), change).await?;
        self.tokens.forget_all();
        Ok(())
    }

    /// Changes what is stored of a person now; begins anew where somebody else was faster.
    pub(crate) async fn change_user(
        &self,
        login: &str,
        (ending, told): (Ending, Option<Mail>),
        change: impl Fn(User) -> User,
    ) -> Result<(), UserError> {
        for _ in 0..self.settings.limits.write_attempts_max {
            let user = change(self.user(login).await?);
            let changed = self.store.update_user(user, ending, told.clone());
            if deciding(changed).await? {
                return Ok(());
            }
        }
        Err(StoreError::Busy.into())
    }

    pub(crate) async fn user(&self, login: &str) -> Result<User, UserError> {
        let found = self.store.find_user(&login.trim().to_lowercase()).await?;
        found.ok_or(UserError::Unknown)
    }

    pub(crate) async fn hashed(
        &self,
        user: &User,
        password: Secret<String>,
    ) -> Result<String, UserError> {
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

pub(crate) fn name(text: &str) -> Result<String, UserError> {
    let name = text.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(UserError::Name)
    }
}

fn email(text: &str) -> Result<String, UserError> {
    let address = text.trim();
    let legal = |c: char| !c.is_control() && !c.is_whitespace() && !"<>,;:\"\\()[]".contains(c);
    let parts = address
        .split_once('@')
        .filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let fits = address.len() <= EMAIL_BYTES_MAX && address.chars().all(legal);
    parts.filter(|_| fits).ok_or(UserError::Email)?;
    Ok(address.to_owned())
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
