//! What strangers do leaves records, but not one for each request; what apps do at the authorization
//! server leaves one each.

use std::net::IpAddr;

use axum::body::Body;
use cresset_base::Limits;
use cresset_store::AuditRecord;
use cresset_web::extract::Peer;
use http::Request;

use super::audit::records;
use super::launch::{Keep, details};
use super::people::encoded;
use super::practice::{Answer, Practice};
use cresset_store::grant::ClientType;
use cresset_store::user::Role;

async fn settled(practice: &Practice) -> Vec<AuditRecord> {
    practice.store.settle().await.unwrap();
    records(practice).await
}

/// Name, status and times of each record.
fn told(records: &[AuditRecord]) -> Vec<String> {
    let each = records.iter().map(|record| {
        let (did, status) = (&record.interaction, record.status);
        format!("{did} {status} x{}", record.times)
    });
    each.collect()
}

async fn read_from(practice: &Practice, address: &str, token: Option<&str>) -> Answer {
    let address: IpAddr = address.parse().unwrap();
    let mut request = Request::get("/demo/fhir/Patient/a").extension(Peer(address));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    practice.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_request_without_a_good_token_leaves_a_record_with_its_target() {
    let practice = Practice::open().await;
    for token in [None, Some("cat_not_one")] {
        assert_eq!(read_from(&practice, "192.0.2.1", token).await.status, 401);
    }
    let records = settled(&practice).await;
    assert_eq!(told(&records), ["read 401 x1"]);
    let record = &records[0];
    assert_eq!(record.id.as_ref().unwrap().as_str(), "a");
    assert_eq!(record.resource_type.unwrap().name(), "Patient");
    assert_eq!(record.address, Some("192.0.2.1".parse().unwrap()));
    assert_eq!((&record.app, &record.subject), (&None, &None));
}

#[tokio::test]
async fn many_from_one_address_are_counted_by_the_minute() {
    let practice = Practice::open().await;
    for _ in 0..50 {
        read_from(&practice, "192.0.2.1", None).await;
    }
    read_from(&practice, "192.0.2.2", None).await;
    // A subscriber of IPv6 has more addresses than anybody can count.
    for host in 1..=20 {
        read_from(&practice, &format!("2001:db8:0:1::{host:x}"), None).await;
    }
    practice.app.instances().record_strangers();
    let records = settled(&practice).await;
    assert_eq!(told(&records), ["read 401 x1"; 3], "the minute is not over");

    practice.clock.advance_seconds(61);
    practice.app.instances().record_strangers();
    let mut counts = told(&settled(&practice).await.split_off(3));
    counts.sort();
    assert_eq!(counts, ["read 401 x19", "read 401 x49"]);
    practice.app.instances().record_strangers();
    assert_eq!(settled(&practice).await.len(), 5, "told once");

    read_from(&practice, "192.0.2.1", None).await;
    let anew = told(&settled(&practice).await.split_off(5));
    assert_eq!(anew, ["read 401 x1"], "another minute");
}

#[tokio::test]
async fn many_addresses_leave_no_more_records_than_the_bound() {
    let limits = Limits {
        audit_strangers_max: 4,
        ..Limits::default()
    };
    let practice = Practice::with(limits, |_| {}).await;
    for host in 1..=100 {
        read_from(&practice, &format!("192.0.2.{host}"), None).await;
    }
    assert_eq!(settled(&practice).await.len(), 4);
    // What only the process knows is written before it ends.
    practice.app.instances().settle().await;
    let counts = told(&settled(&practice).await.split_off(4));
    assert_eq!(counts, ["strangers 401 x96"]);
}

#[tokio::test]
async fn tokens_given_asked_about_and_ended_leave_a_record_each() {
    let practice = Practice::open().await;
    let credentials = [
        ("client_id", practice.client_id.as_str()),
        ("client_secret", practice.client_secret.as_str()),
    ];
    let post = async |path: &str, more: &[(&str, &str)]| {
        let form = encoded(&[&credentials[..], more].concat());
        practice.form(&format!("/demo/auth/{path}/"), &form).await
    };
    let grant = [
        ("grant_type", "client_credentials"),
        ("scope", "system/*.rs"),
    ];
    let given = post("token", &grant).await.json();
    let token = [("token", given["access_token"].as_str().unwrap())];
    post("introspect", &token).await;
    post("revoke", &token).await;
    post(
        "token",
        &[("grant_type", "client_credentials"), ("scope", "nonsense")],
    )
    .await;
    let wrong = "grant_type=client_credentials&client_id=app_x&client_secret=crs_x";
    practice.form("/demo/auth/token/", wrong).await;
    let records = settled(&practice).await;
    // What changed something is with its commit, before what waited for one.
    let mut each = told(&records);
    each.sort();
    assert_eq!(
        each,
        [
            "introspect 200 x1",
            "token 200 x1",
            "token 400 x1",
            "token 401 x1",
            "token-revoke 200 x1",
        ]
    );
    let of_nobody = records.iter().filter(|r| r.app.is_none());
    let of_nobody: Vec<_> = of_nobody.map(|record| record.status).collect();
    assert_eq!(of_nobody, [401]);
}

/// What never comes to a decision is on record, and who was asked about.
#[tokio::test]
async fn requests_of_people_that_are_refused_and_their_names_leave_records() {
    let practice = Practice::open().await;
    let ann = practice.person(Role::Patient, "ann", "p1").await;
    let app = practice
        .people_app(
            "launch/patient openid fhirUser",
            details(ClientType::Public),
        )
        .await;
    let mut browser = practice.browser_of("ann").await;
    let scope = ("scope", "launch/patient openid fhirUser");
    for wrong in [
        ("redirect_uri", "https://evil.example/cb"),
        ("aud", "https://evil.example"),
    ] {
        practice.clock.advance_seconds(61);
        browser.get(&app.address(&[scope, wrong])).await;
    }
    let sent = browser.allow(&app.address(&[scope]), Keep::All).await;
    let tokens = app.redeem(&practice, &sent.code()).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    for token in [token, "cat_not_one"] {
        let request =
            Request::get("/demo/auth/userinfo/").header("authorization", format!("Bearer {token}"));
        practice.send(request.body(Body::empty()).unwrap()).await;
    }
    let records = settled(&practice).await;
    let told = told(&records);
    let all = [
        "login 303 x1",
        "authorize 400 x1",
        "authorize 400 x1",
        "consent 303 x1",
        "token 200 x1",
        "userinfo 200 x1",
        "userinfo 401 x1",
    ];
    assert_eq!(told, all);
    let of_ann = &records[5];
    assert_eq!(of_ann.subject.as_ref(), Some(&ann.id));
    assert_eq!(of_ann.app.as_ref(), Some(&app.client_id));
}

#[tokio::test]
async fn tokens_of_a_person_name_the_person_and_the_patient() {
    let practice = Practice::open().await;
    practice
        .ask("PUT /Patient/p1", r#"{"resourceType":"Patient","id":"p1"}"#)
        .await;
    let ann = practice.person(Role::Patient, "ann", "p1").await;
    let scopes = "launch/patient openid offline_access patient/*.rs";
    let app = practice
        .people_app(scopes, details(ClientType::Public))
        .await;
    let mut browser = practice.browser_of("ann").await;
    let sent = browser
        .allow(&app.address(&[("scope", scopes)]), Keep::All)
        .await;
    let tokens = app.redeem(&practice, &sent.code()).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    app.refresh(&practice, refresh).await;
    // Used again: the family ends, and the attempt is on record.
    app.refresh(&practice, refresh).await;
    let records = settled(&practice).await;
    let of_app = records
        .iter()
        .filter(|r| ["token", "refresh"].contains(&r.interaction.as_str()));
    let told: Vec<_> = of_app
        .map(|r| {
            let patient = r.whose.names("p1");
            let is_ann = r.subject.as_ref() == Some(&ann.id);
            format!("{} {} {is_ann} {patient}", r.interaction, r.status)
        })
        .collect();
    assert_eq!(
        told,
        [
            "token 200 true true",
            "refresh 200 true true",
            "refresh 400 false false"
        ]
    );
}

#[tokio::test]
async fn failed_sign_ins_of_nobody_are_counted_too() {
    let practice = Practice::open().await;
    for _ in 0..6 {
        practice.browser().sign_in("nobody", "no password").await;
    }
    assert_eq!(told(&settled(&practice).await), ["login 401 x1"]);
}
