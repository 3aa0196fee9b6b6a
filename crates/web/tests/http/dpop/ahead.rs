//! Proofs that are sent with a request ahead of the browser (RFC 9449 §10.1).

use super::*;

const AHEAD: (&str, &str) = ("POST", "/demo/auth/par/");

async fn with_pushed() -> (Practice, TestApp) {
    demo_with(ClientType::Public, |options| options.pushed_requests = true).await
}

async fn push(practice: &Practice, app: &TestApp, changed: &[(&str, &str)], proof: &str) -> Answer {
    let request = Request::post(AHEAD.1)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("dpop", proof);
    let body = Body::from(app.request(changed));
    practice.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn a_proof_sent_ahead_binds_the_code() {
    let (practice, app) = with_pushed().await;
    let (key, other) = (Key::new(), Key::new());
    let mut ann = practice.browser_of("ann").await;
    let thumbprint = key.thumbprint();
    for (named, proof, status) in [
        (vec![], None, 400),
        (vec![], Some(other.proof(&practice, TOKEN, None)), 400),
        (vec![], Some(key.proof(&practice, TOKEN, None)), 200),
        (
            vec![("dpop_jkt", thumbprint.as_str())],
            Some(key.proof(&practice, TOKEN, None)),
            200,
        ),
    ] {
        let ahead = key.proof(&practice, AHEAD, None);
        let pushed = push(&practice, &app, &named, &ahead).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let pairs = [("client_id", app.client_id.as_str()), ("request_uri", &uri)];
        let address = format!("/demo/auth/authorize/?{}", encoded(&pairs));
        let code = ann.allow(&address, Keep::All).await.code();
        let answer = redeem(&practice, &app, &code, proof.as_deref()).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[tokio::test]
async fn a_proof_that_proves_something_else_is_refused_ahead() {
    let (practice, app) = with_pushed().await;
    let (key, other) = (Key::new(), Key::new());
    let thumbprint = other.thumbprint();
    let used = key.proof(&practice, AHEAD, None);
    assert_eq!(push(&practice, &app, &[], &used).await.status, 201);
    for (what, named, proof) in [
        (
            "the token endpoint",
            vec![],
            key.proof(&practice, TOKEN, None),
        ),
        ("used", vec![], used),
        ("nothing", vec![], "x.y.z".to_owned()),
        (
            "another key",
            vec![("dpop_jkt", thumbprint.as_str())],
            key.proof(&practice, AHEAD, None),
        ),
    ] {
        let answer = push(&practice, &app, &named, &proof).await;
        assert_eq!(answer.status, 400, "{what}");
        assert_eq!(answer.json()["error"], "invalid_dpop_proof", "{what}");
    }
}
