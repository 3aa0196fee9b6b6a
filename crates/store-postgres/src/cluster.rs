//! A server with many instances: each has a schema, and a role that may touch nothing else.

use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cresset_base::{Clock, InstanceName, Limits};
use cresset_store::layout::sortable::text_hash;
use deadpool_postgres::Pool;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

mod tls;

use crate::connections::Connections;
use crate::endings::{Channel, Ears, Listener};
use crate::fault::store_error;
use crate::registry;
use crate::time::{SERVER_S, Time};
use tls::Encryption;

/// The oldest server that is tried.
const VERSION_MIN: i32 = 150_000;
/// How long a server may take to take a connection, with all that is said before it is one.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take to answer a question about itself.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a connection may be silent before the server is asked whether it is there, how often it
/// is asked then, and how long what was sent may stay unacknowledged.
const SILENT: Duration = Duration::from_secs(10);
const ASKED_EVERY: Duration = Duration::from_secs(3);
const ASKED_TIMES: u32 = 3;
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);
/// How long a server keeps a transaction of a client that says nothing, in milliseconds: it may hold
/// the writer's row while its node is gone.
const IDLE_IN_TRANSACTION_MS: u32 = 15_000;

/// Why a cluster could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The URL is none.
    #[error("this is no URL of a PostgreSQL server: {0}")]
    Url(String),
    /// It cannot be reached, or refuses the login.
    #[error("the PostgreSQL server cannot be used: {0}")]
    Unreachable(String),
    /// It is too old.
    #[error("the server is PostgreSQL {0}; 15 or later is needed")]
    TooOld(String),
    /// The login lacks a right.
    #[error("the role {role} may not {right}; grant it with: {remedy}")]
    Right {
        /// The login.
        role: String,
        /// What it may not do.
        right: &'static str,
        /// The statement that mends it.
        remedy: String,
    },
    /// The clocks differ: tokens would live longer on one of them.
    #[error("the clock of this machine is {0} s {1} that of the PostgreSQL server; set it right")]
    Clock(u64, &'static str),
    /// The schema or the role is there.
    #[error("the server has an instance named {0} already")]
    Exists(InstanceName),
    /// There is no such schema.
    #[error("the server has no instance named {0}")]
    Absent(InstanceName),
    /// Something else went wrong; the text is the server's.
    #[error("the PostgreSQL server says: {0}")]
    Failed(String),
}

/// A database of a PostgreSQL server in which instances live. Clones share its connections, and one
/// that listens.
#[derive(Clone)]
pub struct Cluster {
    config: Config,
    connector: MakeRustlsConnect,
    connections: Arc<Connections>,
    time: Arc<Time>,
    ears: Arc<Ears>,
    listener: Arc<OnceLock<Listener>>,
}

impl Cluster {
    /// The cluster behind a URL such as `postgres://cresset@db.example/cresset?sslmode=verify-full`,
    /// with bounds for all its instances together.
    ///
    /// # Errors
    /// [`ClusterError::Url`], also when the certificates it names cannot be read.
    pub fn parse(url: &str, limits: &Limits) -> Result<Self, ClusterError> {
        let (url, encryption) = Encryption::split(url)?;
        let mut config =
            Config::from_str(&url).map_err(|error| ClusterError::Url(detail(&error)))?;
        tls::must_be_understood(&url, &config)?;
        config
            .application_name("cresset")
            .connect_timeout(CONNECT)
            .keepalives_idle(SILENT)
            .keepalives_interval(ASKED_EVERY)
            .keepalives_retries(ASKED_TIMES)
            .tcp_user_timeout(UNACKNOWLEDGED)
            .ssl_mode(encryption.mode());
        Ok(Self {
            config,
            connector: encryption.connector()?,
            connections: Connections::new(limits),
            time: Arc::default(),
            ears: Arc::default(),
            listener: Arc::default(),
        })
    }

    /// The same for a node with this clock, which must go as the server's does.
    #[must_use]
    pub fn keeping_time(self, clock: Arc<dyn Clock>) -> Self {
        Self {
            time: Arc::new(Time::of(clock)),
            ..self
        }
    }

    /// Whether the server is new enough, the login may make instances, and the clocks agree.
    ///
    /// # Errors
    /// What stands in the way, with what mends it.
    pub async fn check(&self) -> Result<(), ClusterError> {
        let checked = async {
            let client = self.connect().await?;
            examine(&client).await?;
            let row = client.query_one(SERVER_S, &[]).await;
            let server_s = row.and_then(|row| row.try_get(0));
            self.time.compare(server_s.map_err(|error| failed(&error))?)
        };
        answered(checked).await
    }

