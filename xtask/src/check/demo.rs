//! The demo as a newcomer meets it: built for release, started in an empty folder, its printed lines
//! pasted into a shell, stopped with Ctrl-C, started again.

mod process;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::cargo;
use crate::Outcome;
use process::{Demo, Scratch};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Patients of the small population.
const PATIENTS: &str = "5";
/// A search parameter no standard knows.
const OWN_PARAMETER: &str = r#"{"resourceType":"SearchParameter","id":"tongue","url":"http://example.org/tongue","name":"Tongue","status":"active","description":"languages","code":"tongue","base":["Patient"],"type":"token","expression":"Patient.communication.language"}"#;

/// Starts, asks, stops and starts again.
pub(super) fn run(root: &Path) -> Outcome {
    cargo(
        root,
        &["build", "--release", "--package", "cresset", "--locked"],
        &[],
    )?;
    let folder = Scratch::new(root)?;
    let mut demo = Demo::start(root, &folder.0)?;
    println!("{}", demo.printed.join("\n"));
    let first = ask(&demo)?;
    demo.stop()?;
    let mut again = Demo::start(root, &folder.0)?;
    let second = total(&again, &first.token)?;
    again.stop()?;
    expect(
        second == first.total,
        "the second start has the data of the first",
        &format!("{second} patients"),
    )
}

/// What the first start answered.
struct Answers {
    token: String,
    total: u64,
}

fn ask(demo: &Demo) -> Result<Answers> {
    let curls = demo.curls();
    expect(
        curls.len() >= 2,
        "prints a curl line for a token and one for a search",
        &curls.join("\n"),
    )?;
    let answer = shell(&curls.join("\n"))?;
    let bundle = last_json(&answer)?;
    expect(
        text(&bundle, "/resourceType") == "Bundle",
        "the pasted lines end with a search answer",
        &answer,
    )?;
    let token = token(demo)?;
    let patients = total(demo, &token)?;
    expect(
        patients.to_string() == PATIENTS,
        "the population is the one asked for",
        &patients.to_string(),
    )?;
    read_one(demo, &token)?;
    search_by_own(demo, &token)?;
    let page = shell(&format!("curl --fail-with-body -sS {}/", demo.address()))?;
    expect(
        page.contains("/demo/"),
        "the page at / links the instance",
        &page,
    )?;
    let dashboard = shell(&format!(
        "curl --fail-with-body -sS {}/demo/",
        demo.address()
    ))?;
    expect(
        dashboard.contains("Observation"),
        "the dashboard counts by type",
        &dashboard,
    )?;
    let nobody = shell(&format!(
        "curl -sS -o /dev/null -w '%{{http_code}}' {}/demo/fhir/Patient",
        demo.address()
    ))?;
    expect(nobody.trim() == "401", "nobody gets no patients", &nobody)?;
    Ok(Answers {
        token,
        total: patients,
    })
}

/// A token of our own, with the id and the secret that were printed.
fn token(demo: &Demo) -> Result<String> {
    let id = demo.word_after("client_id")?;
    let secret = demo.word_after("client_secret")?;
    let answer = shell(&format!(
        "curl --fail-with-body -sS -u '{id}:{secret}' -d grant_type=client_credentials {}/demo/auth/token/",
        demo.address()
    ))?;
    let token: Value = serde_json::from_str(&answer)?;
    match text(&token, "/access_token") {
        "" => Err(format!("no access_token in {answer}").into()),
        token => Ok(token.to_owned()),
    }
}

fn total(demo: &Demo, token: &str) -> Result<u64> {
    let answer = get(demo, token, "Patient?_summary=count")?;
    answer
        .get("total")
        .and_then(Value::as_u64)
        .ok_or_else(|| format!("no total in {answer}").into())
}

fn read_one(demo: &Demo, token: &str) -> Outcome {
    let page = get(demo, token, "Observation?_count=1")?;
    let id = text(&page, "/entry/0/resource/id");
    let read = get(demo, token, &format!("Observation/{id}"))?;
    expect(
        !id.is_empty() && text(&read, "/id") == id,
        "a found resource can be read",
        &read.to_string(),
    )
}

/// A search parameter that is defined there and then; its index is built while the demo serves.
fn search_by_own(demo: &Demo, token: &str) -> Outcome {
    let fhir = format!("{}/demo/fhir", demo.address());
    let defined = shell(&format!(
        "curl --fail-with-body -sS -H 'Authorization: Bearer {token}' -H 'Content-Type: application/fhir+json' \
         -X PUT -d '{OWN_PARAMETER}' '{fhir}/SearchParameter/tongue'"
    ))?;
    // Until the index is complete the answer is 503, at which curl tries again.
    let answer = shell(&format!(
        "curl --fail-with-body -sS --retry 30 --retry-delay 1 -H 'Authorization: Bearer {token}' \
         '{fhir}/Patient?tongue:missing=false&_summary=count'"
    ))?;
    let found = last_json(&answer)?;
    expect(
        found
            .get("total")
            .and_then(Value::as_u64)
            .is_some_and(|total| total > 0),
        "the demo can be searched by a parameter of its own",
        &format!("{defined}{answer}"),
    )
}

fn get(demo: &Demo, token: &str, path: &str) -> Result<Value> {
    let answer = shell(&format!(
        "curl --fail-with-body -sS -H 'Authorization: Bearer {token}' '{}/demo/fhir/{path}'",
        demo.address()
    ))?;
    Ok(serde_json::from_str(&answer)?)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Runs lines as if they were pasted into one shell.
fn shell(lines: &str) -> Result<String> {
    let output = Command::new("sh").args(["-e", "-c", lines]).output()?;
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(answer);
    }
    Err(format!(
        "`{lines}` ended with {}: {answer}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    )
    .into())
}

/// The last JSON value of an answer that may hold several, one after the other.
fn last_json(answer: &str) -> Result<Value> {
    let values = serde_json::Deserializer::from_str(answer).into_iter::<Value>();
    let last = values.last().ok_or("the pasted lines printed nothing")?;
    Ok(last.map_err(|error| format!("{error} in {answer}"))?)
}

fn expect(holds: bool, what: &str, seen: &str) -> Outcome {
    if holds {
        println!("ok: {what}");
        return Ok(());
    }
    Err(format!("expected: {what}\n    seen: {seen}").into())
}
