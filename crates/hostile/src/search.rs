//! Search addresses.

use cresset_base::{Limits, Timestamp};
use cresset_definitions::ResourceType;
use cresset_search::{Concepts, Context, Handling, Unindexed, parse};

pub(crate) const SEEDS: &[&str] = &[
    "Patient?name:contains=a,b&birthdate=ge1970-01&_sort=-birthdate,name&_count=20",
    "Observation?subject:Patient.name=x&value-quantity=lt5.4|http://unitsofmeasure.org|mg&code=a|b",
    "Patient?_has:Observation:patient:_has:AuditEvent:entity:agent=x&_include:iterate=Patient:*",
    "Observation?code-value-quantity=a|b$gt1&_filter=(code eq a|b and not (date lt 2020)) or _id eq 1",
    "Location?near=1|2|3|km&_total=none&_summary=count&_elements=id",
];

/// A search is understood, or a short refusal names one of its parameters. Being lenient never
/// refuses what being strict takes.
pub(crate) fn search(bytes: &[u8]) -> bool {
    let Some((of_type, query)) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.split_once('?'))
    else {
        return false;
    };
    let Some(of_type) = ResourceType::parse(of_type) else {
        return false;
    };
    let pairs: Vec<(String, String)> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let limits = Limits::default();
    let asked = |handling| {
        let context = Context {
            limits: &limits,
            now: Timestamp::UNIX_EPOCH,
            own: &[],
            unindexed: Unindexed::NONE,
            handling,
            concepts: Concepts::NONE,
        };
        parse(of_type, &pairs, &context)
    };
    let (strict, lenient) = (asked(Handling::Strict), asked(Handling::Lenient));
    assert!(
        strict.is_err() || lenient.is_ok(),
        "lenient refuses no more than strict"
    );
    let accepted = strict.is_ok();
    for fault in [strict, lenient].into_iter().filter_map(Result::err) {
        assert!(
            fault.to_string().len() < 1_000,
            "a refusal is short: {fault}"
        );
    }
    accepted
}
