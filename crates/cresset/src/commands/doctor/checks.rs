//! What the doctor looks at.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::SystemTime;

use cresset_base::{InstanceName, Timestamp};
use cresset_store::Instances as _;

use super::{Check, Outcome};
use crate::commands::instance::behind;
use crate::data::Data;
use crate::failure::Kind;
use crate::settings::{Flags, Settings};
use crate::{output, surroundings};

/// Below this the disk is nearly full.
const FREE_WARNING: u64 = 1_000_000_000;
/// Below this writes will soon be refused.
const FREE_MIN: u64 = 100_000_000;
/// No clock is right that shows an earlier instant: this program did not exist.
const EARLIEST: &str = "2026-11-01T00:00:00Z";
/// How far ahead of the clock a file may have been written before the clock is doubted.
const AHEAD_MAX_S: u64 = 60;

/// All checks, in the order in which one failing explains the next.
pub(super) async fn all(config: Option<&Path>, flags: &Flags) -> Vec<Check> {
    let settings = match Settings::load(config, flags) {
        Ok(settings) => settings,
        Err(failure) => return vec![Check::new("configuration", Outcome::Failed, failure.what())],
    };
    let mut checks = vec![Check::new(
        "configuration",
        Outcome::Ok,
        format!("serves {}", settings.public_url()),
    )];
    checks.push(clock(surroundings::clock().now()));
    checks.push(directory(&settings.data));
    if settings.data.is_dir() {
        checks.push(writable(&settings.data));
        checks.push(disk(&settings.data));
        checks.push(written_later(&settings.data));
        checks.extend(instances(&settings).await);
    }
    checks.push(port(&settings));
    checks
}

fn clock(now: Timestamp) -> Check {
    let earliest: Result<Timestamp, _> = EARLIEST.parse();
    if earliest.is_ok_and(|earliest| now < earliest) {
        return Check::new(
            "clock",
            Outcome::Failed,
            format!("shows {now:.0}, which is past: tokens and records would be misdated"),
        );
    }
    Check::new("clock", Outcome::Ok, format!("{now:.0}"))
}

fn directory(path: &Path) -> Check {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => {
            Check::new("data directory", Outcome::Ok, path.display().to_string())
        }
        Ok(_) => Check::new(
            "data directory",
            Outcome::Failed,
            format!("{} is not a directory", path.display()),
        ),
        Err(_) => {
            let found = format!(
                "{} does not exist yet; the first command that writes makes it",
                path.display()
            );
            Check::new("data directory", Outcome::Warning, found)
        }
    }
}

fn writable(path: &Path) -> Check {
    let probe = path.join(format!(".doctor-{}", std::process::id()));
    let written = fs::write(&probe, b"x").and_then(|()| fs::remove_file(&probe));
    match written {
        Ok(()) => Check::new("writable", Outcome::Ok, "yes"),
        Err(error) => Check::new("writable", Outcome::Failed, format!("no: {error}")),
    }
}

fn disk(path: &Path) -> Check {
    match fs4::available_space(path) {
        Ok(free) => {
            let outcome = if free < FREE_MIN {
                Outcome::Failed
            } else if free < FREE_WARNING {
                Outcome::Warning
            } else {
                Outcome::Ok
            };
            Check::new(
                "disk space",
                outcome,
                format!("{} MB free", output::count(free / 1_000_000)),
            )
        }
        Err(error) => Check::new("disk space", Outcome::Warning, format!("unknown: {error}")),
    }
}

/// Files from the future show that the clock was set back.
fn written_later(path: &Path) -> Check {
    let now: SystemTime = surroundings::clock().now().into();
    let ahead = newest(path, 3).and_then(|newest| newest.duration_since(now).ok());
    match ahead {
        Some(ahead) if ahead.as_secs() > AHEAD_MAX_S => {
            let found = format!(
                "data was written {} s ahead of the clock: was the clock set back?",
                ahead.as_secs()
            );
            Check::new("clock and data", Outcome::Failed, found)
        }
        _ => Check::new(
            "clock and data",
            Outcome::Ok,
            "nothing was written in the future",
        ),
    }
}

fn newest(path: &Path, depth: usize) -> Option<SystemTime> {
    let entries = fs::read_dir(path).ok()?.flatten();
    let times = entries.filter_map(|entry| {
        let meta = entry.metadata().ok()?;
        if meta.is_dir() && depth > 0 {
            newest(&entry.path(), depth - 1)
        } else {
            meta.modified().ok()
        }
    });
    times.max()
}

