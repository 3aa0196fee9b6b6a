//! Random values and their hashes.

pub(crate) mod token;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::{Rng, Secret};
use cresset_store::grant::Hashed;

/// What a random value is for. The tag in front lets a secret scanner recognise one that leaked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ClientId,
    ClientSecret,
    AccessToken,
    RefreshToken,
    Code,
    Session,
    Request,
    Pushed,
    Launch,
    /// What a developer is given to register an app with.
    RegistrationLink,
    /// With which a developer sees what became of it.
    RegistrationStatus,
    PasswordLink,
    /// With which whoever proved their password shows a code.
    SecondStep,
    /// With which an app may register itself.
    InitialAccess,
    /// With which an app that registered itself changes that.
    RegistrationAccess,
}

impl Kind {
    /// Whether it says when it was made.
    pub(crate) fn is_token(self) -> bool {
        matches!(self, Self::AccessToken | Self::RefreshToken)
    }

    fn tag(self) -> &'static str {
        match self {
            Self::ClientId => "app_",
            Self::ClientSecret => "crs_",
            Self::AccessToken => "crt_",
            Self::RefreshToken => "crr_",
            Self::Code => "crc_",
            Self::Session => "crn_",
            Self::Request => "crh_",
            Self::Pushed => "crq_",
            Self::Launch => "crl_",
            Self::RegistrationLink => "crg_",
            Self::RegistrationStatus => "crv_",
            Self::PasswordLink => "crp_",
            Self::SecondStep => "crw_",
            Self::InitialAccess => "cri_",
            Self::RegistrationAccess => "cra_",
        }
    }
}

/// Length of every tag.
const TAG_CHARS: usize = 4;
/// Length of every mark: 96 bits in hexadecimal.
const MARK_CHARS: usize = 24;
/// 256 bits in base64url, unpadded.
const RANDOM_CHARS: usize = 43;

/// A new secret or token: its tag and 256 random bits.
pub(crate) fn generate(kind: Kind, rng: &dyn Rng) -> Secret<String> {
    generate_marked(kind, None, rng)
}

/// The same with a mark and a dot between tag and randomness.
pub(crate) fn generate_marked(kind: Kind, mark: Option<&str>, rng: &dyn Rng) -> Secret<String> {
    let mut random = [0; 32];
    rng.fill(&mut random);
    let random = URL_SAFE_NO_PAD.encode(random);
    Secret::new(format!("{}{random}", tagged(kind, mark)))
}

/// A new `client_id`.
pub(crate) fn generate_client_id(mark: Option<&str>, rng: &dyn Rng) -> String {
    generate_id(&tagged(Kind::ClientId, mark), rng)
}

fn tagged(kind: Kind, mark: Option<&str>) -> String {
    let tag = kind.tag();
    mark.map_or_else(|| tag.to_owned(), |mark| format!("{tag}{mark}."))
}

/// A new mark: random enough that no two practices have the same one, and that nobody finds one by
/// trying.
pub fn new_mark(rng: &dyn Rng) -> String {
    let mut random = [0; MARK_CHARS / 2];
    rng.fill(&mut random);
    let digits = random.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The mark that a value bears, of whatever kind it is. What does not look like one is none: anybody
/// sends such values, and marks are looked up.
pub fn mark_of(text: &str) -> Option<&str> {
    let (tag, rest) = text.split_at_checked(TAG_CHARS)?;
    mark_before(rest).filter(|_| tag.ends_with('_'))
}

/// The mark that a text begins with, and a dot behind it.
pub fn mark_before(text: &str) -> Option<&str> {
    let (mark, rest) = text.split_at_checked(MARK_CHARS)?;
    let digits = mark.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (digits && rest.starts_with('.')).then_some(mark)
}

/// A new identifier: public, so 128 bits suffice.
pub(crate) fn generate_id(tag: &str, rng: &dyn Rng) -> String {
    let mut random = [0; 16];
    rng.fill(&mut random);
    format!("{tag}{}", URL_SAFE_NO_PAD.encode(random))
}

/// Whether `text` has the shape of a random value of this kind.
pub(crate) fn is_of_kind(kind: Kind, text: &str) -> bool {
    is_marked(kind, None, text)
}

/// Whether `text` has the shape of a random value of this kind with this mark, or with none.
pub(crate) fn is_marked(kind: Kind, mark: Option<&str>, text: &str) -> bool {
    let rest = text.strip_prefix(kind.tag());
    let random = match mark {
        None => rest,
        Some(mark) => rest.and_then(|rest| rest.strip_prefix(mark)?.strip_prefix('.')),
    };
    random.is_some_and(|random| {
        (random.len() == RANDOM_CHARS || kind.is_token() && random.len() == token::CHARS)
            // Counted to the end, so that many bytes are looked at together.
            && random.bytes().filter(|b| !is_random(*b)).count() == 0
    })
}

/// Whether it is a character of base64url.
const fn is_random(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// What is stored of a plain value. It is random and long, so a fast hash is the right one.
pub(crate) fn hash(plain: &str) -> Hashed {
    hash_of_bytes(plain.as_bytes())
}

/// SHA-256.
pub(crate) fn hash_of_bytes(plain: &[u8]) -> Hashed {
    let mut hashed = [0; 32];
    let digest = digest(&SHA256, plain);
    hashed
        .iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    Hashed(hashed)
}

/// Compares in time that does not depend on the values.
pub(crate) fn is_same(a: Hashed, b: Hashed) -> bool {
    verify_slices_are_equal(&a.0, &b.0).is_ok()
}
