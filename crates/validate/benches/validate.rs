//! Validation beside the parse it follows.

use cresset_model::{Bounds, parse};
use cresset_validate::validate;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const RESOURCES: [(&str, &str); 4] = [
    (
        "patient",
        include_str!("../tests/fixtures/Patient-example.json"),
    ),
    (
        "observation",
        include_str!("../tests/fixtures/Observation-f001.json"),
    ),
    (
        "blood-pressure",
        include_str!("../tests/fixtures/Observation-blood-pressure.json"),
    ),
    (
        "medication-request",
        include_str!("../tests/fixtures/MedicationRequest-medrx0302.json"),
    ),
];

fn validation(c: &mut Criterion) {
    for (name, json) in RESOURCES {
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(json.len() as u64));
        group.bench_function("parse", |b| {
            b.iter(|| parse(json.as_bytes(), Bounds::default()));
        });
        let tree = parse(json.as_bytes(), Bounds::default());
        group.bench_function("validate", |b| {
            b.iter_batched(
                || tree.as_ref().ok(),
                |tree| tree.map(|t| validate(t.root())),
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, validation);
criterion_main!(benches);
