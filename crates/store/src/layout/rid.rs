//! The integer by which tables name a resource.

use cresset_definitions::ResourceType;

/// `type code << 40 | sequence`: resources of a type lie side by side in order of their first
/// mention, and the type of a reference's target can be read off its integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rid(pub i64);

const SEQUENCE_BITS: u32 = 40;

impl Rid {
    /// The resource of this type with this sequence number; the first is 1.
    pub fn new(resource_type: ResourceType, sequence: i64) -> Self {
        Self((i64::from(resource_type.code()) << SEQUENCE_BITS) | sequence)
    }

    /// The type it lies in; `None` for an integer no resource can have.
    pub fn resource_type(self) -> Option<ResourceType> {
        u8::try_from(self.0 >> SEQUENCE_BITS)
            .ok()
            .and_then(ResourceType::from_code)
    }

    /// Its place within its type.
    pub fn sequence(self) -> i64 {
        self.0 & ((1 << SEQUENCE_BITS) - 1)
    }

    /// Lowest integer of a type (no resource has it).
    pub fn floor(resource_type: ResourceType) -> Self {
        Self::new(resource_type, 0)
    }

    /// Highest integer of a type.
    pub fn ceiling(resource_type: ResourceType) -> Self {
        Self::new(resource_type, (1 << SEQUENCE_BITS) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{ResourceType, Rid};

    #[test]
    fn type_and_sequence_come_back_for_every_type() {
        for t in ResourceType::all() {
            let rid = Rid::new(t, 7);
            assert_eq!((rid.resource_type(), rid.sequence()), (Some(t), 7));
            assert!(Rid::floor(t) < rid && rid < Rid::ceiling(t));
        }
        assert_eq!(Rid(-1).resource_type(), None);
    }
}
