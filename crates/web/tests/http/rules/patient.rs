//! Patient under `canvas`.

use serde_json::{Value, json};

use super::{canvas, read, refused, stored, updated, with};

const GENDER_IDENTITY: &str =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity";
const RACE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
const TRIBE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-tribal-affiliation";
const PHARMACY: &str = "http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy";

fn patient() -> Value {
    serde_json::from_str(&super::patient("")).unwrap()
}

#[tokio::test]
async fn birthsex_gender_name_and_birth_date_are_required() {
    let practice = canvas().await;
    for (pointer, words) in [
        ("/extension", "us-core-birthsex"),
        ("/gender", "body -> gender — Field required (type=missing)"),
        (
            "/birthDate",
            "body -> birthDate — Field required (type=missing)",
        ),
        ("/name", "body -> name — Field required (type=missing)"),
        (
            "/name/0/given",
            "body -> name -> 0 -> given — Field required (type=missing)",
        ),
    ] {
        refused(
            &practice,
            &with(&patient(), pointer, Value::Null),
            400,
            words,
        )
        .await;
    }
    let other = with(&patient(), "/extension/0/valueCode", json!("O"));
    refused(
        &practice,
        &other,
        400,
        "body -> extension -> 0 -> valueCode — must have a code of the value set",
    )
    .await;
    let asked = with(&patient(), "/extension/0/valueCode", json!("ASKU"));
    stored(&practice, &asked).await;
    let unofficial = with(&patient(), "/name/0/use", json!("nickname"));
    let answer = practice.ask("POST /Patient", &unofficial.to_string()).await;
    answer.refuses(400, "must have exactly one name of use official");
}

#[tokio::test]
async fn gender_is_that_of_the_gender_identity() {
    let practice = canvas().await;
    let mut body = patient();
    body["extension"].as_array_mut().unwrap().push(json!({
        "url": GENDER_IDENTITY,
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "446151000124109"}]}
    }));
    assert_eq!(stored(&practice, &body).await["gender"], "male");
    assert_eq!(stored(&practice, &patient()).await["gender"], "female");
}

#[tokio::test]
async fn rank_contact_name_and_lists_have_the_shape_of_r4() {
    let practice = canvas().await;
    for (member, words) in [
        (
            json!({"telecom": [{"system": "phone", "value": "5550100", "rank": 0}]}),
            "telecom -> 0 -> rank — must be 1 or more",
        ),
        (
            json!({"telecom": {"system": "phone", "value": "5550100"}}),
            "body -> telecom — must be",
        ),
        (
            json!({"photo": {"contentType": "image/png"}}),
            "body -> photo — must be",
        ),
        (
            json!({"contact": [{"name": [{"text": "Eve Bell"}]}]}),
            "body -> contact -> 0 -> name — must be",
        ),
        (
            json!({"telecom": [{"system": "phone", "value": ""}]}),
            "body -> telecom -> 0 -> value — ",
        ),
        (
            json!({"contact": [{"name": {"text": "Eve"}, "telecom": [{"system": "phone", "value": "555-0100"}]}]}),
            "must be exactly 10 digits",
        ),
        (
            json!({"identifier": [{"system": "urn:x", "value": "1", "use": "maiden"}]}),
            "identifier -> 0 -> use",
        ),
        (
            json!({"communication": [{"language": {"coding": [{"system": "urn:x", "code": "en", "display": "English"}]}}]}),
            "urn:ietf:bcp:47",
        ),
    ] {
        let mut body = patient();
        for (name, value) in member.as_object().unwrap() {
            body[name] = value.clone();
        }
        refused(&practice, &body, 400, words).await;
    }
}

