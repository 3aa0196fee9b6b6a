//! Tokens that only the holder of a key can use (RFC 9449).

mod ahead;
mod at_front;
mod nonces;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::{Clock, Limits};
use cresset_store::AuthorizationOptions;
use cresset_store::grant::ClientType;
use cresset_store::user::Role;
use http::Request;
use serde_json::{Value, json};

use super::launch::{CALLBACK, Keep, SCOPES, Sent, TestApp, VERIFIER, details};
use super::people::encoded;
use super::practice::{Answer, HOST, Practice};

/// A key that an app made itself.
struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..]);
        json!({ "kty": "EC", "crv": "P-256", "x": base64(x), "y": base64(y) })
    }

    fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let members = format!(
            r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
            jwk["x"], jwk["y"]
        );
        digest(&members)
    }

    fn signed(&self, head: &Value, claims: &Value) -> String {
        let part = |value: &Value| base64(value.to_string().as_bytes());
        let text = format!("{}.{}", part(head), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", base64(signature.as_ref()))
    }

    fn head(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    /// A proof about a request, and perhaps a token.
    fn proof(
        &self,
        practice: &Practice,
        (method, path): (&str, &str),
        token: Option<&str>,
    ) -> String {
        self.signed(&self.head(), &claims(practice, (method, path), token))
    }
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn digest(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    base64(digest.as_ref())
}

fn claims(practice: &Practice, (method, path): (&str, &str), token: Option<&str>) -> Value {
    let mut number = [0; 16];
    aws_lc_rs::rand::fill(&mut number).unwrap();
    let mut claims = json!({
        "jti": base64(&number), "htm": method, "htu": format!("{HOST}{path}"),
        "iat": practice.clock.now().as_second(),
    });
    if let Some(token) = token {
        claims["ath"] = json!(digest(token));
    }
    claims
}

const TOKEN: (&str, &str) = ("POST", "/demo/auth/token/");
const PATIENT: (&str, &str) = ("GET", "/demo/fhir/Patient/p1");

async fn demo(client_type: ClientType) -> (Practice, TestApp) {
    demo_with(client_type, |_| {}).await
}

async fn demo_with(
    client_type: ClientType,
    set: impl Fn(&mut AuthorizationOptions),
) -> (Practice, TestApp) {
    let practice = Practice::with(Limits::default(), |settings| {
        settings.authorization.dpop = true;
        set(&mut settings.authorization);
    })
    .await;
    let patient = r#"{"resourceType":"Patient","id":"p1"}"#;
    practice.ask("PUT /Patient/p1", patient).await;
    practice.person(Role::Patient, "ann", "p1").await;
    let app = practice.people_app(SCOPES, details(client_type)).await;
    (practice, app)
}

async fn ask_token(
    practice: &Practice,
    app: &TestApp,
    form: &[(&str, &str)],
    proof: Option<&str>,
) -> Answer {
    let mut pairs = vec![("client_id", app.client_id.as_str())];
    pairs.extend(
        app.secret
            .as_deref()
            .map(|secret| ("client_secret", secret)),
    );
    pairs.extend(form);
    let mut request =
        Request::post(TOKEN.1).header("content-type", "application/x-www-form-urlencoded");
    if let Some(proof) = proof {
        request = request.header("dpop", proof);
    }
    practice
        .send(request.body(Body::from(encoded(&pairs))).unwrap())
        .await
}

async fn redeem(practice: &Practice, app: &TestApp, code: &str, proof: Option<&str>) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    ask_token(practice, app, &form, proof).await
}

async fn refresh(practice: &Practice, app: &TestApp, token: &str, proof: Option<&str>) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    ask_token(practice, app, &form, proof).await
}

