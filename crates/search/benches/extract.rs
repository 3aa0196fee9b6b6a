//! A resource into index rows, with and without parsing it.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::hint::black_box;

use cresset_model::{Bounds, parse};
use cresset_search::extract;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A laboratory result of about 800 bytes.
const OBSERVATION: &str = r#"{"resourceType":"Observation","id":"0190f5c1-7c1b-7d3e-9a51-0242ac120003","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"Hemoglobin A1c"}],"text":"Hemoglobin A1c"},"subject":{"reference":"Patient/0190f5c1-7c1b-7d3e-9a51-0242ac120002"},"encounter":{"reference":"Encounter/0190f5c1-7c1b-7d3e-9a51-0242ac120004"},"effectiveDateTime":"2024-03-01T09:30:00-05:00","issued":"2024-03-01T10:30:00.000-05:00","valueQuantity":{"value":6.3,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}"#;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"0190f5c1-7c1b-7d3e-9a51-0242ac120002","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3","display":"White"}},{"url":"text","valueString":"White"}]}],"identifier":[{"system":"urn:mrn","value":"1234"}],"name":[{"family":"Chalmers","given":["Peter","James"]}],"telecom":[{"system":"phone","value":"555-0100"},{"system":"email","value":"p@example.org"}],"gender":"male","birthDate":"1974-12-25","address":[{"line":["534 Erewhon St"],"city":"Pleasantville","state":"NY","postalCode":"13999","country":"US"}]}"#;

fn extraction(criterion: &mut Criterion) {
    for (name, source) in [("observation", OBSERVATION), ("patient", PATIENT)] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(1));
        let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
        group.bench_function("extract", |bencher| {
            bencher.iter(|| extract(black_box(&tree), &[]).len());
        });
        group.bench_function("parse and extract", |bencher| {
            bencher.iter(|| {
                let tree = parse(black_box(source.as_bytes()), Bounds::default()).unwrap();
                extract(&tree, &[]).len()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, extraction);
criterion_main!(benches);
