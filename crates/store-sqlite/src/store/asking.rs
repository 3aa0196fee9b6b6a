//! Asking questions of an instance, in bounded time.

use std::time::Duration;

use cresset_access::Access;
use cresset_search::{Criterion, Query};
use cresset_store::backend::pace::search_time;
use cresset_store::{Cursor, Error};
use rusqlite::Connection;

use super::search::Asked;
use super::{Inner, SqliteStore};
use crate::fault::failed;

/// A question that takes longer than this is asked again where it may block.
const INLINE: Duration = Duration::from_millis(2);

impl SqliteStore {
    /// Asks at once where the answer takes no time, else on a thread that may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl Fn(&Inner, &Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.ask_for(self.inner.whole(), ask).await
    }

    /// Asks with a search, within the time of one.
    pub(super) async fn searching<T: Send + 'static>(
        &self,
        queries: &[Query],
        (access, at): (&Access, Option<&Cursor>),
        ask: impl Fn(&Inner, &Connection, &Asked) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let index = self.inner.shared.index();
        for query in queries {
            index.must_hold(query)?;
        }
        let asked = Asked::new(queries, access, at, index)?;
        let time = search_time(&self.inner.shared.limits, access);
        let ask = move |inner: &Inner, connection: &Connection| {
            let answer = ask(inner, connection, &asked)?;
            asked.must_still_be(inner)?;
            Ok(answer)
        };
        let mut criteria = queries.iter().flat_map(|query| &query.criteria);
        // All that have a word are gathered in one step, in which the time is not looked at.
        if criteria.any(Criterion::asks_for_words) {
            self.ask_apart(time, ask).await
        } else {
            self.ask_for(time, ask).await
        }
    }

    /// As [`SqliteStore::ask`], of what may not take as long as a request may.
    async fn ask_for<T: Send + 'static>(
        &self,
        time: Duration,
        ask: impl Fn(&Inner, &Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match self.inner.ask(INLINE.min(time), &ask) {
            Err(Error::TimedOut | Error::TooCostly(_)) => self.ask_apart(time, ask).await,
            answer => answer,
        }
    }

    /// Asks on a thread that may block.
    async fn ask_apart<T: Send + 'static>(
        &self,
        time: Duration,
        ask: impl Fn(&Inner, &Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = self.inner.clone();
        let task = tokio::task::spawn_blocking(move || inner.ask(time, &ask));
        task.await.map_err(|e| failed(e.to_string()))?
    }
}

impl Inner {
    /// The longest any question may take.
    pub(super) fn whole(&self) -> Duration {
        Duration::from_millis(self.shared.limits.request_ms_max)
    }

    pub(super) fn ask<T>(
        &self,
        time: Duration,
        ask: &impl Fn(&Self, &Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.readers
            .with(&self.shared, time, |connection| ask(self, connection))
    }
}
