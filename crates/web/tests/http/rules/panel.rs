//! Panels of vital signs under `canvas`.

use serde_json::{Value, json};

use super::super::practice::Practice;
use super::{canvas, read, stored, with};

fn sign(code: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": code}]},
        "subject": {"reference": "Patient/1"}, "valueQuantity": {"value": 70}
    })
}

/// The observation that one is derived from.
async fn panel_of(practice: &Practice, sign: &Value) -> Value {
    read(
        practice,
        sign["derivedFrom"][0]["reference"].as_str().unwrap(),
    )
    .await
}

fn reference(observation: &Value) -> Value {
    json!({"reference": format!("Observation/{}", observation["id"].as_str().unwrap())})
}

#[tokio::test]
async fn a_sign_that_comes_alone_gets_a_panel() {
    let practice = canvas().await;
    let weight = stored(&practice, &sign("29463-7")).await;
    let panel = panel_of(&practice, &weight).await;
    assert_eq!(panel["code"]["coding"][0]["code"], "85353-1");
    assert_eq!(panel["hasMember"], json!([reference(&weight)]));
    for name in ["subject", "effectiveDateTime", "status", "category"] {
        assert_eq!(panel[name], weight[name], "{name}");
    }
    let derived = with(&sign("8302-2"), "/derivedFrom", json!([reference(&panel)]));
    let derived = stored(&practice, &derived).await;
    assert_eq!(derived["derivedFrom"], json!([reference(&panel)]));
    let all = practice.ask("GET /Observation", "").await.json();
    assert_eq!(all["total"], 3, "{all}");
    let oximetry = stored(&practice, &sign("59408-5")).await;
    let members = panel_of(&practice, &oximetry).await["hasMember"].clone();
    assert_eq!(
        members.as_array().unwrap().len(),
        2,
        "arterial too: {members}"
    );
}

#[tokio::test]
async fn a_panel_takes_its_members_from_those_they_were_in() {
    let practice = canvas().await;
    let (weight, height) = (
        stored(&practice, &sign("29463-7")).await,
        stored(&practice, &sign("8302-2")).await,
    );
    let before = panel_of(&practice, &weight).await;
    let mut panel = with(&sign("85353-1"), "/valueQuantity", Value::Null);
    panel["hasMember"] = json!([reference(&weight), reference(&height)]);
    let panel = stored(&practice, &panel).await;
    for one in [&weight, &height] {
        let address = reference(one)["reference"].as_str().unwrap().to_owned();
        let now = read(&practice, &address).await;
        assert_eq!(now["derivedFrom"], json!([reference(&panel)]));
    }
    let address = reference(&before)["reference"].as_str().unwrap().to_owned();
    assert_eq!(
        read(&practice, &address).await["status"],
        "entered-in-error"
    );
}

#[tokio::test]
async fn signs_of_a_transaction_get_their_panels_too() {
    let practice = canvas().await;
    let entry = |code: &str| json!({"resource": sign(code), "request": {"method": "POST", "url": "Observation"}});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry("59408-5"), entry("8867-4")]});
    let answer = practice.ask("POST /", &bundle.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["entry"].as_array().unwrap().len(), 2);
    let panels = practice
        .ask("GET /Observation?code=http://loinc.org|85353-1", "")
        .await
        .json();
    assert_eq!(panels["total"], 2, "{panels}");
}

#[tokio::test]
async fn a_panel_changes_its_own_members_and_nothing_else_of_them() {
    let practice = canvas().await;
    let device = json!({"reference": "Media/1"});
    let weight = stored(&practice, &sign("29463-7")).await;
    let old = panel_of(&practice, &weight).await;
    let derived = json!([device, reference(&old)]);
    let height = stored(&practice, &with(&sign("8302-2"), "/derivedFrom", derived)).await;
    let mut of_group = with(&sign("8867-4"), "/subject/reference", json!("Group/1"));
    of_group["id"] = json!("of-group");
    practice.import(&[of_group.to_string().as_bytes()]).await;
    let mut panel = with(&sign("85353-1"), "/valueQuantity", Value::Null);
    panel["hasMember"] = json!([reference(&height), reference(&of_group), reference(&old)]);
    let panel = stored(&practice, &panel).await;
    let address = |one: &Value| reference(one)["reference"].as_str().unwrap().to_owned();
    let now = read(&practice, &address(&height)).await;
    assert_eq!(now["derivedFrom"], json!([reference(&panel), device]));
    let now = read(&practice, "Observation/of-group").await;
    assert_eq!(now.get("derivedFrom"), None, "of the group 1: {now}");
    assert_eq!(read(&practice, &address(&old)).await, old, "a panel");
}

