//! Places in a history of types.

use cresset_access::Restriction;
use cresset_definitions::ResourceType;

use super::instant;
use crate::store::{Cursor, Error, HistoryAsk, HistoryPage, Version};

/// A place in the order of time: when a version was written, of which resource, which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When, in milliseconds.
    pub updated_ms: i64,
    /// Integer of the resource.
    pub rid: i64,
    /// Number of the version.
    pub version: i64,
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Current.
    Live,
    /// A deletion that is current.
    Tombstone,
    /// No longer current.
    Replaced,
}

/// The types asked for, each with what the caller may see of it.
pub type Types = Vec<(ResourceType, Restriction)>;

/// A page of these, and where the next one begins.
pub fn page_of(versions: Vec<Version>, next: Option<Moment>) -> HistoryPage {
    HistoryPage {
        versions,
        total: None,
        next: next.map(Moment::cursor),
    }
}

impl Moment {
    /// The place as a cursor.
    fn cursor(self) -> Cursor {
        let numbers = [self.updated_ms, self.rid, self.version];
        Cursor(
            numbers
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect(),
        )
    }

    /// What a page begins before.
    ///
    /// # Errors
    /// [`Error::BadCursor`].
    pub fn before(ask: &HistoryAsk) -> Result<Self, Error> {
        match &ask.at {
            Some(cursor) => Self::read(cursor),
            None => Ok(Self {
                updated_ms: ask.during.map_or(i64::MAX, |(_, end)| instant::millis(end)),
                rid: i64::MAX,
                version: i64::MAX,
            }),
        }
    }

    fn read(cursor: &Cursor) -> Result<Self, Error> {
        let mut numbers = cursor.0.chunks(8).map(|chunk| {
            let bytes = <[u8; 8]>::try_from(chunk).map_err(|_| Error::BadCursor)?;
            Ok(i64::from_le_bytes(bytes))
        });
        let mut next = || numbers.next().ok_or(Error::BadCursor)?;
        let moment = Self {
            updated_ms: next()?,
            rid: next()?,
            version: next()?,
        };
        match numbers.next() {
            None => Ok(moment),
            Some(_) => Err(Error::BadCursor),
        }
    }
}
