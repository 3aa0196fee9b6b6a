//! `private_key_jwt`: RFC 7523 §3 and SMART App Launch 2.2, group by group of what can be wrong.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_auth::app::AppError;
use cresset_auth::{GrantType, NewApp, TokenResponse};
use cresset_store::grant::{App, AppDetails};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::instance::{Instance, instance, shown};

const TOKEN_ENDPOINT: &str = "https://ehr.example/demo/auth/token/";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key pair of an app.
#[derive(Clone)]
struct Key {
    algorithm: Algorithm,
    private: EncodingKey,
    public: Value,
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ec(kid: &str) -> Key {
    let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref().to_vec();
    let (x, y) = point[1..].split_at(48);
    Key {
        algorithm: Algorithm::ES384,
        private: EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()),
        public: json!({"kty": "EC", "crv": "P-384", "kid": kid, "alg": "ES384", "use": "sig",
                       "x": encoded(x), "y": encoded(y)}),
    }
}

fn rsa() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        let public = pair.public_key();
        let n = encoded(public.modulus().big_endian_without_leading_zero());
        let e = encoded(public.exponent().big_endian_without_leading_zero());
        Key {
            algorithm: Algorithm::RS384,
            // PKCS #8 of an RSA key is PKCS #1 behind a header of 26 bytes.
            private: EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..]),
            public: json!({"kty": "RSA", "kid": "r", "n": n, "e": e}),
        }
    })
}

/// An instance and an app with a key of its own.
struct Backend {
    demo: Instance,
    app: App,
    key: Key,
}

fn new_app(details: AppDetails) -> NewApp {
    NewApp {
        name: "Export".to_owned(),
        scopes: "system/*.rs".to_owned(),
        grant_types: vec![GrantType::ClientCredentials],
        patient_tokens: false,
        details,
    }
}

fn key_set(keys: &[&Key]) -> String {
    json!({ "keys": keys.iter().map(|key| &key.public).collect::<Vec<_>>() }).to_string()
}

async fn with_keys(details: AppDetails, key: Key) -> Backend {
    let demo = instance("demo", 1);
    let registered = demo.server.register_app(new_app(details)).await.unwrap();
    assert!(
        registered.secret.is_none(),
        "an app that signs has no secret"
    );
    Backend {
        demo,
        app: registered.app,
        key,
    }
}

async fn backend() -> Backend {
    let key = ec("k");
    let jwks = Some(key_set(&[&key, rsa()]));
    let details = AppDetails {
        jwks,
        ..AppDetails::default()
    };
    with_keys(details, key).await
}

fn fresh_id() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("id-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn header(key: &Key) -> Header {
    Header {
        kid: key.public["kid"].as_str().map(str::to_owned),
        ..Header::new(key.algorithm)
    }
}

impl Backend {
    fn now(&self) -> i64 {
        cresset_base::Clock::now(&self.demo.clock).as_second()
    }

    fn claims(&self) -> Value {
        json!({"iss": self.app.client_id, "sub": self.app.client_id, "aud": TOKEN_ENDPOINT,
               "exp": self.now() + 300, "jti": fresh_id()})
    }

    fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&header(&self.key), claims, &self.key.private).unwrap()
    }

    /// What the token endpoint makes of an assertion: the scope, or status and code.
    async fn send(&self, assertion: &str) -> String {
        let answer = self.ask(assertion, &[]).await;
        answer.map_or_else(|error| error, |token| token.scope)
    }

    async fn ask(&self, assertion: &str, more: &[(&str, &str)]) -> Result<TokenResponse, String> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion),
        ];
        let answer = self.demo.post(&[], &[&form, more].concat()).await;
        answer.map_err(|error| shown(&error))
    }

    /// Whether an assertion whose claims are changed so is refused.
    async fn refuses(&self, change: impl Fn(&mut Value)) {
        let mut claims = self.claims();
        change(&mut claims);
        let answer = self.send(&self.sign(&claims)).await;
        assert_eq!(answer, "401 invalid_client", "{claims}");
    }
}

#[tokio::test]
async fn both_algorithms_give_a_token_of_five_minutes_and_nothing_to_refresh() {
    let mut backend = backend().await;
    for expect in [Algorithm::ES384, Algorithm::RS384] {
        assert_eq!(backend.key.algorithm, expect);
        let assertion = backend.sign(&backend.claims());
        let token = backend.ask(&assertion, &[]).await.unwrap();
        let got = (token.expires_in, token.scope.as_str());
        assert_eq!(got, (300, "system/*.rs"));
        assert!(backend.demo.lets_in(token.access_token.expose()).await);
        backend.key = rsa().clone();
    }
}

