//! The binary as a process over a data directory of its own.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::Client;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_mins(1);

/// How long a server that is asked to end is still asked for its health.
const DRAIN_MS: &str = "1000";

/// A running server; ended with the value.
pub(crate) struct Server {
    data: TempDir,
    port: u16,
    child: Child,
    apps: BTreeMap<String, App>,
    /// Settings of the process.
    environment: Vec<(String, String)>,
}

/// An app as registered: what a token is asked with.
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// An instance to start with, and what its app may ask for.
pub(crate) struct Setup<'a> {
    pub(crate) instance: &'a str,
    pub(crate) scopes: &'a str,
    /// More arguments of `instance create`.
    pub(crate) settings: &'a [&'a str],
}

impl<'a> Setup<'a> {
    /// An instance whose app may ask for everything a backend service may have.
    pub(crate) fn of(instance: &'a str) -> Self {
        Self {
            instance,
            scopes: "system/*.cruds user/*.cruds",
            settings: &[],
        }
    }
}

impl Server {
    /// A server with these instances, all empty.
    pub(crate) async fn start(setups: &[Setup<'_>]) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut apps = BTreeMap::new();
        for setup in setups {
            let create = [&["instance", "create", setup.instance], setup.settings].concat();
            succeed(command(data.path(), &create));
            apps.insert(setup.instance.to_owned(), register(data.path(), setup));
        }
        let port = free_port();
        let child = spawn(serve(data.path(), port));
        let server = Self {
            data,
            port,
            child,
            apps,
            environment: Vec::new(),
        };
        server.await_health().await;
        server
    }

    /// A server with one instance `alpha`, and a caller there who may do everything.
    pub(crate) async fn alone() -> (Self, Client) {
        let server = Self::start(&[Setup::of("alpha")]).await;
        let client = server.caller("alpha", "system/*.cruds").await;
        (server, client)
    }

    /// A caller without a token, who may see the canaries of the instance.
    pub(crate) fn nobody(&self, instance: &str) -> Client {
        Client::nobody(
            format!("http://localhost:{}/{instance}", self.port),
            instance,
        )
    }

    /// The app of an instance.
    pub(crate) fn app(&self, instance: &str) -> &App {
        self.apps.get(instance).expect("an instance of this server")
    }

    /// A caller with a fresh token for these scopes.
    pub(crate) async fn caller(&self, instance: &str, scopes: &str) -> Client {
        let nobody = self.nobody(instance);
        nobody.authorized(self.app(instance), scopes).await
    }

    /// A node with these settings, whose data directory is empty.
    pub(crate) async fn node(environment: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut serve = serve(data.path(), port);
        serve.envs(environment.iter().copied());
        let child = spawn(serve);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let server = Self {
            data,
            port,
            child,
            apps: BTreeMap::new(),
            environment: environment.iter().map(owned).collect(),
        };
        server.await_health().await;
        server
    }

    /// Another node that serves the same instances, with a data directory of its own.
    pub(crate) async fn another_node(&self) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let instances = |of: &Path| of.join("data/instances");
        for entry in std::fs::read_dir(instances(self.data.path())).expect("instances") {
            let from = entry.expect("an instance").path();
            let name = from.file_name().expect("a name");
            let to = instances(data.path()).join(name);
            std::fs::create_dir_all(&to).expect("a folder");
            for file in ["instance.json", "cluster.url"] {
                std::fs::copy(from.join(file), to.join(file)).expect("a copy");
            }
        }
        let port = free_port();
        let child = spawn(serve(data.path(), port));
        let server = Self {
            data,
            port,
            child,
            apps: BTreeMap::new(),
            environment: Vec::new(),
        };
        server.await_health().await;
        server
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the server was running");
        self.child.wait().expect("the server ended");
    }

    /// Asks the process to end, and waits until it has done so in peace.
    pub(crate) fn stop(&mut self) {
        let mut terminate = Command::new("kill");
        terminate.args(["-TERM", &self.child.id().to_string()]);
        succeed(terminate);
        let ended = self.child.wait().expect("the server ended");
        assert!(ended.success(), "{ended:?}");
    }

    /// Gives the process a setting when it is started again.
    pub(crate) fn set(&mut self, (name, value): (&str, &str)) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the process again over the same data.
    pub(crate) async fn start_again(&mut self) {
        let mut serve = serve(self.data.path(), self.port);
        serve.envs(self.environment.iter().cloned());
        self.child = spawn(serve);
        self.await_health().await;
    }

