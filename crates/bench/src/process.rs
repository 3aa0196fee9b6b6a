//! The measured server as a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::load::{Target, once};
use crate::{Result, unexpected};

/// How long a server may take to answer.
const START_MAX: Duration = Duration::from_mins(1);

/// A running server; ended when it is dropped.
pub struct Server {
    child: Child,
    /// The port it listens on.
    pub port: u16,
    /// From its start to its first answer.
    pub start: Duration,
}

impl Server {
    /// Starts `exe serve` over a data directory and waits for its first answer about `instance`.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start(exe: &Path, data: &Path, instance: &str) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let begun = Instant::now();
        let child = Command::new(exe)
            .args(["serve", "--port", &port.to_string(), "--data"])
            .arg(data)
            .env("CRESSET_LOG__FILTER", "error")
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self {
            child,
            port,
            start: Duration::ZERO,
        };
        let target = server.target(instance, None)?;
        // A search needs a token; that it is refused shows that the instance is open.
        let request = target.get("Patient?_count=1");
        loop {
            if once(target.address, &request).is_ok_and(|(status, _)| status == 401) {
                server.start = begun.elapsed();
                return Ok(server);
            }
            if begun.elapsed() > START_MAX || server.child.try_wait()?.is_some() {
                return unexpected("the server did not start");
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Its FHIR base for an instance.
    ///
    /// # Errors
    /// Never for a server on this machine.
    pub fn target(&self, instance: &str, token: Option<String>) -> Result<Target> {
        Target::parse(
            &format!("http://127.0.0.1:{}/{instance}/fhir", self.port),
            token,
        )
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The processor time it has used so far.
    pub fn processor(&self) -> Duration {
        processor(self.child.id())
    }

    /// Its memory now, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        status_bytes(self.child.id(), "VmRSS:")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about it then.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A command that ran to its end.
pub struct Ran {
    /// What it printed.
    pub output: String,
    /// How long it took.
    pub elapsed: Duration,
    /// The most memory it used, in bytes.
    pub memory_bytes: u64,
}

/// Runs `exe` to its end and watches its memory.
///
/// # Errors
/// When it fails.
pub fn run(exe: &Path, arguments: &[&str]) -> Result<Ran> {
    let begun = Instant::now();
    let mut child = Command::new(exe)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let printed = child.stdout.take().map(collect);
    let complained = child.stderr.take().map(collect);
    let mut memory_bytes = 0;
    let status = loop {
        // The high-water mark is gone once the process is.
        memory_bytes = status_bytes(child.id(), "VmHWM:").max(memory_bytes);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let elapsed = begun.elapsed();
    let text = |reader: Option<thread::JoinHandle<String>>| {
        reader.and_then(|r| r.join().ok()).unwrap_or_default()
    };
    let (output, complaints) = (text(printed), text(complained));
    if !status.success() {
        return unexpected(format!(
            "{} ended with {status}: {output}{complaints}",
            arguments.join(" ")
        ));
    }
    Ok(Ran {
        output,
        elapsed,
        memory_bytes,
    })
}

fn collect(stream: impl std::io::Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        BufReader::new(stream)
            .lines()
            .map_while(std::io::Result::ok)
            .fold(String::new(), |text, line| text + &line + "\n")
    })
}

/// A line of `/proc/<pid>/status`, in bytes; 0 where there is no such file.
fn status_bytes(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line
        .and_then(|line| line.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// Ticks of a second in `/proc/<pid>/stat` (`USER_HZ`, which is 100 on every Linux).
const TICKS_S: u64 = 100;

/// The processor time that a process, all its threads, has used so far; nothing where the system does
/// not say.
pub fn processor(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in brackets may hold anything; what follows are numbers, user and system time among them.
    let numbers = stat.rsplit_once(')').map_or("", |(_, numbers)| numbers);
    let ticks = numbers.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1_000 / TICKS_S)
}

/// Bytes of all files below a folder.
pub(crate) fn disk_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}

/// The most memory a process used so far, in bytes; 0 where the system does not say.
pub(crate) fn peak_memory_bytes(pid: u32) -> u64 {
    status_bytes(pid, "VmHWM:")
}
