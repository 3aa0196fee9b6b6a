//! Bearer tokens on requests, and how they end: RFC 6750, RFC 7009, RFC 7662.

use std::sync::Arc;

use crate::instance::{Instance, Memory, basic, bytes, instance, pairs, plain, server, shown};
use crate::nobody::{nobody, without_people};
use async_trait::async_trait;
use cresset_access::{Access, Restriction, Verb};
use cresset_auth::{Asker, AuthError, Introspection, Registered, Request};
use cresset_base::{ResourceId, Secret, Timestamp};
use cresset_definitions::ResourceType;
use cresset_store::attempt::{Attempts, Counted};
use cresset_store::consent::{Code, Consent, Consumed, RefreshToken, Ticket};
use cresset_store::grant::{App, Grants, Hashed, Token};
use cresset_store::mail::Mail;
use cresset_store::session::Session;
use cresset_store::user::{Ending, User};
use cresset_store::{Error, Patients};
use parking_lot::Mutex;
use tokio::sync::Notify;

async fn demo() -> (Instance, Registered, String) {
    let demo = instance("demo", 1);
    let app = demo.app("system/Observation.rs").await;
    let token = demo.plain_token(&app).await;
    (demo, app, token)
}

/// The challenge for these headers, in which `TOKEN` stands for a good token; empty when let in.
#[track_caller]
fn check(headers: &[&str], expect: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let got = runtime.block_on(async {
        let (demo, _, token) = demo().await;
        let headers: Vec<String> = headers.iter().map(|h| h.replace("TOKEN", &token)).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        demo.caller(&headers).await
    });
    let challenge = got.map_or_else(|e| e.challenge().unwrap(), |_| String::new());
    let shown = challenge.replace("Bearer realm=\"cresset\"", "Bearer");
    let code = shown.split(", error_description").next().unwrap();
    assert_eq!(code, expect, "{headers:?}");
}

#[test]
fn a_token_comes_in_one_header_of_one_shape() {
    check(&["Bearer TOKEN"], "");
    check(&["bearer TOKEN"], "");
    check(&["BEARER TOKEN"], "");
    check(&[], "Bearer");
    check(&["Basic TOKEN"], "Bearer");
    check(&["BearerTOKEN"], "Bearer");
    check(&["Bearer"], "Bearer, error=\"invalid_request\"");
    check(&["Bearer "], "Bearer, error=\"invalid_request\"");
    check(
        &["Bearer TOKEN", "Bearer TOKEN"],
        "Bearer, error=\"invalid_request\"",
    );
    check(
        &["Basic x", "Bearer TOKEN"],
        "Bearer, error=\"invalid_request\"",
    );
}

#[test]
fn what_is_not_a_token_of_this_server_is_invalid() {
    let long = format!("Bearer crt_{}", "A".repeat(1 << 20));
    for header in [
        "Bearer  TOKEN",
        "Bearer TOKEN ",
        "Bearer TOKEN,",
        "Bearer TOKENA",
        "Bearer \"TOKEN\"",
        "Bearer x",
        "Bearer crt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer crt_%00",
        "Bearer \u{e9}",
        &long,
    ] {
        check(&[header], "Bearer, error=\"invalid_token\"");
    }
}

#[tokio::test]
async fn the_caller_may_what_its_scopes_say() {
    let (demo, app, token) = demo().await;
    let caller = demo.caller(&[&format!("Bearer {token}")]).await.unwrap();
    assert_eq!(caller.client_id, app.app.client_id);
    assert_eq!(caller.scopes, "system/Observation.rs");
    let observation = ResourceType::parse("Observation").unwrap();
    let condition = ResourceType::parse("Condition").unwrap();
    assert_eq!(
        caller.access.restriction(Verb::Read, observation),
        Restriction::Everything
    );
    assert_eq!(
        caller.access.restriction(Verb::Create, observation),
        Restriction::Nothing
    );
    assert_eq!(
        caller.access.restriction(Verb::Read, condition),
        Restriction::Nothing
    );
}

