//! `$everything`, `$docref`, `$lastn` and `$match`, as an app of the practice and as a patient's.

use cresset_base::Limits;
use serde_json::{Value, json};

use super::practice::{Answer, Practice};

async fn put(practice: &Practice, resource: Value) {
    let name = format!("{}/{}", resource["resourceType"], resource["id"]).replace('"', "");
    let answer = practice
        .ask(&format!("PUT /{name}"), &resource.to_string())
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    practice.clock.advance_seconds(60);
}

fn observation(id: &str, patient: &str, code: &str, date: &str) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "category": [{ "coding": [{ "system": "urn:c", "code": "vital" }] }],
        "code": { "coding": [{ "system": "urn:code", "code": code }] },
        "subject": { "reference": format!("Patient/{patient}") },
        "encounter": { "reference": format!("Encounter/e-{patient}") },
        "performer": [{ "reference": "Practitioner/dr" }],
        "effectiveDateTime": date,
    })
}

fn document(id: &str, patient: &str, code: &str, year: &str) -> Value {
    json!({
        "resourceType": "DocumentReference", "id": id, "status": "current",
        "type": { "coding": [{ "system": "http://loinc.org", "code": code }] },
        "subject": { "reference": format!("Patient/{patient}") },
        "date": format!("{year}-06-01T00:00:00Z"),
        "context": { "period": { "start": format!("{year}-05-01"), "end": format!("{year}-05-02") } },
        "content": [{ "attachment": { "contentType": "text/plain" } }],
    })
}

/// Two patients with an encounter, observations and documents each.
async fn filled() -> Practice {
    let practice = Practice::open().await;
    put(
        &practice,
        json!({ "resourceType": "Practitioner", "id": "dr" }),
    )
    .await;
    for (patient, family) in [("a", "Bell"), ("b", "Bello")] {
        put(&practice, json!({
            "resourceType": "Patient", "id": patient, "birthDate": "1985-12-10", "gender": "female",
            "identifier": [{ "system": "urn:mrn", "value": patient }],
            "name": [{ "family": family, "given": ["Ada"] }],
        })).await;
        put(&practice, json!({
            "resourceType": "Encounter", "id": format!("e-{patient}"), "status": "finished",
            "class": { "code": "AMB" }, "subject": { "reference": format!("Patient/{patient}") },
            "period": { "start": "2024-01-01" },
        })).await;
        for (n, code, date) in [
            ("1", "x", "2024-01-01"),
            ("2", "x", "2024-02-01"),
            ("3", "y", "2023-01-01"),
        ] {
            put(
                &practice,
                observation(&format!("{patient}{n}"), patient, code, date),
            )
            .await;
        }
        for (n, code, year) in [
            ("1", "34133-9", "2023"),
            ("2", "34133-9", "2024"),
            ("3", "11506-3", "2024"),
        ] {
            put(
                &practice,
                document(&format!("{patient}d{n}"), patient, code, year),
            )
            .await;
        }
    }
    practice
}

/// `Type/id` of every entry with this mode.
fn entries(page: &Value, mode: &str) -> Vec<String> {
    let list = page["entry"].as_array().cloned().unwrap_or_default();
    let of_mode = list.iter().filter(|entry| entry["search"]["mode"] == mode);
    of_mode
        .map(|entry| {
            let text = |name: &str| entry["resource"][name].as_str().unwrap().to_owned();
            format!("{}/{}", text("resourceType"), text("id"))
        })
        .collect()
}

/// All matches, page by page.
async fn walk(practice: &Practice, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = practice.ask(&format!("GET {path}"), "").await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        found.extend(entries(&page, "match"));
        let links = page["link"].as_array().unwrap();
        let following = links.iter().find(|link| link["relation"] == "next");
        next = following.map(|link| {
            link["url"]
                .as_str()
                .unwrap()
                .split_once("/fhir")
                .unwrap()
                .1
                .to_owned()
        });
    }
    found
}

const EVERYTHING_OF_A: [&str; 8] = [
    "Patient/a",
    "DocumentReference/ad1",
    "DocumentReference/ad2",
    "DocumentReference/ad3",
    "Encounter/e-a",
    "Observation/a1",
    "Observation/a2",
    "Observation/a3",
];

