//! Parameters beside those of R4 and US Core.

use super::world::{World, scopes};

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    names_of_practices_are_searched(fresh()).await;
    names_that_read_otherwise_mean_what_apps_mean(fresh()).await;
    slots_by_their_length(fresh()).await;
    practitioners_by_their_schedules(fresh()).await;
}

async fn names_of_practices_are_searched(world: World) {
    world
        .put(&[
            r#"{"resourceType":"Task","id":"late","status":"requested","intent":"order","description":"Call the lab","restriction":{"period":{"end":"2024-03-01T10:00:00Z"}},"input":[{"type":{"text":"label"},"valueString":"Urgent"},{"type":{"text":"comment"},"valueString":"Soon"}]}"#,
            r#"{"resourceType":"Task","id":"early","status":"requested","intent":"order","description":"Fax","restriction":{"period":{"end":"2024-01-01T10:00:00Z"}}}"#,
            r#"{"resourceType":"Task","id":"whenever","status":"requested","intent":"order"}"#,
            r#"{"resourceType":"Patient","id":"p","name":[{"use":"official","given":["Robert"]},{"use":"nickname","given":["Bob"]}]}"#,
            r#"{"resourceType":"Practitioner","id":"dr","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"},{"system":"urn:other","value":"77"}]}"#,
            r#"{"resourceType":"DetectedIssue","id":"i","status":"final"}"#,
            r#"{"resourceType":"Medication","id":"m","code":{"coding":[{"code":"1","display":"Aspirin 81 MG"}]}}"#,
            r#"{"resourceType":"Coverage","id":"c","status":"active","subscriberId":"W12","beneficiary":{"reference":"Patient/p"},"payor":[{"display":"x"}]}"#,
        ])
        .await;
    world
        .check_each(&[
            ("Task?label=urgent", &["late"]),
            ("Task?label=soon", &[]),
            ("Task?description=call", &["late"]),
            ("Task?due=ge2024-02-01", &["late"]),
            ("Task?due=2024-01-01", &["early"]),
            ("Patient?nickname=bob", &["p"]),
            ("Patient?nickname=robert", &[]),
            ("Practitioner?npi-number=1234567893", &["dr"]),
            ("Practitioner?npi-number=77", &[]),
            ("DetectedIssue?status=final", &["i"]),
            ("Coverage?subscriberid=w1", &["c"]),
            ("Medication?_text=PIRIN", &["m"]),
            ("Medication?_text=ibuprofen", &[]),
        ])
        .await;
    world
        .check_order("Task?_sort=due-date", &["early", "late", "whenever"])
        .await;
    world
        .check_order("Task?_sort=-due-date", &["late", "early", "whenever"])
        .await;
}

async fn names_that_read_otherwise_mean_what_apps_mean(world: World) {
    world
        .put(&[
            r#"{"resourceType":"Questionnaire","id":"q","status":"active","code":[{"code":"form"}],"item":[{"linkId":"1","type":"string","code":[{"code":"item"}]}]}"#,
            r#"{"resourceType":"QuestionnaireResponse","id":"r","status":"completed","questionnaire":"Questionnaire/q"}"#,
            r#"{"resourceType":"QuestionnaireResponse","id":"other","status":"completed"}"#,
            r#"{"resourceType":"Patient","id":"a"}"#,
            r#"{"resourceType":"Patient","id":"b"}"#,
            r#"{"resourceType":"CareTeam","id":"t","subject":{"reference":"Patient/a"},"participant":[{"member":{"reference":"Practitioner/dr"}}]}"#,
        ])
        .await;
    world
        .check_each(&[
            ("QuestionnaireResponse?questionnaire.code=form", &["r"]),
            ("QuestionnaireResponse?questionnaire.code=item", &["r"]),
            ("QuestionnaireResponse?questionnaire.item.code=item", &["r"]),
            ("QuestionnaireResponse?questionnaire.item.code=form", &[]),
            ("Questionnaire?questionnaire-code=form", &["q"]),
            (
                "Patient?_has:CareTeam:participant:member=Practitioner/dr",
                &["a"],
            ),
            (
                "Patient?_has:CareTeam:participant:member=Practitioner/no",
                &[],
            ),
        ])
        .await;
}

async fn slots_by_their_length(world: World) {
    for (id, start, end) in [
        ("short", "2026-03-01T09:00:00Z", "2026-03-01T09:20:00Z"),
        ("long", "2026-03-01T10:00:00+01:00", "2026-03-01T10:00:00Z"),
        ("odd", "2026-03-01T11:00:00Z", "2026-03-01T11:00:30Z"),
        ("backwards", "2026-03-01T12:00:00Z", "2026-03-01T11:00:00Z"),
    ] {
        let slot = format!(
            r#"{{"resourceType":"Slot","id":"{id}","schedule":{{"reference":"Schedule/s"}},"status":"free","start":"{start}","end":"{end}"}}"#
        );
        world.put(&[&slot]).await;
    }
    world
        .check_each(&[
            ("Slot?duration=20", &["short"]),
            ("Slot?duration=60", &["long"]),
            ("Slot?duration=0.5", &["odd"]),
            ("Slot?duration=ge20", &["long", "short"]),
            ("Slot?duration=lt20", &["odd"]),
            ("Slot?duration:missing=true", &["backwards"]),
            ("Slot?schedule=Schedule/s&duration=20", &["short"]),
        ])
        .await;
    world
        .check_order(
            "Slot?duration=gt0&_sort=-duration",
            &["long", "short", "odd"],
        )
        .await;
}

async fn practitioners_by_their_schedules(world: World) {
    world
        .put(&[
            r#"{"resourceType":"Practitioner","id":"dr","active":true}"#,
            r#"{"resourceType":"Practitioner","id":"clerk","active":true}"#,
            r#"{"resourceType":"Schedule","id":"s","actor":[{"reference":"Practitioner/dr"}]}"#,
        ])
        .await;
    let asked =
        |answer: &str| format!("Practitioner?include-non-schedulable-practitioners={answer}");
    world.check(&asked("false"), &["dr"]).await;
    world.check(&asked("true"), &["clerk", "dr"]).await;
    world
        .check("Practitioner?active=true", &["clerk", "dr"])
        .await;
    // Whose schedules nobody may see, nobody is said to have one.
    let blind = scopes("user/Practitioner.rs", None);
    world.check_as(&blind, &asked("false"), &[]).await;
    world
        .check_as(&blind, &asked("true"), &["clerk", "dr"])
        .await;
}