#[tokio::test]
async fn a_stored_patient_narrows_the_caller() {
    let (demo, _, token) = demo().await;
    for stored in demo.memory.tokens.lock().iter_mut() {
        stored.patient = Some("p1".to_owned());
        stored.scopes = "patient/Observation.rs".to_owned();
    }
    let caller = demo.caller(&[&format!("Bearer {token}")]).await.unwrap();
    let observation = ResourceType::parse("Observation").unwrap();
    let restriction = caller.access.restriction(Verb::Read, observation);
    assert!(matches!(restriction, Restriction::Only(f) if f[0].patient == "p1".parse().ok()));
}

#[tokio::test]
async fn what_the_store_holds_wrongly_lets_nobody_in() {
    for (scopes, patient) in [("system/*.sr", None), ("patient/*.rs", Some("p 1"))] {
        let (demo, _, token) = demo().await;
        for stored in demo.memory.tokens.lock().iter_mut() {
            stored.patient = patient.map(str::to_owned);
            stored.scopes = scopes.to_owned();
        }
        assert!(!demo.lets_in(&token).await);
    }
}

#[tokio::test]
async fn a_token_ends_to_the_second() {
    let (demo, _, token) = demo().await;
    demo.clock.advance_seconds(35_999);
    assert!(demo.lets_in(&token).await);
    demo.clock.advance_seconds(1);
    assert!(!demo.lets_in(&token).await);
    let error = demo
        .caller(&[&format!("Bearer {token}")])
        .await
        .unwrap_err();
    assert!(error.challenge().unwrap().contains("has expired"));
}

#[tokio::test]
async fn a_token_of_one_instance_is_nothing_to_another() {
    let (_, _, token) = demo().await;
    let other = instance("other", 1);
    assert!(!other.lets_in(&token).await);
}

#[tokio::test]
async fn the_store_is_asked_once_per_token() {
    let (demo, _, token) = demo().await;
    for _ in 0..100 {
        assert!(demo.lets_in(&token).await);
    }
    assert_eq!(*demo.memory.lookups.lock(), 1);
}

#[tokio::test]
async fn a_token_revoked_through_one_node_ends_at_every_other() {
    let (alone, app, token) = demo().await;
    let memory = Arc::new(Memory::default());
    *memory.elsewhere.0.lock() = None;
    memory.add_app(app.app.clone()).await.unwrap();
    memory.tokens.lock().append(&mut alone.memory.tokens.lock());
    let node = |seed| Instance {
        server: server("demo", memory.clone(), &alone.clock, seed),
        clock: alone.clock.clone(),
        memory: memory.clone(),
    };
    let (here, there) = (node(11), node(12));
    assert!(here.lets_in(&token).await && there.lets_in(&token).await);
    revoke(&there, &app, &token).await.unwrap();
    assert!(!here.lets_in(&token).await && !there.lets_in(&token).await);
}

#[tokio::test]
async fn what_ended_elsewhere_is_not_remembered() {
    let (demo, _, token) = demo().await;
    let lookups = |known: Option<u64>| {
        *demo.memory.elsewhere.0.lock() = known;
        async {
            for _ in 0..3 {
                assert!(demo.lets_in(&token).await);
            }
            std::mem::take(&mut *demo.memory.lookups.lock())
        }
    };
    assert_eq!(lookups(Some(1)).await, 1);
    // Something ended, then nobody knows, and then nothing was missed after all.
    assert_eq!(lookups(Some(2)).await, 1);
    assert_eq!(lookups(None).await, 3);
    assert_eq!(lookups(Some(2)).await, 0);
    // It ends, and this process hears of it.
    demo.memory.tokens.lock().clear();
    assert!(demo.lets_in(&token).await);
    *demo.memory.elsewhere.0.lock() = Some(3);
    assert!(!demo.lets_in(&token).await);
}

#[tokio::test]
async fn a_disabled_app_loses_its_tokens_at_once() {
    let (demo, app, token) = demo().await;
    assert!(demo.lets_in(&token).await);
    demo.server.disable_app(&app.app.client_id).await.unwrap();
    assert!(!demo.lets_in(&token).await);
    demo.server.enable_app(&app.app.client_id).await.unwrap();
    assert!(demo.lets_in(&token).await);
}

