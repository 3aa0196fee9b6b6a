//! What `cresset bench auth` asks of the rooms below, because it cannot be asked over HTTP.

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_auth::user::NewUser;
use cresset_auth::{Asker, AuthServer, Presented, Request};
use cresset_base::{InstanceName, Secret};
use cresset_bench::process::processor;
use cresset_bench::product::{Costs, Crowd, Known, Product};
use cresset_bench::{Error, Result};
use cresset_definitions::ResourceType;
use cresset_store::user::Role;
use cresset_store::{AuditRecord, Store, Whose};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::commands::app::{backend, register};
use crate::commands::{DataDir, user, wait};
use crate::data::Data;
use crate::failure::{Failure, Kind};
use crate::{platform, surroundings};

/// The instance that is measured.
const INSTANCE: &str = "bench";
const KEY_ID: &str = "bench";
/// How long an assertion is good, in seconds: a little less than the most.
const ASSERTION_S: i64 = 290;
/// Requests under way at once while a crowd is added.
const AT_ONCE: usize = 512;
/// Most tokens of a crowd that are used to read.
const TOKENS_USED: usize = 10_000;
/// How often a part is done between two looks at the clock.
const AT_A_TIME: u32 = 1_000;
/// Records after which they are waited for, as many as wake the writer.
const RECORDS_AT_A_TIME: u32 = 2_000;

/// What the rooms below make of it.
type Done<T> = std::result::Result<T, Failure>;

/// This program.
pub(super) struct Own {
    key: EcdsaKeyPair,
    assertions: AtomicU64,
}

impl Own {
    pub(super) fn new() -> Result<Self> {
        let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING);
        Ok(Self {
            key: key.map_err(told)?,
            assertions: AtomicU64::new(0),
        })
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>> {
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes());
        Ok(signature.map_err(told)?.as_ref().to_vec())
    }

    fn verification_us(&self, time: Duration) -> Result<f64> {
        let text = "header.claims";
        let signature = self.sign(text)?;
        let key = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, self.key.public_key().as_ref());
        let mut spent = Spent::begin(time);
        while spent.goes_on(AT_A_TIME) {
            for _ in 0..AT_A_TIME {
                let verified = key.verify(text.as_bytes(), &signature);
                verified.map_err(told)?;
            }
        }
        Ok(spent.each_us())
    }
}

/// What something done again and again costs.
struct Spent {
    until: Instant,
    before: Duration,
    times: u32,
}

impl Spent {
    fn begin(time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
            before: processor(process::id()),
            times: 0,
        }
    }

    /// Whether it is to be done so many times more.
    fn goes_on(&mut self, times: u32) -> bool {
        let is_time = self.times == 0 || Instant::now() < self.until;
        if is_time {
            self.times += times;
        }
        is_time
    }

    /// Processor time of this process for each, in microseconds.
    fn each_us(&self) -> f64 {
        let took = processor(process::id()).saturating_sub(self.before);
        took.as_secs_f64() * 1e6 / f64::from(self.times)
    }
}

impl Product for Own {
    fn people(&self, data: &Path, count: usize) -> Result<Vec<Known>> {
        over(data, async |opened| {
            let auth = &opened.auth;
            let add = |number: usize| async move {
                let new = NewUser {
                    login: format!("person{number}"),
                    name: format!("Person {number}"),
                    role: Role::Clinician,
                    email: None,
                    fhir_user: Some(format!("Practitioner/person{number}")),
                    patients: Vec::new(),
                };
                let (name, password) = user::add(auth, new).await?;
                Ok(Known {
                    name,
                    secret: password.expose().clone(),
                })
            };
            let added = stream::iter(0..count).map(add).buffered(AT_ONCE);
            added.try_collect().await
        })
    }

    fn crowd(&self, data: &Path, apps: usize, tokens: usize) -> Result<Crowd> {
        over(data, async |opened| {
            let auth = &opened.auth;
            let add = |number: usize| async move {
                let new = backend(&format!("App {number}"), "system/*.rs");
                let (name, secret) = register(auth, new).await?;
                let secret = secret.as_ref().map(Secret::expose);
                Ok::<_, Failure>(Known {
                    name,
                    secret: secret.cloned().unwrap_or_default(),
                })
            };
            let added = stream::iter(0..apps).map(add).buffered(AT_ONCE);
            let apps: Vec<Known> = added.try_collect().await?;
            let mut used = Vec::new();
            let issued = apps.iter().cycle().take(tokens);
            let mut issued = stream::iter(issued)
                .map(|app| token(auth, app))
                .buffered(AT_ONCE);
            while let Some(token) = issued.try_next().await? {
                if used.len() < TOKENS_USED {
                    used.push(token);
                }
            }
            drop(issued);
            Ok(Crowd { apps, tokens: used })
        })
    }