#[tokio::test]
async fn race_and_ethnicity_are_taken_as_coded_extensions() {
    let practice = canvas().await;
    let race = |inner: Value| {
        let mut body = patient();
        body["extension"]
            .as_array_mut()
            .unwrap()
            .push(json!({"url": RACE, "extension": [inner]}));
        body
    };
    let coding = |system: &str, code: &str| json!({"system": system, "code": code});
    let asian = race(
        json!({"url": "ombCategory", "valueCoding": coding("urn:oid:2.16.840.1.113883.6.238", "2028-9")}),
    );
    let read = stored(&practice, &asian).await;
    assert_eq!(
        read["extension"][1]["extension"][1],
        json!({"url": "text", "valueString": "Asian"})
    );
    let unknown = race(
        json!({"url": "ombCategory", "valueCoding": coding("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK")}),
    );
    stored(&practice, &unknown).await;
    let practice = canvas().await;
    let unnamed = race(
        json!({"url": "race", "valueCoding": coding("urn:oid:2.16.840.1.113883.6.238", "2028-9")}),
    );
    refused(&practice, &unnamed, 400, "ombCategory, detailed or text").await;
}

#[tokio::test]
async fn language_is_stored_as_bcp_47() {
    let practice = canvas().await;
    let mut body = patient();
    body["communication"] = json!([{"language": {"coding": [{"system": "http://hl7.org/fhir/ValueSet/all-languages", "code": "en", "display": "English"}]}}]);
    let read = stored(&practice, &body).await;
    assert_eq!(
        read["communication"][0]["language"]["coding"][0]["system"],
        "urn:ietf:bcp:47"
    );
}

#[tokio::test]
async fn a_preferred_pharmacy_has_seven_digits_and_one_is_the_default() {
    let practice = canvas().await;
    let pharmacy = |ncpdp: &str| {
        json!({"url": PHARMACY, "extension": [
            {"url": "ncpdp-id", "valueIdentifier": {"system": "http://terminology.hl7.org/CodeSystem/NCPDPProviderIdentificationNumber", "value": ncpdp}},
            {"url": "default", "valueBoolean": true}
        ]})
    };
    let with_pharmacies = |list: &[&str]| {
        let mut body = patient();
        let extensions = body["extension"].as_array_mut().unwrap();
        extensions.extend(list.iter().map(|ncpdp| pharmacy(ncpdp)));
        body
    };
    refused(
        &practice,
        &with_pharmacies(&["123"]),
        400,
        "ncpdp-id of exactly 7 digits",
    )
    .await;
    refused(
        &practice,
        &with_pharmacies(&["1234567", "7654321"]),
        400,
        "at most one preferred pharmacy",
    )
    .await;
    let read = stored(&practice, &with_pharmacies(&["1234567"])).await;
    let after = updated(&practice, &read["id"], &patient()).await;
    assert_eq!(after["extension"].as_array().unwrap().len(), 1, "{after}");
}

