//! `cresset instance set`

use cresset_base::InstanceName;
use cresset_store::InstanceSettings;
use serde_json::{Map, Value};

use super::behind;
use crate::commands::{DataDir, rules};
use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::output;

/// Settled when an instance is created.
const FIXED: [&str; 3] = ["created", "place", "mark"];

pub(super) async fn run(
    data: &DataDir,
    name: &InstanceName,
    changes: &[String],
) -> Result<(), Failure> {
    let (data, _) = Data::existing(data)?;
    let seen = data.settings(name).await?;
    let mut settings = changed(&seen, changes)?;
    behind::settle(&data, &mut settings).await?;
    behind::keep(&data, name, Some(&settings)).await?;
    data.set(name, &seen, &settings).await?;
    output::line(format_args!("changed instance {name}"));
    Ok(())
}

/// The settings with these changes.
fn changed(settings: &InstanceSettings, changes: &[String]) -> Result<InstanceSettings, Failure> {
    let mut tree = serde_json::to_value(settings).context("reading the settings")?;
    for change in changes {
        let (path, value) = change
            .split_once('=')
            .ok_or_else(|| refused(change, "is not NAME=VALUE"))?;
        if FIXED.contains(&path) {
            return Err(refused(path, "is settled when an instance is created"));
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        *place(&mut tree, path).ok_or_else(|| refused(path, "is no setting"))? = value;
    }
    let settings: InstanceSettings =
        serde_json::from_value(tree).map_err(|error| refused("what is set", error))?;
    rules::named(&settings.rules)?;
    Ok(settings)
}

/// Where a value stands; that of a setting which was absent is made.
fn place<'t>(tree: &'t mut Value, path: &str) -> Option<&'t mut Value> {
    let mut at = tree;
    for name in path.split('.') {
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        at = at.as_object_mut()?.entry(name).or_insert(Value::Null);
    }
    Some(at)
}

fn refused(what: &str, why: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::Settings, format!("{what}: {why}"))
        .hint("`cresset instance show NAME --json` shows every setting with its value")
}

#[cfg(test)]
mod tests {
    use super::changed;
    use cresset_base::Timestamp;
    use cresset_store::{Deletes, InstanceSettings};

    fn check(changes: &[&str], expect: impl Fn(Result<InstanceSettings, String>) -> bool) {
        let settings = InstanceSettings::new(Timestamp::UNIX_EPOCH);
        let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
        let got = changed(&settings, &changes).map_err(|failure| failure.what().to_owned());
        assert!(expect(got), "{changes:?}");
    }

    #[test]
    fn what_is_named_is_changed_and_nothing_else() {
        check(&["page_default=50", "deletes=never"], |settings| {
            let expected = InstanceSettings {
                page_default: Some(50),
                deletes: Deletes::Never,
                ..InstanceSettings::new(Timestamp::UNIX_EPOCH)
            };
            settings == Ok(expected)
        });
        check(&["authorization.dpop=true"], |settings| {
            settings.is_ok_and(|settings| settings.authorization.dpop)
        });
        check(&["client_registration.scopes=patient/*.rs"], |settings| {
            settings.is_ok_and(|settings| settings.client_registration.is_some())
        });
    }

    #[test]
    fn what_is_no_setting_or_no_value_of_it_is_named() {
        for (change, named) in [
            ("page_max=50", "page_max"),
            ("deletes=all", "all"),
            ("token_lifetime_s=-1", "-1"),
            ("created=2026-01-01T00:00:00Z", "created"),
            ("place=directory", "place"),
            ("mark=a", "mark"),
            ("rules=mine", "mine"),
            ("rules.name=r4", "rules.name"),
            ("page_default", "NAME=VALUE"),
        ] {
            check(&[change], |settings| {
                settings.is_err_and(|what| what.contains(named))
            });
        }
    }
}
