//! One practice with a registered app, and what is needed to ask it.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use cresset_access::{Access, SystemReason};
use cresset_auth::password::PasswordPool;
use cresset_auth::{Asker, AuthServer, AuthSettings, GrantType, NewApp};
use cresset_base::{InstanceName, Limits};
use cresset_fhir::prepare::{parse, prepare_tree};
use cresset_mail::Carrier;
use cresset_outbound::{Outbound, Reach};
use cresset_store::grant::AppDetails;
use cresset_store::{Change, InstanceSettings, Instances, LinkStyle, Precondition, Store};
use cresset_store_sqlite::{DataDirectory, Options};
use cresset_testkit::{ManualClock, SeededRng};
use cresset_web::envelope::Envelope;
use cresset_web::{App, Platform, Validators};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;

use super::canaries::Asked;

/// Who writes the letters of the tests.
const SENDER: &str = "Cresset <no-reply@ehr.example>";

pub(crate) const HOST: &str = "https://ehr.example";

/// A practice `demo`, a second one `other`, and an app of `demo`.
pub(crate) struct Practice {
    pub(crate) clock: ManualClock,
    pub(crate) token: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) store: Arc<dyn Store>,
    /// What the handlers share.
    pub(crate) app: App,
    envelope: Envelope,
    pub(crate) directory: Arc<DataDirectory>,
    folder: TempDir,
}

