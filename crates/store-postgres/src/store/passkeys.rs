//! How passkeys were used.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::backend::instant::{millis, timestamp};
use cresset_store::grant::Hashed;
use cresset_store::passkey::{PasskeyUse, Passkeys};
use tokio_postgres::Row;

use super::PostgresStore;
use crate::row::get;

#[async_trait]
impl Passkeys for PostgresStore {
    async fn note_passkey(&self, passkey: Hashed, used: PasskeyUse) -> Result<bool, Error> {
        let text = "INSERT INTO passkey_use AS u(passkey,counter,at) VALUES($1,$2,$3) \
                    ON CONFLICT(passkey) DO UPDATE SET counter=excluded.counter,at=excluded.at \
                    WHERE excluded.counter>u.counter OR (excluded.counter=0 AND u.counter=0)";
        let counter = i64::from(used.counter);
        let noted = self
            .change(text, &[&passkey.0.as_slice(), &counter, &millis(used.at)])
            .await?;
        Ok(noted == 1)
    }

    async fn lookup_passkey(&self, passkey: Hashed) -> Result<Option<PasskeyUse>, Error> {
        let text = "SELECT counter,at FROM passkey_use WHERE passkey=$1";
        let read = |row: &Row| {
            let counter: i64 = get(row, 0)?;
            Ok(PasskeyUse {
                counter: counter
                    .try_into()
                    .map_err(|_| Error::failed("a count of signatures is out of its range"))?,
                at: timestamp(get(row, 1)?),
            })
        };
        self.one(text, &[&passkey.0.as_slice()], read).await
    }

    async fn forget_passkey(&self, passkey: Hashed) -> Result<(), Error> {
        let text = "DELETE FROM passkey_use WHERE passkey=$1";
        self.change(text, &[&passkey.0.as_slice()]).await.map(drop)
    }
}