    /// Starts it again with a bound on the size of each file, which is how a process without rights
    /// meets a disk that takes no more. The bound is soft: [`Self::enlarge_disk`] lifts it.
    pub(crate) async fn start_on_small_disk(&mut self, file_kib: u32) {
        // A write past the bound shall fail; without the trap it would end the process.
        let script = r#"trap "" XFSZ; ulimit -S -f "$0"; exec "$@""#;
        let blocks = (file_kib * 2).to_string();
        let serve = serve(self.data.path(), self.port);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", script, &blocks])
            .arg(serve.get_program())
            .args(serve.get_args());
        shell.envs(
            serve
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        self.child = spawn(shell);
        self.await_health().await;
    }

    /// Lifts the bound of a running server.
    pub(crate) fn enlarge_disk(&self) {
        let mut prlimit = Command::new("prlimit");
        prlimit.args(["--fsize=unlimited", "--pid", &self.child.id().to_string()]);
        succeed(prlimit);
    }

    /// What a command says about a stopped server's data, as JSON; it is about the instance `alpha`.
    pub(crate) fn operate(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments = [arguments, &["--instance", "alpha"]].concat();
        let output = succeed(command(self.data.path(), &arguments));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// What a command prints about the instance `alpha` of a stopped server.
    pub(crate) fn printed(&self, arguments: &[&str]) -> String {
        let arguments = [arguments, &["--instance", "alpha"]].concat();
        let output = succeed(command(self.data.path(), &arguments));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The most memory the process has had so far.
    pub(crate) fn peak_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).expect("what the system knows of the process");
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.expect("a peak").parse().expect("a number")
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        data_directory(self.data.path())
    }

    /// Proves a stopped server's data; panics with the report when something is wrong.
    pub(crate) fn verify(&self) {
        succeed(command(self.data.path(), &["verify"]));
    }

    /// Everything the server wrote to disk.
    pub(crate) fn files(&self) -> Vec<Vec<u8>> {
        let mut folders = vec![self.data.path().to_path_buf()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a readable folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(std::fs::read(path).expect("a readable file"));
                }
            }
        }
        files
    }

    async fn await_health(&self) {
        let http = reqwest::Client::new();
        let begun = Instant::now();
        let address = format!("http://localhost:{}/health", self.port);
        while !http
            .get(&address)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(begun.elapsed() < START, "the server does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already: some tests kill it.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Registers an app on the command line, as an operator does.
fn register(data: &Path, setup: &Setup<'_>) -> App {
    let arguments = [
        "app",
        "register",
        "--instance",
        setup.instance,
        "--name",
        "Black box",
        "--scopes",
        setup.scopes,
    ];
    let output = succeed(command(data, &arguments));
    registered(&String::from_utf8_lossy(&output.stdout))
}

/// The app that was registered.
fn registered(printed: &str) -> App {
    let word = |label: &str| {
        let mut words = printed.split_whitespace().skip_while(|word| *word != label);
        words
            .nth(1)
            .unwrap_or_else(|| panic!("no {label} in {printed}"))
            .to_owned()
    };
    App {
        client_id: word("client_id"),
        client_secret: word("client_secret"),
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// The binary over a data directory, without anything of the environment it is tested in.
fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cresset"));
    command.args(arguments).current_dir(data);
    command
        .env_clear()
        .env("CRESSET_DATA", data_directory(data));
    command
}

/// Within the temporary folder of a server.
fn data_directory(folder: &Path) -> PathBuf {
    folder.join("data")
}

const EVERYTHING: &str = "system/*.cruds";

/// A data directory of an operator, whose commands have the settings of the nodes.
pub(crate) struct Operator {
    data: TempDir,
    environment: Vec<(String, String)>,
}

impl Operator {
    pub(crate) fn new(environment: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            data: tempfile::tempdir().expect("a temporary folder"),
            environment: environment.iter().map(owned).collect(),
        }
    }

    /// What a command prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let mut command = command(self.data.path(), arguments);
        command.envs(self.environment.iter().cloned());
        String::from_utf8(succeed(command).stdout).expect("UTF-8")
    }

    /// What a command says when it fails.
    pub(crate) fn refuse(&self, arguments: &[&str]) -> String {
        let mut command = command(self.data.path(), arguments);
        command.envs(self.environment.iter().cloned());
        let output = command.output().expect("the binary runs");
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// A caller's token at a node, of a fresh app that may do everything.
    pub(crate) async fn caller(&self, node: &Server, instance: &str) -> Client {
        let app = self.app(instance, &[]);
        node.nobody(instance).authorized(&app, EVERYTHING).await
    }

    /// The same at the front that the instance stands behind.
    pub(crate) async fn caller_at(&self, front: &Client, instance: &str) -> Client {
        let app = self.app(instance, &["--at-front"]);
        front.authorized(&app, EVERYTHING).await
    }

    /// Registers an app that may do everything.
    fn app(&self, instance: &str, more: &[&str]) -> App {
        let register = [
            "app",
            "register",
            "--instance",
            instance,
            "--name",
            "Box",
            "--scopes",
            EVERYTHING,
        ];
        registered(&self.run(&[register.as_slice(), more].concat()))
    }
}

/// What a command over an empty data directory says when it fails.
pub(crate) fn refuse(arguments: &[&str]) -> String {
    let data = tempfile::tempdir().expect("a temporary folder");
    let output = command(data.path(), arguments).output();
    let output = output.expect("the binary runs");
    assert!(!output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn succeed(mut command: Command) -> Output {
    let output = command.output().expect("the binary runs");
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

fn serve(data: &Path, port: u16) -> Command {
    let mut serve = command(data, &["serve", "--port", &port.to_string()]);
    serve.env("CRESSET_DRAIN_MS", DRAIN_MS);
    serve
}

fn spawn(mut serve: Command) -> Child {
    serve.stdout(Stdio::null()).stderr(Stdio::null());
    serve.spawn().expect("the binary runs")
}
