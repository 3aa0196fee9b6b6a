//! Tokens of single patients by `client_credentials`.

use cresset_auth::{AuthError, Registered, TokenResponse};
use cresset_definitions::ResourceType;

use crate::instance::{Instance, KNOWN_PATIENT, basic, instance, plain, shown};
use cresset_access::{Restriction, Verb};

async fn ask(
    demo: &Instance,
    app: &Registered,
    form: &[(&str, &str)],
) -> Result<TokenResponse, AuthError> {
    let header = basic(&app.app.client_id, plain(app));
    let form = [&[("grant_type", "client_credentials")], form].concat();
    demo.post(&[&header], &form).await
}

#[tokio::test]
async fn the_answer_names_the_patient_and_the_token_reaches_no_other() {
    let demo = instance("demo", 1);
    let app = demo.patients_app("patient/*.cruds system/*.rs").await;
    let asked = "patient/Patient.read patient/Observation.rs";
    let form = [("patient", KNOWN_PATIENT), ("scope", asked)];
    let token = ask(&demo, &app, &form).await.unwrap();
    let body: serde_json::Value = serde_json::from_str(token.body().expose()).unwrap();
    assert_eq!(body["scope"], asked);
    assert_eq!(body["patient"], KNOWN_PATIENT);
    assert_eq!(body["need_patient_banner"], true);
    let style = "https://ehr.example/demo/auth/smart-style.json";
    assert_eq!(body["smart_style_url"], style);
    assert_eq!(body["expires_in"], 36_000);

    let header = format!("Bearer {}", token.access_token.expose());
    let caller = demo.caller(&[&header]).await.unwrap();
    let of = |name| ResourceType::parse(name).unwrap();
    let restriction = caller.access.restriction(Verb::Read, of("Observation"));
    assert!(
        matches!(restriction, Restriction::Only(f) if f[0].patient == KNOWN_PATIENT.parse().ok())
    );
    assert!(!caller.access.permits(Verb::Read, of("Condition")));
    assert!(!caller.access.permits(Verb::Update, of("Patient")));
}

#[tokio::test]
async fn what_is_not_exactly_so_is_refused_and_gives_no_token() {
    let demo = instance("demo", 1);
    let app = demo
        .patients_app("patient/*.rs patient/Group.rs system/*.rs")
        .await;
    let patient = ("patient", KNOWN_PATIENT);
    let check = async |form: &[(&str, &str)], expect: &str| {
        let error = ask(&demo, &app, form).await.unwrap_err();
        assert_eq!(shown(&error), expect, "{form:?}");
    };
    let labs = "patient/Observation.rs";
    for (id, expect) in [
        ("p2", "400 invalid_request"),
        ("p 1", "400 invalid_request"),
        ("Patient/p1", "400 invalid_request"),
    ] {
        check(&[("patient", id), ("scope", labs)], expect).await;
    }
    check(&[patient], "400 invalid_scope").await;
    for scope in [
        "nonsense",
        "patient/Nothing.rs",
        "system/*.rs",
        "patient/Observation.rs system/*.rs",
        "patient/Observation.rs user/*.rs",
        "patient/Observation.rs offline_access",
        "patient/Group.rs",
        "patient/Observation.cud",
    ] {
        check(&[patient, ("scope", scope)], "400 invalid_scope").await;
    }
    assert!(demo.memory.tokens.lock().is_empty());
}

#[tokio::test]
async fn it_needs_a_permission_of_its_own() {
    let demo = instance("demo", 1);
    let app = demo.app("system/*.rs").await;
    for id in [KNOWN_PATIENT, "p2"] {
        let form = [("patient", id), ("scope", "patient/Patient.rs")];
        let error = ask(&demo, &app, &form).await.unwrap_err();
        assert_eq!(shown(&error), "400 unauthorized_client");
    }
    // The permission alone gives nothing without a patient.
    let kiosk = demo.patients_app("patient/*.rs").await;
    for form in [&[][..], &[("scope", "patient/Patient.rs")]] {
        let error = ask(&demo, &kiosk, form).await.unwrap_err();
        assert_eq!(shown(&error), "400 invalid_scope");
    }
}
