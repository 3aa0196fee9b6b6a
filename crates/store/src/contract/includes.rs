//! What is shown with the matches, and to whom.

use cresset_access::Access;

use super::world::{World, everything, names, put, scopes};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    both_ends_are_shown(fresh()).await;
    iteration_ends(fresh()).await;
    each_page_has_its_own(fresh()).await;
    nothing_is_shown_that_may_not_be_read(fresh()).await;
    content_is_shown_to_those_who_read_everything(fresh()).await;
    too_many_are_cut(fresh()).await;
}

async fn fill(world: &World) {
    world
        .put(&[
            r#"{"resourceType":"Practitioner","id":"dr","active":true}"#,
            r#"{"resourceType":"Patient","id":"a","generalPractitioner":[{"reference":"Practitioner/dr"}]}"#,
            r#"{"resourceType":"Patient","id":"b","generalPractitioner":[{"reference":"Practitioner/dr"}]}"#,
            r#"{"resourceType":"Medication","id":"m","status":"active"}"#,
            r#"{"resourceType":"MedicationRequest","id":"ra","status":"active","intent":"order","medicationReference":{"reference":"Medication/m"},"subject":{"reference":"Patient/a"},"requester":{"reference":"Practitioner/dr"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"rb","status":"active","intent":"order","medicationReference":{"reference":"Medication/gone"},"subject":{"reference":"Patient/b"}}"#,
            r#"{"resourceType":"Provenance","id":"pa","target":[{"reference":"MedicationRequest/ra"},{"reference":"Patient/a"}],"recorded":"2023-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/dr"}}]}"#,
            r#"{"resourceType":"Provenance","id":"pb","target":[{"reference":"MedicationRequest/rb"},{"reference":"Patient/b"}],"recorded":"2023-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/dr"}}]}"#,
            r#"{"resourceType":"Appointment","id":"both","status":"booked","participant":[{"actor":{"reference":"Patient/a"},"status":"accepted"},{"actor":{"reference":"Patient/b"},"status":"accepted"}]}"#,
        ])
        .await;
}

/// Asserts what is shown with the matches of the first page, in any order.
async fn check(world: &World, access: &Access, url: &str, expect: &[&str]) {
    let page = world.page(access, url, None).await;
    let mut shown: Vec<String> = page
        .included
        .iter()
        .map(|v| format!("{}/{}", v.resource_type, v.id))
        .collect();
    shown.sort();
    assert_eq!(shown, expect, "{url}");
    assert!(!page.is_cut, "{url}");
    assert_eq!(
        page.total,
        Some(page.matches.len() as u64),
        "{url}: what is shown is not counted"
    );
}

async fn both_ends_are_shown(world: World) {
    fill(&world).await;
    let all = everything();
    for (url, expect) in [
        (
            "MedicationRequest?_include=MedicationRequest:medication",
            &["Medication/m"][..],
        ),
        (
            "MedicationRequest?_id=rb&_include=MedicationRequest:medication",
            &[],
        ),
        (
            "MedicationRequest?_id=ra&_include=MedicationRequest:subject",
            &["Patient/a"],
        ),
        (
            "MedicationRequest?_id=ra&_include=MedicationRequest:patient",
            &["Patient/a"],
        ),
        (
            "MedicationRequest?_id=ra&_include=MedicationRequest:requester:Organization",
            &[],
        ),
        (
            "MedicationRequest?_id=ra&_include=MedicationRequest:requester:Practitioner",
            &["Practitioner/dr"],
        ),
        (
            "MedicationRequest?_id=ra&_include=MedicationRequest:*",
            &["Medication/m", "Patient/a", "Practitioner/dr"],
        ),
        (
            "MedicationRequest?_id=ra&_include=*",
            &["Medication/m", "Patient/a", "Practitioner/dr"],
        ),
        (
            "MedicationRequest?_id=ra&_revinclude=Provenance:target",
            &["Provenance/pa"],
        ),
        (
            "MedicationRequest?_revinclude=Provenance:target",
            &["Provenance/pa", "Provenance/pb"],
        ),
        (
            "Patient?_id=a&_revinclude=MedicationRequest:patient",
            &["MedicationRequest/ra"],
        ),
        (
            "Patient?_id=a&_revinclude=MedicationRequest:subject:Patient",
            &["MedicationRequest/ra"],
        ),
        (
            "Patient?_id=a&_revinclude=MedicationRequest:subject:Group",
            &[],
        ),
        ("Patient?_id=a&_revinclude=Provenance:*", &["Provenance/pa"]),
        (
            "Patient?_id=a&_revinclude=*",
            &["Appointment/both", "MedicationRequest/ra", "Provenance/pa"],
        ),
        (
            "Patient?_include=Patient:general-practitioner",
            &["Practitioner/dr"],
        ),
        ("Patient?_include=Observation:subject", &[]),
    ] {
        check(&world, &all, url, expect).await;
    }
}