async fn revoke(demo: &Instance, app: &Registered, token: &str) -> Result<(), AuthError> {
    let header = basic(&app.app.client_id, plain(app));
    let form = pairs(&[("token", token)]);
    demo.server
        .revoke(Request {
            authorization: &bytes(&[&header]),
            form: &form,
            proofs: &[],
            asker: &Asker::default(),
        })
        .await
}

#[tokio::test]
async fn a_revoked_token_ends_at_once_and_others_live_on() {
    let (demo, app, token) = demo().await;
    let sibling = demo.plain_token(&app).await;
    let stranger = demo.app("system/Patient.rs").await;
    assert!(demo.lets_in(&token).await);
    for harmless in [
        "x",
        "crt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &"y".repeat(100_000),
    ] {
        assert!(revoke(&demo, &app, harmless).await.is_ok());
    }
    assert!(revoke(&demo, &stranger, &token).await.is_ok());
    assert!(demo.lets_in(&token).await);
    assert!(revoke(&demo, &app, &token).await.is_ok());
    assert!(!demo.lets_in(&token).await);
    assert!(demo.lets_in(&sibling).await);
    assert!(revoke(&demo, &app, &token).await.is_ok());
    assert_eq!(
        shown(&revoke(&demo, &app, "").await.unwrap_err()),
        "400 invalid_request"
    );
    let form = pairs(&[("token", &sibling)]);
    let nobody = demo
        .server
        .revoke(Request {
            authorization: &[],
            form: &form,
            proofs: &[],
            asker: &Asker::default(),
        })
        .await;
    assert_eq!(shown(&nobody.unwrap_err()), "401 invalid_client");
}

async fn introspect(
    demo: &Instance,
    header: &str,
    token: &str,
) -> Result<Introspection, AuthError> {
    let form = pairs(&[("token", token)]);
    demo.server
        .introspect(Request {
            authorization: &bytes(&[header]),
            form: &form,
            proofs: &[],
            asker: &Asker::default(),
        })
        .await
}

#[tokio::test]
async fn an_app_may_ask_what_its_token_is() {
    let (demo, app, token) = demo().await;
    let header = basic(&app.app.client_id, plain(&app));
    let by_secret = introspect(&demo, &header, &token).await.unwrap();
    let by_token = introspect(&demo, &format!("Bearer {token}"), &token)
        .await
        .unwrap();
    assert_eq!(by_secret, by_token);
    let body: serde_json::Value = serde_json::from_str(&by_secret.body()).unwrap();
    let now = 1_767_225_600;
    let expect = serde_json::json!({
        "active": true,
        "scope": "system/Observation.rs",
        "client_id": app.app.client_id,
        "token_type": "Bearer",
        "exp": now + 36_000,
        "iat": now,
        "sub": app.app.client_id,
        "aud": "https://ehr.example/demo/fhir",
        "iss": "https://ehr.example/demo/auth",
    });
    assert_eq!(body, expect);
}

#[tokio::test]
async fn what_is_not_a_live_token_of_the_app_is_inactive_and_nothing_more() {
    let (demo, app, token) = demo().await;
    let header = basic(&app.app.client_id, plain(&app));
    let stranger = demo.app("system/*.rs").await;
    let foreign = demo.plain_token(&stranger).await;
    let revoked = demo.plain_token(&app).await;
    revoke(&demo, &app, &revoked).await.unwrap();
    let expired = token;
    demo.clock.advance_seconds(36_000);
    for unknown in ["x", "invalid_token_value", &foreign, &revoked, &expired] {
        let answer = introspect(&demo, &header, unknown).await.unwrap();
        assert_eq!(answer.body(), "{\"active\":false}", "{unknown}");
    }
}

