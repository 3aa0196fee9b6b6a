//! A PostgreSQL server for tests: one for each test process, with its own directory and socket, that
//! ends with the process however the process ends.
//!
//! A server refuses to run as root; then it runs as the user `postgres`, who comes with Debian's
//! package, or else as `nobody`.

#![expect(
    clippy::expect_used,
    reason = "without a server the tests that ask for one cannot run"
)]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A running server.
pub struct Server {
    url: String,
    directory: PathBuf,
    /// Its standard input stays open for as long as the server is to run.
    _guard: Child,
}

/// Waits for the end of its input, and then stops the server and removes its directory.
const GUARD: &str = r#"
set -eu
directory=$(mktemp -d -t postgres-test-XXXXXX)
initdb -D "$directory/data" -U cresset -A trust -E UTF8 --locale=C -N >"$directory/log" 2>&1
listens='-c listen_addresses='
if [ -n "${TLS_PORT:-}" ]; then
    listens="-c listen_addresses=localhost -c port=$TLS_PORT -c ssl=on"
    cd "$directory"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority \
        -keyout authority.key -out authority.crt >>log 2>&1
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout data/server.key -out server.csr >>log 2>&1
    echo 'subjectAltName=DNS:localhost' >names
    openssl x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial -days 2 \
        -extfile names -out data/server.crt >>log 2>&1
    chmod 600 data/server.key
    printf 'local all all trust\nhostssl all all all trust\n' >data/pg_hba.conf
    export PGPORT=$TLS_PORT
fi
postgres -D "$directory/data" -k "$directory" $listens -c max_connections=200 \
    -c shared_buffers=128MB >>"$directory/log" 2>&1 &
server=$!
tries=0
until psql -h "$directory" -U cresset -d postgres -c 'SELECT 1' >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ] || ! kill -0 $server 2>/dev/null; then cat "$directory/log" >&2; exit 1; fi
    sleep 0.1
done
echo "$directory"
cat >/dev/null
pg_ctl stop -m immediate -D "$directory/data" >/dev/null 2>&1 || true
rm -rf "$directory"
"#;

/// The server of this process, started on first use.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

impl Server {
    /// Starts a server of one's own, to be stopped and killed.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed or does not start; `cargo xtask check packages` installs it.
    pub fn start() -> Self {
        Self::begin(None)
    }

    /// A server of one's own that is reached at `localhost` by those who encrypt, and proves that
    /// name with a certificate of [`Server::authority`].
    ///
    /// # Panics
    /// As [`Server::start`], and where there is no `openssl`.
    pub fn encrypted() -> Self {
        let free = TcpListener::bind("localhost:0").expect("a free port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        Self {
            url: format!("postgres://cresset@localhost:{port}/postgres"),
            ..Self::begin(Some(port))
        }
    }

    /// The certificate of the authority that an encrypted server's is made by, as a file.
    pub fn authority(&self) -> PathBuf {
        self.directory.join("authority.crt")
    }

    fn begin(tls_port: Option<u16>) -> Self {
        let port = tls_port.map(|port| port.to_string());
        let mut guard = unprivileged()
            .args(["sh", "-c", GUARD])
            .env("TLS_PORT", port.as_deref().unwrap_or_default())
            .env("PATH", path())
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell to start PostgreSQL with");
        let mut line = String::new();
        let said = guard.stdout.take().expect("the shell's output");
        BufReader::new(said)
            .read_line(&mut line)
            .expect("the server's directory");
        let directory = line.trim();
        assert!(
            !directory.is_empty(),
            "PostgreSQL did not start; `cargo xtask check packages` installs it"
        );
        Self {
            url: format!(
                "postgres://cresset@{}:{}/postgres",
                directory.replace('/', "%2F"),
                port.as_deref().unwrap_or("5432")
            ),
            directory: directory.into(),
            _guard: guard,
        }
    }

    /// Where it is reached, as a role that may do everything.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it at once, as a crash would, and starts it again.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn restart(&self) {
        let data = self.directory.join("data");
        let log = self.directory.join("log");
        let done = unprivileged()
            .args(["pg_ctl", "restart", "-w", "-m", "immediate", "-D"])
            .arg(data)
            .arg("-l")
            .arg(log)
            .env("PATH", path())
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::null())
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "PostgreSQL did not start again"
        );
    }
}

/// Debian keeps the server's programs apart from those of its clients.
fn path() -> String {
    let mut places: Vec<String> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| {
            versions
                .flatten()
                .map(|version| version.path().join("bin").display().to_string())
                .collect()
        })
        .unwrap_or_default();
    // The newest first.
    places.sort();
    places.reverse();
    places.push("/usr/local/bin:/usr/bin:/bin".to_owned());
    places.join(":")
}

/// A command that runs what follows as somebody who is not root.
fn unprivileged() -> Command {
    let is = |arguments: &[&str]| {
        let said = Command::new("id").args(arguments).output();
        said.ok()
            .filter(|said| said.status.success())
            .map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
    };
    if is(&["-u"]).as_deref() != Some("0") {
        return Command::new("env");
    }
    let user = if is(&["-u", "postgres"]).is_some() {
        "postgres"
    } else {
        "nobody"
    };
    let mut command = Command::new("setpriv");
    command.args([
        &format!("--reuid={user}"),
        &format!("--regid={}", is(&["-gn", user]).unwrap_or_default()),
        "--clear-groups",
        "--",
    ]);
    command
}
