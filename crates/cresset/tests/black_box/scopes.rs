//! What a token's scopes allow, and that nothing else is allowed.

use reqwest::Method;

use crate::client::{Answer, Client};
use crate::resources::{patient, patient_with_id, weight};
use crate::server::{Server, Setup};

/// What a caller may do with observations, as it turns out: `c r u d s`.
async fn rights(client: &Client, patient: &str, observation: &str) -> String {
    let at = format!("Observation/{observation}");
    let body = weight(patient, "61.5").replacen('{', &format!(r#"{{"id":"{observation}","#), 1);
    let tried: [(char, Answer); 5] = [
        (
            'c',
            client.post("Observation", weight(patient, "60.0")).await,
        ),
        ('r', client.get(&at).await),
        ('u', client.put(&at, body).await),
        ('s', client.get("Observation").await),
        ('d', client.delete(&at).await),
    ];
    let mut allowed = String::new();
    for (right, answer) in tried {
        match answer.status {
            200..=204 => allowed.push(right),
            403 => drop(answer.issues()),
            other => panic!("{right}: {other} {}", answer.text),
        }
    }
    allowed
}

#[tokio::test]
async fn each_right_of_a_scope_opens_its_interactions_alone() {
    let (server, owner) = Server::alone().await;
    let subject = owner
        .post("Patient", patient("Bell"))
        .await
        .expect_status(201)
        .id();
    for (scopes, expect) in [
        ("system/Observation.c", "c"),
        ("system/Observation.r", "r"),
        ("system/Observation.u", "u"),
        ("system/Observation.d", "d"),
        ("system/Observation.s", "s"),
        ("system/Observation.read", "rs"),
        ("system/Observation.write", "cud"),
        ("system/Observation.*", "crusd"),
        ("system/*.rs", "rs"),
        ("user/Observation.rs", "rs"),
        ("system/Observation.r system/Observation.s", "rs"),
        ("system/Patient.cruds", ""),
    ] {
        let observation = owner
            .post("Observation", weight(&subject, "59.9"))
            .await
            .expect_status(201)
            .id();
        let client = server.caller("alpha", scopes).await;
        assert_eq!(
            rights(&client, &subject, &observation).await,
            expect,
            "{scopes}"
        );
    }
}

#[tokio::test]
async fn a_refused_write_leaves_nothing() {
    let (server, owner) = Server::alone().await;
    let reader = server.caller("alpha", "system/Patient.rs").await;
    reader
        .post("Patient", patient("Bell"))
        .await
        .expect_status(403)
        .issues();
    reader
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(403)
        .issues();
    let updater = server.caller("alpha", "system/Patient.u").await;
    updater
        .put("Patient/one", patient_with_id("one", "Bell"))
        .await
        .expect_status(403)
        .issues();
    assert_eq!(owner.count("Patient").await, 0);
}

#[tokio::test]
async fn a_granular_scope_shows_only_what_it_names() {
    let (server, owner) = Server::alone().await;
    let subject = owner
        .post("Patient", patient("Bell"))
        .await
        .expect_status(201)
        .id();
    let vital = weight(&subject, "60.0").replacen(
        r#""status""#,
        r#""category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"status""#,
        1,
    );
    let shown = owner
        .post("Observation", vital)
        .await
        .expect_status(201)
        .id();
    let hidden = owner
        .post("Observation", weight(&subject, "61.0"))
        .await
        .expect_status(201)
        .id();
    let scope = "system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";
    let client = server.caller("alpha", scope).await;
    client
        .get(&format!("Observation/{shown}"))
        .await
        .expect_status(200);
    client
        .get(&format!("Observation/{hidden}"))
        .await
        .expect_status(404);
    client
        .get(&format!("Observation/{hidden}/_history"))
        .await
        .expect_status(404);
    client
        .get(&format!("Observation/{hidden}/_history/1"))
        .await
        .expect_status(404);
    assert_eq!(client.get("Observation").await.entry_ids(), [shown]);
    assert_eq!(client.count("Observation").await, 1);
    assert_eq!(
        client
            .get(&format!("Observation?_id={hidden}"))
            .await
            .json()["total"],
        0
    );
}

#[tokio::test]
async fn a_malformed_scope_is_refused_and_never_widened() {
    let server = Server::start(&[Setup::of("alpha")]).await;
    let app = server.app("alpha");
    let nobody = server.nobody("alpha");
    let many = vec!["system/Patient.rs"; 10_000].join(" ");
    let long = format!("system/{}.rs", "x".repeat(1 << 20));
    for scope in [
        "system/Observation.sr",
        "system/Observation.cruds extra/",
        "system//Observation.r",
        "SYSTEM/Observation.r",
        "system/Obs*.r",
        "system/Nonsense.r",
        "system/Observation.",
        "system/Observation.rr",
        "system/Observation.rs?category:not=x",
        "system/Observation.rs?subject.name=x",
        "system/Observation.rs?_has:Provenance:target:agent=x",
        "system/Observation.rs?nonsense=x",
        "system/Observation.rs?category=a&category=b",
        "system/Observation.rs?category%3Dx",
        "system/Observation.rs?category=x;y=z&amp;",
        many.as_str(),
        long.as_str(),
    ] {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let asked = nobody
            .plain(Method::POST, "/auth/token/")
            .basic_auth(&app.client_id, Some(&app.client_secret))
            .form(&form);
        // A server that has read enough may close before everything is sent; then no answer arrives.
        let Some(answer) = nobody.try_send(asked).await else {
            assert!(scope.len() > 64 << 10);
            continue;
        };
        let shown: String = scope.chars().take(60).collect();
        assert!(
            [400, 413].contains(&answer.status),
            "{shown}: {} {}",
            answer.status,
            answer.text
        );
        if answer.status == 400 {
            let error = answer.json()["error"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(
                ["invalid_scope", "invalid_request"].contains(&error.as_str()),
                "{shown}: {}",
                answer.text
            );
        }
    }
}
