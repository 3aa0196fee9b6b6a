//! Resources to measure with.

use cresset_synth::Population;
use jiff::civil::Date;

/// The seed of every measurement.
const SEED: u64 = 1;
/// The day the measured population is seen from: the same in every run, so that figures compare.
const AS_OF: Date = jiff::civil::date(2026, 6, 30);

/// One resource.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its type.
    pub resource_type: &'static str,
    /// Its JSON.
    pub json: Vec<u8>,
}

/// The population that measurements use.
pub fn population(patients: u32) -> Population {
    Population::new(SEED, patients, AS_OF)
}

/// The first `count` resources of a population.
pub fn samples(count: usize) -> Vec<Sample> {
    let population = population(u32::MAX);
    let mut samples = Vec::with_capacity(count);
    for number in 0..population.patients() {
        for resource in population.patient(number).resources() {
            if samples.len() == count {
                return samples;
            }
            samples.push(Sample {
                resource_type: resource.resource_type,
                json: resource.json.to_vec(),
            });
        }
    }
    samples
}
