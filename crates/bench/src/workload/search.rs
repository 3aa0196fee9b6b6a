//! Random values of every family of search parameters, taken from what the base holds.

use std::sync::Arc;

use serde_json::Value;

use super::How;
use super::report::{Line, Seen};
use crate::load::{Press, Target, once, watch};
use crate::{Result, unexpected};

/// Resources of a type that are looked at for values.
const LOOKED_AT: usize = 500;
/// Searches of one family that are asked round and round.
const SEARCHES: usize = 400;

/// The value of one parameter in a resource, as a search writes it.
type Query = fn(&Value) -> Option<String>;

/// A family, and where its values come from.
const FAMILIES: [(&str, &[(&str, Query)]); 6] = [
    (
        "string",
        &[
            ("Patient", |r| {
                at(r, "/name/0/family").map(|v| format!("family={v}"))
            }),
            ("Patient", |r| {
                at(r, "/name/0/given/0").map(|v| format!("given={v}"))
            }),
            ("Patient", |r| {
                at(r, "/address/0/city").map(|v| format!("address-city={v}"))
            }),
            ("Organization", |r| {
                at(r, "/name").map(|v| format!("name={v}"))
            }),
        ],
    ),
    (
        "date",
        &[
            ("Patient", |r| {
                at(r, "/birthDate").map(|v| format!("birthdate={v}"))
            }),
            ("Observation", |r| {
                day(r, "/effectiveDateTime").map(|v| format!("date={v}"))
            }),
            ("Observation", |r| {
                month(r, "/effectiveDateTime").map(|v| format!("date=ge{v}"))
            }),
            ("Encounter", |r| {
                day(r, "/period/start").map(|v| format!("date=le{v}"))
            }),
        ],
    ),
    (
        "reference",
        &[
            ("Observation", |r| {
                at(r, "/subject/reference").map(|v| format!("subject={v}"))
            }),
            ("Observation", |r| {
                at(r, "/encounter/reference").map(|v| format!("encounter={v}"))
            }),
            ("Encounter", |r| {
                at(r, "/subject/reference").map(|v| format!("subject={v}"))
            }),
        ],
    ),
    (
        "token",
        &[
            ("Patient", |r| {
                at(r, "/gender").map(|v| format!("gender={v}"))
            }),
            ("Patient", |r| {
                token(r, "/identifier/0", "value").map(|v| format!("identifier={v}"))
            }),
            ("Observation", |r| {
                token(r, "/code/coding/0", "code").map(|v| format!("code={v}"))
            }),
            ("Encounter", |r| {
                token(r, "/class", "code").map(|v| format!("class={v}"))
            }),
        ],
    ),
    (
        "quantity",
        &[
            ("Observation", |r| {
                quantity(r).map(|v| format!("value-quantity={v}"))
            }),
            ("Observation", |r| {
                quantity(r).map(|v| format!("value-quantity=gt{v}"))
            }),
        ],
    ),
    (
        "composite",
        &[("Observation", |r| {
            let code = token(r, "/code/coding/0", "code")?;
            Some(format!("code-value-quantity={code}$ge{}", quantity(r)?))
        })],
    ),
];

/// Each family for the whole time.
pub(super) fn run(target: &Target, how: &How) -> Result<Vec<Line>> {
    (how.say)("looking for values");
    let types = ["Patient", "Observation", "Encounter", "Organization"];
    let mut found = Vec::new();
    for of in types {
        found.push((of, resources(target, of)?));
    }
    let mut lines = Vec::new();
    for (family, sources) in FAMILIES {
        (how.say)(family);
        let mut paths: Vec<String> = Vec::new();
        for (of, value) in sources {
            let of_type = found.iter().filter(|(name, _)| name == of);
            let values = of_type
                .flat_map(|(_, resources)| resources)
                .filter_map(*value);
            paths.extend(values.map(|query| format!("{of}?{}&_count=20", escaped(&query))));
        }
        if paths.is_empty() {
            return unexpected(format!("the base holds no values for {family} searches"));
        }
        lines.push(pressed(target, how, (family, mixed(paths)))?);
    }
    Ok(lines)
}

