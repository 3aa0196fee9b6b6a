//! What the authorization server costs, and what it bears.
//!
//! Each figure stands beside one of the same run: grants beside a bare handler, the check of a token
//! and the audit record beside the processor time of a whole read, a crowd beside the same without it.

mod browser;
mod crowd;
mod grants;
mod logins;
mod refresh;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Bench;
use super::local::{self, Local, member, register, serve, text};
use super::read;
use crate::Result;
use crate::figures::{Figure, Goal, float, ratio};
use crate::load::{Measured, Target, press};
use crate::process::Server;
use crate::product::{Costs, Known, Product};

/// Where the app of people would be sent; nobody goes there.
const REDIRECT_URI: &str = "https://bench.example/cb";
/// What a person allows it.
const SCOPES: &str = "user/Observation.rs offline_access";

/// How large the crowds are.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Apps with live tokens.
    pub apps: usize,
    /// Live tokens.
    pub tokens: usize,
    /// People who sign in at once.
    pub logins: usize,
}

/// Who takes part.
struct Cast {
    /// An app with a secret.
    backend: Known,
    /// `client_id` of an app with a key.
    signing: String,
    /// An app with a secret that people use.
    of_people: Known,
    people: Vec<Known>,
}

impl Cast {
    fn registered(
        bench: &Bench,
        product: &dyn Product,
        data: &Path,
        people: usize,
    ) -> Result<Self> {
        (bench.say)("registering apps and people");
        let keys = bench.scratch.join("keys.json");
        std::fs::write(&keys, product.key_set()?)?;
        let app = |of: &[&str]| register(&bench.exe, data, of);
        let with_secret = |of: &[&str]| -> Result<Known> {
            let app = app(of)?;
            Ok(Known {
                name: member(&app, "client_id")?,
                secret: member(&app, "client_secret")?,
            })
        };
        let system = ["--scopes", "system/*.rs", "--name"];
        let of_people = ["--scopes", SCOPES, "--redirect-uri", REDIRECT_URI, "--name"];
        let signing = app(&[&system[..], &["signing", "--jwks", &text(&keys)]].concat())?;
        Ok(Self {
            backend: with_secret(&[&system[..], &["backend"]].concat())?,
            signing: member(&signing, "client_id")?,
            of_people: with_secret(&[&of_people[..], &["of people"]].concat())?,
            people: product.people(data, people)?,
        })
    }
}

/// The running server with a token for all reads.
struct Running<'b> {
    bench: &'b Bench,
    server: &'b Server,
    target: &'b Target,
}

/// Requests that were pressed, what came of them, and what each cost the server.
struct Pressed {
    requests: Arc<Vec<Vec<u8>>>,
    measured: Measured,
    /// Processor time of one, in microseconds.
    each_us: f64,
}

impl Running<'_> {
    fn press(&self, requests: Vec<Vec<u8>>) -> Result<Pressed> {
        let requests = Arc::new(requests);
        let before = self.server.processor();
        let measured = press(self.target.address, &requests, 200, self.bench.press())?;
        let each_us = self.each_us(before, measured.answers);
        Ok(Pressed {
            requests,
            measured,
            each_us,
        })
    }

    /// The processor time the server took for each of so many answers since an earlier reading.
    fn each_us(&self, before: Duration, answers: u64) -> f64 {
        let took = self.server.processor().saturating_sub(before);
        ratio(took.as_secs_f64() * 1e6, float(answers))
    }
}

/// All of it.
pub(super) fn figures(bench: &Bench, product: &dyn Product, sizes: Sizes) -> Result<Vec<Figure>> {
    let local = Local::prepare(bench)?;
    let cast = Cast::registered(bench, product, &local.data, sizes.logins)?;
    let (server, target) = serve(&bench.exe, &local.data)?;
    let running = Running {
        bench,
        server: &server,
        target: &target,
    };
    (bench.say)("reading by id");
    let paths = read::paths(&target)?;
    let reads = running.press(paths.iter().map(|path| target.get(path)).collect())?;
    let grants = grants::figures(&running, product, &cast)?;
    let memory_bytes = server.memory_bytes();
    let logins = logins::figure(&running, &cast.people, &reads)?;
    drop(server);
    let alone = crowd::Alone {
        reads: &reads,
        paths: &paths,
        grants_per_second: grants.by_secret_per_second,
        memory_bytes,
    };
    let crowd = crowd::figures(bench, (product, &local.data), sizes, &alone)?;
    (bench.say)("parts by themselves");
    let costs = product.costs(&local.data, bench.duration)?;
    let mut figures = parts(&costs, &reads, grants.by_signature_us);
    figures.extend(grants.figures);
    figures.push(logins);
    figures.extend(crowd);
    Ok(figures)
}

/// What parts of a request cost, beside the whole of it.
fn parts(costs: &Costs, reads: &Pressed, by_signature_us: f64) -> Vec<Figure> {
    let of_read =
        "baseline: processor time of the server for one read by id, the kernel's included";
    vec![
        Figure::new("check of a known token", costs.check_us, "µs")
            .beside(reads.each_us)
            .goal(Goal::AtMost(0.03))
            .note(of_read),
        Figure::new(
            "audit record of a read, on disk with others",
            costs.record_us,
            "µs",
        )
        .beside(reads.each_us)
        .goal(Goal::AtMost(0.1))
        .note(of_read),
        Figure::new(
            "verification of one ES384 signature",
            costs.verification_us,
            "µs",
        )
        .beside(by_signature_us)
        .goal(Goal::AtLeast(0.5))
        .note("baseline: processor time of the server for one private_key_jwt grant"),
    ]
}

/// The form of a grant that an app with a secret gets for itself.
fn credentials(app: &Known) -> String {
    format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        app.name, app.secret
    )
}

/// The token endpoint's request for each of these forms.
fn token_requests(target: &Target, forms: impl Iterator<Item = String>) -> Vec<Vec<u8>> {
    let path = local::token_path();
    forms.map(|form| target.form(&path, &form)).collect()
}