#[tokio::test]
async fn an_assertion_is_good_once_and_only_for_its_app() {
    let backend = backend().await;
    let assertion = backend.sign(&backend.claims());
    assert_eq!(backend.send(&assertion).await, "system/*.rs");
    assert_eq!(backend.send(&assertion).await, "401 invalid_client");
    // Another app may use the same id.
    let other = ec("k");
    let details = AppDetails {
        jwks: Some(key_set(&[&other])),
        ..AppDetails::default()
    };
    let registered = backend
        .demo
        .server
        .register_app(new_app(details))
        .await
        .unwrap();
    let mut claims = backend.claims();
    let id = claims["jti"].clone();
    assert_eq!(backend.send(&backend.sign(&claims)).await, "system/*.rs");
    claims["iss"] = json!(registered.app.client_id);
    claims["sub"] = claims["iss"].clone();
    claims["jti"] = id;
    assert_eq!(
        backend.send(&backend.sign(&claims)).await,
        "401 invalid_client",
        "signed by another"
    );
    let signed = jsonwebtoken::encode(&header(&other), &claims, &other.private).unwrap();
    assert_eq!(backend.send(&signed).await, "system/*.rs");
}

#[tokio::test]
async fn every_claim_is_judged() {
    let backend = backend().await;
    let mut issuer = backend.claims();
    issuer["aud"] = json!("https://ehr.example/demo/auth");
    assert_eq!(backend.send(&backend.sign(&issuer)).await, "system/*.rs");
    for aud in [
        json!("https://ehr.example/other/auth/token/"),
        json!("https://ehr.example/demo/auth/token"),
        json!("https://ehr.example/demo/auth/token/?x"),
        json!("https://ehr.example/demo/auth/"),
        json!("https://ehr.example/demo"),
        json!([TOKEN_ENDPOINT]),
        json!(""),
        json!(null),
    ] {
        backend.refuses(|claims| claims["aud"] = aud.clone()).await;
    }
    let now = backend.now();
    for exp in [
        json!(now),
        json!(now - 300),
        json!(now + 302),
        json!(now + 3_600),
        json!("x"),
        json!(null),
    ] {
        backend.refuses(|claims| claims["exp"] = exp.clone()).await;
    }
    for jti in [json!(null), json!(""), json!("x".repeat(257)), json!(7)] {
        backend.refuses(|claims| claims["jti"] = jti.clone()).await;
    }
    backend
        .refuses(|claims| claims["iss"] = json!("other"))
        .await;
    backend
        .refuses(|claims| claims["sub"] = json!("other"))
        .await;
    backend
        .refuses(|claims| claims["nbf"] = json!(now + 60))
        .await;
    backend
        .refuses(|claims| claims["iat"] = json!(now + 60))
        .await;
    backend
        .refuses(|claims| {
            claims["iss"] = json!("nobody");
            claims["sub"] = json!("nobody");
        })
        .await;
}

