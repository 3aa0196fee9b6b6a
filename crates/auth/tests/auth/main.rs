//! The authorization server as an app and a FHIR endpoint meet it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a surprise in a test is a failed test"
)]

mod bearer;
mod client_assertion;
mod discovery;
mod instance;
mod nobody;
mod patient_token;
mod token_endpoint;
