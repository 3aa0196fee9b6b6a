//! How passkeys were used.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::grant::Hashed;
use cresset_store::passkey::{PasskeyUse, Passkeys};
use rusqlite::OptionalExtension;

use super::SqliteStore;
use crate::fault::store_error;
use crate::instant::{millis, timestamp};

#[async_trait]
impl Passkeys for SqliteStore {
    async fn note_passkey(&self, passkey: Hashed, used: PasskeyUse) -> Result<bool, Error> {
        self.change(move |connection| {
            let text = "INSERT INTO passkey_use(passkey,counter,at) VALUES(?1,?2,?3) \
                        ON CONFLICT(passkey) DO UPDATE SET counter=?2,at=?3 \
                        WHERE ?2>passkey_use.counter OR (?2=0 AND passkey_use.counter=0)";
            connection.execute(text, (passkey.0, used.counter, millis(used.at)))
        })
        .await
        .map(|noted| noted == 1)
    }

    async fn lookup_passkey(&self, passkey: Hashed) -> Result<Option<PasskeyUse>, Error> {
        self.ask(move |_, connection| {
            let find = || {
                let text = "SELECT counter,at FROM passkey_use WHERE passkey=?";
                let mut statement = connection.prepare_cached(text)?;
                let read = |row: &rusqlite::Row<'_>| {
                    Ok(PasskeyUse {
                        counter: row.get(0)?,
                        at: timestamp(row.get(1)?),
                    })
                };
                statement.query_row([passkey.0], read).optional()
            };
            find().map_err(|e| store_error(&e))
        })
        .await
    }

    async fn forget_passkey(&self, passkey: Hashed) -> Result<(), Error> {
        self.change(move |connection| {
            connection.execute("DELETE FROM passkey_use WHERE passkey=?", [passkey.0])
        })
        .await
        .map(drop)
    }
}