#[tokio::test]
async fn every_header_is_judged() {
    let backend = backend().await;
    let claims = backend.claims();
    let good = backend.sign(&claims);
    let (_, rest) = good.split_once('.').unwrap();
    let kid = "k";
    for head in [
        json!({"alg": "none", "kid": kid}),
        json!({"alg": "nOnE", "kid": kid}),
        json!({"alg": "HS384", "kid": kid}),
        json!({"alg": "RS256", "kid": kid}),
        json!({"alg": "RS384", "kid": kid}),
        json!({"alg": "ES256K", "kid": kid}),
        json!({"alg": "ES384"}),
        json!({"alg": "ES384", "kid": "../../etc/passwd"}),
        json!({"alg": "ES384", "kid": "' OR 1=1 --"}),
        json!({"alg": "ES384", "kid": kid, "crit": ["b64"], "b64": false}),
        json!({"alg": "ES384", "kid": kid, "typ": "at+jwt"}),
        json!({"alg": "ES384", "kid": kid, "jku": "https://evil.example/jwks"}),
    ] {
        let assertion = format!("{}.{rest}", encoded(head.to_string().as_bytes()));
        assert_eq!(
            backend.send(&assertion).await,
            "401 invalid_client",
            "{head}"
        );
    }
    // Signed as they stand, what they ask for is refused all the same.
    for change in [
        |h: &mut Header| h.typ = Some("at+jwt".to_owned()),
        |h: &mut Header| h.jku = Some("https://evil.example/jwks".to_owned()),
        |h: &mut Header| h.kid = None,
    ] {
        let mut head = header(&backend.key);
        change(&mut head);
        let signed = jsonwebtoken::encode(&head, &backend.claims(), &backend.key.private).unwrap();
        assert_eq!(backend.send(&signed).await, "401 invalid_client");
    }
    let twice = format!("{{\"alg\":\"none\",\"alg\":\"ES384\",\"kid\":\"{kid}\"}}");
    let mut wrong = vec![
        format!("{}.{rest}", encoded(twice.as_bytes())),
        format!("{good}."),
        format!("{good}.x"),
        format!("{good}="),
        format!(".{good}"),
        good.replace('.', ""),
        good.rsplit_once('.').unwrap().0.to_owned() + ".",
        String::from("x"),
        "x".repeat(100_000),
    ];
    // Every bit of the signature counts, and zeros are none.
    let (message, signature) = good.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[0] ^= 1;
    wrong.push(format!("{message}.{}", encoded(&bytes)));
    wrong.push(format!("{message}.{}", encoded(&[0; 96])));
    for assertion in wrong {
        assert_eq!(
            backend.send(&assertion).await,
            "401 invalid_client",
            "{assertion:.80}"
        );
    }
    // None of them used the id up.
    assert_eq!(backend.send(&good).await, "system/*.rs");
}

#[tokio::test]
async fn one_way_to_prove_oneself_at_a_time() {
    let backend = backend().await;
    let id = backend.app.client_id.clone();
    let assertion = backend.sign(&backend.claims());
    for (more, expect) in [
        (("client_secret", "x"), "400 invalid_request"),
        (("client_id", "other"), "400 invalid_request"),
    ] {
        let answer = backend.ask(&assertion, &[more]).await;
        assert_eq!(answer.unwrap_err(), expect);
    }
    assert!(backend.ask(&assertion, &[("client_id", &id)]).await.is_ok());
    let grant = ("grant_type", "client_credentials");
    for form in [
        vec![grant, ("client_assertion", "x")],
        vec![grant, ("client_assertion_type", TYPE)],
        vec![
            grant,
            ("client_assertion", "x"),
            ("client_assertion_type", "urn:other"),
        ],
        vec![
            grant,
            ("client_id", id.as_str()),
            ("client_secret", "crs_x"),
        ],
        vec![grant, ("client_id", id.as_str())],
    ] {
        let error = backend.demo.post(&[], &form).await.unwrap_err();
        assert_eq!(shown(&error), "401 invalid_client", "{form:?}");
    }
    backend.demo.server.disable_app(&id).await.unwrap();
    let late = backend.sign(&backend.claims());
    assert_eq!(backend.send(&late).await, "401 invalid_client");
}

#[tokio::test]
async fn keys_that_cannot_be_relied_on_are_not_registered() {
    let demo = instance("demo", 1);
    let good = ec("k").public;
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let mut weak = rsa().public.clone();
    weak["n"] = json!(encoded(&[255; 128]));
    let mut cheap = rsa().public.clone();
    cheap["e"] = json!("Aw");
    let many = vec![good.clone(); 33];
    for (set, expect) in [
        (
            json!({"keys": [with("d", json!("x"))]}),
            "private or symmetric",
        ),
        (
            json!({"keys": [{"kty": "oct", "k": "x", "kid": "s"}]}),
            "private or symmetric",
        ),
        (json!({"keys": [good.clone(), good.clone()]}), "same kid"),
        (json!({"keys": many}), "more than 32"),
        (json!({"keys": [weak]}), "2048"),
        (json!({"keys": [cheap]}), "65537"),
        (json!({"keys": []}), "no key"),
        (json!({"keys": [with("crv", json!("P-256"))]}), "no key"),
        (json!({"keys": [with("use", json!("enc"))]}), "no key"),
        (
            json!({"keys": [with("x", json!("AA"))]}),
            "not a JSON object",
        ),
        (json!({"key": []}), "not a JSON object"),
    ] {
        let jwks = Some(set.to_string());
        let details = AppDetails {
            jwks,
            ..AppDetails::default()
        };
        let error = demo
            .server
            .register_app(new_app(details))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(expect), "{error}");
    }
    let both = AppDetails {
        jwks: Some(json!({ "keys": [good] }).to_string()),
        jwks_uri: Some("https://app.example/jwks".to_owned()),
        ..AppDetails::default()
    };
    let error = demo.server.register_app(new_app(both)).await.unwrap_err();
    assert!(matches!(error, AppError::TwoKeySets), "{error}");
    let odd = AppDetails {
        jwks_uri: Some("ftp://app.example/jwks".to_owned()),
        ..AppDetails::default()
    };
    let error = demo.server.register_app(new_app(odd)).await.unwrap_err();
    assert!(matches!(error, AppError::KeySetUrl(_)), "{error}");
}