#[tokio::test]
async fn what_is_written_is_shaped_as_it_will_be_read() {
    let practice = canvas().await;
    let mut body = patient();
    body["telecom"] = json!([{"system": "sms", "value": "5550100"}, {"system": "url", "value": "x", "use": "work"}]);
    body["identifier"] = json!([
        {"system": "urn:x", "value": "1"},
        {"system": "http://canvasmedical.com", "value": "mine"}
    ]);
    body["address"] = json!([{"city": "Springfield"}]);
    body["photo"] = json!([{"title": "a"}, {"title": "b"}]);
    body["contact"] = json!([{
        "name": {"text": "Eve Bell", "family": "Bell"},
        "telecom": [{"system": "phone", "value": "5550100123"}, {"system": "phone", "value": "5550100124"}, {"system": "email", "value": "e@x.example"}]
    }]);
    let read = stored(&practice, &body).await;
    assert_eq!(
        (&read["telecom"][0]["system"], &read["telecom"][0]["use"]),
        (&json!("phone"), &json!("home"))
    );
    assert_eq!(read["telecom"][1]["system"], "other");
    assert!(read["telecom"][0]["id"].is_string());
    assert_eq!(
        read["identifier"].as_array().unwrap().len(),
        2,
        "record numbers are the server's"
    );
    let number = &read["identifier"][1];
    assert_eq!(
        (&number["system"], &number["type"]["coding"][0]["code"]),
        (&json!("http://canvasmedical.com"), &json!("MR"))
    );
    let id = read["id"].as_str().unwrap();
    assert_eq!(number["value"], id.replace('-', ""));
    assert_eq!(read["identifier"][0]["use"], "usual");
    assert_eq!(
        read["identifier"][0]["period"],
        json!({"start": "1970-01-01", "end": "2100-12-31"})
    );
    assert_eq!(read["address"][0]["country"], "us");
    assert_eq!(read["photo"], json!([{"title": "a"}]));
    assert_eq!(read["contact"][0]["name"], json!({"text": "Eve Bell"}));
    assert_eq!(read["contact"][0]["telecom"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn omitted_telecom_address_and_contact_are_removed_and_the_rest_is_kept() {
    let practice = canvas().await;
    let mut body = patient();
    body["telecom"] = json!([{"system": "phone", "value": "5550100"}]);
    body["address"] = json!([{"city": "Springfield"}]);
    body["contact"] = json!([{"name": {"text": "Eve Bell"}}]);
    body["active"] = json!(true);
    body["deceasedDateTime"] = json!("2026-01-01");
    let read = stored(&practice, &body).await;
    let after = updated(&practice, &read["id"], &patient()).await;
    for gone in ["telecom", "address", "contact"] {
        assert!(after.get(gone).is_none(), "{gone} in {after}");
    }
    assert_eq!(
        (&after["active"], &after["deceasedDateTime"]),
        (&json!(true), &json!("2026-01-01"))
    );
    let alive = with(&patient(), "/deceasedBoolean", json!(false));
    let after = updated(&practice, &read["id"], &alive).await;
    assert!(after.get("deceasedDateTime").is_none(), "{after}");
}

#[tokio::test]
async fn an_entry_with_a_known_id_keeps_it_and_one_without_is_new() {
    let practice = canvas().await;
    let mut body = patient();
    body["telecom"] = json!([{"system": "phone", "value": "5550100"}]);
    let read = stored(&practice, &body).await;
    let id = read["telecom"][0]["id"].clone();
    body["telecom"] = json!([{"id": id, "system": "phone", "value": "5550199"}, {"system": "phone", "value": "5550100"}]);
    let after = updated(&practice, &read["id"], &body).await;
    assert_eq!(after["telecom"][0]["id"], id);
    assert_ne!(after["telecom"][1]["id"], id);
}

#[tokio::test]
async fn an_update_of_nobody_is_404_and_of_another_id_400() {
    let practice = canvas().await;
    let body = with(&patient(), "/id", json!("nobody"));
    let answer = practice.ask("PUT /Patient/nobody", &body.to_string()).await;
    answer.refuses(404, "Unknown Patient resource 'nobody'");
    let answer = practice
        .ask("PUT /Patient/somebody", &body.to_string())
        .await;
    answer.refuses(400, "Logical Id in URL must match logical Id in resource");
}

#[tokio::test]
async fn a_stale_update_is_refused_and_changes_nothing() {
    let practice = canvas().await;
    let stored = stored(&practice, &patient()).await;
    let address = format!("Patient/{}", stored["id"].as_str().unwrap());
    let body = with(
        &with(&patient(), "/id", stored["id"].clone()),
        "/gender",
        json!("other"),
    );
    let answer = practice
        .ask_with(
            &format!("PUT /{address}"),
            &body.to_string(),
            ("if-match", "W/\"7\""),
        )
        .await;
    answer.refuses(
        412,
        "conflict The resource has been modified since the precondition was specified.",
    );
    assert_eq!(read(&practice, &address).await["gender"], "female");
}

#[tokio::test]
async fn extensions_have_the_values_of_their_names() {
    let practice = canvas().await;
    let own = |name: &str| format!("http://schemas.canvasmedical.com/fhir/extensions/{name}");
    let coded = json!({"coding": [{"system": "http://snomed.info/sct", "code": "1"}]});
    for (extension, words) in [
        (
            json!({"url": GENDER_IDENTITY, "valueCodeableConcept": coded}),
            "must have one of the codes 446151000124109, ",
        ),
        (
            json!({"url": own("patient-default-provider"), "valueReference": {"reference": "Location/1"}}),
            "must refer to a Practitioner as patient-default-provider",
        ),
        (
            json!({"url": own("patient-default-location"), "valueReference": {"reference": "Practitioner/1"}}),
            "must refer to a Location as patient-default-location",
        ),
        (
            json!({"url": own("clinical-note"), "valueCode": "x"}),
            "must have a valueString as clinical-note",
        ),
        (
            json!({"url": own("sexual-orientation"), "valueString": "x"}),
            "must have a valueCode as sexual-orientation",
        ),
        (
            json!({"url": own("business-line"), "valueString": "x"}),
            "must have a valueId as business-line",
        ),
        (
            json!({"url": PHARMACY, "extension": [{"url": "ncpdp-id", "valueIdentifier": {"system": "urn:x", "value": "1234567"}}]}),
            "must have an ncpdp-id of the system",
        ),
        (
            json!({"url": PHARMACY, "extension": [{"url": "ncpdp-id", "valueIdentifier": {"value": "1234567"}}]}),
            "must have an ncpdp-id of the system",
        ),
        (
            json!({"url": RACE, "extension": [{"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238"}}]}),
            "must have the code of each ombCategory and detailed",
        ),
        (
            json!({"url": TRIBE, "extension": [{"url": "tribalAffiliation", "valueCodeableConcept": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS", "code": "91"}]}}]}),
            "must have a tribalAffiliation whose codings have system, code and display",
        ),
        (
            json!({"url": TRIBE, "extension": [{"url": "tribalAffiliation", "valueCodeableConcept": {"text": "x"}}]}),
            "must have a tribalAffiliation whose codings have system, code and display",
        ),
    ] {
        let mut body = patient();
        body["extension"].as_array_mut().unwrap().push(extension);
        refused(&practice, &body, 400, words).await;
    }
    let mut body = patient();
    body["telecom"] = json!([{"system": "phone", "value": "5550100", "extension": [{"url": own("has-consent"), "valueString": "yes"}]}]);
    let words = "body -> telecom -> 0 -> extension -> 0 — must have a valueBoolean as has-consent";
    refused(&practice, &body, 400, words).await;
    body = patient();
    body["contact"] = json!([{"name": {"text": "Eve"}, "relationship": [{"coding": [{"system": "http://schemas.canvasmedical.com/fhir/contact-category"}]}]}]);
    let words = "relationship -> 0 -> coding -> 0 -> code — Field required (type=missing)";
    refused(&practice, &body, 400, words).await;
}

/// The EHR's apps send the data of a photo alone, where R4 (`att-1`) wants its kind said.
#[tokio::test]
async fn the_first_bytes_of_a_photo_tell_its_kind() {
    let practice = canvas().await;
    let with_photo = |photo: Value| {
        let mut body = patient();
        body["photo"] = json!([photo]);
        body
    };
    for (data, kind) in [
        ("/9j/4AAQSkZJRgABAQ==", "image/jpeg"),
        ("iVBORw0KGgoAAAANSUhEUg==", "image/png"),
        ("R0lGODlhAQABAAAAADs=", "image/gif"),
        ("AAAAGGZ0eXBoZWljAAAAAA==", "image/heic"),
    ] {
        let read = stored(&practice, &with_photo(json!({"data": data}))).await;
        assert_eq!(read["photo"][0]["contentType"], kind);
    }
    let said = json!({"data": "/9j/4AAQSkZJRgABAQ==", "contentType": "image/png"});
    let read = stored(&practice, &with_photo(said)).await;
    assert_eq!(read["photo"][0]["contentType"], "image/png", "what is said");
    let other = with_photo(json!({"data": "JVBERi0xLjQ="}));
    refused(
        &canvas().await,
        &other,
        400,
        "body -> photo -> 0 — must follow att-1",
    )
    .await;
}