#[tokio::test]
async fn everything_of_a_patient_is_told_once_and_nothing_of_others() {
    let practice = filled().await;
    for count in ["", "?_count=1", "?_count=3", "?_count=8"] {
        let found = walk(&practice, &format!("/Patient/a/$everything{count}")).await;
        assert_eq!(found, EVERYTHING_OF_A, "{count}");
    }
    let page = practice.ask("GET /Patient/a/$everything", "").await.json();
    assert_eq!(entries(&page, "include"), ["Practitioner/dr"]);
    let typed = walk(
        &practice,
        "/Patient/a/$everything?_type=Observation,Encounter",
    )
    .await;
    assert_eq!(typed, EVERYTHING_OF_A[4..]);
    let dated = walk(
        &practice,
        "/Patient/a/$everything?start=2024-01-15&_type=Observation",
    )
    .await;
    assert_eq!(dated, ["Observation/a2"]);
    let since = walk(
        &practice,
        "/Patient/a/$everything?_since=2026-01-01T00:08:00Z",
    )
    .await;
    assert_eq!(since, ["DocumentReference/ad3"]);
    let of_encounter = walk(&practice, "/Encounter/e-b/$everything?_count=2").await;
    assert_eq!(
        of_encounter,
        [
            "Encounter/e-b",
            "Observation/b1",
            "Observation/b2",
            "Observation/b3"
        ]
    );
    for (path, status, words) in [
        ("/Patient/none/$everything", 404, "Unknown"),
        ("/Patient/a/$everything?_type=Nonsense", 400, "_type"),
        ("/Patient/a/$everything?_count=0", 400, "_count"),
        ("/Patient/a/$everything?nam=x", 400, "nam"),
        ("/Patient/a/$everything?_page=forged", 400, "page link"),
    ] {
        practice
            .ask(&format!("GET {path}"), "")
            .await
            .refuses(status, words);
    }
}

#[tokio::test]
async fn documents_are_by_default_the_newest_summary_of_care() {
    let practice = filled().await;
    let get = async |query: &str| {
        practice
            .ask(&format!("GET /DocumentReference/$docref?{query}"), "")
            .await
    };
    let found = |answer: Answer| {
        assert_eq!(answer.status, 200, "{answer:?}");
        entries(&answer.json(), "match")
    };
    assert_eq!(found(get("patient=a").await), ["DocumentReference/ad2"]);
    assert_eq!(
        found(get("patient=Patient/a&start=2023-01-01&end=2024-12-31").await),
        ["DocumentReference/ad2", "DocumentReference/ad1"]
    );
    assert_eq!(
        found(get("patient=a&type=http://loinc.org|11506-3").await),
        ["DocumentReference/ad3"]
    );
    assert!(found(get("patient=a&on-demand=true").await).is_empty());
    let body = json!({ "resourceType": "Parameters", "parameter": [
        { "name": "patient", "valueId": "b" },
        { "name": "type", "valueCodeableConcept": { "coding": [{ "system": "http://loinc.org", "code": "34133-9" }] } },
    ]});
    let posted = practice
        .ask("POST /DocumentReference/$docref", &body.to_string())
        .await;
    assert_eq!(
        found(posted),
        ["DocumentReference/bd2", "DocumentReference/bd1"]
    );
    get("").await.refuses(400, "patient");
    get("patient=none").await.refuses(404, "Unknown");
    get("patient=a&start=x").await.refuses(400, "period");
}

#[tokio::test]
async fn the_newest_of_each_code_are_told() {
    let practice = filled().await;
    let get = async |query: &str| {
        practice
            .ask(&format!("GET /Observation/$lastn?{query}"), "")
            .await
    };
    let found = async |query: &str| entries(&get(query).await.json(), "match");
    assert_eq!(
        found("patient=a&category=vital").await,
        ["Observation/a2", "Observation/a3"]
    );
    assert_eq!(
        found("subject=Patient/a&category=vital&max=2").await,
        ["Observation/a2", "Observation/a1", "Observation/a3"]
    );
    assert_eq!(found("patient=a&code=urn:code|y").await, ["Observation/a3"]);
    get("patient=a").await.refuses(400, "category");
    get("category=vital").await.refuses(400, "patient");
    get("patient=a&category=vital&max=0")
        .await
        .refuses(400, "max");
    get("patient=a&category=vital&_sort=date")
        .await
        .refuses(400, "_sort");
}

#[tokio::test]
async fn a_description_finds_whom_it_may_mean() {
    let practice = filled().await;
    let ask = async |patient: Value, more: &[Value]| {
        let mut parameters = vec![json!({ "name": "resource", "resource": patient })];
        parameters.extend_from_slice(more);
        let body = json!({ "resourceType": "Parameters", "parameter": parameters });
        practice
            .ask("POST /Patient/$match", &body.to_string())
            .await
    };
    let ada = |family: &str| json!({ "resourceType": "Patient", "name": [{ "family": family, "given": ["Ada"] }], "birthDate": "1985-12-10" });
    let found = ask(ada("Bell"), &[]).await.json();
    assert_eq!(entries(&found, "match")[0], "Patient/a", "{found}");
    let search = &found["entry"][0]["search"];
    assert_eq!(search["extension"][0]["valueCode"], "certain");
    assert_eq!(search["score"].as_f64(), Some(1.0));
    let certain = [json!({ "name": "onlyCertainMatches", "valueBoolean": true })];
    let only = ask(ada("Bell"), &certain).await.json();
    assert_eq!(entries(&only, "match"), ["Patient/a"]);
    let nobody = ask(ada("Someone"), &certain).await.json();
    assert_eq!(
        (nobody["total"].as_u64(), entries(&nobody, "match").len()),
        (Some(0), 0)
    );
    let one = [json!({ "name": "count", "valueInteger": 1 })];
    assert_eq!(
        entries(&ask(ada("Bell"), &one).await.json(), "match").len(),
        1
    );
    ask(
        json!({ "resourceType": "Patient", "gender": "female" }),
        &[],
    )
    .await
    .refuses(400, "Describe");
    ask(json!({ "resourceType": "Group" }), &[])
        .await
        .refuses(400, "Patient");
}

