//! Requests that nobody waits for: `Prefer: respond-async`.

use std::time::Duration;

use axum::body::Body;
use cresset_base::{Clock, Limits, Timestamp};
use http::Request;
use serde_json::{Value, json};

use super::audit::records;
use super::backend::backend;
use super::practice::{Answer, HOST, Practice};

const ASYNC: (&str, &str) = ("prefer", "respond-async");

/// A node that takes requests for later and carries none out, as one that dies right then.
fn idle() -> Limits {
    Limits {
        jobs_at_once_max: 0,
        ..Limits::default()
    }
}

fn patient(id: &str) -> String {
    json!({ "resourceType": "Patient", "id": id, "name": [{ "family": "Bell" }] }).to_string()
}

fn bundle(bundle_type: &str, entries: &[Value]) -> String {
    json!({ "resourceType": "Bundle", "type": bundle_type, "entry": entries }).to_string()
}

fn creating(family: &str) -> Value {
    let resource = json!({ "resourceType": "Patient", "name": [{ "family": family }] });
    json!({ "request": { "method": "POST", "url": "Patient" }, "resource": resource })
}

fn reading(url: &str) -> Value {
    json!({ "request": { "method": "GET", "url": url } })
}

impl Practice {
    /// Asks for something to be done later, and gives where its answer will be, below the FHIR base.
    async fn later(&self, line: &str, body: &str) -> String {
        place(&self.ask_with(line, body, ASYNC).await)
    }

    /// The answer at that place, as soon as it is there.
    async fn answered(&self, at: &str) -> Answer {
        let wait = async {
            loop {
                let answer = self.ask(&format!("GET {at}"), "").await;
                if answer.status != 202 {
                    return answer;
                }
                let wait: u32 = answer.header("retry-after").parse().unwrap();
                assert!((1..=30).contains(&wait), "{wait}");
                assert!(!answer.header("x-progress").is_empty());
                assert!(answer.body.is_empty());
                tokio::task::yield_now().await;
            }
        };
        let answer = tokio::time::timeout(Duration::from_secs(20), wait).await;
        answer.expect("it is carried out")
    }

    /// The one entry of that answer.
    async fn entry(&self, at: &str) -> Value {
        let answer = self.answered(at).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        assert_eq!(answer["type"], "batch-response");
        assert_eq!(answer["entry"].as_array().unwrap().len(), 1);
        answer["entry"][0].clone()
    }

