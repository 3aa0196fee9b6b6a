//! Reads and first pages, beside a bare handler that returns the same bytes.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::local::parse;
use super::{Bench, What};
use crate::baseline::http::Handler;
use crate::figures::{Figure, Goal};
use crate::load::{Measured, Target, once, press};
use crate::{Error, Result, unexpected};

/// Observations that are read round and round.
const READ: usize = 500;
/// Most Observations on a page that is asked for while looking for examples.
const PAGE: usize = 100;

/// Requests that were pressed, and what came of them.
pub(super) struct Pressed {
    paths: Vec<String>,
    measured: Measured,
}

impl Pressed {
    pub(super) fn figure(&self, what: &str) -> Figure {
        let note = format!(
            "p50 {} µs, p99 {} µs",
            self.measured.p50_us, self.measured.p99_us
        );
        Figure::new(what, self.measured.per_second, "/s").note(note)
    }
}

/// Reads and searches with their baselines.
pub(super) fn with_baselines(bench: &Bench, target: &Target, what: What) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    (bench.say)("reading by id");
    let read = read(bench, target)?;
    let bare = baseline(bench, target, &read)?;
    if what != What::Search {
        figures.push(
            read.figure("read by id")
                .beside(bare.per_second)
                .goal(Goal::AtLeast(0.6)),
        );
        let p99 = Figure::new("read by id, p99", f64::from(read.measured.p99_us), "µs");
        figures.push(p99.beside(f64::from(bare.p99_us)).goal(Goal::AtMost(3.0)));
    }
    if what != What::Read {
        for (name, page) in searches(bench, target)? {
            let same_page = baseline(bench, target, &page)?;
            let figure = page
                .figure(&name)
                .beside(bare.per_second)
                .goal(Goal::AtLeast(0.25));
            let note = format!(
                "{}; baseline: the bare read, which with the page's bytes makes {:.0} /s",
                figure.note, same_page.per_second
            );
            figures.push(figure.note(note));
        }
    }
    Ok(figures)
}

/// Reads some hundred Observations round and round.
pub(super) fn read(bench: &Bench, target: &Target) -> Result<Pressed> {
    pressed(bench, target, paths(target)?)
}

/// The addresses of some hundred Observations.
pub(super) fn paths(target: &Target) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut page = get(target, &format!("Observation?_count={PAGE}"))?;
    loop {
        let resources = resources(&page);
        paths.extend(
            resources
                .iter()
                .filter_map(|r| Some(format!("Observation/{}", r.get("id")?.as_str()?))),
        );
        let next = next(&page).filter(|_| paths.len() < READ);
        let Some(next) = next else { break };
        page = get(target, &next)?;
    }
    Ok(paths)
}

/// First pages of a token, a reference and a date search, examples taken from the data.
pub(super) fn searches(bench: &Bench, target: &Target) -> Result<Vec<(String, Pressed)>> {
    let page = get(target, &format!("Observation?_count={PAGE}"))?;
    let found = resources(&page);
    let mut pages = Vec::new();
    for (name, query) in [
        ("token", token as fn(&Value) -> Option<String>),
        ("reference", reference),
        ("date", date),
    ] {
        (bench.say)(name);
        let mut queries: Vec<String> = found.iter().filter_map(query).collect();
        queries.sort();
        queries.dedup();
        queries.truncate(20);
        let paths = queries
            .into_iter()
            .map(|query| format!("Observation?{query}&_count=20"))
            .collect();
        pages.push((
            format!("first page of 20, {name}"),
            pressed(bench, target, paths)?,
        ));
    }
    Ok(pages)
}

fn token(observation: &Value) -> Option<String> {
    let coding = observation.pointer("/code/coding/0")?;
    Some(format!(
        "code={}%7C{}",
        coding.get("system")?.as_str()?,
        coding.get("code")?.as_str()?
    ))
}

fn reference(observation: &Value) -> Option<String> {
    Some(format!(
        "subject={}",
        observation.pointer("/subject/reference")?.as_str()?
    ))
}

fn date(observation: &Value) -> Option<String> {
    Some(format!(
        "date=ge{}",
        observation.get("effectiveDateTime")?.as_str()?.get(..4)?
    ))
}

fn pressed(bench: &Bench, target: &Target, paths: Vec<String>) -> Result<Pressed> {
    if paths.is_empty() {
        return unexpected("the base holds no Observations to ask for");
    }
    let requests = Arc::new(paths.iter().map(|path| target.get(path)).collect());
    let measured = press(target.address, &requests, 200, bench.press())?;
    Ok(Pressed { paths, measured })
}

/// The same requests to a bare handler with the same answers.
fn baseline(bench: &Bench, target: &Target, pressed: &Pressed) -> Result<Measured> {
    let mut answers = HashMap::new();
    for path in &pressed.paths {
        let (_, body) = once(target.address, &target.get(path))?;
        let body = String::from_utf8(body)
            .map_err(|_| Error::Unexpected(format!("{path} was not answered in UTF-8")))?;
        answers.insert(format!("{}/{path}", target.path), body);
    }
    let file = bench.scratch.join("answers.json");
    let handler = Handler::answering(&bench.exe, &file, &answers)?;
    let requests = Arc::new(pressed.paths.iter().map(|path| target.get(path)).collect());
    press(handler.address, &requests, 200, bench.press())
}

fn get(target: &Target, path: &str) -> Result<Value> {
    let (status, body) = once(target.address, &target.get(path))?;
    if status != 200 {
        return unexpected(format!(
            "{path} was answered {status}: {}",
            String::from_utf8_lossy(&body)
        ));
    }
    parse(&body)
}

fn resources(bundle: &Value) -> Vec<Value> {
    let entries = bundle.get("entry").and_then(Value::as_array);
    entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("resource").cloned())
        .collect()
}

/// The address of the next page, below the base.
pub(super) fn next(bundle: &Value) -> Option<String> {
    let links = bundle.get("link")?.as_array()?;
    let link = links
        .iter()
        .find(|link| link.get("relation").and_then(Value::as_str) == Some("next"))?;
    let url = link.get("url")?.as_str()?;
    Some(
        url.split_once("/fhir/")
            .map_or(url, |(_, below)| below)
            .to_owned(),
    )
}