    /// Makes the role and the schema of an instance.
    ///
    /// # Errors
    /// [`ClusterError::Exists`], or as [`Cluster::check`].
    pub async fn create(&self, name: &InstanceName) -> Result<(), ClusterError> {
        let client = self.connect().await?;
        examine(&client).await?;
        let place = self.place(name);
        let taken = "SELECT 1 FROM pg_namespace WHERE nspname=$1 \
                     UNION ALL SELECT 1 FROM pg_roles WHERE rolname=$2";
        let taken = client
            .query(taken, &[&place.schema, &place.role])
            .await
            .map_err(|error| failed(&error))?;
        if !taken.is_empty() {
            return Err(ClusterError::Exists(name.clone()));
        }
        let Place { schema, role } = place;
        // Names are made of an instance's name, which holds no quotes.
        let text = format!(
            "BEGIN; CREATE ROLE \"{role}\" NOLOGIN; GRANT \"{role}\" TO CURRENT_USER; \
             CREATE SCHEMA \"{schema}\" AUTHORIZATION \"{role}\"; COMMIT"
        );
        client
            .batch_execute(&text)
            .await
            .map_err(|error| failed(&error))
    }

    /// Removes an instance with everything in it.
    ///
    /// # Errors
    /// [`ClusterError::Absent`], or as [`Cluster::check`].
    pub async fn remove(&self, name: &InstanceName) -> Result<(), ClusterError> {
        let client = self.connect().await?;
        let Place { schema, role } = self.place(name);
        let there = client
            .query("SELECT 1 FROM pg_namespace WHERE nspname=$1", &[&schema])
            .await
            .map_err(|error| failed(&error))?;
        if there.is_empty() {
            return Err(ClusterError::Absent(name.clone()));
        }
        let text = format!(
            "BEGIN; DROP SCHEMA \"{schema}\" CASCADE; DROP ROLE IF EXISTS \"{role}\"; COMMIT"
        );
        client
            .batch_execute(&text)
            .await
            .map_err(|error| failed(&error))
    }

    /// Connections for one instance: they see its schema and act as its role, whoever logged in.
    pub(crate) fn pool(&self, name: &InstanceName, limits: &Limits) -> Result<Pool, ClusterError> {
        let Place { schema, role } = self.place(name);
        let mut config = self.config.clone();
        config.application_name(&schema).options(format!(
            "-c search_path=\"{schema}\" -c role={role} -c client_min_messages=warning \
             -c statement_timeout={} \
             -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}",
            limits.request_ms_max
        ));
        self.connections.pool(config, self.connector.clone())
    }

    /// Connections for the registry: they act as the login.
    pub(crate) fn registry_pool(&self, limits: &Limits) -> Result<Pool, ClusterError> {
        let mut config = self.config.clone();
        config.application_name("cresset registry").options(format!(
            "-c search_path={} -c client_min_messages=warning \
             -c statement_timeout={} \
             -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}",
            registry::SCHEMA,
            limits.request_ms_max
        ));
        self.connections.pool(config, self.connector.clone())
    }

    /// What is told to all nodes about an instance.
    pub(crate) fn channel(&self, name: &InstanceName) -> Arc<Channel> {
        self.channel_of(&self.place(name).schema)
    }

    /// What is told to all nodes on a channel.
    pub(crate) fn channel_of(&self, name: &str) -> Arc<Channel> {
        self.listener.get_or_init(|| {
            let way = (self.config.clone(), self.connector.clone());
            let heard = (self.ears.clone(), self.time.clone());
            Listener::begin(heard, way, self.connections.idle())
        });
        self.ears.channel(name)
    }

    /// The clock of this node beside the server's.
    pub(crate) fn time(&self) -> Arc<Time> {
        self.time.clone()
    }

    /// How many instances live here.
    ///
    /// # Errors
    /// As [`Cluster::check`].
    pub async fn instances(&self) -> Result<u64, ClusterError> {
        let counted = async {
            let client = self.connect().await?;
            let text = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'cresset\\_%'";
            let row = client.query_one(text, &[]).await;
            let counted: Result<i64, _> = row.and_then(|row| row.try_get(0));
            counted.map_err(|error| failed(&error))
        };
        Ok(u64::try_from(answered(counted).await?).unwrap_or_default())
    }

