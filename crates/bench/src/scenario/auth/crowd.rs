//! The same with many apps and many live tokens.

use std::path::Path;

use super::{Pressed, Running, Sizes, credentials, token_requests};
use crate::Result;
use crate::figures::{Figure, Goal, float, ratio};
use crate::load::Target;
use crate::product::Product;
use crate::scenario::Bench;
use crate::scenario::local::serve;

/// Least of what was possible without the crowd that counts as the same: figures of a shared machine
/// wander that much.
const SAME: f64 = 0.9;
/// Most memory of one live token, in bytes.
const BYTES_EACH_MAX: f64 = 200.0;

/// What there was without them.
pub(super) struct Alone<'a> {
    pub(super) reads: &'a Pressed,
    pub(super) paths: &'a [String],
    pub(super) grants_per_second: f64,
    pub(super) memory_bytes: u64,
}

/// Adds the crowd, serves anew, and measures the same.
pub(super) fn figures(
    bench: &Bench,
    (product, data): (&dyn Product, &Path),
    sizes: Sizes,
    alone: &Alone<'_>,
) -> Result<Vec<Figure>> {
    let crowd = format!("{} apps and {} live tokens", sizes.apps, sizes.tokens);
    (bench.say)(&format!("adding {crowd}"));
    let added = product.crowd(data, sizes.apps, sizes.tokens)?;
    let (server, target) = serve(&bench.exe, data)?;
    let running = Running {
        bench,
        server: &server,
        target: &target,
    };
    (bench.say)("the same with them");
    let reads = running.press(alone.paths.iter().map(|path| target.get(path)).collect())?;
    let forms = added.apps.iter().map(credentials);
    let grants = running.press(token_requests(&target, forms))?;
    let each = running.press(reads_in_turns(alone.paths, &target, &added.tokens))?;
    let memory = float(server.memory_bytes().saturating_sub(alone.memory_bytes));
    let before = alone.reads.measured.per_second;
    let what = |what: &str| format!("{what}, {crowd}");
    Ok(vec![
        Figure::new(what("read by id"), reads.measured.per_second, "/s")
            .beside(before)
            .goal(Goal::AtLeast(SAME))
            .note("baseline: the same without them"),
        Figure::new(
            what("client_credentials, all apps in turns"),
            grants.measured.per_second,
            "/s",
        )
        .beside(alone.grants_per_second)
        .goal(Goal::AtLeast(SAME))
        .note("baseline: one app without them"),
        Figure::new(
            format!("read by id, {} tokens in turns", added.tokens.len()),
            each.measured.per_second,
            "/s",
        )
        .beside(before)
        .note("baseline: one token"),
        Figure::new(
            "memory of a live token",
            ratio(memory, float(sizes.tokens as u64)),
            "bytes",
        )
        .goal(Goal::AtMost(BYTES_EACH_MAX))
        .note("what the server took more than without them, after these requests"),
    ])
}

/// Reads of which each is sent with another token.
fn reads_in_turns(paths: &[String], target: &Target, tokens: &[String]) -> Vec<Vec<u8>> {
    let each = tokens.iter().zip(paths.iter().cycle());
    each.map(|(token, path)| {
        let target = Target {
            token: Some(token.clone()),
            ..target.clone()
        };
        target.get(path)
    })
    .collect()
}
