//! `_summary` and `_elements`: a part of a resource, marked as a part.

use super::practice::Practice;

const ANN: &str = r#"{"resourceType":"Patient","meta":{"tag":[{"code":"mine"}]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Ann \"A\"</div>"},"extension":[{"url":"http://example.org/x","valueString":"[{"}],"active":true,"name":[{"id":"n","family":"Ann","_family":{"extension":[{"url":"http://example.org/y","valueCode":"z"}]}}],"birthDate":"1980-01-31","multipleBirthInteger":2,"contact":[{"name":{"family":"Bo"}}]}"#;

const OBSERVATION: &str = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50,"unit":"mg"},"component":[{"code":{"coding":[{"code":"c"}],"text":"y"},"valueString":"v","referenceRange":[{"text":"r"}]}],"note":[{"text":"n"}]}"#;

/// The members of the resource, in their order, without what the server stamps.
async fn check(line: &str, expect: &str) {
    let practice = Practice::open().await;
    let patient = practice.create("Patient", ANN).await;
    let observation = practice.create("Observation", OBSERVATION).await;
    let line = line.replace("{p}", &patient).replace("{o}", &observation);
    let answer = practice.ask(&line, "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let json = answer.json();
    let resource = json
        .get("entry")
        .map_or(&json, |entry| &entry[0]["resource"]);
    let tags = resource["meta"]["tag"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let subsetted = tags.iter().any(|tag| {
        tag["code"] == "SUBSETTED"
            && tag["system"] == "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
    });
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let start = text.find("\"meta\":{").unwrap();
    let end = text[start..]
        .find(",\"search\"")
        .or(text[start..].find(",\"request\""));
    let shown = &text[start..end.map_or(text.len(), |end| start + end)];
    let shown = &shown[shown.find('}').unwrap()..];
    assert!(shown.contains(expect), "{expect}\nis not in\n{shown}");
    assert!(subsetted || line.ends_with("false"), "{text}");
    // Nothing that belongs to no part comes along.
    if !line.ends_with("data") && !line.ends_with("false") {
        assert!(
            !text.contains("\"contact\"") && !text.contains("\"note\""),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_summary_holds_what_the_definition_marks_and_what_must_be_there() {
    for line in [
        "GET /Patient/{p}?_summary=true",
        "GET /Patient/{p}/_history/1?_summary=true",
        "GET /Patient/{p}/_history?_summary=true",
        "GET /Patient?_summary=true",
    ] {
        check(
            line,
            r#""active":true,"name":[{"family":"Ann","_family":{"extension":[{"url":"http://example.org/y","valueCode":"z"}]}}],"birthDate":"1980-01-31"}"#,
        )
        .await;
    }
    check(
        "GET /Observation/{o}?_summary=true",
        r#""status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50,"unit":"mg"},"component":[{"code":{"coding":[{"code":"c"}],"text":"y"},"valueString":"v"}]}"#,
    )
    .await;
}

#[tokio::test]
async fn text_data_and_elements_are_parts_too() {
    check(
        "GET /Patient/{p}?_summary=text",
        r#","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Ann \"A\"</div>"}}"#,
    )
    .await;
    check(
        "GET /Patient/{p}?_summary=data",
        r#","extension":[{"url":"http://example.org/x","valueString":"[{"}],"active":true,"name":[{"id":"n","#,
    )
    .await;
    check(
        "GET /Patient/{p}?_elements=birthDate,multipleBirth",
        r#","birthDate":"1980-01-31","multipleBirthInteger":2}"#,
    )
    .await;
    check(
        "GET /Observation?_elements=value,Observation.component",
        r#""status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50,"unit":"mg"},"component":"#,
    )
    .await;
    check(
        "GET /Patient/{p}?_summary=false",
        r#""contact":[{"name":{"family":"Bo"}}]"#,
    )
    .await;
}

#[tokio::test]
async fn pages_of_parts_keep_asking_for_parts() {
    let practice = Practice::open().await;
    for _ in 0..3 {
        practice.create("Patient", ANN).await;
    }
    let page = practice
        .ask("GET /Patient?_elements=active&_count=2", "")
        .await
        .json();
    let next = page["link"]
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["relation"] == "next")
        .unwrap();
    let url = next["url"].as_str().unwrap();
    let line = format!("GET {}", url.split("/demo/fhir").nth(1).unwrap());
    let next = practice.ask(&line, "").await.json();
    assert_eq!(next["entry"][0]["resource"]["active"], true, "{next}");
    assert!(next["entry"][0]["resource"].get("name").is_none(), "{next}");
}

#[tokio::test]
async fn what_names_no_part_is_refused() {
    let practice = Practice::open().await;
    let id = practice.create("Patient", ANN).await;
    let check = async |line: String, words: &str| practice.ask(&line, "").await.refuses(400, words);
    check(
        "GET /Patient?_summary=all".into(),
        "Give true, text, data, count or false",
    )
    .await;
    check(
        "GET /Patient?_elements=nickname".into(),
        "Patient has no element 'nickname'",
    )
    .await;
    check(
        "GET /Patient?_elements=".into(),
        "Patient has no element ''",
    )
    .await;
    check(
        "GET /Patient?_elements=name.family".into(),
        "Patient has no element 'name.family'",
    )
    .await;
    check(
        "GET /Patient?_summary=true&_elements=name".into(),
        "either _summary or _elements",
    )
    .await;
    check(
        "GET /Patient?_elements=name&_elements=active".into(),
        "occurs twice",
    )
    .await;
    check(
        format!("GET /Patient/{id}?_summary=count"),
        "A count is for searches",
    )
    .await;
}
