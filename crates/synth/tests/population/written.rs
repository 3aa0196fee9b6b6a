//! Populations as files.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use cresset_synth::{write_bundle, write_ndjson};
use serde_json::Value;

use crate::world::population;

/// A stream whose bytes can still be read after it is given away.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn ndjson_has_one_stream_per_type_and_one_resource_per_line() {
    let population = population(1, 6);
    let mut streams: BTreeMap<&str, Shared> = BTreeMap::new();
    let counts = write_ndjson(&population, |resource_type| {
        Ok::<_, io::Error>(streams.entry(resource_type).or_default().clone())
    })
    .unwrap();
    let expected: usize = population.charts().map(|chart| chart.len()).sum();
    assert_eq!(counts.values().sum::<u64>(), expected as u64);
    for (resource_type, stream) in &streams {
        let bytes = stream.0.lock().unwrap();
        let lines: Vec<Value> = bytes
            .split(|b| *b == b'\n')
            .filter(|l| !l.is_empty())
            .map(|l| serde_json::from_slice(l).unwrap())
            .collect();
        assert_eq!(lines.len() as u64, counts[resource_type]);
        assert!(lines.iter().all(|r| r["resourceType"] == *resource_type));
    }
}

#[test]
fn a_stream_that_fails_stops_the_writing() {
    let refused = write_ndjson(&population(1, 1), |_| {
        Err::<Vec<u8>, _>(io::Error::other("no space"))
    });
    assert_eq!(refused.unwrap_err().to_string(), "no space");
}

#[test]
fn a_chart_is_a_transaction_of_puts() {
    let chart = population(1, 1).patient(0);
    let mut bytes = Vec::new();
    write_bundle(&chart, &mut bytes).unwrap();
    let bundle: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(bundle["type"], "transaction");
    let entries = bundle["entry"].as_array().unwrap();
    assert_eq!(entries.len(), chart.len());
    for (entry, resource) in entries.iter().zip(chart.resources()) {
        assert_eq!(entry["request"]["method"], "PUT");
        assert_eq!(
            entry["request"]["url"],
            format!("{}/{}", resource.resource_type, resource.id)
        );
        assert_eq!(entry["fullUrl"], format!("urn:uuid:{}", resource.id));
        assert_eq!(entry["resource"]["id"], resource.id);
    }
}
