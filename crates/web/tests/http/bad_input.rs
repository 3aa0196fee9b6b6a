//! Bodies and requests that are wrong: precise words, nothing stored, nothing crashed.

use std::io::Write;

use axum::body::Body;
use cresset_base::{Limits, Rng};
use cresset_testkit::SeededRng;

use super::practice::Practice;

async fn practice() -> Practice {
    let limits = Limits {
        body_bytes_max: 256 * 1024,
        query_bytes_max: 4_096,
        ..Limits::default()
    };
    Practice::with(limits, |_| {}).await
}

async fn nothing_stored(practice: &Practice) {
    let search = practice.ask("GET /Patient?_summary=count", "").await;
    assert_eq!(search.json()["total"], 0, "{search:?}");
}

#[tokio::test]
async fn wrong_bodies_are_refused_with_their_place() {
    let practice = practice().await;
    let check = async |body: &str, status: u16, words: &str| {
        let answer = practice.ask("POST /Patient", body).await;
        answer.refuses(status, words);
    };
    check("", 415, "Content-Type").await;
    check(" ", 400, "required ").await;
    check("not json", 400, "structure ").await;
    check("[]", 400, "required ").await;
    check(r#"{"active":true}"#, 400, "required ").await;
    check(
        r#"{"resourceType":"Observation","status":"final","code":{"text":"x"}}"#,
        400,
        "the URL is for Patient",
    )
    .await;
    check(r#"{"resourceType":"Nothing"}"#, 400, "value ").await;
    check(r#"{"resourceType":"Patient","nam":[]}"#, 400, "structure ").await;
    check(
        r#"{"resourceType":"Patient","active":"yes"}"#,
        400,
        "structure ",
    )
    .await;
    check(
        r#"{"resourceType":"Patient","language":""}"#,
        400,
        "language",
    )
    .await;
    check(r#"{"resourceType":"Patient","name":[]}"#, 400, "name").await;
    check(r#"{"resourceType":"Patient","name":[{}]}"#, 400, "name").await;
    nothing_stored(&practice).await;
}

#[tokio::test]
async fn what_is_hardly_json_is_refused() {
    let practice = practice().await;
    let check = async |body: &str, status: u16, words: &str| {
        practice
            .ask("POST /Patient", body)
            .await
            .refuses(status, words);
    };
    check(
        r#"{"resourceType":"Patient","active":true,"active":false}"#,
        400,
        "structure ",
    )
    .await;
    check(
        r#"{"resourceType":"Patient","birthDate":"2023-02-30"}"#,
        400,
        "birthDate",
    )
    .await;
    check(
        r#"{"resourceType":"Patient","multipleBirthInteger":NaN}"#,
        400,
        "structure ",
    )
    .await;
    check(
        r#"{"resourceType":"Patient","language":"\ud800"}"#,
        400,
        "structure ",
    )
    .await;
    check(r#"{"resourceType":"Patient"} {}"#, 400, "structure ").await;
    check(
        &format!(
            "{{\"resourceType\":\"Patient\",\"id\":\"{}\"}}",
            "x".repeat(65)
        ),
        400,
        "id",
    )
    .await;
    check(
        &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        413,
        "too-long ",
    )
    .await;
    nothing_stored(&practice).await;
}

#[tokio::test]
async fn every_fault_of_a_body_is_told_at_once() {
    let practice = practice().await;
    let body =
        r#"{"resourceType":"Patient","nam":1,"birthDate":"2023-02-30","telecom":[{"rank":0}]}"#;
    let answer = practice.ask("POST /Patient", body).await;
    assert_eq!(answer.status, 400);
    let json = answer.json();
    let places: Vec<_> = json["issue"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["expression"][0].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        ["Patient", "Patient.birthDate", "Patient.telecom[0].rank"],
        "{json}"
    );
    assert!(
        !String::from_utf8_lossy(&answer.body).contains("2023-02-30"),
        "values are not repeated"
    );
}

#[tokio::test]
async fn ids_must_agree_and_be_legal() {
    let practice = practice().await;
    let body = r#"{"resourceType":"Patient","id":"a"}"#;
    practice.ask("PUT /Patient/b", body).await.refuses(
        400,
        "invalid Logical Id in URL must match logical Id in resource",
    );
    practice
        .ask("PUT /Patient/b", r#"{"resourceType":"Patient"}"#)
        .await
        .refuses(400, "required ");
    practice
        .ask(&format!("PUT /Patient/{}", "x".repeat(65)), body)
        .await
        .refuses(400, "1 to 64 characters");
    practice
        .ask("GET /Patient/a%2Fb", "")
        .await
        .refuses(400, "1 to 64 characters");
    practice
        .ask("GET /Patient/..%2f..", "")
        .await
        .refuses(400, "1 to 64 characters");
    practice
        .ask("GET /Patient/%00", "")
        .await
        .refuses(400, "1 to 64 characters");
    practice
        .ask("GET /Patient/%ff", "")
        .await
        .refuses(400, "UTF-8");
    nothing_stored(&practice).await;
}

#[tokio::test]
async fn parameters_must_be_utf_8() {
    let practice = practice().await;
    let told = "The parameter 'family' is not UTF-8";
    for query in ["family=%ff", "_count=1&family=a%C3", "family=%c3%28,b"] {
        let request = format!("GET /Patient?{query}");
        practice.ask(&request, "").await.refuses(400, told);
        let form = practice
            .request("POST /Patient/_search", "")
            .header("content-type", "application/x-www-form-urlencoded");
        let posted = practice.send(form.body(Body::from(query)).unwrap());
        posted.await.refuses(400, told);
    }
    let body = r#"{"resourceType":"Patient"}"#;
    practice
        .ask_with("POST /Patient", body, ("if-none-exist", "family=%ff"))
        .await
        .refuses(400, told);
    practice
        .ask("DELETE /Patient?family=%ff", "")
        .await
        .refuses(400, told);
    nothing_stored(&practice).await;
}

#[tokio::test]
async fn a_body_is_bounded_with_and_without_its_length() {
    let practice = practice().await;
    let long = format!(
        "{{\"resourceType\":\"Patient\",\"language\":\"{}\"}}",
        "x".repeat(300 * 1024)
    );
    practice
        .ask("POST /Patient", &long)
        .await
        .refuses(413, "too-long ");
    practice
        .ask_with(
            "POST /Patient",
            &long,
            ("content-length", &long.len().to_string()),
        )
        .await
        .refuses(413, "too-long ");
    nothing_stored(&practice).await;
}

#[tokio::test]
async fn packed_bodies_are_unpacked_within_the_bound() {
    let practice = practice().await;
    let pack = |plain: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(plain).unwrap();
        gzip.finish().unwrap()
    };
    let send = async |encoding: &str, body: Vec<u8>| {
        let request = practice
            .request("POST /Patient", "x")
            .header("content-encoding", encoding);
        practice.send(request.body(Body::from(body)).unwrap()).await
    };
    send("gzip", pack(&vec![b' '; 64 * 1024 * 1024]))
        .await
        .refuses(413, "too-long ");
    send("gzip", b"not gzip".to_vec())
        .await
        .refuses(400, "gzip");
    send("gzip, gzip", pack(b"{}"))
        .await
        .refuses(415, "Content-Encoding");
    send("br", b"{}".to_vec())
        .await
        .refuses(415, "Content-Encoding");
    nothing_stored(&practice).await;
    let good = send("gzip", pack(br#"{"resourceType":"Patient","active":true}"#)).await;
    assert_eq!(good.status, 201, "{good:?}");
}

#[tokio::test]
async fn searches_name_what_they_do_not_understand() {
    let practice = practice().await;
    practice
        .ask("GET /Patient?nam=x", "")
        .await
        .refuses(400, "nam");
    practice
        .ask("GET /Patient?name:nothing=x", "")
        .await
        .refuses(400, "name");
    practice
        .ask("GET /Patient?birthdate=yesterday", "")
        .await
        .refuses(400, "birthdate");
    practice
        .ask("GET /Patient?_count=-1", "")
        .await
        .refuses(400, "_count");
    practice
        .ask("GET /Patient?_count=many", "")
        .await
        .refuses(400, "_count");
    practice
        .ask("GET /Patient/x/_history?_count=0", "")
        .await
        .refuses(400, "_count");
    practice
        .ask("GET /Patient/x/_history?_since=then", "")
        .await
        .refuses(400, "_since");
    practice
        .ask(&format!("GET /Patient?name={}", "x".repeat(5_000)), "")
        .await
        .refuses(413, "too-long ");

    let lenient = practice
        .ask_with(
            "GET /Patient?nam=x&gender=male",
            "",
            ("prefer", "handling=lenient"),
        )
        .await;
    assert_eq!(lenient.status, 200, "{lenient:?}");
    let link = lenient.json()["link"][0].clone();
    assert_eq!(link["relation"], "self");
    assert!(
        link["url"]
            .as_str()
            .unwrap()
            .ends_with("Patient?gender=male"),
        "{link}"
    );
}

/// A good body with a few bytes changed is stored or refused, never an accident.
#[tokio::test]
async fn damaged_bodies_are_never_an_accident() {
    let practice = practice().await;
    let good = br#"{"resourceType":"Patient","id":"a","active":true,"birthDate":"1970-01-31","telecom":[{"system":"phone","value":"1","rank":1}],"_gender":{"extension":[{"url":"x","valueCode":"y"}]}}"#;
    let rng = SeededRng::new(41);
    for _ in 0..300 {
        let mut body = good.to_vec();
        let mut dice = [0_u8; 9];
        rng.fill(&mut dice);
        for change in dice.chunks(3) {
            let at = usize::from(change[0]) % body.len();
            match change[1] % 3 {
                0 => body[at] = change[2],
                1 => body.insert(at, change[2]),
                _ => drop(body.remove(at)),
            }
        }
        let request = practice.request("PUT /Patient/a", "x");
        let answer = practice
            .send(request.body(Body::from(body.clone())).unwrap())
            .await;
        let status = answer.status.as_u16();
        assert!(
            [200, 201, 400].contains(&status),
            "{status} {}",
            String::from_utf8_lossy(&body)
        );
    }
}
