//! What the check of a bearer token costs a request whose token is known already.
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cresset_auth::Presented;
use criterion::{Criterion, criterion_group, criterion_main};

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/auth/instance.rs"]
mod instance;
#[path = "../tests/auth/nobody.rs"]
mod nobody;

/// Runs a future that never waits.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

fn presented<'r>(authorization: &'r [&'r [u8]]) -> Presented<'r> {
    Presented {
        authorization,
        ..Presented::default()
    }
}

fn bearer(criterion: &mut Criterion) {
    let demo = instance::instance("demo", 1);
    let app = at_once(demo.app("system/*.rs user/Observation.cruds"));
    let header = format!("Bearer {}", at_once(demo.plain_token(&app)));
    criterion.bench_function("known token", |bencher| {
        bencher.iter(|| {
            let headers = [header.as_bytes()];
            at_once(demo.server.caller(presented(&headers)))
                .unwrap()
                .expires
        });
    });
    criterion.bench_function("unknown token", |bencher| {
        let header = format!("Bearer crt_{}", "A".repeat(43));
        bencher.iter(|| {
            let headers = [header.as_bytes()];
            at_once(demo.server.caller(presented(&headers))).is_err()
        });
    });
}

criterion_group!(benches, bearer);
criterion_main!(benches);
