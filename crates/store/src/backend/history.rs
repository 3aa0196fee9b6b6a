//! The versions of one resource, newest first, read no further than a page needs.

use cresset_access::Restriction;
use cresset_base::Timestamp;

use super::instant;
use crate::store::{Cursor, Error, HistoryAsk, HistoryPage, Method, Version};

/// Whether a version is within the restriction by its own content.
pub type Shows<'s> = &'s dyn Fn(&Version) -> Result<bool, Error>;

/// Whether the resource is the caller's to see: as it is now, or was before it was deleted. `newest`
/// are its newest version and the one before.
///
/// # Errors
/// Those of `shows`.
pub fn is_theirs(
    newest: &[Version],
    restriction: &Restriction,
    shows: Shows<'_>,
) -> Result<bool, Error> {
    let decides = match newest {
        [deletion, before, ..] if deletion.method == Method::Delete => before,
        [deletion] if deletion.method == Method::Delete => {
            return Ok(*restriction == Restriction::Everything);
        }
        [version, ..] => version,
        [] => return Ok(false),
    };
    Ok(*restriction == Restriction::Everything || shows(decides)?)
}

/// A page while versions are handed to it, newest first, from the one its cursor names.
pub struct Page<'a> {
    restriction: &'a Restriction,
    ask: &'a HistoryAsk,
    before: i64,
    /// The number of the newest version.
    newest: u64,
    /// When the version above was written, which replaced the one that comes.
    replaced: Option<Timestamp>,
    /// A deletion, and when it was replaced: it is seen by whoever saw what was deleted, which comes next.
    deletion: Option<(Version, Option<Timestamp>)>,
    found: Vec<Version>,
    is_done: bool,
}

impl<'a> Page<'a> {
    /// An empty page of a resource whose newest version has this number.
    ///
    /// # Errors
    /// [`Error::BadCursor`].
    pub fn new(
        restriction: &'a Restriction,
        ask: &'a HistoryAsk,
        newest: u64,
    ) -> Result<Self, Error> {
        let behind = i64::try_from(newest).unwrap_or(i64::MAX).saturating_add(1);
        let asked = ask.at.as_ref().map_or(Ok(behind), before)?;
        Ok(Self {
            restriction,
            ask,
            before: asked.min(behind),
            newest,
            replaced: None,
            deletion: None,
            found: Vec::new(),
            is_done: false,
        })
    }

    /// The highest number of the versions to be handed over: that of the page before, so that it is
    /// known until when the next was current.
    pub fn from(&self) -> i64 {
        self.before
    }

    /// How many versions it takes at least.
    pub fn wants(&self) -> usize {
        // One that tells when the first was replaced, one that tells whether more follow.
        self.count().saturating_add(2)
    }

    /// Whether nothing more is wanted.
    pub fn is_done(&self) -> bool {
        self.is_done || self.found.len() > self.count()
    }

    /// Takes the next older version.
    ///
    /// # Errors
    /// Those of `shows`.
    pub fn take(&mut self, version: Version, shows: Shows<'_>) -> Result<(), Error> {
        let replaced = self.replaced.replace(version.last_updated);
        if i64::try_from(version.version).is_ok_and(|number| number >= self.before) {
            return Ok(());
        }
        let is_open = *self.restriction == Restriction::Everything;
        if version.method == Method::Delete && !is_open {
            self.deletion = Some((version, replaced));
            return Ok(());
        }
        let is_seen = is_open || shows(&version)?;
        if let Some((deletion, replaced)) = self.deletion.take().filter(|_| is_seen) {
            self.add(deletion, replaced);
        }
        if is_seen {
            self.add(version, replaced);
        } else {
            self.is_done |= self.is_too_old(version.last_updated);
        }
        Ok(())
    }

    fn add(&mut self, version: Version, replaced: Option<Timestamp>) {
        if self.is_too_old(version.last_updated) {
            self.is_done = true;
        } else if was_current(&version, replaced, self.ask.during) {
            self.found.push(version);
        }
    }

    fn is_too_old(&self, written: Timestamp) -> bool {
        let since = self.ask.since;
        since.is_some_and(|since| instant::millis(written) < instant::millis(since))
    }

    fn count(&self) -> usize {
        usize::try_from(self.ask.count).unwrap_or(usize::MAX)
    }

    /// The page. How many there are in all is told where it is known without reading them.
    pub fn finish(mut self) -> HistoryPage {
        let count = self.count();
        let is_last = self.found.len() <= count;
        self.found.truncate(count);
        let is_whole = self.ask.since.is_none() && self.ask.during.is_none();
        let total = match *self.restriction {
            Restriction::Everything if is_whole => Some(self.newest),
            _ if is_last && self.ask.at.is_none() => Some(self.found.len() as u64),
            _ => None,
        };
        let next = self.found.last().filter(|_| !is_last);
        HistoryPage {
            total,
            next: next.map(|last| Cursor(last.version.to_le_bytes().to_vec())),
            versions: self.found,
        }
    }
}

/// Whether a version was current at some time between two instants; a deletion counts only where it
/// happened.
fn was_current(
    version: &Version,
    replaced: Option<Timestamp>,
    during: Option<(Timestamp, Timestamp)>,
) -> bool {
    let Some((start, end)) = during else {
        return true;
    };
    let reaches = match version.method {
        Method::Delete => version.last_updated >= start,
        Method::Create | Method::Update => replaced.is_none_or(|until| until > start),
    };
    version.last_updated <= end && reaches
}

fn before(cursor: &Cursor) -> Result<i64, Error> {
    let bytes = <[u8; 8]>::try_from(cursor.0.as_slice()).map_err(|_| Error::BadCursor)?;
    Ok(i64::from_le_bytes(bytes))
}
