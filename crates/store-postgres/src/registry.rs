//! The registry of a platform of many nodes: which instances there are, what is set for each, and on
//! which server it lives.
//!
//! It is a schema of its own, which no instance's role may look into. What was read is remembered
//! for as long as the server tells of every change; while it does not, each question is asked anew.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cresset_base::{InstanceName, Limits, Timestamp};
use cresset_store::{Error, InstanceSettings};
use deadpool_postgres::{Object, Pool, Transaction};
use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tokio_postgres::Row;

use crate::cluster::{Cluster, ClusterError};
use crate::connections::taken;
use crate::endings::Channel;
use crate::fault::store_error;
use crate::row::get;
use crate::schema::{self, migrate};
use crate::snapshot::{Args, begin_change, end_change, execute, query, query_opt};

/// No instance's schema has such a name.
pub(crate) const SCHEMA: &str = "cresset";
/// Names that are remembered, those of no instance among them.
const REMEMBERED: usize = 65_536;
/// How long a server that was away is not asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// What is known of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the operator set.
    pub settings: InstanceSettings,
    /// A server's name among those the nodes know, or its URL.
    pub server: String,
}

/// What became of a change of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was made.
    Made,
    /// There is no such instance.
    Absent,
    /// The instance is not as the caller saw it.
    Outdated,
}

/// The instances of a platform, open on this node.
pub struct Registry {
    pool: Pool,
    channel: Arc<Channel>,
    within: Duration,
    is_migrated: OnceCell<()>,
    known: Mutex<Known>,
    /// The names that were read last, for while the server is away.
    last: Mutex<Option<Vec<InstanceName>>>,
    away_until: Mutex<Option<Instant>>,
    /// Listens for as long as the registry is open.
    _cluster: Cluster,
}

/// What was read at one number of the channel.
#[derive(Default)]
struct Known {
    at: u64,
    entries: HashMap<InstanceName, Option<Arc<Entry>>>,
    marks: HashMap<Box<str>, InstanceName>,
    names: Option<Vec<InstanceName>>,
}

impl Known {
    /// What was read at this number, and nothing else.
    fn at(&mut self, number: u64) -> &mut Self {
        let remembered = self.entries.len() + self.marks.len();
        if self.at != number || remembered >= REMEMBERED {
            *self = Self {
                at: number,
                ..Self::default()
            };
        }
        self
    }
}

impl Registry {
    /// The registry in a database. It is made there, or brought up to date, when it is first asked.
    ///
    /// # Errors
    /// [`ClusterError::Failed`] when no connections can be made at all.
    pub fn of(cluster: &Cluster, limits: &Limits) -> Result<Self, ClusterError> {
        Ok(Self {
            pool: cluster.registry_pool(limits)?,
            channel: cluster.channel_of(SCHEMA),
            _cluster: cluster.clone(),
            within: Duration::from_millis(limits.cluster_wait_ms_max),
            is_migrated: OnceCell::new(),
            known: Mutex::default(),
            last: Mutex::default(),
            away_until: Mutex::default(),
        })
    }