/// A transaction of these creates; what is stored of each.
async fn together(practice: &Practice, entries: &[(&str, Value)]) -> Vec<Value> {
    let entry = |(name, resource): &(&str, Value)| json!({"fullUrl": name, "resource": resource, "request": {"method": "POST", "url": "Observation"}});
    let entries: Vec<Value> = entries.iter().map(entry).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let prefer = ("Prefer", "return=representation");
    let answer = practice
        .ask_with("POST /", &bundle.to_string(), prefer)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    let entries = answer["entry"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

const WEIGHT: &str = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
const HEIGHT: &str = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1";
const PANEL: &str = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e2";

fn panel_of_all(members: &[&str]) -> Value {
    let mut panel = with(&sign("85353-1"), "/valueQuantity", Value::Null);
    let member = |name: &&str| json!({"reference": name});
    panel["hasMember"] = members.iter().map(member).collect();
    panel
}

#[tokio::test]
async fn a_sign_takes_no_panel_of_another_patient() {
    let practice = canvas().await;
    let mut panel = panel_of_all(&[WEIGHT, HEIGHT]);
    panel["subject"]["reference"] = json!("Patient/2");
    // Two readings of one sign, one of them of the patient of the panel.
    let of_another = with(&sign("29463-7"), "/subject/reference", json!("Patient/2"));
    let entries = [
        (PANEL, panel),
        (HEIGHT, sign("8302-2")),
        (WEIGHT, of_another),
    ];
    let [panel, height, weight] = together(&practice, &entries).await.try_into().unwrap();
    assert_eq!(weight["derivedFrom"], json!([reference(&panel)]));
    let own = panel_of(&practice, &height).await;
    assert_eq!(own["subject"], height["subject"], "{own}");
    assert_eq!(own["hasMember"], json!([reference(&height)]));
}

async fn count(practice: &Practice) -> Value {
    let line = "GET /Observation?_summary=count";
    practice.ask(line, "").await.json()["total"].clone()
}

#[tokio::test]
async fn a_panel_gathers_the_signs_of_its_own_transaction() {
    let signs = [(WEIGHT, sign("29463-7")), (HEIGHT, sign("8302-2"))];
    let panel = [(PANEL, panel_of_all(&[WEIGHT, HEIGHT]))];
    for (entries, at) in [
        ([&signs[..], &panel[..]].concat(), 2),
        ([&panel[..], &signs[..]].concat(), 0),
    ] {
        let practice = canvas().await;
        let mut all = together(&practice, &entries).await;
        let panel = all.remove(at);
        assert_eq!(
            panel["hasMember"],
            json!([reference(&all[0]), reference(&all[1])])
        );
        for one in &all {
            assert_eq!(one["derivedFrom"], json!([reference(&panel)]), "{one}");
        }
        assert_eq!(count(&practice).await, 3, "no panel beside it");
        let records = practice
            .ask("GET /Provenance?_summary=count", "")
            .await
            .json();
        assert_eq!(records["total"], 3, "one record each");
    }
}

#[tokio::test]
async fn the_later_of_two_panels_of_a_transaction_keeps_what_both_name() {
    let practice = canvas().await;
    let (weight, height) = (
        stored(&practice, &sign("29463-7")).await,
        stored(&practice, &sign("8302-2")).await,
    );
    let name = |one: &Value| reference(one)["reference"].as_str().unwrap().to_owned();
    let both = panel_of_all(&[&name(&weight), &name(&height)]);
    let one = panel_of_all(&[&name(&weight)]);
    let panels = together(&practice, &[(PANEL, both), (WEIGHT, one)]).await;
    assert_eq!(panels[0]["hasMember"], json!([reference(&height)]));
    assert_eq!(panels[1]["hasMember"], json!([reference(&weight)]));
    for (member, panel) in [(&weight, &panels[1]), (&height, &panels[0])] {
        let now = read(&practice, &name(member)).await;
        assert_eq!(now["derivedFrom"], json!([reference(panel)]), "{now}");
    }
}

#[tokio::test]
async fn a_panel_holds_each_sign_of_its_transaction_once() {
    let practice = canvas().await;
    let entry = |name: &str, resource: Value| json!({"fullUrl": name, "resource": resource, "request": {"method": "POST", "url": "Observation"}});
    let signs = [
        entry(WEIGHT, sign("29463-7")),
        entry(HEIGHT, sign("29463-7")),
    ];
    let panel = [entry(PANEL, panel_of_all(&[WEIGHT, HEIGHT]))];
    for entries in [
        [&signs[..], &panel[..]].concat(),
        [&panel[..], &signs[..]].concat(),
    ] {
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        let answer = practice.ask("POST /", &bundle.to_string()).await;
        answer.refuses(
            422,
            "business-rule Vital sign reading already exists for the given reading",
        );
    }
    assert_eq!(count(&practice).await, 0);
}
