//! The demo as a process: what it prints, where it listens, how it ends.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::{PATIENTS, Result, expect, shell};
use crate::Outcome;
use crate::workspace::target;

/// How long the demo may take to print its lines on a busy machine.
const START_SECONDS: u64 = 120;
/// How long it may take to stop.
const STOP_SECONDS: u64 = 15;

/// A running demo; killed when it is dropped.
pub(super) struct Demo {
    child: Child,
    port: u16,
    /// What it printed until it was ready.
    pub(super) printed: Vec<String>,
    /// What it prints; kept so that the pipe stays drained while the demo runs.
    lines: Receiver<String>,
}

impl Demo {
    pub(super) fn start(root: &Path, data: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut child = Command::new(target(root).join("release").join("cresset"))
            .args([
                "demo",
                "--patients",
                PATIENTS,
                "--port",
                &port.to_string(),
                "--data",
            ])
            .arg(data.join("data"))
            .current_dir(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let lines = lines(&mut child)?;
        let mut demo = Self {
            child,
            port,
            printed: Vec::new(),
            lines,
        };
        demo.await_answers()?;
        Ok(demo)
    }

    /// Collects what is printed until the health address answers and the printing pauses.
    fn await_answers(&mut self) -> Outcome {
        let begun = Instant::now();
        let mut healthy = false;
        loop {
            match self.lines.recv_timeout(Duration::from_millis(500)) {
                Ok(line) => self.printed.push(line),
                // What was printed while the health address was asked is still to be read.
                Err(RecvTimeoutError::Timeout) if healthy => return Ok(()),
                Err(RecvTimeoutError::Timeout) if begun.elapsed().as_secs() < START_SECONDS => {
                    healthy = self.healthy();
                }
                Err(_) => {
                    let printed = self.printed.join("\n");
                    return Err(format!("the demo did not start: {printed}").into());
                }
            }
        }
    }

    fn healthy(&self) -> bool {
        shell(&format!("curl --fail -sS {}/health", self.address())).is_ok()
    }

    pub(super) fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The printed commands, each with its continued lines.
    pub(super) fn curls(&self) -> Vec<String> {
        let joined = self.printed.join("\n").replace("\\\n", " ");
        joined
            .lines()
            .map(str::trim)
            .filter(|line| line.contains("curl "))
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn word_after(&self, label: &str) -> Result<String> {
        let found = self.printed.iter().find_map(|line| {
            let mut words = line
                .split_whitespace()
                .skip_while(|word| word.trim_end_matches(':') != label);
            words.nth(1).map(str::to_owned)
        });
        found.ok_or_else(|| format!("no {label} was printed").into())
    }

    /// Ctrl-C, and a clean end.
    pub(super) fn stop(&mut self) -> Outcome {
        shell(&format!("kill -INT {}", self.child.id()))?;
        let begun = Instant::now();
        while begun.elapsed().as_secs() < STOP_SECONDS {
            if let Some(status) = self.child.try_wait()? {
                return expect(
                    status.success(),
                    "Ctrl-C stops it cleanly",
                    &status.to_string(),
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("Ctrl-C did not stop it".into())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It is being thrown away because something failed: there is nobody left to tell.
            let _ended = self.child.kill().and_then(|()| self.child.wait());
        }
    }
}

/// The lines a child prints, as they come.
fn lines(child: &mut Child) -> Result<Receiver<String>> {
    let output = child.stdout.take().ok_or("the demo has no output")?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output)
            .lines()
            .map_while(std::io::Result::ok)
        {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}

/// A folder for one run, removed with it.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let folder = target(root).join(format!("demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that stays is litter under target/, not a failed check.
        let _litter = std::fs::remove_dir_all(&self.0);
    }
}
