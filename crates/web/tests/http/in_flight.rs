//! What is under way while something else happens: many tries at once, a second window, a person
//! who is shut out.

use cresset_auth::authorize::AuthorizeError;
use cresset_auth::authorize::decide::Decision;
use cresset_base::Limits;
use cresset_store::grant::{AppDetails, ClientType};
use cresset_store::user::Role;
use futures_util::future::{join, join_all};

use super::launch::{Keep, SCOPES, Sent, TestApp, details};
use super::people::PASSWORD;
use super::practice::Practice;

async fn demo_with(limits: Limits) -> (Practice, TestApp) {
    let practice = Practice::with(limits, |_| {}).await;
    for (id, family) in [("p1", "Lee"), ("p2", "Moss")] {
        let body =
            format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}]}}"#);
        practice.ask(&format!("PUT /Patient/{id}"), &body).await;
    }
    practice.person(Role::Proxy, "joe", "p1 p2").await;
    practice.person(Role::Patient, "ann", "p1").await;
    let app = practice
        .people_app(SCOPES, details(ClientType::Public))
        .await;
    (practice, app)
}

async fn demo() -> (Practice, TestApp) {
    demo_with(Limits::default()).await
}

/// H05: guesses that are sent at once are not more than guesses sent one after the other.
#[tokio::test]
async fn guesses_at_once_are_counted_too() {
    let (practice, _) = demo().await;
    let mut owner = practice.browser_of("ann").await;
    let guesses = (0..16).map(async |_| {
        let mut guesser = practice.browser();
        let answer = guesser.sign_in("ann", "not the password").await;
        answer.status.as_u16()
    });
    let answers = join_all(guesses).await;
    let looked_at = answers.iter().filter(|status| **status == 401).count();
    assert_eq!(looked_at, 10, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 401 | 429)));
    assert_eq!(owner.sign_in("ann", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn the_right_password_is_not_counted_as_a_failure() {
    let (practice, _) = demo().await;
    for _ in 0..12 {
        practice.browser_of("ann").await;
    }
    let wrong = practice.browser().sign_in("ann", "wrong").await;
    assert_eq!(wrong.status, 401);
}

/// H12: a sign-in whose password is compared while the person is shut out begins nothing.
#[tokio::test]
async fn a_sign_in_does_not_outlive_the_person() {
    let (practice, _) = demo().await;
    let mut ann = practice.browser();
    let auth = practice.auth();
    let (_, disabled) = join(ann.sign_in("ann", PASSWORD), auth.disable_user("ann")).await;
    disabled.unwrap();
    auth.enable_user("ann").await.unwrap();
    assert_eq!(ann.get("/demo/account").await.status, 303);
}

/// H12: what is decided in a session that has ended meanwhile is not decided.
#[tokio::test]
async fn a_consent_does_not_outlive_the_session() {
    let (practice, app) = demo().await;
    let mut ann = practice.browser_of("ann").await;
    let (path, _) = ann.consent_page(&app.address(&[])).await;
    let handle = path.rsplit('/').next().unwrap();
    let session = ann
        .cookies
        .iter()
        .find(|(name, _)| name.ends_with("session"));
    let auth = practice.auth();
    let who = auth.signed_in(&session.unwrap().1).await.unwrap().unwrap();
    auth.disable_user("ann").await.unwrap();
    auth.enable_user("ann").await.unwrap();
    let decision = Decision {
        kept: &["Patient"],
        patient: Some("p1"),
    };
    let outcome = auth.allow(handle, &who, decision).await;
    assert!(
        matches!(outcome, Err(AuthorizeError::Shown(_))),
        "{outcome:?}"
    );
    assert!(
        practice
            .store
            .list_consents(&who.user.id)
            .await
            .unwrap()
            .is_empty()
    );
}

/// C14: a consent is about whom the form showed, whatever another window chose meanwhile.
#[tokio::test]
async fn a_second_window_does_not_change_whom_it_is_for() {
    let (practice, app) = demo().await;
    let mut joe = practice.browser_of("joe").await;
    let (path, _) = joe.consent_page(&app.address(&[])).await;
    let choice = format!("{path}/patient");
    let token = joe.get(&choice).await.field("form_token");
    let allow = |patient: &'static str| {
        [
            ("form_token", token.as_str()),
            ("decision", "allow"),
            ("patient", patient),
            ("keep", "Patient"),
        ]
    };
    let chosen = [("form_token", token.as_str()), ("patient", "p1")];
    joe.post(&choice, &chosen).await;
    assert_eq!(joe.get(&path).await.field("patient"), "p1");
    let chosen = [("form_token", token.as_str()), ("patient", "p2")];
    joe.post(&choice, &chosen).await;
    for shown in ["p1", ""] {
        let answer = joe.post(&path, &allow(shown)).await;
        assert_eq!(answer.location(), path, "{shown:?}: it is shown again");
    }
    let page = joe.get(&path).await;
    assert!(page.html().contains("Moss"), "{}", page.html());
    let code = Sent::of(&joe.post(&path, &allow("p2")).await).code();
    let tokens = app.redeem(&practice, &code).await.json();
    assert_eq!(tokens["patient"], "p2");
}

/// RFC 8252 §8.6: an address that any app of the device can take is no proof of the app.
#[tokio::test]
async fn an_app_on_a_device_is_not_answered_without_the_person() {
    let (practice, _) = demo().await;
    let native = ["http://127.0.0.1/cb", "com.example.app:/cb"];
    for (client_type, silent) in [
        (ClientType::Public, false),
        (ClientType::Confidential, true),
    ] {
        let on_device = AppDetails {
            redirect_uris: native.map(str::to_owned).to_vec(),
            ..details(client_type)
        };
        let app = practice.people_app(SCOPES, on_device).await;
        let mut ann = practice.browser_of("ann").await;
        for uri in native {
            let (path, page) = ann
                .consent_page(&app.address(&[("redirect_uri", uri)]))
                .await;
            let token = page.field("form_token");
            let fields = [
                ("form_token", token.as_str()),
                ("decision", "allow"),
                ("patient", "p1"),
                ("keep", "Patient"),
                ("keep", "identity"),
            ];
            let allowed = ann.post(&path, &fields).await;
            assert!(allowed.location().contains("code=crc_"), "{allowed:?}");
            let again = app.address(&[
                ("redirect_uri", uri),
                ("prompt", "none"),
                ("scope", "launch/patient openid patient/Patient.rs"),
            ]);
            let (_, answer) = ann.consent_page(&again).await;
            let expect = if silent {
                "code=crc_"
            } else {
                "error=consent_required"
            };
            assert!(answer.location().contains(expect), "{answer:?}");
        }
    }
}

/// C17: the handle of a request is none of a launch.
#[tokio::test]
async fn a_request_is_no_launch() {
    let (practice, app) = demo().await;
    let mut ann = practice.browser_of("ann").await;
    let (path, _) = ann.consent_page(&app.address(&[])).await;
    let handle = path.rsplit('/').next().unwrap();
    let sent = Sent::of(&ann.get(&app.address(&[("launch", handle)])).await);
    assert_eq!(sent.get("error"), "invalid_request");
    assert_eq!(
        ann.get(&path).await.status,
        200,
        "the request is still there"
    );
}

#[tokio::test]
async fn requests_of_one_address_are_bounded() {
    let (practice, app) = demo_with(Limits {
        authorizations_max: 3,
        ..Limits::default()
    })
    .await;
    let mut ann = practice.browser_of("ann").await;
    let refused = [("scope", "patient/Immunization.rs")];
    for _ in 0..5 {
        let sent = Sent::of(&ann.get(&app.address(&refused)).await);
        assert_eq!(sent.get("error"), "invalid_scope", "nothing is kept of it");
    }
    for _ in 0..3 {
        ann.allow(&app.address(&[]), Keep::All).await.code();
    }
    let sent = Sent::of(&ann.get(&app.address(&[])).await);
    assert_eq!(sent.get("error"), "temporarily_unavailable");
    practice.clock.advance_seconds(60);
    ann.allow(&app.address(&[]), Keep::All).await.code();
}