async fn iteration_ends(world: World) {
    fill(&world).await;
    let all = everything();
    let again = "MedicationRequest?_id=ra&_include=MedicationRequest:subject&_include:iterate=Patient:general-practitioner";
    check(&world, &all, again, &["Patient/a", "Practitioner/dr"]).await;
    let once = "MedicationRequest?_id=ra&_include=MedicationRequest:subject&_include=Patient:general-practitioner";
    check(&world, &all, once, &["Patient/a"]).await;
    let around = "Patient?_id=a&_revinclude:iterate=MedicationRequest:subject&_include:iterate=MedicationRequest:subject&_revinclude:iterate=Provenance:target&_include:iterate=Provenance:target";
    check(
        &world,
        &all,
        around,
        &["MedicationRequest/ra", "Provenance/pa"],
    )
    .await;
    world
        .put(&[
            r#"{"resourceType":"Organization","id":"x","name":"X","partOf":{"reference":"Organization/y"}}"#,
            r#"{"resourceType":"Organization","id":"y","name":"Y","partOf":{"reference":"Organization/z"}}"#,
            r#"{"resourceType":"Organization","id":"z","name":"Z","partOf":{"reference":"Organization/x"}}"#,
        ])
        .await;
    let circle = "Organization?_id=x&_include:iterate=Organization:partof";
    check(&world, &all, circle, &["Organization/y", "Organization/z"]).await;
}

async fn each_page_has_its_own(world: World) {
    fill(&world).await;
    let url = "MedicationRequest?_count=1&_include=MedicationRequest:patient";
    let first = world.page(&everything(), url, None).await;
    let second = world.page(&everything(), url, first.next.as_ref()).await;
    let ids = |page: &crate::SearchPage| -> Vec<String> {
        page.included.iter().map(|v| v.id.to_string()).collect()
    };
    assert_eq!(
        (names(&first), ids(&first)),
        (vec!["ra".to_owned()], vec!["a".to_owned()])
    );
    assert_eq!(
        (names(&second), ids(&second)),
        (vec!["rb".to_owned()], vec!["b".to_owned()])
    );
}

async fn nothing_is_shown_that_may_not_be_read(world: World) {
    fill(&world).await;
    let a = scopes("patient/*.rs", Some("a"));
    for (url, expect) in [
        (
            "MedicationRequest?_include=MedicationRequest:medication&_revinclude=Provenance:target",
            &["Medication/m", "Provenance/pa"][..],
        ),
        ("Appointment?_include=Appointment:patient", &["Patient/a"]),
        ("Appointment?_include=*", &["Patient/a"]),
        (
            "Appointment?_include=Appointment:actor&_revinclude:iterate=MedicationRequest:patient",
            &["MedicationRequest/ra", "Patient/a"],
        ),
        (
            "Practitioner?_revinclude=Patient:general-practitioner",
            &["Patient/a"],
        ),
        (
            "Practitioner?_revinclude=*",
            &["MedicationRequest/ra", "Patient/a", "Provenance/pa"],
        ),
    ] {
        check(&world, &a, url, expect).await;
    }
    let alone = scopes("patient/MedicationRequest.rs", Some("a"));
    check(
        &world,
        &alone,
        "MedicationRequest?_include=*&_revinclude=Provenance:target",
        &[],
    )
    .await;
    // `s` finds what refers here, `r` reads what is referred to.
    let search = scopes(
        "user/MedicationRequest.rs user/Patient.s user/Provenance.s",
        None,
    );
    check(
        &world,
        &search,
        "MedicationRequest?_id=ra&_include=*&_revinclude=Provenance:target",
        &["Provenance/pa"],
    )
    .await;
    let read = scopes(
        "user/MedicationRequest.rs user/Patient.r user/Provenance.r",
        None,
    );
    check(
        &world,
        &read,
        "MedicationRequest?_id=ra&_include=*&_revinclude=Provenance:target",
        &["Patient/a"],
    )
    .await;
}

/// Whether a `securityContext` lets a caller read a `Binary` is not decided in a statement.
async fn content_is_shown_to_those_who_read_everything(world: World) {
    fill(&world).await;
    world
        .put(&[
            r#"{"resourceType":"Binary","id":"of-b","contentType":"text/plain","securityContext":{"reference":"Patient/b"}}"#,
            r#"{"resourceType":"Provenance","id":"pc","target":[{"reference":"Binary/of-b"}],"recorded":"2023-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/dr"}}]}"#,
        ])
        .await;
    let url = "Provenance?_id=pc&_include=Provenance:target";
    let some = scopes("user/Provenance.rs user/Binary.rs", None);
    check(&world, &some, url, &[]).await;
    let all = scopes("system/*.rs", None);
    check(&world, &all, url, &["Binary/of-b"]).await;
}

async fn too_many_are_cut(world: World) {
    fill(&world).await;
    let task = |n: usize| {
        put(&format!(
            r#"{{"resourceType":"Task","id":"t{n}","status":"draft","intent":"order","for":{{"reference":"Patient/a"}}}}"#
        ))
    };
    let changes = (0..1_200).map(task).collect();
    world.store.commit(&everything(), changes).await.unwrap();
    let page = world
        .page(
            &everything(),
            "Patient?_id=a&_revinclude=Task:patient",
            None,
        )
        .await;
    assert_eq!((page.matches.len(), page.included.len()), (1, 1_000));
    assert!(page.is_cut);
}
