//! The measured server with data of its own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Bench;
use crate::figures::{Figure, Goal, float};
use crate::load::{Target, once};
use crate::process::{Ran, Server, run};
use crate::sample::{Sample, samples};
use crate::{Error, Result, unexpected};

/// The measured instance.
pub(super) const INSTANCE: &str = "bench";

/// The measured server, its data, and what they were made from.
pub(super) struct Local {
    exe: PathBuf,
    /// Its data directory.
    pub(super) data: PathBuf,
    /// What it was filled with.
    pub(super) samples: Vec<Sample>,
    /// How the filling went.
    pub(super) imported: Ran,
    server: Option<Server>,
}

impl Local {
    /// Makes an instance and fills it.
    pub(super) fn prepare(bench: &Bench) -> Result<Self> {
        (bench.say)("making the population");
        let samples = samples(bench.resources);
        let file = bench.scratch.join("sample.ndjson");
        write(&file, samples.iter().map(|sample| sample.json.as_slice()))?;
        let data = bench.scratch.join("data");
        (bench.say)("importing it");
        let imported = fill(&bench.exe, &data, &file)?;
        Ok(Self {
            exe: bench.exe.clone(),
            data,
            samples,
            imported,
            server: None,
        })
    }

    /// The database of the instance.
    pub(super) fn database(&self) -> PathBuf {
        let instance = self.data.join("instances").join(INSTANCE);
        instance.join("instance.sqlite")
    }

    /// Starts the server, registers an app and gets a token.
    pub(super) fn serve(&mut self) -> Result<Target> {
        let (server, target) = serve(&self.exe, &self.data)?;
        self.server = Some(server);
        Ok(target)
    }

    pub(super) fn stop(&mut self) {
        self.server = None;
    }

    /// The memory of a server that has answered once.
    pub(super) fn idle_memory(&self) -> Figure {
        let bytes = self.server.as_ref().map_or(0, Server::memory_bytes);
        Figure::new("memory of the idle server", megabytes(bytes), "MB").goal(Goal::AtMost(80.0))
    }
}

/// Makes the instance in a data directory and fills it from a file.
pub(super) fn fill(exe: &Path, data: &Path, file: &Path) -> Result<Ran> {
    let (data, file) = (text(data), text(file));
    run(exe, &["instance", "create", INSTANCE, "--data", &data])?;
    run(
        exe,
        &["import", "--data", &data, "--instance", INSTANCE, &file],
    )
}

/// Makes an empty instance in a data directory and serves it.
pub(super) fn empty(exe: &Path, data: &Path) -> Result<(Server, Target)> {
    run(
        exe,
        &["instance", "create", INSTANCE, "--data", &text(data)],
    )?;
    serve(exe, data)
}

/// Starts a server over a data directory; gives it with a target that has a token.
pub(super) fn serve(exe: &Path, data: &Path) -> Result<(Server, Target)> {
    let app = register(
        exe,
        data,
        &["--name", "bench", "--scopes", "system/*.cruds"],
    )?;
    let server = Server::start(exe, data, INSTANCE)?;
    let target = server.target(INSTANCE, None)?;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        member(&app, "client_id")?,
        member(&app, "client_secret")?
    );
    let request = target.form(&token_path(), &form);
    let (status, body) = once(target.address, &request)?;
    if status != 200 {
        return unexpected(format!("no token was given: {status}"));
    }
    let token = member(&parse(&body)?, "access_token")?;
    Ok((
        server,
        Target {
            token: Some(token),
            ..target
        },
    ))
}

/// Where the measured instance gives tokens.
pub(super) fn token_path() -> String {
    format!("/{INSTANCE}/auth/token/")
}

/// Registers an app of the measured instance; gives what the command printed of it.
pub(super) fn register(exe: &Path, data: &Path, of: &[&str]) -> Result<Value> {
    let data = text(data);
    let command = [
        "app",
        "register",
        "--data",
        &data,
        "--instance",
        INSTANCE,
        "--json",
    ];
    parse(run(exe, &[&command, of].concat())?.output.as_bytes())
}

/// Writes lines.
pub(super) fn write<'a>(path: &Path, lines: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for line in lines {
        file.write_all(line)?;
        file.write_all(b"\n")?;
    }
    Ok(file.flush()?)
}

pub(super) fn megabytes(bytes: u64) -> f64 {
    float(bytes) / 1e6
}

pub(super) fn text(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn parse(json: &[u8]) -> Result<Value> {
    serde_json::from_slice(json)
        .map_err(|error| Error::Unexpected(format!("an answer is not JSON: {error}")))
}

pub(super) fn member(value: &Value, name: &str) -> Result<String> {
    match value.get(name).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => unexpected(format!("an answer holds no {name}")),
    }
}
