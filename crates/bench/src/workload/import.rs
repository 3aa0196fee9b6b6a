//! Transaction bundles of whole patients, about a thousand entries each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::How;
use super::report::{Line, Seen};
use crate::load::{Connection, Target};
use crate::sample::population;
use crate::{Error, Result, unexpected};

/// Entries after which a bundle takes no further patient.
const ENTRIES: u64 = 1_000;
/// Bundles under way at once; each is about a megabyte.
const CONNECTIONS_MAX: usize = 8;

/// One bundle, rendered, and how many resources it brings.
type Bundle = (Vec<u8>, u64);

pub(super) fn run(target: &Target, how: &How) -> Result<Line> {
    (how.say)("making bundles");
    let bundles = Arc::new(bundles(target, how.resources as u64));
    (how.say)("sending them");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Everybody's references lead to the practice.
    let practice = bundle(target, [population(1).practice()].iter());
    let (status, answer) = crate::load::once(target.address, &practice.0)?;
    if status != 200 {
        let answer = String::from_utf8_lossy(answer.get(..400).unwrap_or(&answer)).into_owned();
        return unexpected(format!("the first bundle was answered {status}: {answer}"));
    }
    let begun = Instant::now();
    let seen = runtime.block_on(all(target, how, &bundles))?;
    Ok(seen.line("import", begun.elapsed()))
}

async fn all(target: &Target, how: &How, bundles: &Arc<Vec<Bundle>>) -> Result<Seen> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for _ in 0..how.connections.min(CONNECTIONS_MAX) {
        let connection = Connection::open(target.address).await?;
        tasks.push(tokio::spawn(work(
            connection,
            bundles.clone(),
            next.clone(),
        )));
    }
    let mut all = Seen::default();
    for task in tasks {
        all.add(
            task.await
                .map_err(|error| Error::Unexpected(error.to_string()))??,
        );
    }
    Ok(all)
}

async fn work(
    mut connection: Connection,
    bundles: Arc<Vec<Bundle>>,
    next: Arc<AtomicUsize>,
) -> Result<Seen> {
    let mut seen = Seen::default();
    while let Some((request, resources)) = bundles.get(next.fetch_add(1, Ordering::Relaxed)) {
        let begun = Instant::now();
        let answer = connection.ask(request).await?;
        seen.note(begun.elapsed(), answer.status == 200, *resources);
    }
    Ok(seen)
}

/// Bundles of whole patients, until they bring so many resources.
fn bundles(target: &Target, resources: u64) -> Vec<Bundle> {
    let population = population(u32::MAX);
    let (mut bundles, mut brought, mut number) = (Vec::new(), 0, 0);
    while brought < resources {
        let (mut charts, mut entries) = (Vec::new(), 0);
        while entries < ENTRIES {
            let chart = population.patient(number);
            number += 1;
            entries += chart.len() as u64;
            charts.push(chart);
        }
        brought += entries;
        bundles.push(bundle(target, charts.iter()));
    }
    bundles
}

fn bundle<'c>(target: &Target, charts: impl Iterator<Item = &'c cresset_synth::Chart>) -> Bundle {
    let mut body = br#"{"resourceType":"Bundle","type":"transaction","entry":["#.to_vec();
    let mut entries = 0;
    for chart in charts {
        for resource in chart.resources() {
            let (of, id) = (resource.resource_type, resource.id);
            let separator = if entries > 0 { "," } else { "" };
            let head = format!(r#"{separator}{{"fullUrl":"urn:uuid:{id}","resource":"#);
            let tail = format!(r#","request":{{"method":"PUT","url":"{of}/{id}"}}}}"#);
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(resource.json);
            body.extend_from_slice(tail.as_bytes());
            entries += 1;
        }
    }
    body.extend_from_slice(b"]}");
    (target.post("", &body), entries)
}