    async fn families(&self) -> Vec<String> {
        let found = self.ask("GET /Patient?_sort=family", "").await.json();
        let entries = found["entry"].as_array().cloned().unwrap_or_default();
        let family = |entry: &Value| entry["resource"]["name"][0]["family"].clone();
        entries
            .iter()
            .map(|entry| family(entry).as_str().unwrap().to_owned())
            .collect()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes the one job there is, as a node does that falls silent then.
    async fn take_and_die(&self) -> cresset_store::Taken {
        let until = self.now().checked_add(Duration::from_secs(30)).unwrap();
        let taken = self.store.take_job(self.now(), until).await.unwrap();
        taken.unwrap()
    }
}

fn place(taken: &Answer) -> String {
    assert_eq!(taken.status, 202, "{taken:?}");
    assert!(taken.body.is_empty());
    assert_eq!(taken.header("preference-applied"), "respond-async");
    let place = taken.header("content-location");
    let place = place.strip_prefix(&format!("{HOST}/demo/fhir")).unwrap();
    assert!(job(place).len() >= 43, "256 bits: {place}");
    place.to_owned()
}

fn job(at: &str) -> &str {
    at.strip_prefix("/_async/").unwrap()
}

fn outcome(entry: &Value) -> &str {
    let issue = &entry["response"]["outcome"]["issue"][0];
    issue["details"]["text"].as_str().unwrap()
}

#[tokio::test]
async fn reading_later_answers_what_reading_now_does() {
    let practice = Practice::open().await;
    practice.ask("PUT /Patient/a", &patient("a")).await;
    let condition = json!({ "resourceType": "Condition", "subject": { "reference": "Patient/a" } });
    practice.create("Condition", &condition.to_string()).await;
    for line in [
        "GET /Patient?family=bell",
        "GET /Patient?family=bell&_count=1&_pretty=true",
        "GET /?_type=Patient,Condition",
        "GET /Patient/a/Condition",
        "GET /Patient/a/*",
        "GET /Patient/a/$everything",
        "GET /Condition?_count=0",
    ] {
        let now = practice.ask(line, "").await;
        assert_eq!(now.status, 200, "{line}: {now:?}");
        let entry = practice.entry(&practice.later(line, "").await).await;
        assert_eq!(entry["resource"], now.json(), "{line}");
        assert_eq!(entry["response"]["status"], "200 OK", "{line}");
    }
}

#[tokio::test]
async fn searches_by_form_are_answered_later_too() {
    let practice = Practice::open().await;
    practice.ask("PUT /Patient/a", &patient("a")).await;
    for path in [
        "/Patient/_search",
        "/_search?_type=Patient",
        "/Patient/a/*/_search",
    ] {
        let request = Request::post(format!("/demo/fhir{path}"))
            .header("authorization", format!("Bearer {}", practice.token))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("prefer", "respond-async");
        let request = request.body(Body::from("_id=a")).unwrap();
        let at = place(&practice.send(request).await);
        let entry = practice.entry(&at).await;
        assert_eq!(entry["resource"]["total"], 1, "{path}: {entry}");
    }
}

#[tokio::test]
async fn an_answer_is_kept_until_it_is_given_up() {
    let practice = Practice::open().await;
    practice.ask("PUT /Patient/a", &patient("a")).await;
    let at = practice.later("GET /Patient", "").await;
    let first = practice.answered(&at).await;
    assert_eq!(first.header("content-type"), "application/fhir+json");
    assert_eq!(first.header("cache-control"), "no-store");
    assert_eq!(practice.answered(&at).await.body, first.body);
    let xml = practice
        .ask_with(&format!("GET {at}"), "", ("accept", "application/fhir+xml"))
        .await;
    assert_eq!(xml.header("content-type"), "application/fhir+xml");
    let text = String::from_utf8(xml.body.to_vec()).unwrap();
    assert!(text.contains(r#"<type value="batch-response"/>"#), "{text}");
    let head = practice.ask(&format!("HEAD {at}"), "").await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));

    let given_up = practice.ask(&format!("DELETE {at}"), "").await;
    assert_eq!((given_up.status.as_u16(), given_up.body.len()), (202, 0));
    for method in ["GET", "DELETE"] {
        let gone = practice.ask(&format!("{method} {at}"), "").await;
        gone.refuses(404, "no asynchronous request");
    }
}

#[tokio::test]
async fn an_answer_ends_with_its_time() {
    let practice = Practice::open().await;
    let at = practice.later("GET /Patient", "").await;
    practice.answered(&at).await;
    let kept_s = Limits::default().job_kept_s;
    practice.clock.advance_seconds(kept_s - 1);
    let answer = practice.ask(&format!("GET {at}"), "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    practice.clock.advance_seconds(1);
    let over = practice.ask(&format!("GET {at}"), "").await;
    over.refuses(410, "kept no longer");
}

#[tokio::test]
async fn other_preferences_hold_for_what_is_done_later() {
    let practice = Practice::open().await;
    practice.ask("PUT /Patient/a", &patient("a")).await;
    let prefer = async |line: &str, body: &str, value: &str| {
        let at = place(&practice.ask_with(line, body, ("prefer", value)).await);
        practice.entry(&at).await
    };
    let lenient = prefer(
        "GET /Patient?nonsense=1",
        "",
        "handling=lenient, respond-async",
    )
    .await;
    assert_eq!(lenient["resource"]["total"], 1, "{lenient}");
    let strict = prefer("GET /Patient?nonsense=1", "", "respond-async").await;
    assert_eq!(strict["response"]["status"], "400 Bad Request");
    assert!(outcome(&strict).contains("nonsense"), "{strict}");
    assert!(strict.get("resource").is_none());
    let body = bundle("transaction", &[creating("Ada")]);
    let whole = prefer(
        "POST /",
        &body,
        "respond-async; wait=10, return=representation",
    )
    .await;
    assert_eq!(
        whole["resource"]["entry"][0]["resource"]["name"][0]["family"],
        "Ada"
    );
    let short = prefer("POST /", &body, "return=minimal, respond-async").await;
    assert!(short["resource"]["entry"][0].get("resource").is_none());
}

#[tokio::test]
async fn what_is_not_long_is_answered_at_once() {
    let practice = Practice::open().await;
    for (line, body, status) in [
        ("PUT /Patient/a", patient("a"), 201),
        ("GET /Patient/a", String::new(), 200),
        ("HEAD /Patient", String::new(), 200),
        ("POST /Patient", patient("b"), 201),
        ("GET /Patient/a/_history", String::new(), 200),
        ("GET /metadata", String::new(), 200),
        ("DELETE /Patient/a", String::new(), 204),
    ] {
        let answer = practice.ask_with(line, &body, ASYNC).await;
        assert_eq!(answer.status, status, "{line}");
        assert_eq!(answer.header("content-location"), "", "{line}");
    }
}

#[tokio::test]
async fn bundles_are_carried_out_later_and_once() {
    let practice = Practice::open().await;
    let entries = [
        creating("Ada"),
        reading("Patient?family=ada"),
        creating("Bob"),
    ];
    for (bundle_type, expect) in [("transaction", 2), ("batch", 4)] {
        let at = practice
            .later("POST /", &bundle(bundle_type, &entries))
            .await;
        let entry = practice.entry(&at).await;
        assert_eq!(entry["response"]["status"], "200 OK", "{entry}");
        let answer = &entry["resource"];
        assert_eq!(answer["type"], format!("{bundle_type}-response"));
        let statuses = answer["entry"].as_array().unwrap().iter();
        let statuses: Vec<_> = statuses
            .map(|e| e["response"]["status"].as_str().unwrap())
            .collect();
        assert_eq!(statuses, ["201 Created", "200 OK", "201 Created"]);
        practice.entry(&at).await;
        assert_eq!(practice.families().await.len(), expect);
    }
    let mut bad = creating("Eve");
    bad["resource"]["birthDate"] = json!("x");
    let at = practice
        .later("POST /", &bundle("transaction", &[creating("Eve"), bad]))
        .await;
    let refused = practice.entry(&at).await;
    assert_eq!(
        refused["response"]["status"], "400 Bad Request",
        "{refused}"
    );
    let no_bundle = practice.later("POST /", &patient("a")).await;
    let no_bundle = practice.entry(&no_bundle).await;
    assert!(outcome(&no_bundle).contains("Only a Bundle"), "{no_bundle}");
    assert_eq!(practice.families().await.len(), 4, "nothing of either");
}

#[tokio::test]
async fn who_may_not_is_told_in_the_answer() {
    let practice = Practice::open().await;
    let token = practice.token_for("system/Patient.rs").await;
    let request = practice
        .request("POST /", "x")
        .header("prefer", "respond-async");
    let mut request = request
        .body(Body::from(bundle("transaction", &[creating("Eve")])))
        .unwrap();
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let at = place(&practice.send(request).await);
    let entry = practice.entry(&at).await;
    assert_eq!(entry["response"]["status"], "403 Forbidden", "{entry}");
    assert_eq!(practice.families().await, [""; 0]);
}

#[tokio::test]
async fn an_answer_is_for_whoever_asked() {
    let practice = Practice::open().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.cruds system/*.cruds".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    practice.ask("PUT /Patient/a", &patient("a")).await;
    practice.ask("PUT /Patient/b", &patient("b")).await;
    let at = practice.later("GET /Patient", "").await;
    practice.answered(&at).await;

    let again = practice.token_for("system/*.cruds").await;
    let answer = practice
        .bearing(&again, &format!("GET /demo/fhir{at}"), "")
        .await;
    assert_eq!(answer.status, 200, "another token of the same app");
    let narrower = practice.token_for("system/Patient.rs").await;
    let of_a_patient = practice.token_for("patient/*.cruds&patient=a").await;
    let other = backend(&practice.auth()).await;
    let other = other.token_at(&practice, "demo").await;
    for method in ["GET", "HEAD", "DELETE"] {
        let line = format!("{method} /demo/fhir{at}");
        for (token, status) in [(&narrower, 403), (&of_a_patient, 404), (&other, 404)] {
            let answer = practice.bearing(token, &line, "").await;
            assert_eq!(answer.status, status, "{line} {answer:?}");
        }
        let stranger = practice.stranger(&format!("{method} /demo/fhir{at}")).await;
        assert_eq!(stranger.status, 401);
        let next_door = practice
            .stranger(&format!("{method} /other/fhir{at}"))
            .await;
        assert_eq!(next_door.status, 401);
    }
    let unknown = practice.ask("GET /_async/x", "").await;
    unknown.refuses(404, "no asynchronous request");
    practice.answered(&at).await;
}

#[tokio::test]
async fn nothing_is_done_for_a_token_that_was_revoked() {
    let mut practice = Practice::with(idle(), |_| {}).await;
    let at = practice
        .later("POST /", &bundle("transaction", &[creating("Eve")]))
        .await;
    let form = format!(
        "client_id={}&client_secret={}&token={}",
        practice.client_id, practice.client_secret, practice.token
    );
    let revoked = practice.form("/demo/auth/revoke/", &form).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    practice.token = practice.token_for("system/*.cruds").await;
    practice
        .ask(&format!("GET {at}"), "")
        .await
        .refuses(403, "revoked");
    practice.node(|limits| limits.jobs_at_once_max = 1);
    // Whoever has something to carry out takes first what waits longest.
    practice.clock.advance_seconds(1);
    let next = practice.later("GET /Patient", "").await;
    let done = practice.entry(&next).await;
    assert_eq!(done["resource"]["total"], 0, "nothing was created");
    let told = practice.store.job_answer(job(&at)).await.unwrap().unwrap();
    let told = String::from_utf8(told.body.to_vec()).unwrap();
    assert!(told.contains("revoked before it was carried out"), "{told}");
}

#[tokio::test]
async fn a_token_that_has_expired_since_ends_nothing() {
    let limits = Limits {
        job_kept_s: 86_400,
        ..idle()
    };
    let mut practice = Practice::with(limits, |_| {}).await;
    let at = practice
        .later("POST /", &bundle("transaction", &[creating("Ada")]))
        .await;
    practice.clock.advance_seconds(40_000);
    practice
        .ask("GET /Patient", "")
        .await
        .refuses(401, "expired");
    practice.token = practice.token_for("system/*.cruds").await;
    practice.node(|limits| limits.jobs_at_once_max = 1);
    let entry = practice.entry(&at).await;
    assert_eq!(entry["response"]["status"], "200 OK", "{entry}");
    assert_eq!(practice.families().await, ["Ada"]);
}

#[tokio::test]
async fn what_is_given_up_before_it_begins_is_never_done() {
    let mut practice = Practice::with(idle(), |_| {}).await;
    let at = practice
        .later("POST /", &bundle("transaction", &[creating("Eve")]))
        .await;
    let waiting = practice.ask(&format!("GET {at}"), "").await;
    assert_eq!(
        (waiting.status.as_u16(), waiting.header("x-progress")),
        (202, "waiting")
    );
    assert_eq!(practice.ask(&format!("DELETE {at}"), "").await.status, 202);
    practice.node(|limits| limits.jobs_at_once_max = 1);
    let next = practice.later("GET /Patient", "").await;
    assert_eq!(practice.entry(&next).await["resource"]["total"], 0);
}

#[tokio::test]
async fn another_node_goes_on_where_one_falls_silent() {
    let mut practice = Practice::with(idle(), |_| {}).await;
    let at = practice
        .later("POST /", &bundle("transaction", &[creating("Ada")]))
        .await;
    practice.take_and_die().await;
    practice.node(|limits| limits.jobs_at_once_max = 1);
    let held = practice.ask(&format!("GET {at}"), "").await;
    assert_eq!(
        (held.status.as_u16(), held.header("x-progress")),
        (202, "under way")
    );
    practice.clock.advance_seconds(30);
    let entry = practice.entry(&at).await;
    assert_eq!(entry["response"]["status"], "200 OK", "{entry}");
    assert_eq!(practice.families().await, ["Ada"]);
}

#[tokio::test]
async fn a_batch_that_broke_off_is_not_begun_again() {
    let mut practice = Practice::with(idle(), |_| {}).await;
    let at = practice
        .later("POST /", &bundle("batch", &[creating("Ada")]))
        .await;
    let taken = practice.take_and_die().await;
    assert!(practice.store.begin_once(&taken.lease).await.unwrap());
    practice.clock.advance_seconds(30);
    practice.node(|limits| limits.jobs_at_once_max = 1);
    let entry = practice.entry(&at).await;
    assert_eq!(entry["response"]["status"], "500 Internal Server Error");
    assert!(outcome(&entry).contains("not carried out again"), "{entry}");
    assert_eq!(practice.families().await, [""; 0]);
}

#[tokio::test]
async fn what_nodes_die_of_is_given_up() {
    let mut practice = Practice::with(idle(), |_| {}).await;
    let at = practice
        .later("POST /", &bundle("transaction", &[creating("Ada")]))
        .await;
    for _ in 0..3 {
        practice.take_and_die().await;
        practice.clock.advance_seconds(30);
    }
    practice.node(|limits| limits.jobs_at_once_max = 1);
    let entry = practice.entry(&at).await;
    assert!(outcome(&entry).contains("nothing was changed"), "{entry}");
    assert_eq!(practice.families().await, [""; 0]);
}

#[tokio::test]
async fn requests_of_an_app_are_bounded() {
    let limits = Limits {
        jobs_per_app_max: 2,
        body_bytes_max: 1_000,
        ..idle()
    };
    let practice = Practice::with(limits, |_| {}).await;
    let first = practice.later("GET /Patient", "").await;
    practice.later("GET /Patient", "").await;
    let third = practice.ask_with("GET /Patient", "", ASYNC).await;
    third.refuses(429, "at most 2 asynchronous requests");
    assert_eq!(third.header("retry-after"), "60");
    practice.ask(&format!("DELETE {first}"), "").await;
    practice.later("GET /Patient", "").await;
    let long = "x".repeat(1_001);
    practice
        .ask_with("POST /", &long, ASYNC)
        .await
        .refuses(413, "1000 bytes");
    let files = practice
        .ask_with("GET /Patient?_outputFormat=ndjson", "", ASYNC)
        .await;
    files.refuses(400, "_outputFormat");
    assert!(
        practice
            .store
            .lookup_job(job(&first))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn an_answer_that_is_too_long_says_so_and_a_transaction_says_what_it_did() {
    let limits = Limits {
        job_answer_bytes_max: 900,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |_| {}).await;
    let names: Vec<_> = ["Ada", "Bob"].map(creating).into();
    let body = bundle("transaction", &names);
    let prefer = ("prefer", "respond-async, return=representation");
    let at = place(&practice.ask_with("POST /", &body, prefer).await);
    let entry = practice.entry(&at).await;
    assert_eq!(entry["response"]["status"], "200 OK", "{entry}");
    let told = entry["resource"]["entry"].as_array().unwrap();
    assert!(
        told.iter()
            .all(|entry| entry["response"]["status"] == "201 Created")
    );
    assert!(
        told.iter().all(|entry| entry.get("resource").is_none()),
        "in short"
    );
    for _ in 0..4 {
        practice
            .create("Patient", &patient("x").replace("\"id\":\"x\",", ""))
            .await;
    }
    let entry = practice
        .entry(&practice.later("GET /Patient", "").await)
        .await;
    assert_eq!(entry["response"]["status"], "413 Content Too Large");
    assert!(outcome(&entry).contains("longer than 900 bytes"), "{entry}");
}

#[tokio::test]
async fn asking_doing_and_fetching_are_recorded() {
    let practice = Practice::open().await;
    practice.import(&[patient("a").as_bytes()]).await;
    let at = practice.later("GET /Patient?family=bell", "").await;
    practice.answered(&at).await;
    let body = bundle("transaction", &[creating("Ada")]);
    let prefer = ("prefer", "respond-async, return=representation");
    let changed = place(&practice.ask_with("POST /", &body, prefer).await);
    practice.answered(&changed).await;
    practice.ask(&format!("DELETE {changed}"), "").await;
    practice.store.settle().await.unwrap();
    let records = records(&practice).await;
    let told = records.iter().map(|record| {
        assert_eq!(record.app.as_ref(), Some(&practice.client_id));
        let whose = record.whose.named().count();
        format!("{} {} {whose}", record.interaction, record.status)
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    let expect = [
        "async-answer 200 1",
        "async-answer 200 1",
        "async-cancel 202 0",
        "search-type 200 1",
        "search-type 202 0",
        "transaction 200 1",
        "transaction 202 0",
    ];
    assert_eq!(told, expect);
    let named = |status: u16| {
        let record = records
            .iter()
            .find(|r| r.interaction == "search-type" && r.status == status);
        record.unwrap().correlation_id.clone()
    };
    assert_eq!(
        named(200),
        named(202),
        "one name for what was asked and done"
    );
}

#[tokio::test]
async fn pages_of_other_origins_may_ask_later() {
    let practice = Practice::open().await;
    let request = practice
        .request("GET /Patient", "")
        .header("prefer", "respond-async")
        .header("origin", "https://app.example");
    let taken = practice.send(request.body(Body::empty()).unwrap()).await;
    let exposed = taken.header("access-control-expose-headers");
    for header in ["Content-Location", "Retry-After", "X-Progress"] {
        assert!(exposed.contains(header), "{exposed}");
    }
    let at = place(&taken);
    let preflight = practice.ask(&format!("OPTIONS {at}"), "").await;
    assert_eq!(preflight.status, 204);
    let methods = preflight.header("access-control-allow-methods");
    assert_eq!(methods, "GET,HEAD,DELETE,OPTIONS");
}
