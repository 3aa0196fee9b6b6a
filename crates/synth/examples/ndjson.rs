//! Writes a population as one NDJSON file per resource type.
//!
//! `cargo run -p cresset-synth --release --example ndjson -- <directory> <patients> <seed>`

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use cresset_synth::{Population, write_ndjson};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().unwrap_or_else(|| "population".to_owned()));
    let patients = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100);
    let seed = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    std::fs::create_dir_all(&directory)?;
    let population = Population::new(seed, patients, jiff::civil::date(2026, 1, 1));
    let counts = write_ndjson(&population, |resource_type| {
        File::create(directory.join(format!("{resource_type}.ndjson"))).map(BufWriter::new)
    })?;
    for (resource_type, count) in counts {
        println!("{resource_type} {count}");
    }
    Ok(())
}
