//! People.

use async_trait::async_trait;
use cresset_store::Error;
use cresset_store::backend::instant::millis;
use cresset_store::user::{Ending, User, Users};
use tokio_postgres::Row;

use super::PostgresStore;
use super::small::{json, text};

#[async_trait]
impl Users for PostgresStore {
    async fn add_user(&self, user: User) -> Result<bool, Error> {
        let add = "INSERT INTO person(id,login,content) VALUES($1,$2,$3) ON CONFLICT DO NOTHING";
        let added = self
            .change(add, &[&user.id, &user.login, &text(&user)?])
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

    async fn update_user(&self, user: User, ending: Ending) -> Result<bool, Error> {
        let change = "WITH changed AS (UPDATE person SET login=$2,content=$3 WHERE id=$1 \
                      AND NOT EXISTS(SELECT 1 FROM person o WHERE o.login=$2 AND o.id<>$1) RETURNING id), \
                      ended AS (DELETE FROM session USING changed WHERE $4 AND person=changed.id), \
                      revoked AS (UPDATE consent SET revoked=$5 FROM changed \
                      WHERE $4 AND person=changed.id AND revoked IS NULL) \
                      SELECT 1 FROM changed";
        let (ends, at_ms) = match ending {
            Ending::Nothing => (false, 0),
            Ending::Everything(at) => (true, millis(at)),
        };
        let content = text(&user)?;
        let changed = self
            .one(
                change,
                &[&user.id, &user.login, &content, &ends, &at_ms],
                |_| Ok(()),
            )
            .await?;
        Ok(changed.is_some())
    }
}

fn content(row: &Row) -> Result<User, Error> {
    json(row, 0)
}