/// A token that is bound to a key, with what came with it.
async fn bound(practice: &Practice, app: &TestApp, key: &Key) -> Value {
    let mut ann = practice.browser_of("ann").await;
    let code = ann.allow(&app.address(&[]), Keep::All).await.code();
    let proof = key.proof(practice, TOKEN, None);
    let answer = redeem(practice, app, &code, Some(&proof)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn access(tokens: &Value) -> String {
    tokens["access_token"].as_str().unwrap().to_owned()
}

async fn read(practice: &Practice, scheme: &str, token: &str, proofs: &[&str]) -> Answer {
    let mut request = Request::get(PATIENT.1).header("authorization", format!("{scheme} {token}"));
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    practice.send(request.body(Body::empty()).unwrap()).await
}

/// G07: a bound token is used by the holder of its key, and neither kind passes for the other.
#[tokio::test]
async fn a_bound_token_is_used_by_the_holder_of_the_key() {
    let (practice, app) = demo(ClientType::Confidential).await;
    let key = Key::new();
    let tokens = bound(&practice, &app, &key).await;
    assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
    let token = access(&tokens);
    let proof = key.proof(&practice, PATIENT, Some(&token));
    assert_eq!(read(&practice, "DPoP", &token, &[&proof]).await.status, 200);
    let again = read(&practice, "DPoP", &token, &[&proof]).await;
    assert_eq!(again.status, 401, "a proof is used once");
    let challenge = again.header("www-authenticate");
    assert!(
        challenge.starts_with("DPoP realm=\"cresset\", algs=\"ES256 "),
        "{challenge}"
    );
    assert!(
        challenge.contains("error=\"invalid_dpop_proof\""),
        "{challenge}"
    );
    let proof = key.proof(&practice, PATIENT, Some(&token));
    for (scheme, proofs) in [
        ("Bearer", vec![proof.as_str()]),
        ("Bearer", vec![]),
        ("DPoP", vec![]),
    ] {
        assert_eq!(
            read(&practice, scheme, &token, &proofs).await.status,
            401,
            "{scheme}"
        );
    }
    let proof = key.proof(&practice, PATIENT, Some(&practice.token));
    assert_eq!(
        read(&practice, "DPoP", &practice.token, &[&proof])
            .await
            .status,
        401
    );
    assert_eq!(
        read(&practice, "Bearer", &practice.token, &[]).await.status,
        200
    );
    let form = encoded(&[
        ("client_id", &app.client_id),
        ("client_secret", app.secret.as_deref().unwrap()),
        ("token", &token),
    ]);
    let active = practice.form("/demo/auth/introspect/", &form).await.json();
    assert_eq!(active["token_type"], "DPoP", "{active}");
    assert_eq!(active["cnf"]["jkt"], key.thumbprint());
}

/// G06: whatever a proof gets wrong, it proves nothing.
#[tokio::test]
async fn a_wrong_proof_proves_nothing() {
    let (practice, app) = demo(ClientType::Confidential).await;
    let (key, other) = (Key::new(), Key::new());
    let token = access(&bound(&practice, &app, &key).await);
    let sound = || claims(&practice, PATIENT, Some(&token));
    let with = |name: &str, value: Value| {
        let mut claims = sound();
        claims[name] = value;
        key.signed(&key.head(), &claims)
    };
    let headed = |name: &str, value: Value| {
        let mut head = key.head();
        head[name] = value;
        key.signed(&head, &sound())
    };
    let now_s = practice.clock.now().as_second();
    let mut private = key.jwk();
    private["d"] = json!("c2VjcmV0");
    for (what, proof) in [
        ("method", with("htm", json!("POST"))),
        (
            "address",
            with("htu", json!(format!("{HOST}/demo/fhir/Patient/p2"))),
        ),
        (
            "practice",
            with("htu", json!(format!("{HOST}/other/fhir/Patient/p1"))),
        ),
        ("old", with("iat", json!(now_s - 61))),
        ("early", with("iat", json!(now_s + 11))),
        ("no id", with("jti", json!(""))),
        ("token", with("ath", json!(digest("another")))),
        ("no token", key.proof(&practice, PATIENT, None)),
        ("key", other.proof(&practice, PATIENT, Some(&token))),
        ("foreign jwk", headed("jwk", other.jwk())),
        ("private", headed("jwk", private)),
        ("type", headed("typ", json!("JWT"))),
        ("none", headed("alg", json!("none"))),
        ("HS256", headed("alg", json!("HS256"))),
        ("crit", headed("crit", json!(["x"]))),
        ("nothing", "x.y.z".to_owned()),
    ] {
        assert_eq!(
            read(&practice, "DPoP", &token, &[&proof]).await.status,
            401,
            "{what}"
        );
    }
    let twice = [with("x", json!(1)), with("x", json!(2))];
    let twice = [twice[0].as_str(), &twice[1]];
    assert_eq!(read(&practice, "DPoP", &token, &twice).await.status, 401);
    let query = with("htu", json!(format!("{HOST}/demo/fhir/Patient/p1?x=1#y")));
    assert_eq!(read(&practice, "DPoP", &token, &[&query]).await.status, 200);
    let stale = with("htm", json!("GET"));
    let answer = redeem(&practice, &app, "crc_x", Some(&stale)).await;
    assert_eq!(
        answer.json()["error"],
        "invalid_dpop_proof",
        "for another address"
    );
}

/// RFC 9449 §5: of a public app, refresh tokens are bound too.
#[tokio::test]
async fn a_refresh_token_of_a_public_app_is_bound() {
    for (client_type, may_change) in [
        (ClientType::Public, false),
        (ClientType::Confidential, true),
    ] {
        let (practice, app) = demo(client_type).await;
        let (key, other) = (Key::new(), Key::new());
        let tokens = bound(&practice, &app, &key).await;
        let first = tokens["refresh_token"].as_str().unwrap();
        if !may_change {
            let foreign = other.proof(&practice, TOKEN, None);
            for proof in [None, Some(foreign.as_str())] {
                let answer = refresh(&practice, &app, first, proof).await;
                assert_eq!(answer.json()["error"], "invalid_grant", "{proof:?}");
            }
        }
        let next = if may_change { &other } else { &key };
        let proof = next.proof(&practice, TOKEN, None);
        let answer = refresh(&practice, &app, first, Some(&proof)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = access(&answer.json());
        let proof = next.proof(&practice, PATIENT, Some(&token));
        assert_eq!(read(&practice, "DPoP", &token, &[&proof]).await.status, 200);
    }
}

/// RFC 9449 §10: a code can be bound to a key before it is given.
#[tokio::test]
async fn a_code_is_bound_to_a_key() {
    let (practice, app) = demo(ClientType::Public).await;
    let (key, other) = (Key::new(), Key::new());
    let thumbprint = key.thumbprint();
    let address = app.address(&[("dpop_jkt", &thumbprint)]);
    let mut ann = practice.browser_of("ann").await;
    for (proof, status) in [
        (None, 400),
        (Some(other.proof(&practice, TOKEN, None)), 400),
        (Some(key.proof(&practice, TOKEN, None)), 200),
    ] {
        let code = ann.allow(&address, Keep::All).await.code();
        let answer = redeem(&practice, &app, &code, proof.as_deref()).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let sent = Sent::of(&ann.get(&app.address(&[("dpop_jkt", "short")])).await);
    assert_eq!(sent.get("error"), "invalid_request");
}

/// Where it is not offered nothing is bound, and discovery says nothing of it.
#[tokio::test]
async fn discovery_says_whether_tokens_can_be_bound() {
    let (practice, _) = demo(ClientType::Public).await;
    let path = "GET /demo/auth/.well-known/oauth-authorization-server";
    let metadata = practice.stranger(path).await.json();
    let algorithms = json!(["ES256", "ES384", "PS256", "RS256"]);
    assert_eq!(metadata["dpop_signing_alg_values_supported"], algorithms);
    let plain = Practice::open().await;
    let metadata = plain.stranger(path).await.json();
    assert!(metadata.get("dpop_signing_alg_values_supported").is_none());
    assert_eq!(read(&plain, "DPoP", &plain.token, &[]).await.status, 401);
}
