//! Addresses and methods that are not on the map; even these are told only to callers with a token.

use cresset_fhir::Kind;

use crate::extract::Ask;
use crate::failure::Failure;

/// 404.
pub async fn not_found(_: Ask) -> Failure {
    Failure::new(Kind::NotFound, "There is nothing at this address")
}

/// 405.
pub async fn wrong_method(_: Ask) -> Failure {
    Failure::new(Kind::NotSupported, "Operation is not supported")
}