fn pressed(target: &Target, how: &How, (family, paths): (&str, Vec<String>)) -> Result<Line> {
    let requests: Arc<Vec<_>> = Arc::new(paths.iter().map(|path| target.get(path)).collect());
    let mut matches = 0;
    for request in requests.iter() {
        let (_, body) = once(target.address, request)?;
        let bundle: Value = serde_json::from_slice(&body).unwrap_or_default();
        let entries = bundle.get("entry").and_then(Value::as_array);
        matches += entries.map_or(0, Vec::len) as u64;
    }
    let press = Press {
        connections: how.connections,
        duration: how.duration,
    };
    let watched = watch(target.address, &requests, 200, press)?;
    let seen = Seen {
        // Every search is asked equally often.
        resources: matches * watched.latencies_us.len() as u64 / requests.len().max(1) as u64,
        latencies_us: watched.latencies_us,
        errors: watched.wrong,
    };
    Ok(seen.line(&format!("search: {family}"), watched.elapsed))
}

/// At most so many, of all kinds: the same in every run over the same data.
fn mixed(mut paths: Vec<String>) -> Vec<String> {
    paths.sort_by_key(|path| {
        // FNV-1a: an order that has nothing to do with the values.
        path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    });
    paths.dedup();
    paths.truncate(SEARCHES);
    paths
}

fn resources(target: &Target, of: &str) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    let mut path = format!("{of}?_count=100");
    while found.len() < LOOKED_AT {
        let (status, body) = once(target.address, &target.get(&path))?;
        let bundle: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status != 200 {
            return unexpected(format!("{path} was answered {status}"));
        }
        let entries = bundle.get("entry").and_then(Value::as_array);
        let resources = entries.into_iter().flatten();
        found.extend(resources.filter_map(|entry| entry.get("resource").cloned()));
        let links = bundle.get("link").and_then(Value::as_array);
        let next = links
            .into_iter()
            .flatten()
            .find(|link| link.get("relation").and_then(Value::as_str) == Some("next"));
        let url = next
            .and_then(|link| link.get("url"))
            .and_then(Value::as_str);
        match url.and_then(|url| {
            url.find(&format!("/{of}?"))
                .and_then(|at| url.get(at + 1..))
        }) {
            Some(next) => next.clone_into(&mut path),
            None => break,
        }
    }
    Ok(found)
}

fn at(resource: &Value, pointer: &str) -> Option<String> {
    Some(resource.pointer(pointer)?.as_str()?.to_owned())
}

fn day(resource: &Value, pointer: &str) -> Option<String> {
    Some(at(resource, pointer)?.get(..10)?.to_owned())
}

fn month(resource: &Value, pointer: &str) -> Option<String> {
    Some(at(resource, pointer)?.get(..7)?.to_owned())
}

fn token(resource: &Value, pointer: &str, member: &str) -> Option<String> {
    let coding = resource.pointer(pointer)?;
    let code = coding.get(member)?.as_str()?;
    Some(match coding.get("system").and_then(Value::as_str) {
        Some(system) => format!("{system}|{code}"),
        None => code.to_owned(),
    })
}

fn quantity(resource: &Value) -> Option<String> {
    Some(resource.pointer("/valueQuantity/value")?.to_string())
}

/// What a URL's query must not hold, escaped.
fn escaped(query: &str) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for byte in query.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/=$,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{FAMILIES, escaped, mixed};

    #[test]
    fn every_family_finds_its_values() {
        let observation = serde_json::json!({
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "effectiveDateTime": "2024-05-06T07:08:09Z",
            "valueQuantity": {"value": 72}
        });
        let queries: Vec<String> = FAMILIES
            .iter()
            .flat_map(|(_, sources)| sources.iter())
            .filter(|(of, _)| *of == "Observation")
            .filter_map(|(_, value)| value(&observation))
            .collect();
        assert_eq!(
            queries,
            [
                "date=2024-05-06",
                "date=ge2024-05",
                "code=http://loinc.org|8867-4",
                "value-quantity=72",
                "value-quantity=gt72",
                "code-value-quantity=http://loinc.org|8867-4$ge72",
            ]
        );
        assert_eq!(escaped("name=A b|ü"), "name=A%20b%7C%C3%BC");
    }

    #[test]
    fn paths_are_mixed_the_same_way_each_time() {
        let paths = || (0..900).map(|n| format!("p{}", n % 600)).collect();
        assert_eq!(mixed(paths()), mixed(paths()));
        assert_eq!(mixed(paths()).len(), 400);
    }
}
