//! Conditional create, update, patch and delete: what decides is what the criteria find when the
//! change commits.

use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::Deletes;
use http::StatusCode;
use tokio::task::JoinSet;

use super::practice::{Answer, Practice};

fn patient(mrn: &str, family: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","identifier":[{{"system":"urn:mrn","value":"{mrn}"}}],"name":[{{"family":"{family}"}}]}}"#
    )
}

async fn create_unless(practice: &Practice, query: &str, body: &str) -> Answer {
    practice
        .ask_with("POST /Patient", body, ("if-none-exist", query))
        .await
}

async fn total(practice: &Practice, url: &str) -> u64 {
    let page = practice.ask(&format!("GET {url}"), "").await.json();
    page["total"].as_u64().unwrap()
}

#[tokio::test]
async fn a_conditional_create_makes_one_and_finds_it_again() {
    let practice = Practice::open().await;
    let body = patient("1", "Ann");
    let query = "identifier=urn:mrn%7C1";
    let created = create_unless(&practice, query, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    for again in [
        query,
        "?identifier=urn:mrn|1",
        "Patient?identifier=urn:mrn|1",
    ] {
        let found = create_unless(&practice, again, &body).await;
        assert_eq!((found.status.as_u16(), &found.body), (200, &created.body));
        assert_eq!(found.header("etag"), "W/\"1\"");
    }
    practice.create("Patient", &patient("1", "Twin")).await;
    create_unless(&practice, query, &body)
        .await
        .refuses(412, "more than one");
    assert_eq!(total(&practice, "/Patient").await, 2);
    for (query, words) in [
        ("", "at least one"),
        ("nam=x", "nam"),
        ("identifier=1&_count=2", "_count"),
        ("identifier=1&_sort=name", "_sort"),
        ("Group?identifier=1", "search of Patient"),
        ("birthdate=yesterday", "birthdate"),
    ] {
        let refused = create_unless(&practice, query, &body).await;
        refused.refuses(400, words);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_conditional_creates_at_once_make_one() {
    let practice = Arc::new(Practice::open().await);
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let practice = practice.clone();
        tasks.spawn(async move {
            let body = patient("7", "Ann");
            create_unless(&practice, "identifier=urn:mrn|7", &body)
                .await
                .status
        });
    }
    let statuses = tasks.join_all().await;
    let count = |status: StatusCode| statuses.iter().filter(|s| **s == status).count();
    assert_eq!((count(StatusCode::CREATED), count(StatusCode::OK)), (1, 15));
    assert_eq!(total(&practice, "/Patient").await, 1);

    let mut tasks = JoinSet::new();
    for n in 0..16 {
        let practice = practice.clone();
        tasks.spawn(async move {
            let line = "PUT /Patient?identifier=urn:mrn|8";
            practice
                .ask(line, &patient("8", &format!("N{n}")))
                .await
                .status
        });
    }
    let statuses = tasks.join_all().await;
    let created = statuses
        .iter()
        .filter(|s| **s == StatusCode::CREATED)
        .count();
    assert_eq!(created, 1, "{statuses:?}");
    assert_eq!(total(&practice, "/Patient?identifier=urn:mrn|8").await, 1);
}

#[tokio::test]
async fn a_conditional_update_creates_changes_or_refuses() {
    let practice = Practice::open().await;
    let line = "PUT /Patient?identifier=urn:mrn|1&_pretty=true";
    let created = practice.ask(line, &patient("1", "Ann")).await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let with_id = |id: &str, family: &str| {
        patient("1", family).replacen('{', &format!(r#"{{"id":"{id}","#), 1)
    };
    let changed = practice.ask(line, &with_id(&id, "Bea")).await;
    assert_eq!(
        (changed.status.as_u16(), changed.header("etag")),
        (200, "W/\"2\"")
    );
    practice
        .ask(line, &with_id("other", "Bea"))
        .await
        .refuses(400, "Logical Id");
    practice
        .ask_with(line, &patient("1", "Cea"), ("if-match", "W/\"1\""))
        .await
        .refuses(412, "modified");
    let fresh = "PUT /Patient?identifier=urn:mrn|2";
    practice
        .ask(fresh, &with_id(&id, "Dea"))
        .await
        .refuses(409, "exists");
    let own = practice.ask(fresh, &with_id("mine", "Dea")).await;
    assert_eq!(
        (own.status.as_u16(), own.json()["id"].as_str()),
        (201, Some("mine"))
    );
    practice
        .ask("PUT /Patient?name=", &patient("1", "x"))
        .await
        .refuses(400, "name");
    practice
        .ask("PUT /Patient", &patient("1", "x"))
        .await
        .refuses(400, "at least one");
    let many = practice
        .ask("PUT /Patient?identifier=urn:mrn|1", &patient("1", "x"))
        .await;
    many.refuses(412, "more than one");
}

#[tokio::test]
async fn ids_are_the_servers_where_the_practice_says_so() {
    let practice = Practice::with(Limits::default(), |settings| settings.client_ids = false).await;
    let line = "PUT /Patient?identifier=urn:mrn|1";
    let with_id = patient("1", "A").replacen('{', r#"{"id":"mine","#, 1);
    practice
        .ask(line, &with_id)
        .await
        .refuses(422, "leave the id out");
    assert_eq!(practice.ask(line, &patient("1", "A")).await.status, 201);
    practice
        .ask("PUT /Patient/mine", &with_id)
        .await
        .refuses(404, "Unknown");
}

#[tokio::test]
async fn a_conditional_patch_needs_exactly_one() {
    let practice = Practice::open().await;
    practice.create("Patient", &patient("1", "Ann")).await;
    practice.create("Patient", &patient("2", "Ann")).await;
    let patch = async |query: &str| {
        let request = practice
            .request(&format!("PATCH /Patient?{query}"), "")
            .header("content-type", "application/merge-patch+json");
        let body = axum::body::Body::from(r#"{"active":true}"#);
        practice.send(request.body(body).unwrap()).await
    };
    let patched = patch("identifier=urn:mrn|1").await;
    assert_eq!(
        (patched.status.as_u16(), patched.header("etag")),
        (200, "W/\"2\"")
    );
    patch("name=Ann").await.refuses(412, "more than one");
    patch("name=Bob").await.refuses(404, "no resource to patch");
    patch("").await.refuses(400, "at least one");
    assert_eq!(total(&practice, "/Patient?active=true").await, 1);
}

#[tokio::test]
async fn a_conditional_delete_takes_one_or_what_the_practice_allows() {
    let limits = || Limits {
        conditional_deletes_max: 3,
        ..Limits::default()
    };
    for (deletes, status) in [
        (Deletes::Never, 405),
        (Deletes::Single, 412),
        (Deletes::Multiple, 204),
    ] {
        let practice = Practice::with(limits(), |settings| settings.deletes = deletes).await;
        for mrn in ["1", "2", "3"] {
            practice.create("Patient", &patient(mrn, "Ann")).await;
        }
        let statement = practice.stranger("GET /demo/fhir/metadata").await.json();
        let offered = statement["rest"][0]["resource"][0]["conditionalDelete"].clone();
        let several = practice.ask("DELETE /Patient?name=Ann", "").await;
        assert_eq!(several.status, status, "{several:?}");
        let left = total(&practice, "/Patient").await;
        assert_eq!(left, if status == 204 { 0 } else { 3 });
        let one = practice
            .ask("DELETE /Patient?identifier=urn:mrn|1", "")
            .await;
        assert_eq!(one.status, if status == 405 { 405 } else { 204 });
        let expect = match deletes {
            Deletes::Never => "not-supported",
            Deletes::Single => "single",
            Deletes::Multiple => "multiple",
        };
        assert_eq!(offered, expect);
        practice.ask("DELETE /Patient?nam=x", "").await;
        let all = practice
            .ask_with("DELETE /Patient", "", ("prefer", "handling=lenient"))
            .await;
        assert_eq!(all.status, if status == 405 { 405 } else { 400 }, "{all:?}");
    }
    let practice = Practice::with(limits(), |settings| settings.deletes = Deletes::Multiple).await;
    for mrn in ["1", "2", "3", "4"] {
        practice.create("Patient", &patient(mrn, "Ann")).await;
    }
    practice
        .ask("DELETE /Patient?name=Ann", "")
        .await
        .refuses(413, "more than 3");
    let words = ("prefer", "return=OperationOutcome");
    let told = practice
        .ask_with("DELETE /Patient?identifier=urn:mrn|1", "", words)
        .await;
    assert_eq!(told.issues(), ["informational Deleted: 1"]);
    assert_eq!(total(&practice, "/Patient").await, 3);
}

/// A condition sees no more than its caller: what others have neither matches nor is told of.
#[tokio::test]
async fn a_condition_reaches_no_further_than_its_caller() {
    let mut practice = Practice::open().await;
    let observation = |code: &str| {
        format!(
            r#"{{"resourceType":"Observation","status":"final","category":[{{"coding":[{{"system":"urn:c","code":"{code}"}}]}}],"code":{{"text":"x"}}}}"#
        )
    };
    practice.create("Observation", &observation("lab")).await;
    practice.token = practice.token_for("system/Observation.cud").await;
    let line = "DELETE /Observation?status=final";
    practice.ask(line, "").await.refuses(403, "search");
    practice.token = practice
        .token_for("system/Observation.cruds?category=urn:c|vital")
        .await;
    let nothing = practice.ask(line, "").await;
    assert_eq!(nothing.status, 204, "there is nothing of theirs");
    let header = ("if-none-exist", "status=final");
    let created = practice
        .ask_with("POST /Observation", &observation("vital"), header)
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    practice.token = practice.token_for("system/*.cruds").await;
    assert_eq!(total(&practice, "/Observation").await, 2);
}
