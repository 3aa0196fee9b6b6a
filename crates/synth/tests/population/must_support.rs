//! Five patients show everything US Core calls must-support.

use serde_json::Value;

use crate::us_core::TABLE;
use crate::world::{World, claims, text};

#[test]
fn five_patients_show_every_must_support_element() {
    for seed in 0..8 {
        check(&World::of(seed, 5));
    }
}

fn check(world: &World) {
    let mut missing = Vec::new();
    for (profile, paths) in TABLE {
        let claiming: Vec<&Value> = world.resources().filter(|r| claims(r, profile)).collect();
        for path in paths.split_whitespace() {
            if !claiming.iter().any(|resource| shows(world, resource, path)) {
                missing.push(format!("{profile}: {path}"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "nowhere to be seen:\n{}",
        missing.join("\n")
    );
}

/// Whether the resource has a real value at `path`.
fn shows(world: &World, resource: &Value, path: &str) -> bool {
    if let Some((path, profile)) = path.split_once("->") {
        let targets = at(resource, path);
        return targets.iter().any(|t| {
            world
                .resolve(text(&t["reference"]))
                .is_some_and(|target| claims(target, profile))
        });
    }
    match path.split_once('=') {
        Some((path, expected)) => at(resource, path)
            .iter()
            .any(|value| text(value) == expected),
        None => at(resource, path).iter().any(|value| is_real(value)),
    }
}

/// A value that is more than the reason for its absence.
fn is_real(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(members) => members
            .keys()
            .any(|key| key != "extension" || members.contains_key("url")),
        _ => true,
    }
}

fn at<'v>(resource: &'v Value, path: &str) -> Vec<&'v Value> {
    path.split('/').fold(vec![resource], |values, step| {
        values.iter().flat_map(|value| go(value, step)).collect()
    })
}

fn go<'v>(value: &'v Value, step: &str) -> Vec<&'v Value> {
    let (name, filter) = step
        .split_once('[')
        .map_or((step, None), |(name, rest)| (name, rest.strip_suffix(']')));
    let Value::Object(members) = value else {
        return Vec::new();
    };
    let found = members
        .iter()
        .filter(|(key, _)| match name.strip_suffix('*') {
            Some(start) => key
                .strip_prefix(start)
                .is_some_and(|rest| rest.starts_with(char::is_uppercase)),
            None => *key == name,
        });
    let items = found.flat_map(|(_, value)| match value {
        Value::Array(items) => items.iter().collect(),
        single => vec![single],
    });
    let wanted: Vec<&str> = filter
        .map(|codes| codes.split('|').collect())
        .unwrap_or_default();
    items
        .filter(|item| {
            wanted.is_empty() || wanted.iter().any(|code| crate::world::mentions(item, code))
        })
        .collect()
}
