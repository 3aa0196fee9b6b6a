//! Browsers in which somebody is signed in.

use async_trait::async_trait;
use cresset_base::Timestamp;
use cresset_store::Error;
use cresset_store::backend::instant::{millis, timestamp};
use cresset_store::grant::Hashed;
use cresset_store::session::{Proof, Session, Sessions};
use tokio_postgres::Row;

use super::PostgresStore;
use super::small::DROPPED_MAX;
use crate::row::get;

#[async_trait]
impl Sessions for PostgresStore {
    async fn add_session(
        &self,
        session: Session,
        revision: u64,
        dead_before: Timestamp,
    ) -> Result<bool, Error> {
        // The lock lets a change of the person come before all of this or after it.
        let text = "WITH who AS MATERIALIZED (SELECT id FROM person WHERE id=$2 \
                    AND (content::json->>'enabled')::boolean \
                    AND coalesce((content::json->>'revision')::bigint,0)=$7 FOR SHARE), \
                    dead AS (DELETE FROM session WHERE hash IN \
                    (SELECT hash FROM session WHERE authenticated<$5 LIMIT $6 FOR UPDATE SKIP LOCKED)) \
                    INSERT INTO session(hash,person,authenticated,last_used,proof) \
                    SELECT $1::bytea,id,$3::bigint,$4::bigint,$8::text FROM who";
        let revision = i64::try_from(revision).unwrap_or(i64::MAX);
        let begun = self
            .noted(
                text,
                &[
                    &session.hash.0.as_slice(),
                    &session.user,
                    &millis(session.authenticated),
                    &millis(session.last_used),
                    &millis(dead_before),
                    &DROPPED_MAX,
                    &revision,
                    &session.proof.map(Proof::as_str),
                ],
            )
            .await?;
        Ok(begun == 1)
    }

    async fn lookup_session(&self, hash: Hashed) -> Result<Option<Session>, Error> {
        let text = "SELECT person,authenticated,last_used,proof FROM session WHERE hash=$1";
        let read = |row: &Row| {
            Ok(Session {
                hash,
                user: get(row, 0)?,
                authenticated: timestamp(get(row, 1)?),
                last_used: timestamp(get(row, 2)?),
                proof: get::<Option<&str>>(row, 3)?.and_then(Proof::parse),
            })
        };
        self.one(text, &[&hash.0.as_slice()], read).await
    }

    async fn touch_session(&self, hash: Hashed, at: Timestamp) -> Result<(), Error> {
        let text = "UPDATE session SET last_used=$2 WHERE hash=$1";
        let touched = self.change(text, &[&hash.0.as_slice(), &millis(at)]).await;
        touched.map(drop)
    }

    async fn end_session(&self, hash: Hashed) -> Result<bool, Error> {
        let text = "DELETE FROM session WHERE hash=$1";
        let ended = self.noted(text, &[&hash.0.as_slice()]).await?;
        Ok(ended == 1)
    }

    async fn end_sessions(&self, user: &str, except: Option<Hashed>) -> Result<u64, Error> {
        let text = "DELETE FROM session WHERE person=$1 AND hash IS DISTINCT FROM $2::bytea";
        let except = except.as_ref().map(|hash| hash.0.as_slice());
        self.noted(text, &[&user, &except]).await
    }
}
