//! Validation beside the parse it follows, over every resource of a synthetic practice.

use cresset_model::{Bounds, Tree, parse};
use cresset_synth::Population;
use cresset_validate::{Ask, Profiles, Validator, standard};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The resources of a few patients and of their practice.
fn resources() -> Vec<Vec<u8>> {
    let population = Population::new(7, 4, jiff::civil::date(2026, 1, 1));
    let charts = population.charts();
    charts
        .flat_map(|chart| {
            chart
                .resources()
                .map(|r| r.json.to_vec())
                .collect::<Vec<_>>()
        })
        .collect()
}

fn validation(c: &mut Criterion) {
    let resources = resources();
    let bytes: usize = resources.iter().map(Vec::len).sum();
    let parsed = || -> Vec<Tree> {
        let trees = resources.iter().map(|json| parse(json, Bounds::default()));
        trees.filter_map(Result::ok).collect()
    };
    let trees = parsed();
    let mut group = c.benchmark_group("population");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("parse", |b| b.iter(parsed));
    let base = Validator::new(Profiles::r4());
    for (name, validator) in [("r4", &base), ("us-core", standard())] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let issues = trees
                    .iter()
                    .map(|tree| validator.validate(tree.root(), &Ask::default()).len());
                issues.sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, validation);
criterion_main!(benches);
