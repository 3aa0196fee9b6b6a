//! A population parsed back, and the questions tests ask of it.

use std::collections::HashMap;

use cresset_synth::{Chart, Population};
use serde_json::Value;

/// Parsed resources by `Type/id`.
pub(crate) struct World {
    /// The charts in order: the practice, every patient, the groups.
    pub(crate) charts: Vec<Vec<Value>>,
    by_reference: HashMap<String, (usize, usize)>,
}

/// The day tests see populations from.
pub(crate) const AS_OF: jiff::civil::Date = jiff::civil::date(2026, 1, 1);

/// The population with this seed and so many patients.
pub(crate) fn population(seed: u64, patients: u32) -> Population {
    Population::new(seed, patients, AS_OF)
}

/// The resources of a chart, parsed.
pub(crate) fn parsed(chart: &Chart) -> Vec<Value> {
    chart
        .resources()
        .map(|resource| {
            let value: Value = serde_json::from_slice(resource.json).expect("resources are JSON");
            assert_eq!(value["resourceType"], resource.resource_type);
            assert_eq!(value["id"], resource.id);
            value
        })
        .collect()
}

impl World {
    /// Parses a whole population.
    pub(crate) fn of(seed: u64, patients: u32) -> Self {
        let charts: Vec<Vec<Value>> = population(seed, patients)
            .charts()
            .map(|chart| parsed(&chart))
            .collect();
        let mut by_reference = HashMap::new();
        for (chart, resources) in charts.iter().enumerate() {
            for (at, resource) in resources.iter().enumerate() {
                let known = by_reference.insert(reference(resource), (chart, at));
                assert!(known.is_none(), "two resources are {}", reference(resource));
            }
        }
        Self {
            charts,
            by_reference,
        }
    }

    /// Every resource.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &Value> {
        self.charts.iter().flatten()
    }

    /// The charts of the patients.
    pub(crate) fn patients(&self) -> &[Vec<Value>] {
        &self.charts[1..self.charts.len() - 1]
    }

    /// The resource a reference points to.
    pub(crate) fn resolve(&self, reference: &str) -> Option<&Value> {
        self.by_reference
            .get(reference)
            .map(|&(chart, at)| &self.charts[chart][at])
    }
}

/// `Type/id` of a resource.
pub(crate) fn reference(resource: &Value) -> String {
    format!(
        "{}/{}",
        text(&resource["resourceType"]),
        text(&resource["id"])
    )
}

/// The text of a string.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Whether the resource is of this type.
pub(crate) fn is(resource: &Value, resource_type: &str) -> bool {
    resource["resourceType"] == resource_type
}

/// Whether the resource claims this US Core profile.
pub(crate) fn claims(resource: &Value, profile: &str) -> bool {
    resource["meta"]["profile"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|p| text(p).ends_with(&format!("/{profile}")))
}

/// Every string below `value`, with the name of the member that holds it.
pub(crate) fn strings<'v>(
    value: &'v Value,
    name: &'v str,
    visit: &mut impl FnMut(&'v str, &'v str),
) {
    match value {
        Value::String(text) => visit(name, text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, name, visit)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| strings(value, name, visit)),
        _ => (),
    }
}

/// Whether `value` mentions `code` as a code, or as the end of a URL.
pub(crate) fn mentions(value: &Value, code: &str) -> bool {
    let mut found = false;
    strings(value, "", &mut |name, text| {
        let at_end = || {
            text.strip_suffix(code)
                .is_some_and(|rest| rest.ends_with('/'))
        };
        found |= text == code && name == "code" || matches!(name, "url" | "system") && at_end();
    });
    found
}
