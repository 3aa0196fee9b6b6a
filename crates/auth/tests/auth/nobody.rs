//! A store in which nobody lives: the tests of this room that use it are about apps alone. People
//! are tested over HTTP with a real store.

use cresset_store::Error;

/// What is answered wherever a person would be needed.
pub(crate) fn nobody<T>() -> Result<T, Error> {
    Err(Error::Failed("nobody lives here".to_owned()))
}

/// Implements the traits about people for a store of apps.
macro_rules! without_people {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl cresset_store::user::Users for $store {
            async fn add_user(&self, _: User) -> Result<bool, Error> {
                nobody()
            }
            async fn lookup_user(&self, _: &str) -> Result<Option<User>, Error> {
                nobody()
            }
            async fn find_user(&self, _: &str) -> Result<Option<User>, Error> {
                nobody()
            }
            async fn list_users(&self) -> Result<Vec<User>, Error> {
                nobody()
            }
            async fn update_user(
                &self,
                _: User,
                _: Ending,
                _: Option<cresset_store::mail::Mail>,
            ) -> Result<bool, Error> {
                nobody()
            }
        }

        #[async_trait::async_trait]
        impl cresset_store::logo::Logos for $store {
            async fn update_app_and_logo(
                &self,
                _: App,
                _: Option<cresset_store::logo::Logo>,
            ) -> Result<(), Error> {
                nobody()
            }
            async fn lookup_logo(
                &self,
                _: &str,
            ) -> Result<Option<cresset_store::logo::Logo>, Error> {
                nobody()
            }
        }

        #[async_trait::async_trait]
        impl cresset_store::passkey::Passkeys for $store {
            async fn note_passkey(
                &self,
                _: Hashed,
                _: cresset_store::passkey::PasskeyUse,
            ) -> Result<bool, Error> {
                nobody()
            }
            async fn lookup_passkey(
                &self,
                _: Hashed,
            ) -> Result<Option<cresset_store::passkey::PasskeyUse>, Error> {
                nobody()
            }
            async fn forget_passkey(&self, _: Hashed) -> Result<(), Error> {
                nobody()
            }
        }

        #[async_trait::async_trait]
        impl cresset_store::session::Sessions for $store {
            async fn add_session(&self, _: Session, _: u64, _: Timestamp) -> Result<bool, Error> {
                nobody()
            }
            async fn lookup_session(&self, _: Hashed) -> Result<Option<Session>, Error> {
                nobody()
            }
            async fn touch_session(&self, _: Hashed, _: Timestamp) -> Result<(), Error> {
                nobody()
            }
            async fn end_session(&self, _: Hashed) -> Result<bool, Error> {
                nobody()
            }
            async fn end_sessions(&self, _: &str, _: Option<Hashed>) -> Result<u64, Error> {
                nobody()
            }
        }

        #[async_trait::async_trait]
        impl cresset_store::consent::Consents for $store {
            async fn add_consent(&self, _: Consent, _: Code, _: Hashed) -> Result<bool, Error> {
                nobody()
            }
            async fn lookup_consent(&self, _: &str) -> Result<Option<Consent>, Error> {
                nobody()
            }
            async fn list_consents(&self, _: &str) -> Result<Vec<Consent>, Error> {
                nobody()
            }
            async fn revoke_consent(&self, _: &str, _: Timestamp) -> Result<bool, Error> {
                nobody()
            }
            async fn consume_code(
                &self,
                _: Hashed,
                _: Timestamp,
            ) -> Result<Consumed<cresset_store::consent::Redeemed>, Error> {
                nobody()
            }
            async fn add_tokens(&self, _: Token, _: Option<RefreshToken>) -> Result<(), Error> {
                nobody()
            }
            async fn lookup_refresh_token(&self, _: Hashed) -> Result<Option<RefreshToken>, Error> {
                nobody()
            }
            async fn rotate_refresh_token(
                &self,
                _: Hashed,
                _: Token,
                _: RefreshToken,
            ) -> Result<bool, Error> {
                nobody()
            }
            async fn add_ticket(
                &self,
                _: Ticket,
                _: Option<cresset_store::mail::Mail>,
                _: Timestamp,
            ) -> Result<(), Error> {
                nobody()
            }
            async fn lookup_ticket(&self, _: Hashed) -> Result<Option<Ticket>, Error> {
                nobody()
            }
            async fn update_ticket(&self, _: Hashed, _: String) -> Result<bool, Error> {
                nobody()
            }
            async fn consume_ticket(&self, _: Hashed) -> Result<Option<Ticket>, Error> {
                nobody()
            }
        }

        #[async_trait::async_trait]
        impl cresset_store::mail::Outbox for $store {
            async fn claim_mail(
                &self,
                _: Timestamp,
                _: Timestamp,
            ) -> Result<Option<cresset_store::mail::Claimed>, Error> {
                nobody()
            }
            async fn delay_mail(&self, _: &str, _: Timestamp) -> Result<(), Error> {
                nobody()
            }
            async fn drop_mail(&self, _: &str) -> Result<(), Error> {
                nobody()
            }
            async fn count_mail(&self) -> Result<u64, Error> {
                nobody()
            }
        }

        #[async_trait::async_trait]
        impl cresset_store::Secrets for $store {
            async fn secret(&self, _: &str) -> Result<Option<Secret<Vec<u8>>>, Error> {
                nobody()
            }
            async fn add_secret(
                &self,
                _: &str,
                _: Secret<Vec<u8>>,
            ) -> Result<Secret<Vec<u8>>, Error> {
                nobody()
            }
        }

        #[async_trait::async_trait]
        impl cresset_store::registration::Registrations for $store {
            async fn add_registration(
                &self,
                _: cresset_store::registration::Registration,
                _: Hashed,
            ) -> Result<(), Error> {
                nobody()
            }
            async fn lookup_registration(
                &self,
                _: &str,
            ) -> Result<Option<cresset_store::registration::Registration>, Error> {
                nobody()
            }
            async fn find_registration(
                &self,
                _: cresset_store::registration::Handle,
            ) -> Result<Option<cresset_store::registration::Registration>, Error> {
                nobody()
            }
            async fn list_registrations(
                &self,
                _: usize,
            ) -> Result<Vec<cresset_store::registration::Registration>, Error> {
                nobody()
            }
            async fn advance_registration(
                &self,
                _: cresset_store::registration::Stage,
                _: cresset_store::registration::Registration,
                _: cresset_store::registration::Along,
            ) -> Result<bool, Error> {
                nobody()
            }
        }
    };
}

pub(crate) use without_people;
