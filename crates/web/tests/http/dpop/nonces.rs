//! Proofs that must hold a nonce of the server (RFC 9449 §8 and §9).

use cresset_auth::{GrantType, NewApp};

use super::*;

async fn with_nonces(practice_asks: bool) -> (Practice, TestApp) {
    demo_with(ClientType::Public, |options| {
        options.dpop_nonces = practice_asks;
    })
    .await
}

fn with_nonce(
    practice: &Practice,
    key: &Key,
    (request, token): ((&str, &str), Option<&str>),
    nonce: &str,
) -> String {
    let mut claims = claims(practice, request, token);
    claims["nonce"] = json!(nonce);
    key.signed(&key.head(), &claims)
}

/// The nonce that an answer asks for, which must be a refusal.
fn asked(answer: &Answer) -> String {
    let nonce = answer.header("dpop-nonce").to_owned();
    assert!(nonce.len() >= 43, "{answer:?}");
    nonce
}

#[tokio::test]
async fn a_proof_holds_a_nonce_of_the_server() {
    let (practice, app) = with_nonces(true).await;
    let key = Key::new();
    let mut ann = practice.browser_of("ann").await;
    let code = ann.allow(&app.address(&[]), Keep::All).await.code();
    let without = key.proof(&practice, TOKEN, None);
    let answer = redeem(&practice, &app, &code, Some(&without)).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"], "use_dpop_nonce");
    let nonce = asked(&answer);
    let proof = with_nonce(&practice, &key, (TOKEN, None), &nonce);
    let answer = redeem(&practice, &app, &code, Some(&proof)).await;
    assert_eq!(answer.status, 200, "the code is still good: {answer:?}");
    let token = access(&answer.json());

    let about = (PATIENT, Some(token.as_str()));
    let without = key.proof(&practice, PATIENT, Some(&token));
    let answer = read(&practice, "DPoP", &token, &[&without]).await;
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("DPoP "), "{challenge}");
    assert!(
        challenge.contains("error=\"use_dpop_nonce\""),
        "{challenge}"
    );
    assert_eq!(
        asked(&answer),
        nonce,
        "one nonce is good for the whole practice"
    );
    let proof = with_nonce(&practice, &key, about, &nonce);
    assert_eq!(read(&practice, "DPoP", &token, &[&proof]).await.status, 200);
    let again = read(&practice, "DPoP", &token, &[&proof]).await;
    assert_eq!(
        again.status, 401,
        "a proof is used once, with its nonce too"
    );
    let userinfo = ("GET", "/demo/auth/userinfo/");
    let request = Request::get(userinfo.1)
        .header("authorization", format!("DPoP {token}"))
        .header("dpop", key.proof(&practice, userinfo, Some(&token)));
    let answer = practice.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), asked(&answer)), (401, nonce));
}

#[tokio::test]
async fn a_nonce_is_one_practices_and_ends() {
    let (practice, app) = with_nonces(true).await;
    let key = Key::new();
    let nonce_at = async |path: &str, client_id: &str| {
        let form = encoded(&[
            ("client_id", client_id),
            ("grant_type", "authorization_code"),
            ("code", "crc_x"),
        ]);
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("dpop", key.proof(&practice, ("POST", path), None));
        asked(&practice.send(request.body(Body::from(form)).unwrap()).await)
    };
    let nonce = nonce_at(TOKEN.1, &app.client_id).await;
    let check = async |nonce: &str, error: &str| {
        let proof = with_nonce(&practice, &key, (TOKEN, None), nonce);
        let answer = redeem(&practice, &app, "crc_x", Some(&proof)).await;
        assert_eq!(answer.json()["error"], error, "{nonce}");
    };
    check(&nonce, "invalid_grant").await;
    check(&"A".repeat(43), "use_dpop_nonce").await;
    check("", "use_dpop_nonce").await;
    let other = practice.app.instances().open("other").await.unwrap();
    let new = NewApp {
        name: "Sunrise".to_owned(),
        scopes: SCOPES.to_owned(),
        grant_types: vec![GrantType::AuthorizationCode],
        patient_tokens: false,
        details: details(ClientType::Public),
    };
    let elsewhere = other.auth.register_app(new).await.unwrap().app.client_id;
    let foreign = nonce_at("/other/auth/token/", &elsewhere).await;
    check(&foreign, "use_dpop_nonce").await;
    practice.clock.advance_seconds(150);
    check(&nonce, "invalid_grant").await;
    practice.clock.advance_seconds(150);
    check(&nonce, "use_dpop_nonce").await;
}

/// Where no nonces are asked for, one that an app remembers from elsewhere does no harm.
#[tokio::test]
async fn a_nonce_that_nobody_asked_for_is_passed_over() {
    let (practice, app) = with_nonces(false).await;
    let key = Key::new();
    let mut ann = practice.browser_of("ann").await;
    let code = ann.allow(&app.address(&[]), Keep::All).await.code();
    let proof = with_nonce(&practice, &key, (TOKEN, None), "of another server");
    let answer = redeem(&practice, &app, &code, Some(&proof)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.headers.get("dpop-nonce").is_none());
}
