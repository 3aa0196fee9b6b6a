//! The same searches at two sizes, and how long a large instance takes to start.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use super::Bench;
use super::local::{fill, megabytes, serve};
use crate::Result;
use crate::figures::{Figure, Goal, float, ratio};
use crate::load::{Connection, Target};
use crate::process::{Server, disk_bytes};
use crate::sample::population;

/// Resources of the small instance.
pub(super) const SMALL: usize = 10_000;
/// How often each search is asked.
const ASKED: usize = 400;

/// Searches whose answers are of the same kind at every size.
const SEARCHES: [(&str, &str); 3] = [
    (
        "token",
        "Observation?code=http://loinc.org%7C8867-4&_count=20",
    ),
    ("date", "Observation?date=ge2020&_count=20"),
    (
        "token, sorted by date",
        "Observation?category=vital-signs&_sort=-date&_count=20",
    ),
];

/// Both sizes beside each other.
pub(super) fn figures(bench: &Bench) -> Result<Vec<Figure>> {
    let (_, small, _) = instance(bench, "small", SMALL)?;
    let at_small = times(&small.1)?;
    drop(small);
    let (mut figures, large, start) = instance(bench, "large", bench.large)?;
    let at_large = times(&large.1)?;
    for ((name, _), (at_small, at_large)) in SEARCHES.iter().zip(at_small.into_iter().zip(at_large))
    {
        let what = format!("search by {name} at {} resources", bench.large);
        let figure = Figure::new(what, at_large, "µs")
            .beside(at_small)
            .goal(Goal::AtMost(1.5));
        figures.push(figure.note(format!("baseline: the same at {SMALL}")));
    }
    figures.push(
        Figure::new(format!("start with {} resources", bench.large), start, "s")
            .goal(Goal::AtMost(0.5)),
    );
    Ok(figures)
}

/// A server over so many resources, with what filling it cost and how long it took to start.
pub(super) fn instance(
    bench: &Bench,
    name: &str,
    count: usize,
) -> Result<(Vec<Figure>, (Server, Target), f64)> {
    (bench.say)(&format!("importing {count} resources"));
    let file = bench.scratch.join(format!("{name}.ndjson"));
    let bytes = write(&file, count)?;
    let data = bench.scratch.join(name);
    let ran = fill(&bench.exe, &data, &file)?;
    std::fs::remove_file(&file)?;
    let resources = float(count as u64);
    let what = |what: &str| format!("{what}, {count} resources in {:.0} MB", megabytes(bytes));
    let figures = vec![
        Figure::new(
            what("import"),
            ratio(resources, ran.elapsed.as_secs_f64()),
            "/s",
        ),
        Figure::new(
            what("memory of the import"),
            megabytes(ran.memory_bytes),
            "MB",
        )
        .goal(Goal::AtMost(300.0)),
        Figure::new(
            what("disk of a resource"),
            ratio(float(disk_bytes(&data)?), resources),
            "bytes",
        )
        .goal(Goal::AtMost(1_200.0)),
    ];
    let (server, target) = serve(&bench.exe, &data)?;
    let start = server.start.as_secs_f64();
    Ok((figures, (server, target), start))
}

fn write(path: &Path, count: usize) -> Result<u64> {
    let population = population(u32::MAX);
    let mut file = BufWriter::new(File::create(path)?);
    let (mut left, mut bytes) = (count, 0);
    for number in 0..population.patients() {
        for resource in population.patient(number).resources().take(left) {
            file.write_all(resource.json)?;
            file.write_all(b"\n")?;
            bytes += resource.json.len() as u64 + 1;
            left -= 1;
        }
        if left == 0 {
            break;
        }
    }
    file.flush()?;
    Ok(bytes)
}

/// The median time of each search, asked one after the other.
fn times(target: &Target) -> Result<Vec<f64>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(target.address).await?;
        let mut medians = Vec::new();
        for (_, path) in SEARCHES {
            let request = target.get(path);
            let mut times = Vec::new();
            for _ in 0..ASKED {
                let begun = Instant::now();
                let answer = connection.ask(&request).await?;
                if answer.status != 200 {
                    return crate::unexpected(format!("{path} was answered {}", answer.status));
                }
                times.push(begun.elapsed().as_secs_f64() * 1e6);
            }
            times.sort_unstable_by(f64::total_cmp);
            medians.push(times.get(times.len() / 2).copied().unwrap_or_default());
        }
        Ok(medians)
    })
}