async fn instances(settings: &Settings) -> Vec<Check> {
    let data = match Data::open(settings) {
        Ok(data) => data,
        Err(failure) if failure.kind() == Kind::Locked => {
            return vec![Check::new(
                "lock",
                Outcome::Warning,
                "held by a running server; its instances were not opened",
            )];
        }
        Err(failure) => return vec![Check::new("lock", Outcome::Failed, failure.what())],
    };
    let mut checks = vec![Check::new("lock", Outcome::Ok, "free")];
    let names = match data.names().await {
        Ok(names) => names,
        Err(failure) => return vec![Check::new("instances", Outcome::Failed, failure.what())],
    };
    for name in &names {
        let opened = data.store(name).await;
        checks.push(match opened {
            Ok(_) => Check::new(
                "instance",
                Outcome::Ok,
                format!("{name} opens, its schema is current"),
            ),
            Err(failure) => Check::new("instance", Outcome::Failed, failure.what()),
        });
    }
    checks.extend(fronts(&data, &names).await);
    if names.is_empty() {
        checks.push(Check::new(
            "instances",
            Outcome::Warning,
            "there are none; `cresset instance create` makes one",
        ));
    }
    checks
}

/// Practices that are served at no front although they are set to stand behind one.
async fn fronts(data: &Data, names: &[InstanceName]) -> Vec<Check> {
    let mut checks = Vec::new();
    for name in names {
        let Ok(settings) = data.settings(name).await else {
            continue;
        };
        let (Some(front), Some(mark)) = (&settings.behind, &settings.mark) else {
            continue;
        };
        let wrong = match (
            behind::judge(data, &settings).await,
            data.marked(mark).await,
        ) {
            (Err(failure), _) => Some(failure.what().to_owned()),
            (Ok(()), Ok(Some(_))) => None,
            _ => Some("another instance has the same mark".to_owned()),
        };
        checks.push(match wrong {
            None => Check::new("front", Outcome::Ok, format!("{front} serves {name}")),
            Some(why) => Check::new(
                "front",
                Outcome::Failed,
                format!("{front} does not serve {name}: {why}"),
            ),
        });
    }
    checks
}

fn port(settings: &Settings) -> Check {
    match TcpListener::bind((settings.listen, settings.port)) {
        Ok(_) => Check::new("port", Outcome::Ok, format!("{} is free", settings.port)),
        Err(error) => Check::new(
            "port",
            Outcome::Warning,
            format!("{} cannot be listened on now: {error}", settings.port),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Outcome, all, clock};
    use crate::settings::{Flags, Settings};
    use crate::surroundings;
    use cresset_store::InstanceSettings;

    #[test]
    fn a_clock_in_the_past_is_a_fault() {
        assert_eq!(
            clock("1970-01-02T00:00:00Z".parse().unwrap()).outcome,
            Outcome::Failed
        );
        assert_eq!(
            clock("2027-01-02T00:00:00Z".parse().unwrap()).outcome,
            Outcome::Ok
        );
    }

    #[tokio::test]
    async fn practices_that_no_front_serves_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            data: folder.path().to_owned(),
            ..Settings::default()
        };
        let data = Data::open(&settings).unwrap();
        let plain = InstanceSettings::new(surroundings::clock().now());
        let behind = |mark: &str, client_ids| InstanceSettings {
            behind: Some("clinics".to_owned()),
            mark: Some(mark.to_owned()),
            client_ids,
            ..plain.clone()
        };
        let front = InstanceSettings {
            front: true,
            ..plain.clone()
        };
        for (name, settings) in [
            ("clinics", front),
            ("well", behind("a", true)),
            ("unlike", behind("b", false)),
            ("one", behind("c", true)),
            ("copy", behind("c", true)),
        ] {
            let name = name.parse().unwrap();
            data.create(&name, &settings, None).await.unwrap();
        }
        drop(data);
        let flags = Flags {
            data: Some(folder.path().to_owned()),
            port: Some(0),
            ..Flags::default()
        };
        let checks = all(None, &flags).await;
        let fronts = checks.iter().filter(|check| check.what == "front");
        let told: Vec<_> = fronts.map(|check| (check.outcome, &*check.found)).collect();
        let same = "another instance has the same mark";
        for (name, why) in [
            ("copy", same),
            ("one", same),
            ("unlike", "client_ids differs"),
        ] {
            let is_told = told.iter().any(|(outcome, found)| {
                let begin = format!("clinics does not serve {name}: {why}");
                *outcome == Outcome::Failed && found.starts_with(&begin)
            });
            assert!(is_told, "{name} {told:?}");
        }
        assert!(
            told.contains(&(Outcome::Ok, "clinics serves well")),
            "{told:?}"
        );
    }

    #[tokio::test]
    async fn an_empty_directory_is_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let flags = Flags {
            data: Some(folder.path().to_owned()),
            port: Some(0),
            ..Flags::default()
        };
        let checks = all(None, &flags).await;
        let failed: Vec<_> = checks
            .iter()
            .filter(|check| check.outcome == Outcome::Failed)
            .collect();
        assert!(failed.is_empty(), "{failed:?}");
        assert!(checks.iter().any(|check| check.found == "free"));
    }
}
