//! Parameters beside those of R4 and US Core.

use super::world::World;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    names_of_practices_are_searched(fresh()).await;
    names_that_read_otherwise_mean_what_apps_mean(fresh()).await;
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
