//! Refreshing: each connection uses up the token that the answer before gave it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::browser::{Browser, encoded};
use super::{Cast, REDIRECT_URI, Running, SCOPES};
use crate::load::{Connection, Measured, Target, Watched, micros, on_a_thread};
use crate::product::Known;
use crate::scenario::local::{INSTANCE, member, parse, token_path};
use crate::{Error, Result, unexpected};

/// Verifier and challenge of RFC 7636, appendix B.
const PKCE: (&str, &str) = (
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
);

/// Refreshes on all connections until the time is up, each with a consent of its own.
pub(super) fn pressed(running: &Running<'_>, cast: &Cast) -> Result<Measured> {
    let Some(person) = cast.people.first() else {
        return unexpected("nobody is there to consent");
    };
    let app = Arc::new(App {
        target: running.target.clone(),
        known: cast.of_people.clone(),
    });
    let (person, how) = (person.clone(), running.bench.press());
    let watched = on_a_thread(async move {
        let address = app.target.address;
        let tokens = app.consents(&person, how.connections).await?;
        let begun = Instant::now();
        let mut tasks = Vec::new();
        for token in tokens {
            let work = app.clone().refresh(address, token, begun + how.duration);
            tasks.push(tokio::spawn(work));
        }
        let mut watched = Watched::default();
        for task in tasks {
            let ended = task.await;
            let latencies_us = ended.map_err(|error| Error::Unexpected(error.to_string()))??;
            watched.latencies_us.extend(latencies_us);
        }
        watched.elapsed = begun.elapsed().max(Duration::from_millis(1));
        Ok(watched)
    })?;
    Ok(Measured::of(watched))
}

/// The app of people at the measured server.
struct App {
    target: Target,
    known: Known,
}

impl App {
    /// Lets a person sign in once and consent so many times; the refresh token of each consent.
    async fn consents(&self, person: &Known, count: usize) -> Result<Vec<String>> {
        let mut browser = Browser::open((self.target.address, &self.target.host)).await?;
        let form = browser.form_of(person).await?;
        if browser.sign_in(&form).await? != 303 {
            return unexpected("nobody was signed in");
        }
        let mut connection = Connection::open(self.target.address).await?;
        let mut tokens = Vec::with_capacity(count);
        for _ in 0..count {
            let code = self.code(&mut browser).await?;
            let form = format!(
                "grant_type=authorization_code&code={code}&redirect_uri={}&code_verifier={}",
                encoded(REDIRECT_URI),
                PKCE.0
            );
            tokens.push(self.exchange(&mut connection, &form).await?);
        }
        Ok(tokens)
    }

    /// Asks a person who is signed in, who allows everything.
    async fn code(&self, browser: &mut Browser) -> Result<String> {
        let asked = format!(
            "/{INSTANCE}/auth/authorize/?response_type=code&client_id={}&redirect_uri={}&scope={}\
             &state=bench&code_challenge_method=S256&code_challenge={}",
            self.known.name,
            encoded(REDIRECT_URI),
            encoded(SCOPES),
            PKCE.1
        );
        browser.get(&asked).await?;
        let page = browser.location()?;
        browser.get(&page).await?;
        browser.allow(&page).await?;
        let back = browser.location()?;
        let query = back.split_once('?').map_or("", |(_, query)| query);
        let code = query.split('&').find_map(|pair| pair.strip_prefix("code="));
        match code {
            Some(code) => Ok(code.to_owned()),
            None => unexpected(format!("no code was given: {back}")),
        }
    }

    /// What the token endpoint gives besides an access token: the next refresh token.
    async fn exchange(&self, connection: &mut Connection, form: &str) -> Result<String> {
        let form = format!(
            "{form}&client_id={}&client_secret={}",
            self.known.name, self.known.secret
        );
        let request = self.target.form(&token_path(), &form);
        let status = connection.ask(&request).await?.status;
        if status != 200 {
            let told = String::from_utf8_lossy(connection.body());
            return unexpected(format!("no token was given: {status} {told}"));
        }
        let answer: Value = parse(connection.body())?;
        member(&answer, "refresh_token")
    }

    /// Refreshes until a moment; how long each took.
    async fn refresh(
        self: Arc<Self>,
        address: SocketAddr,
        mut token: String,
        until: Instant,
    ) -> Result<Vec<u32>> {
        let mut connection = Connection::open(address).await?;
        let mut latencies_us = Vec::new();
        while Instant::now() < until {
            let begun = Instant::now();
            let form = format!("grant_type=refresh_token&refresh_token={token}");
            token = self.exchange(&mut connection, &form).await?;
            latencies_us.push(micros(begun.elapsed()));
        }
        Ok(latencies_us)
    }
}
