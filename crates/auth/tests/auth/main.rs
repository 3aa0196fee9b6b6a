//! The authorization server as an app and a FHIR endpoint meet it.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

mod bearer;
mod discovery;
mod instance;
mod nobody;
mod patient_token;
mod token_endpoint;