/// A page shows no more of what it refers to than a search may include, and says so.
#[tokio::test]
async fn shared_resources_are_shown_up_to_a_bound() {
    let limits = Limits {
        included_max: 2,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |_| {}).await;
    let patient = |performers: usize| {
        let reference = |n: usize| json!({ "reference": format!("Practitioner/dr{n}") });
        json!({
            "resourceType": "Patient", "id": format!("with-{performers}"),
            "generalPractitioner": (0..performers).map(reference).collect::<Vec<_>>(),
        })
    };
    for n in 0..3 {
        let id = format!("dr{n}");
        put(
            &practice,
            json!({ "resourceType": "Practitioner", "id": id }),
        )
        .await;
    }
    for (performers, shown, is_cut) in [(2, 2, false), (3, 2, true)] {
        put(&practice, patient(performers)).await;
        let path = format!("GET /Patient/with-{performers}/$everything");
        let page = practice.ask(&path, "").await.json();
        assert_eq!(entries(&page, "include").len(), shown, "{page}");
        let list = page["entry"].as_array().unwrap();
        let outcome = list.iter().find(|e| e["search"]["mode"] == "outcome");
        assert_eq!(outcome.is_some(), is_cut, "{page}");
        if let Some(outcome) = outcome {
            assert_eq!(outcome["resource"]["issue"][0]["code"], "too-costly");
        }
    }
}

/// A patient's own token reaches its own record by none of these and no further.
#[tokio::test]
async fn a_patients_token_reaches_no_other_record() {
    let mut practice = filled().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.cruds system/*.cruds".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    practice.token = practice.token_for("patient/*.rs&patient=a").await;
    assert_eq!(
        walk(&practice, "/Patient/a/$everything").await,
        EVERYTHING_OF_A
    );
    for path in [
        "/Patient/b/$everything",
        "/Encounter/e-b/$everything",
        "/DocumentReference/$docref?patient=b",
    ] {
        practice
            .ask(&format!("GET {path}"), "")
            .await
            .refuses(404, "Unknown");
    }
    let lastn = practice
        .ask("GET /Observation/$lastn?patient=b&category=vital", "")
        .await
        .json();
    assert!(entries(&lastn, "match").is_empty(), "{lastn}");
    let body = json!({ "resourceType": "Parameters", "parameter": [{ "name": "resource", "resource": {
        "resourceType": "Patient", "identifier": [{ "system": "urn:mrn", "value": "b" }] } }] });
    let matched = practice
        .ask("POST /Patient/$match", &body.to_string())
        .await
        .json();
    assert!(entries(&matched, "match").is_empty(), "{matched}");
}

#[tokio::test]
async fn labels_are_told_added_and_taken_away() {
    let practice = filled().await;
    let change = async |name: &str, meta: Value| {
        let body = json!({ "resourceType": "Parameters", "parameter": [{ "name": "meta", "valueMeta": meta }] });
        let answer = practice
            .ask(&format!("POST /Patient/a/${name}"), &body.to_string())
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["parameter"][0]["valueMeta"].clone()
    };
    let tag = |code: &str| json!({ "system": "urn:t", "code": code });
    let both = json!({ "tag": [tag("x"), tag("y")], "profile": ["http://example.org/p"] });
    let meta = change("meta-add", both.clone()).await;
    assert_eq!(
        (&meta["versionId"], &meta["tag"]),
        (&json!("2"), &both["tag"])
    );
    let again = change("meta-add", json!({ "tag": [tag("x")] })).await;
    assert_eq!(
        again, meta,
        "what is there is not added twice, and nothing changed"
    );
    let less = change(
        "meta-delete",
        json!({ "tag": [tag("x")], "profile": ["http://example.org/p"] }),
    )
    .await;
    assert_eq!(
        (&less["tag"], less["profile"].is_null()),
        (&json!([tag("y")]), true)
    );
    let told = practice.ask("GET /Patient/a/$meta", "").await.json();
    assert_eq!(told["parameter"][0]["valueMeta"], less);
    let found = practice.ask("GET /Patient?_tag=urn:t|y", "").await.json();
    assert_eq!(entries(&found, "match"), ["Patient/a"]);
    practice
        .ask("GET /Patient/none/$meta", "")
        .await
        .refuses(404, "Unknown");
    let empty = r#"{"resourceType":"Parameters"}"#;
    practice
        .ask("POST /Patient/a/$meta-add", empty)
        .await
        .refuses(400, "meta");
}