/// An app's own server, which publishes its keys.
struct Publisher {
    url: String,
    /// Headers and body of its answers.
    answer: Arc<Mutex<(String, String)>>,
    asked: Arc<AtomicU32>,
}

async fn publisher(header: &str, keys: &[&Key]) -> Publisher {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let answer = Arc::new(Mutex::new((header.to_owned(), key_set(keys))));
    let asked = Arc::new(AtomicU32::new(0));
    let (answers, count) = (answer.clone(), asked.clone());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 2_048]).await;
            count.fetch_add(1, Ordering::Relaxed);
            let (header, body) = answers.lock().clone();
            let answer = format!(
                "HTTP/1.1 200 OK\r\n{header}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Publisher { url, answer, asked }
}

impl Publisher {
    fn publish(&self, keys: &[&Key]) {
        self.answer.lock().1 = key_set(keys);
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn published(header: &str) -> (Publisher, Backend) {
    let key = ec("k");
    let publisher = publisher(header, &[&key]).await;
    let details = AppDetails {
        jwks_uri: Some(publisher.url.clone()),
        ..AppDetails::default()
    };
    let backend = with_keys(details, key).await;
    (publisher, backend)
}

#[tokio::test]
async fn published_keys_are_kept_as_long_as_their_answer_says_and_no_longer() {
    for (header, kept_s) in [
        ("cache-control: max-age=30", 30),
        ("cache-control: max-age=0", 0),
        ("cache-control: no-store", 0),
    ] {
        let (publisher, backend) = published(header).await;
        assert_eq!(
            backend.send(&backend.sign(&backend.claims())).await,
            "system/*.rs"
        );
        if kept_s > 0 {
            backend.demo.clock.advance_seconds(kept_s - 1);
            assert_eq!(
                backend.send(&backend.sign(&backend.claims())).await,
                "system/*.rs"
            );
            assert_eq!(publisher.asked(), 1, "{header}");
            backend.demo.clock.advance_seconds(1);
        }
        // Withdrawn: the old key no longer works once its time is up.
        publisher.publish(&[&ec("other")]);
        assert_eq!(
            backend.send(&backend.sign(&backend.claims())).await,
            "401 invalid_client"
        );
        assert_eq!(publisher.asked(), 2, "{header}");
    }
}

#[tokio::test]
async fn a_new_key_works_at_its_first_use_and_strangers_cause_one_fetch_a_minute() {
    let (publisher, mut backend) = published("cache-control: max-age=86400").await;
    assert_eq!(
        backend.send(&backend.sign(&backend.claims())).await,
        "system/*.rs"
    );
    let next = ec("next");
    publisher.publish(&[&next]);
    let old = std::mem::replace(&mut backend.key, next);
    assert_eq!(
        backend.send(&backend.sign(&backend.claims())).await,
        "system/*.rs"
    );
    assert_eq!(publisher.asked(), 2);
    backend.key = old;
    for _ in 0..5 {
        assert_eq!(
            backend.send(&backend.sign(&backend.claims())).await,
            "401 invalid_client"
        );
    }
    assert_eq!(publisher.asked(), 2);
    backend.demo.clock.advance_seconds(60);
    assert_eq!(
        backend.send(&backend.sign(&backend.claims())).await,
        "401 invalid_client"
    );
    assert_eq!(publisher.asked(), 3);
}

#[tokio::test]
async fn what_cannot_be_fetched_or_read_proves_nothing() {
    let (publisher, backend) = published("cache-control: max-age=0").await;
    for body in ["", "{}", "<html>", "{\"keys\":[]}"] {
        publisher.answer.lock().1 = body.to_owned();
        assert_eq!(
            backend.send(&backend.sign(&backend.claims())).await,
            "401 invalid_client",
            "{body}"
        );
    }
    publisher.publish(&[&backend.key]);
    assert_eq!(
        backend.send(&backend.sign(&backend.claims())).await,
        "system/*.rs"
    );
}
