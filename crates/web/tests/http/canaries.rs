//! Every answer of this suite is searched for what its caller must not see.
//!
//! Test data carries canaries of its practice and patient ([`of`]). Who asks is read from the store,
//! so no test says it: the token or cookie of a patient may see that patient's, of an app or of staff
//! those of the practice, anybody else none. What a caller says itself may be repeated to it.

use aws_lc_rs::digest::{SHA256, digest};
use cresset_auth::token_key;
use cresset_base::InstanceName;
use cresset_store::Instances;
use cresset_store::grant::Hashed;
use cresset_store::user::Role;
use cresset_testkit::{Found, canaries_in, canary};
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use super::practice::{Answer, Practice};

/// Something that belongs to this patient of a practice.
pub(crate) fn of(practice: &str, patient: &str) -> String {
    canary(&format!("{practice}{patient}"), 1)
}

/// What a caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sees {
    Nothing,
    Patients(Vec<String>),
    Practice,
}

/// A request, as far as it matters here.
pub(crate) struct Asked {
    path: String,
    headers: HeaderMap,
    said: Vec<Found>,
}

impl Asked {
    pub(crate) fn of(parts: &Parts, body: &[u8]) -> Self {
        let said = format!("{} {}", parts.uri, String::from_utf8_lossy(body));
        Self {
            path: parts.uri.path().to_owned(),
            headers: parts.headers.clone(),
            said: canaries_in(&said),
        }
    }

    fn practice(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    fn header(&self, name: http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Practice {
    /// Fails where an answer holds what its caller must not see.
    pub(crate) async fn watch(&self, asked: &Asked, answer: &Answer) {
        let headers = answer.headers.values().map(HeaderValue::as_bytes);
        let parts: Vec<_> = headers.chain([&answer.body[..]]).collect();
        let found = canaries_in(&String::from_utf8_lossy(&parts.join(&b'\n')));
        // Whoever holds the address of a file may have the file.
        if found.is_empty() || asked.path.contains("/fhir/files/") {
            return;
        }
        let (practice, sees) = self.sees(asked).await;
        let foreign = foreign(&practice, &sees, &asked.said, found);
        let (path, status) = (&asked.path, answer.status);
        assert!(
            foreign.is_empty(),
            "{path} {status}: {foreign:?} for {sees:?}"
        );
    }

    /// Whose data the caller may see, and what of it. At a front that follows from the token.
    async fn sees(&self, asked: &Asked) -> (String, Sees) {
        let instances = &*self.app.platform().instances;
        let mut names = vec![asked.practice().to_owned()];
        for name in instances.list().await.unwrap() {
            let settings = instances.settings(&name).await.unwrap().unwrap();
            if settings.behind.as_deref() == Some(asked.practice()) {
                names.push(name.to_string());
            }
        }
        for name in names {
            let sees = self.sees_of(&name, asked).await;
            if sees != Sees::Nothing {
                return (name, sees);
            }
        }
        (asked.practice().to_owned(), Sees::Nothing)
    }

    async fn sees_of(&self, name: &str, asked: &Asked) -> Sees {
        let Ok(name) = name.parse::<InstanceName>() else {
            return Sees::Nothing;
        };
        let store = Instances::open(&*self.app.platform().instances, &name).await;
        let Some(store) = store.unwrap() else {
            return Sees::Nothing;
        };
        let token = asked.header(AUTHORIZATION).and_then(|v| v.split_once(' '));
        if let Some((_, token)) = token {
            let token = store.lookup_token(token_key(token)).await.unwrap();
            return token.map_or(Sees::Nothing, |token| {
                let of_one =
                    |scope: &str| !scope.starts_with("user/") && !scope.starts_with("system/");
                match token.patient {
                    Some(patient) if token.scopes.split(' ').all(of_one) => {
                        Sees::Patients(vec![patient])
                    }
                    _ => Sees::Practice,
                }
            });
        }
        let cookies = asked.header(COOKIE).unwrap_or_default().split("; ");
        for cookie in cookies.filter_map(|pair| pair.split_once('=')) {
            let Some(session) = store.lookup_session(hash(cookie.1)).await.unwrap() else {
                continue;
            };
            let user = store.lookup_user(&session.user).await.unwrap().unwrap();
            return match user.role {
                Role::Patient | Role::Proxy => Sees::Patients(user.patients),
                Role::Operator => Sees::Nothing,
                _ => Sees::Practice,
            };
        }
        Sees::Nothing
    }
}

fn foreign(practice: &str, sees: &Sees, said: &[Found], found: Vec<Found>) -> Vec<String> {
    let owners: Vec<String> = match sees {
        Sees::Patients(patients) => patients.iter().map(|p| of(practice, p)).collect(),
        Sees::Nothing | Sees::Practice => Vec::new(),
    };
    let owners: Vec<Found> = owners.iter().flat_map(|own| canaries_in(own)).collect();
    let practice = practice.to_ascii_uppercase();
    let may_see = |found: &Found| match sees {
        Sees::Nothing => false,
        Sees::Patients(_) => owners.iter().any(|own| own.owner == found.owner),
        Sees::Practice => found.owner.starts_with(&practice),
    };
    let is_foreign = |found: &Found| !said.contains(found) && !may_see(found);
    found
        .into_iter()
        .filter(is_foreign)
        .map(|found| found.whole)
        .collect()
}

fn hash(plain: &str) -> Hashed {
    let hash = digest(&SHA256, plain.as_bytes());
    Hashed(hash.as_ref().try_into().unwrap())
}

#[test]
fn a_foreign_canary_is_found() {
    let text = format!(
        "{} {} {}",
        of("demo", "p-1"),
        of("demo", "p2"),
        of("other", "p-1")
    );
    let found = canaries_in(&text);
    let judge = |sees: Sees, said: &[Found]| foreign("demo", &sees, said, found.clone()).len();
    assert_eq!(judge(Sees::Nothing, &[]), 3);
    assert_eq!(judge(Sees::Patients(vec!["p-1".to_owned()]), &[]), 2);
    assert_eq!(judge(Sees::Patients(Vec::new()), &[]), 3);
    assert_eq!(judge(Sees::Practice, &[]), 1);
    assert_eq!(judge(Sees::Nothing, &canaries_in(&of("demo", "p2"))), 2);
}

/// It bites: an answer to a patient's token with what is another's fails the test that asked.
#[tokio::test]
#[should_panic(expected = "CANARY-DEMOB-1")]
async fn an_answer_with_a_foreign_canary_fails() {
    let practice = Practice::open().await;
    let mut app = practice.registered_app().await;
    app.patient_tokens = true;
    app.scopes = "patient/*.rs system/*.cruds".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    practice
        .ask("PUT /Patient/a", r#"{"resourceType":"Patient","id":"a"}"#)
        .await;
    // What is wrongly kept with patient a.
    let wrong = format!(
        r#"{{"resourceType":"Condition","id":"c","code":{{"text":"{}"}},"subject":{{"reference":"Patient/a"}}}}"#,
        of("demo", "b")
    );
    practice.ask("PUT /Condition/c", &wrong).await;
    let token = practice.token_for("patient/*.rs&patient=a").await;
    let request = http::Request::get("/demo/fhir/Condition/c")
        .header("authorization", format!("Bearer {token}"));
    practice
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await;
}
