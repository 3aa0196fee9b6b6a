//! Places in page links.

use cresset_fhir::page_link::Sealer;
use cresset_store::Cursor;

pub(crate) const SEEDS: &[&str] = &["AAECAwQFBgcICQ", "_-_-_-_-", "a place"];

/// The search whose pages are walked.
const WALK: &str = "Patient?name=a";

/// A place opens where it was sealed, and nothing else opens: no bytes of a stranger's, no place
/// with one character changed, none of another search or another instance.
pub(crate) fn page_link(bytes: &[u8]) -> bool {
    let sealer = Sealer::new(&[1; 32]);
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(sealer.open(WALK, text).is_none(), "nobody sealed this");
    }
    let cursor = Cursor(bytes.iter().copied().take(1_000).collect());
    let place = sealer.seal(WALK, &cursor);
    assert_eq!(sealer.open(WALK, &place), Some(cursor));
    assert!(sealer.open("Patient?name=b", &place).is_none());
    assert!(Sealer::new(&[2; 32]).open(WALK, &place).is_none());
    let at = bytes.first().map_or(0, |byte| usize::from(*byte)) % place.len();
    let changed: String = place
        .char_indices()
        .map(|(here, c)| match c {
            'A' if here == at => 'B',
            _ if here == at => 'A',
            c => c,
        })
        .collect();
    assert!(
        sealer.open(WALK, &changed).is_none(),
        "character {at} was changed"
    );
    true
}
