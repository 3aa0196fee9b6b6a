//! Proofs at a base that practices share: they are about its addresses, and hold its nonces.

use super::super::backend::{Backend, backend};
use super::super::front::{FRONT, practices_set};
use super::*;

const AT_FRONT: (&str, &str) = ("POST", "/clinics/auth/token/");
const ALL: (&str, &str) = ("GET", "/clinics/fhir/Patient");

async fn ask(practice: &Practice, app: &Backend, proof: &str) -> Answer {
    let request = Request::post(AT_FRONT.1)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("dpop", proof);
    let request = request.body(Body::from(app.form())).unwrap();
    practice.send(request).await
}

async fn all(practice: &Practice, scheme: &str, token: &str, proof: &str) -> u16 {
    let request = Request::get(ALL.1)
        .header("authorization", format!("{scheme} {token}"))
        .header("dpop", proof);
    let answer = practice.send(request.body(Body::empty()).unwrap()).await;
    answer.status.as_u16()
}

#[tokio::test]
async fn one_nonce_is_good_at_the_whole_front_and_a_proof_is_about_it() {
    let practice = practices_set(|_, settings| {
        settings.authorization.dpop = true;
        settings.authorization.dpop_nonces = true;
    })
    .await;
    let key = Key::new();
    let proof = |(request, token): ((&str, &str), Option<&str>), nonce: &str| {
        let mut claims = claims(&practice, request, token);
        claims["nonce"] = json!(nonce);
        key.signed(&key.head(), &claims)
    };
    let mut nonces = Vec::new();
    let mut tokens = Vec::new();
    for name in ["demo", "other"] {
        let app = backend(&practice.auth_at_front(name).await).await;
        let refused = ask(&practice, &app, &key.proof(&practice, AT_FRONT, None)).await;
        assert_eq!(refused.json()["error"], "use_dpop_nonce", "{refused:?}");
        nonces.push(refused.header("dpop-nonce").to_owned());
        // The nonce that the first was told is good for the second.
        let given = ask(&practice, &app, &proof((AT_FRONT, None), &nonces[0])).await;
        assert_eq!(given.json()["token_type"], "DPoP", "{given:?}");
        tokens.push(access(&given.json()));
    }
    assert_eq!(nonces[0], nonces[1]);
    let own = practice.auth_of("demo").await;
    let app = backend(&own).await;
    let request = Request::post(TOKEN.1)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("dpop", key.proof(&practice, TOKEN, None))
        .body(Body::from(app.form()));
    let elsewhere = practice.send(request.unwrap()).await;
    assert_ne!(elsewhere.header("dpop-nonce"), nonces[0], "{FRONT} alone");

    for token in &tokens {
        let about = |path: &'static str| proof((("GET", path), Some(token)), &nonces[0]);
        let check = async |scheme: &str, proof: String, expect: u16| {
            let status = all(&practice, scheme, token, &proof).await;
            assert_eq!(status, expect, "{scheme} {token}");
        };
        check("DPoP", about(ALL.1), 200).await;
        check("DPoP", about("/demo/fhir/Patient"), 401).await;
        check("Bearer", about(ALL.1), 401).await;
    }
}
