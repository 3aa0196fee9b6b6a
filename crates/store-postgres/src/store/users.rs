//! People.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::backend::instant::millis;
use cresset_store::mail::Mail;
use cresset_store::user::{Ending, User, Users};
use tokio_postgres::Row;

use super::small::{json, text};
use super::{PostgresStore, mail};
use crate::snapshot::{Args, begin_change, execute};

#[async_trait]
impl Users for PostgresStore {
    async fn add_user(&self, user: User) -> Result<bool, Error> {
        let add = "INSERT INTO person(id,login,content) VALUES($1,$2,$3) ON CONFLICT DO NOTHING";
        let added = self
            .noted(add, &[&user.id, &user.login, &text(&user)?])
            .await?;
        Ok(added == 1)
    }

    async fn lookup_user(&self, id: &str) -> Result<Option<User>, Error> {
        self.one("SELECT content FROM person WHERE id=$1", &[&id], content)
            .await
    }

    async fn find_user(&self, login: &str) -> Result<Option<User>, Error> {
        self.one(
            "SELECT content FROM person WHERE login=$1",
            &[&login],
            content,
        )
        .await
    }

    async fn list_users(&self) -> Result<Vec<User>, Error> {
        self.all("SELECT content FROM person ORDER BY login", &[], content)
            .await
    }

    async fn update_user(
        &self,
        user: User,
        ending: Ending,
        mail: Option<Mail>,
    ) -> Result<bool, Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        let change = "UPDATE person SET login=$2,content=$3 WHERE id=$1 \
                      AND coalesce((content::json->>'revision')::bigint,0)=$4 \
                      AND NOT EXISTS(SELECT 1 FROM person o WHERE o.login=$2 AND o.id<>$1)";
        let known = i64::try_from(user.revision).unwrap_or(i64::MAX);
        let user = User {
            revision: user.revision + u64::from(ending != Ending::Nothing),
            ..user
        };
        let content = text(&user)?;
        let args: Args<'_> = &[&user.id, &user.login, &content, &known];
        if execute(&transaction, change, args).await? == 0 {
            return Ok(false);
        }
        // Each statement of its own, so that it finds what was begun before the row was locked.
        if ending != Ending::Nothing {
            let ended = "DELETE FROM session WHERE person=$1";
            execute(&transaction, ended, &[&user.id]).await?;
        }
        if let Ending::Everything(at) = ending {
            let revoked = "UPDATE consent SET revoked=$2 WHERE person=$1 AND revoked IS NULL";
            execute(&transaction, revoked, &[&user.id, &millis(at)]).await?;
        }
        mail::insert(&transaction, mail.as_ref(), self.mails_waiting_max()).await?;
        self.end_noted(transaction).await?;
        Ok(true)
    }
}

fn content(row: &Row) -> Result<User, Error> {
    json(row, 0)
}
