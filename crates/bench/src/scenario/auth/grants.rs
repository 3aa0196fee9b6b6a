//! Tokens a second, beside a bare handler that answers with the same bytes.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Cast, Running, credentials, refresh, token_requests};
use crate::baseline::http::Handler;
use crate::figures::{Figure, Goal};
use crate::load::{Measured, Target, once, press, spend};
use crate::product::Product;
use crate::scenario::local::{member, parse, token_path};
use crate::{Error, Result, unexpected};

/// Assertions signed for each second of measuring; when they are used up the measurement ends.
const SIGNED_EACH_SECOND: u64 = 4_000;
const ASSERTION_TYPE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

/// What the grants came to.
pub(super) struct Grants {
    pub(super) figures: Vec<Figure>,
    pub(super) by_secret_per_second: f64,
    /// Processor time of the server for one grant by signature.
    pub(super) by_signature_us: f64,
}

pub(super) fn figures(running: &Running<'_>, product: &dyn Product, cast: &Cast) -> Result<Grants> {
    let say = running.bench.say;
    say("client_credentials");
    let form = std::iter::once(credentials(&cast.backend));
    let by_secret = running.press(token_requests(running.target, form))?;
    say("the same answers by a bare handler");
    let bare = bare(running, &by_secret.requests)?;
    say("the same requests into a bare table");
    let table = stored(running, &by_secret.requests)?;
    say("refresh");
    let refreshed = refresh::pressed(running, cast)?;
    say("private_key_jwt");
    let (by_signature, by_signature_us) = by_signature(running, product, &cast.signing)?;
    let figure = |what: &str, measured: &Measured| {
        let note = format!("p50 {} µs, p99 {} µs", measured.p50_us, measured.p99_us);
        Figure::new(what, measured.per_second, "/s")
            .beside(bare.per_second)
            .note(note)
    };
    let figures = vec![
        figure("client_credentials with a secret", &by_secret.measured).goal(Goal::AtLeast(0.3)),
        figure("refresh, each token used once", &refreshed).goal(Goal::AtLeast(0.2)),
        figure(
            "client_credentials with private_key_jwt (ES384)",
            &by_signature,
        ),
        figure(
            "a bare handler that stores each request and nothing else",
            &table,
        ),
    ];
    Ok(Grants {
        figures,
        by_secret_per_second: by_secret.measured.per_second,
        by_signature_us,
    })
}

/// The same requests to a handler that answers each with the same token.
fn bare(running: &Running<'_>, requests: &Arc<Vec<Vec<u8>>>) -> Result<Measured> {
    let Some(request) = requests.first() else {
        return unexpected("there is no request to compare with");
    };
    let (_, body) = once(running.target.address, request)?;
    let body = String::from_utf8(body)
        .map_err(|_| Error::Unexpected("a token was not answered in UTF-8".to_owned()))?;
    let file = running.bench.scratch.join("token.json");
    let answers = HashMap::from([(token_path(), body)]);
    let handler = Handler::answering(&running.bench.exe, &file, &answers)?;
    press(handler.address, requests, 200, running.bench.press())
}

/// The same requests to a handler that answers each once its body is on disk.
fn stored(running: &Running<'_>, requests: &Arc<Vec<Vec<u8>>>) -> Result<Measured> {
    let path = running.bench.scratch.join("grants.db");
    let handler = Handler::storing(&running.bench.exe, &path)?;
    press(handler.address, requests, 201, running.bench.press())
}

/// The token endpoint as the server itself calls it.
fn token_endpoint(target: &Target) -> Result<String> {
    let request = target.get(".well-known/smart-configuration");
    let (_, body) = once(target.address, &request)?;
    member(&parse(&body)?, "token_endpoint")
}

/// Grants with assertions that are signed beforehand, each used once.
fn by_signature(
    running: &Running<'_>,
    product: &dyn Product,
    client_id: &str,
) -> Result<(Measured, f64)> {
    let audience = token_endpoint(running.target)?;
    let seconds = running.bench.duration.as_secs().max(1);
    let mut forms = Vec::new();
    for _ in 0..seconds * SIGNED_EACH_SECOND {
        let assertion = product.assertion(client_id, &audience)?;
        forms.push(format!(
            "grant_type=client_credentials&client_assertion_type={ASSERTION_TYPE}&client_assertion={assertion}"
        ));
    }
    let requests = Arc::new(token_requests(running.target, forms.into_iter()));
    let before = running.server.processor();
    let measured = spend(
        running.target.address,
        &requests,
        200,
        running.bench.press(),
    )?;
    let each_us = running.each_us(before, measured.answers);
    Ok((measured, each_us))
}
