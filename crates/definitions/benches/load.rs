//! How long the first use of the definitions takes.

use cresset_definitions::{Definitions, Terminology, UsCore, pack, r4, r4::R4Pack};
use criterion::{Criterion, criterion_group, criterion_main};

fn load(c: &mut Criterion) {
    let mut group = c.benchmark_group("load");
    // Every decode keeps its buffer for the life of the process, so the samples are few.
    group.sample_size(20);
    group.bench_function("r4", |b| {
        b.iter(|| {
            let pack: R4Pack = pack::decode(include_bytes!("../data/r4.pack")).unwrap_or_default();
            Definitions::from_pack(pack, Vec::new())
        });
    });
    group.bench_function("us-core", |b| {
        b.iter(|| pack::decode::<UsCore>(include_bytes!("../data/us-core-6.1.pack")));
    });
    group.bench_function("terminology", |b| {
        b.iter(|| pack::decode::<Terminology>(include_bytes!("../data/r4-terminology.pack")));
    });
    group.finish();
}

fn look_up(c: &mut Criterion) {
    let definitions = r4();
    let Some(patient) = cresset_definitions::ResourceType::parse("Patient") else {
        return;
    };
    c.bench_function("search_parameter", |b| {
        b.iter(|| definitions.search_parameter(patient, std::hint::black_box("birthdate")));
    });
    c.bench_function("element", |b| {
        let of = definitions.resource(patient);
        b.iter(|| of.and_then(|t| t.element(std::hint::black_box("birthDate"))));
    });
}

criterion_group!(benches, load, look_up);
criterion_main!(benches);