    fn place(&self, name: &InstanceName) -> Place {
        // Roles belong to the whole server, schemas to one of its databases.
        let database = text_hash(self.config.get_dbname().unwrap_or_default());
        Place {
            schema: format!("cresset_{name}"),
            role: format!("cresset_{name}_{database:08x}"),
        }
    }

    async fn connect(&self) -> Result<Client, ClusterError> {
        let connecting = timeout(CONNECT, self.config.connect(self.connector.clone())).await;
        let (client, connection) = connecting
            .map_err(silent)?
            .map_err(|error| refused(&error))?;
        // It ends with the client.
        tokio::spawn(connection);
        Ok(client)
    }
}

/// Where an instance lives.
struct Place {
    schema: String,
    role: String,
}

async fn examine(client: &Client) -> Result<(), ClusterError> {
    let text = "SELECT current_setting('server_version_num')::int,current_setting('server_version'),\
                current_user::text,r.rolcreaterole OR r.rolsuper,\
                has_database_privilege(current_database(),'CREATE'),quote_ident(current_database()) \
                FROM pg_roles r WHERE r.rolname=current_user";
    let row = client
        .query_one(text, &[])
        .await
        .map_err(|error| failed(&error))?;
    let get = |error: tokio_postgres::Error| failed(&error);
    let version: i32 = row.try_get(0).map_err(get)?;
    if version < VERSION_MIN {
        return Err(ClusterError::TooOld(row.try_get(1).map_err(get)?));
    }
    let role: String = row.try_get(2).map_err(get)?;
    if !row.try_get::<_, bool>(3).map_err(get)? {
        let remedy = format!("ALTER ROLE \"{role}\" CREATEROLE");
        return Err(ClusterError::Right {
            role,
            right: "make roles",
            remedy,
        });
    }
    if !row.try_get::<_, bool>(4).map_err(get)? {
        let database: String = row.try_get(5).map_err(get)?;
        let remedy = format!("GRANT CREATE ON DATABASE {database} TO \"{role}\"");
        return Err(ClusterError::Right {
            role,
            right: "make schemas in this database",
            remedy,
        });
    }
    Ok(())
}

/// What is asked of a server, within bounds.
async fn answered<T>(
    asking: impl Future<Output = Result<T, ClusterError>>,
) -> Result<T, ClusterError> {
    timeout(ANSWER, asking).await.map_err(silent)?
}

fn silent(_: Elapsed) -> ClusterError {
    ClusterError::Unreachable("it does not answer".to_owned())
}

/// A server that answers and lets nobody in for now may do so later; one that knows the login not will
/// not.
fn refused(error: &tokio_postgres::Error) -> ClusterError {
    match (error.code(), store_error(error)) {
        (Some(_), cresset_store::Error::Failed(_)) => failed(error),
        _ => ClusterError::Unreachable(detail(error)),
    }
}

fn failed(error: &tokio_postgres::Error) -> ClusterError {
    ClusterError::Failed(detail(error))
}

/// What an error says, with its cause.
fn detail(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Cluster;
    use cresset_base::{InstanceName, Limits};
    use cresset_testkit::postgres;
    use tokio_postgres::error::SqlState;

    /// The planner writes no schema's name. Should a statement ever name another instance's, the
    /// server itself refuses it.
    #[tokio::test]
    async fn a_connection_of_one_instance_cannot_touch_another() {
        let cluster = Cluster::parse(postgres::server().url(), &Limits::default()).unwrap();
        let names: [InstanceName; 2] = ["mine", "theirs"].map(|name| name.parse().unwrap());
        for name in &names {
            cluster.create(name).await.unwrap();
            let pool = cluster.pool(name, &Limits::default()).unwrap();
            let mut connection = pool.get().await.unwrap();
            crate::schema::migrate(&mut connection, crate::schema::INSTANCE)
                .await
                .unwrap();
        }
        let pool = cluster.pool(&names[0], &Limits::default()).unwrap();
        let mine = pool.get().await.unwrap();
        assert!(
            mine.query("SELECT r FROM resource", &[])
                .await
                .unwrap()
                .is_empty()
        );
        for statement in [
            "SELECT r FROM cresset_theirs.resource",
            "INSERT INTO cresset_theirs.secret VALUES('a','b')",
            "DROP SCHEMA cresset_theirs CASCADE",
            "CREATE SCHEMA more",
        ] {
            let refused = mine.query(statement, &[]).await.unwrap_err();
            let code = refused.code().cloned();
            assert_eq!(code, Some(SqlState::INSUFFICIENT_PRIVILEGE), "{statement}");
        }
    }
}