    /// Whether it can be used: [`Error::Busy`] when the server cannot be reached for now.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn check(&self) -> Result<(), Error> {
        self.connection().await.map(drop)
    }

    /// Another after each change; `None` where some may not have been heard.
    pub fn number(&self) -> Option<u64> {
        self.channel.number()
    }

    /// An instance.
    ///
    /// # Errors
    /// [`Error::Busy`] when the server cannot be reached.
    pub async fn entry(&self, name: &InstanceName) -> Result<Option<Arc<Entry>>, Error> {
        let number = self.number();
        if let Some(number) = number
            && let Some(entry) = self.known.lock().at(number).entries.get(name)
        {
            return Ok(entry.clone());
        }
        let text = "SELECT settings,server FROM instance WHERE name=$1";
        let rows = self.rows(text, &[&name.as_str()]).await?;
        let entry = rows.first().map(entry).transpose()?.map(Arc::new);
        if let Some(number) = number {
            let mut known = self.known.lock();
            known.at(number).entries.insert(name.clone(), entry.clone());
        }
        Ok(entry)
    }

    /// The instance with this mark; none where several have it.
    ///
    /// # Errors
    /// As [`Registry::entry`].
    pub async fn marked(&self, mark: &str) -> Result<Option<InstanceName>, Error> {
        let number = self.number();
        if let Some(number) = number
            && let Some(name) = self.known.lock().at(number).marks.get(mark)
        {
            return Ok(Some(name.clone()));
        }
        let text = "SELECT name FROM instance WHERE (settings::jsonb->>'mark')=$1 LIMIT 2";
        let rows = self.rows(text, &[&mark]).await?;
        let name = match rows.as_slice() {
            [row] => Some(name(row)?),
            _ => None,
        };
        // What is nobody's mark anybody can send, any number of times.
        if let (Some(number), Some(name)) = (number, &name) {
            let mut known = self.known.lock();
            known.at(number).marks.insert(mark.into(), name.clone());
        }
        Ok(name)
    }

    /// Names of all instances, sorted; while the server is away, those there were before.
    ///
    /// # Errors
    /// As [`Registry::entry`], where they were never read.
    pub async fn names(&self) -> Result<Vec<InstanceName>, Error> {
        let names = match self.listed().await {
            Err(Error::Busy) => return self.last.lock().clone().ok_or(Error::Busy),
            listed => listed?,
        };
        *self.last.lock() = Some(names.clone());
        Ok(names)
    }

    /// Whether its server could not be reached when it was asked last.
    pub fn is_away(&self) -> bool {
        self.away_until.lock().is_some()
    }

    async fn listed(&self) -> Result<Vec<InstanceName>, Error> {
        let number = self.number();
        if let Some(number) = number
            && let Some(names) = &self.known.lock().at(number).names
        {
            return Ok(names.clone());
        }
        let text = "SELECT name FROM instance ORDER BY name COLLATE \"C\"";
        let rows = self.rows(text, &[]).await?;
        let names = rows.iter().map(name).collect::<Result<Vec<_>, _>>()?;
        if let Some(number) = number {
            self.known.lock().at(number).names = Some(names.clone());
        }
        Ok(names)
    }

    /// Enters an instance; false where there is one of this name.
    ///
    /// # Errors
    /// As [`Registry::entry`].
    pub async fn add(&self, name: &InstanceName, entry: &Entry) -> Result<bool, Error> {
        let text = "INSERT INTO instance(name,settings,server) VALUES($1,$2,$3) \
                    ON CONFLICT DO NOTHING";
        let settings = text_of(&entry.settings)?;
        let connection = self.connection().await?;
        let args: Args<'_> = &[&name.as_str(), &settings, &entry.server];
        Ok(execute(&connection, text, args).await? == 1)
    }

    /// Replaces the settings of an instance, where they are what the caller saw.
    ///
    /// # Errors
    /// As [`Registry::entry`].
    pub async fn set(
        &self,
        name: &InstanceName,
        seen: &InstanceSettings,
        settings: &InstanceSettings,
    ) -> Result<Change, Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        let Some(held) = held(&transaction, name).await? else {
            return Ok(Change::Absent);
        };
        // What it does not know it could not write again.
        let held: InstanceSettings = serde_json::from_str(&held).map_err(|_| {
            Error::failed("these settings are of a newer version; change them with that one")
        })?;
        if held != *seen {
            return Ok(Change::Outdated);
        }
        let text = "UPDATE instance SET settings=$2 WHERE name=$1";
        let settings = text_of(settings)?;
        execute(&transaction, text, &[&name.as_str(), &settings]).await?;
        end_change(transaction).await?;
        Ok(Change::Made)
    }

    /// Takes out the instance of this name that was created then, and no later one.
    ///
    /// # Errors
    /// As [`Registry::entry`].
    pub async fn remove(&self, name: &InstanceName, created: Timestamp) -> Result<Change, Error> {
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        let Some(held) = held(&transaction, name).await? else {
            return Ok(Change::Absent);
        };
        if settings(&held)?.created != created {
            return Ok(Change::Outdated);
        }
        let text = "DELETE FROM instance WHERE name=$1";
        execute(&transaction, text, &[&name.as_str()]).await?;
        end_change(transaction).await?;
        Ok(Change::Made)
    }

    async fn rows(&self, text: &str, args: Args<'_>) -> Result<Vec<Row>, Error> {
        let connection = self.connection().await?;
        let rows = query(&connection, text, args).await;
        rows.map_err(|e| store_error(&e))
    }

    /// A connection that sees the tables of this program.
    async fn connection(&self) -> Result<Object, Error> {
        self.begin_to_ask()?;
        let connection = self.made().await;
        *self.away_until.lock() = match &connection {
            Err(Error::Busy) => Some(Instant::now() + PAUSE),
            _ => None,
        };
        connection
    }

    /// Refuses while the server is known to be away: then one caller at a time finds out whether it
    /// still is.
    fn begin_to_ask(&self) -> Result<(), Error> {
        let mut away_until = self.away_until.lock();
        let now = Instant::now();
        match *away_until {
            Some(until) if now < until => return Err(Error::Busy),
            Some(_) => *away_until = Some(now + self.within + PAUSE),
            None => {}
        }
        Ok(())
    }

    async fn made(&self) -> Result<Object, Error> {
        let mut connection = taken(&self.pool, self.within).await?;
        let migrating = async {
            // Of several nodes one makes it.
            let text = format!(
                "SELECT pg_advisory_xact_lock(hashtext('{SCHEMA}')); \
                 CREATE SCHEMA IF NOT EXISTS {SCHEMA}"
            );
            let transaction = begin_change(&mut connection).await?;
            let made = transaction.batch_execute(&text).await;
            made.map_err(|e| store_error(&e))?;
            end_change(transaction).await?;
            migrate(&mut connection, schema::REGISTRY).await
        };
        self.is_migrated.get_or_try_init(|| migrating).await?;
        Ok(connection)
    }
}

/// What is set for an instance, as it is written; nobody changes it until the transaction ends.
async fn held(transaction: &Transaction<'_>, name: &InstanceName) -> Result<Option<String>, Error> {
    let text = "SELECT settings FROM instance WHERE name=$1 FOR UPDATE";
    let row = query_opt(transaction, text, &[&name.as_str()]).await?;
    row.map(|row| get(&row, 0)).transpose()
}

fn name(row: &Row) -> Result<InstanceName, Error> {
    let name: &str = get(row, 0)?;
    name.parse()
        .map_err(|_| Error::failed("the registry holds a name that is none"))
}

fn entry(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        settings: settings(get(row, 0)?)?,
        server: get(row, 1)?,
    })
}

fn settings(text: &str) -> Result<InstanceSettings, Error> {
    InstanceSettings::from_shared(text).map_err(|error| {
        Error::failed(format!(
            "the registry holds settings that are none: {error}"
        ))
    })
}

fn text_of(settings: &InstanceSettings) -> Result<String, Error> {
    let text = settings.to_shared();
    text.map_err(|error| Error::failed(error.to_string()))
}