/// A door that lets tests ask servers on this machine.
pub(crate) fn outbound() -> Arc<Outbound> {
    Arc::new(Outbound::new(Reach::Anywhere, &Limits::default()))
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Practice {
    pub(crate) async fn open() -> Self {
        Self::with(Limits::default(), |_| {}).await
    }

    /// A practice with its own limits and settings.
    pub(crate) async fn with(limits: Limits, set: impl Fn(&mut InstanceSettings)) -> Self {
        let validators: Validators = Arc::new(|_, rules| Arc::new(rules.validator().clone()));
        Self::judging(validators, limits, set).await
    }

    /// A practice whose instances are judged by validators of their own.
    pub(crate) async fn judging(
        validators: Validators,
        limits: Limits,
        set: impl Fn(&mut InstanceSettings),
    ) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = ManualClock::default();
        let limits = Arc::new(limits);
        let options = Options {
            clock: Arc::new(clock.clone()),
            limits: limits.clone(),
            bases: Arc::new(|name: &InstanceName| vec![format!("{HOST}/{name}/fhir")]),
        };
        let directory = Arc::new(DataDirectory::open(folder.path(), options).unwrap());
        let mut settings = InstanceSettings::new(cresset_base::Clock::now(&clock));
        set(&mut settings);
        directory
            .create(&"demo".parse().unwrap(), &settings)
            .unwrap();
        directory
            .create(&"other".parse().unwrap(), &settings)
            .unwrap();
        let platform = Platform {
            instances: directory.clone(),
            clock: Arc::new(clock.clone()),
            rng: Arc::new(SeededRng::new(7)),
            passwords: PasswordPool::new(1, limits.password_queue_max),
            limits,
            outbound: outbound(),
            mail: Arc::new(Carrier::folder(folder.path().join("outbox"), SENDER).unwrap()),
            public_url: HOST.to_owned(),
            validators,
        };
        Self::registered(platform, clock, (directory, folder)).await
    }

    async fn registered(
        platform: Platform,
        clock: ManualClock,
        (directory, folder): (Arc<DataDirectory>, TempDir),
    ) -> Self {
        let demo = "demo".parse().unwrap();
        let store = Instances::open(&*platform.instances, &demo)
            .await
            .unwrap()
            .unwrap();
        let settings = AuthSettings::new(
            &format!("{HOST}/demo"),
            &InstanceSettings::new(cresset_base::Clock::now(&clock)),
            PasswordPool::new(1, 0),
            outbound(),
            Limits::default(),
        );
        let auth = AuthServer::new(
            store.clone(),
            platform.clock.clone(),
            platform.rng.clone(),
            settings,
        );
        let registered = auth
            .register_app(NewApp {
                name: "Test app".to_owned(),
                scopes: "system/*.cruds".to_owned(),
                grant_types: vec![GrantType::ClientCredentials],
                patient_tokens: false,
                details: AppDetails::default(),
            })
            .await
            .unwrap();
        let app = App::new(platform);
        let mut practice = Self {
            clock,
            token: String::new(),
            client_id: registered.app.client_id,
            client_secret: registered.secret.unwrap().expose().clone(),
            store,
            envelope: Envelope::new(app.clone()),
            app,
            directory,
            folder,
        };
        practice.token = practice.token_for("system/*.cruds").await;
        practice
    }

    /// A token of the app with these scopes, which more parameters may follow, got beside the server
    /// so that it leaves no record.
    pub(crate) async fn token_for(&self, scope: &str) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
            self.client_id, self.client_secret
        );
        let form: Vec<_> = form_urlencoded::parse(form.as_bytes())
            .into_owned()
            .collect();
        let request = cresset_auth::Request {
            authorization: &[],
            form: &form,
            proofs: &[],
            asker: &Asker::default(),
        };
        let given = self.auth().token(request).await.unwrap();
        given.access_token.expose().clone()
    }

    /// The letters of `demo` that went out, oldest first, as soon as there are this many.
    pub(crate) async fn letters(&self, count: usize) -> Vec<String> {
        let outbox = self.folder.path().join("outbox/demo");
        let wait = async {
            loop {
                let mut found: Vec<_> = std::fs::read_dir(&outbox)
                    .into_iter()
                    .flatten()
                    .map(|entry| entry.unwrap().path())
                    .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
                    .collect();
                if found.len() >= count {
                    found.sort_by_key(|path| path.metadata().unwrap().modified().unwrap());
                    return found;
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(std::time::Duration::from_secs(20), wait).await;
        let found = found.expect("the letters go out");
        assert_eq!(found.len(), count, "no more than that");
        let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap();
        found.iter().map(read).collect()
    }

    /// The registered app as stored.
    pub(crate) async fn registered_app(&self) -> cresset_store::grant::App {
        self.store
            .lookup_app(&self.client_id)
            .await
            .unwrap()
            .unwrap()
    }

    /// Lets it answer at another address from now on.
    pub(crate) fn moves_to(&mut self, public_url: &str) {
        self.changes(|platform| platform.public_url = public_url.to_owned());
    }

    /// Lets it keep its data in what is made of where it kept them before.
    pub(crate) fn keeps_data_in(
        &mut self,
        of: impl FnOnce(Arc<dyn Instances>) -> Arc<dyn Instances>,
    ) {
        self.changes(|platform| platform.instances = of(platform.instances.clone()));
    }

    /// Lets its mail get nowhere, or out again.
    pub(crate) fn cannot_send(&mut self, is_so: bool) {
        let outbox = self.folder.path().join("outbox");
        let mut to = outbox.clone();
        if is_so {
            // A folder below a file cannot be made.
            to = self.folder.path().join("no-folder");
            std::fs::write(&to, "").unwrap();
            to = to.join("outbox");
        }
        let carrier = Arc::new(Carrier::folder(to, SENDER).unwrap());
        self.changes(|platform| platform.mail = carrier);
    }

    fn changes(&mut self, change: impl FnOnce(&mut Platform)) {
        let mut platform = self.app.platform().clone();
        change(&mut platform);
        self.app = App::new(platform);
        self.envelope = Envelope::new(self.app.clone());
    }

    /// Another node of the same practices, which keeps within other limits, answers from now on.
    pub(crate) fn node(&mut self, limit: impl Fn(&mut Limits)) {
        let mut limits = self.app.limits().clone();
        limit(&mut limits);
        let platform = Platform {
            limits: Arc::new(limits),
            ..self.app.platform().clone()
        };
        self.app = App::new(platform);
        self.envelope = Envelope::new(self.app.clone());
    }

    /// Sends a request as it is; what comes back holds nothing that its caller must not see.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let asked = Asked::of(&parts, &body);
        let request = Request::from_parts(parts, Body::from(body));
        let response = self.envelope.answer(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        };
        self.watch(&asked, &answer).await;
        answer
    }

    /// A request under the FHIR base with the token; `Content-Type` is set for a body.
    pub(crate) fn request(&self, line: &str, body: &str) -> http::request::Builder {
        let (method, path) = line.split_once(' ').unwrap();
        let builder = Request::builder()
            .method(method)
            .uri(format!("/demo/fhir{path}"))
            .header("authorization", format!("Bearer {}", self.token));
        if body.is_empty() {
            builder
        } else {
            builder.header("content-type", "application/fhir+json")
        }
    }

    /// `GET /Patient/1` and its like, with a body or without.
    pub(crate) async fn ask(&self, line: &str, body: &str) -> Answer {
        self.send(
            self.request(line, body)
                .body(Body::from(body.to_owned()))
                .unwrap(),
        )
        .await
    }

    /// The same with one more header.
    pub(crate) async fn ask_with(&self, line: &str, body: &str, header: (&str, &str)) -> Answer {
        let request = self.request(line, body).header(header.0, header.1);
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    /// A request without a token.
    pub(crate) async fn stranger(&self, line: &str) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        self.send(
            Request::builder()
                .method(method)
                .uri(path)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// A form to any path.
    pub(crate) async fn form(&self, path: &str, form: &str) -> Answer {
        let request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    /// Stores resources as an operator's import does: past the rule set.
    pub(crate) async fn import(&self, bodies: &[&[u8]]) {
        let own = [format!("{HOST}/demo/fhir")];
        let change = |body: &&[u8]| {
            let tree = parse(body, &Limits::default()).unwrap();
            let prepared =
                prepare_tree(&tree, &own, cresset_validate::standard(), |_| Ok(false)).unwrap();
            let precondition = Precondition {
                may_create: true,
                ..Precondition::default()
            };
            Change::Update(
                prepared.id.unwrap().parse().unwrap(),
                prepared.draft,
                precondition,
            )
        };
        let changes = bodies.iter().map(change).collect();
        let access = Access::system(SystemReason::OperatorImport);
        self.store.commit(&access, changes).await.unwrap();
    }

    /// Creates a resource and gives its id.
    pub(crate) async fn create(&self, resource_type: &str, body: &str) -> String {
        let answer = self.ask(&format!("POST /{resource_type}"), body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// `code text` of every issue of an `OperationOutcome`.
    pub(crate) fn issues(&self) -> Vec<String> {
        let json = self.json();
        assert_eq!(json["resourceType"], "OperationOutcome", "{json}");
        let issues = json["issue"].as_array().unwrap().iter();
        issues
            .map(|issue| {
                format!(
                    "{} {}",
                    issue["code"].as_str().unwrap(),
                    issue["details"]["text"].as_str().unwrap()
                )
            })
            .collect()
    }

    /// Asserts a status and that one issue holds these words.
    pub(crate) fn refuses(&self, status: u16, words: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        let issues = self.issues();
        assert!(
            issues.iter().any(|issue| issue.contains(words)),
            "{words:?} not in {issues:?}"
        );
    }
}

/// Settings with relative links.
pub(crate) fn relative_links(settings: &mut InstanceSettings) {
    settings.links = LinkStyle::Relative;
}
