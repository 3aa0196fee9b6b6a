//! Measures how many resources one core generates a second.
//!
//! `cargo run -p cresset-synth --release --example rate -- [patients]`

use std::collections::BTreeMap;
use std::time::Instant;

use cresset_synth::Population;

fn main() {
    let patients = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(2_000);
    let population = Population::new(1, patients, jiff::civil::date(2026, 1, 1));
    let start = Instant::now();
    let (mut resources, mut bytes) = (0_u64, 0_u64);
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for chart in population.charts() {
        for resource in chart.resources() {
            let size = resource.json.len() as u64;
            resources += 1;
            bytes += size;
            let kind = kinds.entry(resource.resource_type).or_default();
            kind.0 += 1;
            kind.1 += size;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    for (kind, (count, size)) in kinds {
        println!(
            "{kind:24} {count:9} {:6.2} % {:6} bytes",
            share(count, resources),
            size / count
        );
    }
    println!(
        "{resources} resources of {patients} patients, mean {} bytes",
        bytes / resources
    );
    println!(
        "{seconds:.3} s, {:.0} resources/s",
        rate(resources, seconds)
    );
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people to read")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole as f64
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people to read")]
fn rate(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}