    fn key_set(&self) -> Result<String> {
        // SEC 1 §2.3.3: a byte that says uncompressed, then both coordinates.
        let point = self.key.public_key().as_ref();
        let coordinate = |range| point.get(range).map(|part| URL_SAFE_NO_PAD.encode(part));
        let (Some(x), Some(y)) = (coordinate(1..49), coordinate(49..97)) else {
            return Err(told("a public key has another form"));
        };
        let key =
            json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": KEY_ID, "x": x, "y": y});
        Ok(json!({ "keys": [key] }).to_string())
    }

    fn assertion(&self, client_id: &str, audience: &str) -> Result<String> {
        let number = self.assertions.fetch_add(1, Ordering::Relaxed);
        let now_s = surroundings::clock().now().as_second();
        let head = json!({"alg": "ES384", "typ": "JWT", "kid": KEY_ID});
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience,
            "exp": now_s + ASSERTION_S, "jti": number.to_string(),
        });
        let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let text = format!("{}.{}", part(&head), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&text)?);
        Ok(format!("{text}.{signature}"))
    }

    fn costs(&self, data: &Path, time: Duration) -> Result<Costs> {
        let (check_us, record_us) = over(data, async |opened| {
            let auth = &opened.auth;
            let new = backend("parts", "system/*.rs");
            let (name, secret) = register(auth, new).await?;
            let secret = secret.as_ref().map(Secret::expose).cloned();
            let app = Known {
                name,
                secret: secret.unwrap_or_default(),
            };
            let check_us = check_us(auth, &token(auth, &app).await?, time).await?;
            let record_us = record_us(&*opened.store, &app.name, time).await?;
            Ok((check_us, record_us))
        })?;
        Ok(Costs {
            check_us,
            record_us,
            verification_us: self.verification_us(time)?,
        })
    }
}

/// The measured instance, opened.
struct Opened {
    auth: AuthServer,
    store: Arc<dyn Store>,
}

/// Does something with the measured instance, and closes it.
fn over<T>(data: &Path, work: impl AsyncFnOnce(&Opened) -> Done<T>) -> Result<T> {
    let done = wait(async {
        let (data, settings) = Data::existing(&DataDir::of(data))?;
        let name: InstanceName = INSTANCE.parse().map_err(failed)?;
        let opened = Opened {
            auth: platform::auth(&data, &settings, &name).await?,
            store: data.store(&name).await?,
        };
        work(&opened).await
    });
    done.map_err(|failure| told(failure.what()))
}

/// A token that an app gets for itself.
async fn token(auth: &AuthServer, app: &Known) -> Done<String> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &app.name),
        ("client_secret", &app.secret),
    ];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = Request {
        authorization: &[],
        form: &form,
        proofs: &[],
        asker: &Asker::default(),
    };
    let answer = auth.token(request).await.map_err(failed)?;
    Ok(answer.access_token.expose().clone())
}

/// Processor time of the check of one known token.
async fn check_us(auth: &AuthServer, token: &str, time: Duration) -> Done<f64> {
    let header = format!("Bearer {token}");
    let headers = [header.as_bytes()];
    let presented = Presented {
        authorization: &headers,
        ..Presented::default()
    };
    let mut spent = Spent::begin(time);
    while spent.goes_on(AT_A_TIME) {
        for _ in 0..AT_A_TIME {
            auth.caller(presented).await.map_err(failed)?;
        }
    }
    Ok(spent.each_us())
}

/// Processor time of one record, the writer's included.
async fn record_us(store: &dyn Store, app: &str, time: Duration) -> Done<f64> {
    let mut spent = Spent::begin(time);
    while spent.goes_on(RECORDS_AT_A_TIME) {
        for number in 0..RECORDS_AT_A_TIME {
            store.record(read(app, number)).map_err(failed)?;
        }
        store.settle().await.map_err(failed)?;
    }
    Ok(spent.each_us())
}

/// The record of a read by id, of one of a hundred patients.
fn read(app: &str, number: u32) -> AuditRecord {
    let patient = format!("patient-{}", number % 100).parse().ok();
    AuditRecord {
        at: surroundings::clock().now(),
        app: Some(app.to_owned()),
        subject: None,
        interaction: "read".to_owned(),
        resource_type: ResourceType::parse("Observation"),
        id: format!("observation-{number}").parse().ok(),
        whose: Whose::kept(patient, 0),
        query: None,
        status: 200,
        times: 1,
        address: Some(Ipv4Addr::LOCALHOST.into()),
        correlation_id: format!("{number:032x}"),
    }
}

fn failed(error: impl Display) -> Failure {
    Failure::new(Kind::Other, error)
}

fn told(error: impl Display) -> Error {
    Error::Unexpected(error.to_string())
}
