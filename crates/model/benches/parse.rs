//! Bytes into a tree, and a tree into wire bytes.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::fmt::Write;
use std::hint::black_box;

use cresset_model::{Bounds, Stamp, Unstamped, parse};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A panel of about 4 kB, compact or indented as clients send it.
fn panel(blank: &str) -> String {
    let mut source = format!(
        "{{{blank}\"resourceType\":{blank}\"Observation\",{blank}\"id\":\"panel-1\",{blank}\"status\":\"final\",{blank}\"subject\":{{\"reference\":\"Patient/0190f5c1-7c1b-7d3e-9a51-0242ac120002\"}},{blank}\"component\":[",
    );
    for i in 0..14 {
        let comma = if i == 0 { "" } else { "," };
        write!(
            source,
            "{comma}{blank}{{{blank}\"code\":{{{blank}\"coding\":[{{\"system\":\"http://loinc.org\",\"code\":\"{}-4\",\"display\":\"Hemoglobin A1c in Blood\"}}],{blank}\"text\":\"Hemoglobin A1c\"}},{blank}\"valueQuantity\":{{\"value\":{i}.30,\"unit\":\"mmol/L\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mmol/L\"}}}}",
            4548 + i
        )
        .unwrap();
    }
    source.push_str("]}");
    source
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, source) in [("compact", panel("")), ("indented", panel("\n      "))] {
        group.throughput(Throughput::Bytes(source.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| parse(black_box(source.as_bytes()), Bounds::default()).unwrap());
        });
    }
    group.finish();
}

fn stamping(criterion: &mut Criterion) {
    let source = panel("");
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let body = Unstamped::new(&tree).unwrap();
    let stamp = Stamp {
        id: "panel-1",
        version: 1,
        last_updated: "2026-01-01T00:00:00.000Z",
    };
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Bytes(source.len() as u64));
    group.bench_function("unstamped", |bencher| {
        bencher.iter(|| Unstamped::new(black_box(&tree)).unwrap());
    });
    group.bench_function("stamp", |bencher| {
        bencher.iter(|| {
            let mut out = Vec::new();
            body.stamp(black_box(&stamp), &mut out);
            out
        });
    });
    group.finish();
}

criterion_group!(benches, parsing, stamping);
criterion_main!(benches);