#[tokio::test]
async fn nobody_introspects_without_authentication() {
    let (demo, app, token) = demo().await;
    let form = pairs(&[("token", &token)]);
    let nobody = demo
        .server
        .introspect(Request {
            authorization: &[],
            form: &form,
            proofs: &[],
            asker: &Asker::default(),
        })
        .await;
    assert_eq!(shown(&nobody.unwrap_err()), "401 invalid_client");
    for header in ["Bearer x", "Basic x", &format!("Bearer {token}x")] {
        let answer = introspect(&demo, header, &token).await;
        assert_eq!(
            shown(&answer.unwrap_err()),
            "401 invalid_client",
            "{header}"
        );
    }
    revoke(&demo, &app, &token).await.unwrap();
    let dead = introspect(&demo, &format!("Bearer {token}"), &token).await;
    assert_eq!(shown(&dead.unwrap_err()), "401 invalid_client");
}

/// Holds every look-up of a token, after it has read, until it is told to go on.
struct Slow {
    memory: Arc<Memory>,
    armed: Mutex<bool>,
    has_read: Notify,
    go_on: Notify,
}

#[async_trait]
impl Grants for Slow {
    fn endings(&self) -> Option<u64> {
        self.memory.endings()
    }
    async fn add_app(&self, app: App) -> Result<(), Error> {
        self.memory.add_app(app).await
    }
    async fn lookup_app(&self, client_id: &str) -> Result<Option<App>, Error> {
        self.memory.lookup_app(client_id).await
    }
    async fn list_apps(&self) -> Result<Vec<App>, Error> {
        self.memory.list_apps().await
    }
    async fn count_self_registered(&self) -> Result<usize, Error> {
        self.memory.count_self_registered().await
    }
    async fn update_app(&self, app: App, told: Option<Mail>) -> Result<(), Error> {
        self.memory.update_app(app, told).await
    }
    async fn remove_app(&self, client_id: &str) -> Result<bool, Error> {
        self.memory.remove_app(client_id).await
    }
    async fn add_token(&self, token: Token) -> Result<(), Error> {
        self.memory.add_token(token).await
    }
    async fn lookup_token(&self, hash: Hashed) -> Result<Option<Token>, Error> {
        let found = self.memory.lookup_token(hash).await;
        if std::mem::take(&mut *self.armed.lock()) {
            self.has_read.notify_one();
            self.go_on.notified().await;
        }
        found
    }
    async fn consume_assertion(
        &self,
        client_id: &str,
        id: Hashed,
        ends: Timestamp,
    ) -> Result<bool, Error> {
        self.memory.consume_assertion(client_id, id, ends).await
    }
    async fn revoke_token(&self, hash: Hashed) -> Result<bool, Error> {
        self.memory.revoke_token(hash).await
    }
}

#[async_trait]
impl Patients for Slow {
    async fn knows_patient(&self, access: &Access, id: &ResourceId) -> Result<bool, Error> {
        self.memory.knows_patient(access, id).await
    }
}

#[async_trait]
impl Attempts for Slow {
    async fn count_attempt(&self, key: Hashed, s: u32, now: Timestamp) -> Result<Counted, Error> {
        self.memory.count_attempt(key, s, now).await
    }
    async fn give_back_attempt(&self, key: Hashed) -> Result<(), Error> {
        self.memory.give_back_attempt(key).await
    }
}

without_people!(Slow);

/// A check that read the token before its revocation and finishes after it must not keep it alive.
#[tokio::test]
async fn a_check_under_way_does_not_bring_a_revoked_token_back() {
    let first = instance("demo", 1);
    let app = first.app("system/Observation.rs").await;
    let token = first.plain_token(&app).await;
    let slow = Arc::new(Slow {
        memory: first.memory.clone(),
        armed: Mutex::new(true),
        has_read: Notify::new(),
        go_on: Notify::new(),
    });
    let server = server("demo", slow.clone(), &first.clock, 2);
    let demo = Arc::new(Instance {
        server,
        clock: first.clock,
        memory: first.memory,
    });
    let under_way = tokio::spawn({
        let (demo, token) = (demo.clone(), token.clone());
        async move { demo.lets_in(&token).await }
    });
    slow.has_read.notified().await;
    revoke(&demo, &app, &token).await.unwrap();
    slow.go_on.notify_one();
    under_way.await.unwrap();
    assert!(!demo.lets_in(&token).await);
}
