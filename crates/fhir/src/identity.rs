//! Ids the server chooses.

use cresset_base::{Clock, ResourceId, Rng};
use uuid::{Builder, Uuid};

use crate::fault::Fault;

/// A new id: a version 7 UUID of the clock's time and the generator's bytes, so that ids of one
/// time lie together in the store and none can be guessed from another.
///
/// # Errors
/// None in practice: a UUID is a legal id.
pub fn new_id(clock: &dyn Clock, rng: &dyn Rng) -> Result<ResourceId, Fault> {
    let mut random = [0_u8; 10];
    rng.fill(&mut random);
    let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    let uuid = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    text(&uuid)
        .parse()
        .map_err(|_| Fault::internal("a UUID is not a resource id"))
}

fn text(uuid: &Uuid) -> String {
    uuid.as_hyphenated().to_string()
}
