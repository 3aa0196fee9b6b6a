//! What people are told by mail. Nothing in it is about anybody's health: mail is read by others.

use cresset_base::{Rng, Timestamp};
use cresset_store::grant::App;
use cresset_store::mail::Mail;
use cresset_store::user::User;

use crate::credential::generate_id;
use crate::password_link::Purpose;

/// Who writes, and when.
pub(crate) struct Sender<'s> {
    /// The practice.
    pub(crate) practice: &'s str,
    /// Where its pages are.
    pub(crate) base_url: &'s str,
    /// Now.
    pub(crate) now: Timestamp,
    /// For the id of the message.
    pub(crate) rng: &'s dyn Rng,
}

/// What became of a passkey of this name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PasskeyChange<'n> {
    Added(&'n str),
    Removed(&'n str),
}

impl Sender<'_> {
    /// The letter that carries a link for a new password; nothing for who has no address.
    pub(crate) fn link(&self, to: &User, purpose: Purpose, handle: &str) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let (subject, why) = match purpose {
            Purpose::Invitation => (
                format!("Your account at {practice}"),
                format!("{practice} has made an account for you. Choose your password here"),
            ),
            Purpose::Reset => (
                format!("A new password at {practice}"),
                format!(
                    "Somebody asked for a new password for your account at {practice}. Choose it here"
                ),
            ),
        };
        let text = format!(
            "Hello {},\n\n{why}, within {}:\n\n{base_url}/new-password/{handle}\n\nYou sign in as {}.\n\n\
             If you did not expect this, do nothing: without the link nothing changes. \
             Give it to nobody; {practice} never asks for it.\n",
            to.name,
            purpose.time(),
            to.login
        );
        self.letter(to, subject, text)
    }

    /// The letter that tells of a new password; nothing for who has no address.
    pub(crate) fn password_changed(&self, to: &User) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let factor = to.second_factor.as_ref();
        let passkeys = if factor.is_some_and(|factor| !factor.passkeys.is_empty()) {
            " Each of your passkeys is asked for after the new password once before it stands for it."
        } else {
            ""
        };
        let text = format!(
            "Hello {},\n\nthe password of your account at {practice} was changed. Every browser was signed \
             out, and every connected app must ask you again.{passkeys}\n\nIf this was not you, choose another \
             password at once and tell the practice:\n\n{base_url}/forgot-password\n",
            to.name
        );
        self.letter(to, format!("Your password at {practice} was changed"), text)
    }

    /// The letter that tells that codes were turned on or off, as it is with this person now; nothing
    /// for who has no address.
    pub(crate) fn second_factor_changed(&self, to: &User) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let (what, from_now) = match &to.second_factor {
            Some(factor) if factor.salt.is_some() => {
                ("on", "From now on signing in asks for a code, too.")
            }
            Some(_) => ("off", "From now on signing in asks for a passkey, too."),
            None => ("off", "From now on the password is enough to sign in."),
        };
        let text = format!(
            "Hello {},\n\nsigning in with a code was turned {what} for your account at {practice}. {from_now} \
             Every browser was signed out.\n\nIf this was not you, choose another password at once and \
             tell the practice:\n\n{base_url}/forgot-password\n",
            to.name
        );
        self.letter(
            to,
            format!("Signing in at {practice}: codes turned {what}"),
            text,
        )
    }

    /// The letter that tells that the practice took the second step away; nothing for who has no
    /// address.
    pub(crate) fn second_factor_reset(&self, to: &User) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let text = format!(
            "Hello {},\n\n{practice} took away the second step with which you signed in to your account. Your \
             codes, passkeys and recovery codes are worth nothing now: the password is enough to sign in. \
             Every browser was signed out.\n\nSet the second step up again here:\n\n\
             {base_url}/account/security\n\nIf you did not ask for this, tell the practice, and choose \
             another password:\n\n{base_url}/forgot-password\n",
            to.name
        );
        let subject = format!("Signing in at {practice}: your second step was taken away");
        self.letter(to, subject, text)
    }

    /// The letter that tells that there is a copy of a passkey; nothing for who has no address.
    pub(crate) fn passkey_copied(&self, to: &User, name: &str) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let text = format!(
            "Hello {},\n\nsomebody showed your passkey \"{name}\" at {practice}, and its count was behind. It was \
             refused: there may be a copy of it, and one of the two was used before.\n\nRemove this \
             passkey, and look at when your passkeys were used last:\n\n{base_url}/account/security\n\n\
             Tell the practice if there is a use that was not yours.\n",
            to.name
        );
        let subject = format!("A passkey of yours at {practice} may have been copied");
        self.letter(to, subject, text)
    }

    /// The letter that tells that somebody guesses codes, who knows the password; nothing for who has
    /// no address.
    pub(crate) fn codes_guessed(&self, to: &User) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let text = format!(
            "Hello {},\n\nsomebody who knows the password of your account at {practice} sent wrong codes again and \
             again. If it goes on, codes count for nothing for a day; passkeys \
             and recovery codes go on.\n\nIf this was not you, somebody \
             knows your password. Choose another at once:\n\n{base_url}/forgot-password\n",
            to.name
        );
        let subject = format!("Somebody guesses your codes at {practice}");
        self.letter(to, subject, text)
    }

    /// The letter that tells that an app was cut off because what it refreshes with was used again;
    /// nothing for who has no address.
    pub(crate) fn refresh_copied(&self, to: &User, app: &str) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let text = format!(
            "Hello {},\n\nthe app \"{app}\", which you connected at {practice}, was disconnected. Something with \
             which it stays connected was used a second time: somebody may have a copy of it, or the app \
             did not hear our answer. Nothing can be read with it any more.\n\nConnect the app again from \
             within it, if you still want to. These are the apps that are connected now:\n\n\
             {base_url}/connected-apps\n",
            to.name
        );
        let subject = format!("An app was disconnected at {practice}");
        self.letter(to, subject, text)
    }

    /// The letter that tells that a passkey was added or removed, as it is with this person now;
    /// nothing for who has no address.
    pub(crate) fn passkeys_changed(&self, to: &User, what: PasskeyChange<'_>) -> Option<Mail> {
        let Self {
            practice, base_url, ..
        } = self;
        let (done, name) = match what {
            PasskeyChange::Added(name) => ("added to", name),
            PasskeyChange::Removed(name) => ("removed from", name),
        };
        let undo = match what {
            PasskeyChange::Added(_) => format!(
                "With the new password the passkey alone lets nobody in. Then take it away:\n\n\
                 {base_url}/account/security\n\nIf you are asked for a second step that you never turned \
                 on, ask the practice: an administrator can take it away.\n"
            ),
            PasskeyChange::Removed(_) => String::new(),
        };
        let from_now = match to.second_factor {
            Some(_) => "Signing in with the password asks for a second step.",
            None => "From now on the password is enough to sign in.",
        };
        let text = format!(
            "Hello {},\n\nthe passkey \"{name}\" was {done} your account at {practice}. {from_now} \
             Every browser was signed out.\n\nIf this was not you, choose another password at once and \
             tell the practice:\n\n{base_url}/forgot-password\n\n{undo}",
            to.name
        );
        let subject = format!("Signing in at {practice}: a passkey was {done} your account");
        self.letter(to, subject, text)
    }

    /// The letter that tells who answers for an app what was changed of it; nothing where nobody is known.
    pub(crate) fn app_changed(&self, app: &App, what: &[&str]) -> Option<Mail> {
        let practice = self.practice;
        let (name, client_id) = (&app.name, &app.client_id);
        let what = what.join(", ");
        let text = format!(
            "Hello,\n\nthe registration of your app \"{name}\" at {practice} was changed: {what}. Its client_id is \
             {client_id}.\n\nIf you know nothing of this, ask the practice at once.\n"
        );
        let subject = format!("Your app at {practice} was changed");
        self.to_maker(app, subject, text)
    }

    /// The letter that tells who answers for an app that something with which it refreshes was used again;
    /// nothing where nobody is known.
    pub(crate) fn refresh_copied_of(&self, app: &App) -> Option<Mail> {
        let practice = self.practice;
        let (name, client_id) = (&app.name, &app.client_id);
        let text = format!(
            "Hello,\n\na refresh token of your app \"{name}\" at {practice} was used a second time, and one person's \
             authorization has ended with it. Either the app did not keep what it was answered, or somebody has \
             a copy of its tokens. Its client_id is {client_id}.\n"
        );
        let subject = format!("A refresh token of your app at {practice} was used again");
        self.to_maker(app, subject, text)
    }

    fn to_maker(&self, app: &App, subject: String, text: String) -> Option<Mail> {
        let to = app.details.contact.clone()?;
        Some(self.written(to, subject, text))
    }

    fn letter(&self, to: &User, subject: String, text: String) -> Option<Mail> {
        let to = to.email.clone()?;
        Some(self.written(to, subject, text))
    }

    fn written(&self, to: String, subject: String, text: String) -> Mail {
        Mail {
            id: generate_id("msg_", self.rng),
            to,
            subject,
            text,
            posted: self.now,
        }
    }
}
