//! What a browser brings back from a device, judged by Web Authentication, Level 2, §7.
//!
//! Public keys are taken as browsers give them, so nothing here reads CBOR: what is left of an answer
//! has places of fixed length. A key that did not come from the device harms nobody but whoever sent
//! it, because it opens their own account alone and nobody vouches for a device.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_store::grant::Hashed;
use cresset_store::user::{Passkey, PasskeyAlgorithm};

use super::RelyingParty;
use crate::credential::{hash, hash_of_bytes};

/// Longest part of an answer, in bytes: credential ids have at most 1023, keys of RSA about as many.
const BYTES_MAX: usize = 4 * 1024;
const CREDENTIAL_ID_BYTES_MAX: usize = 1023;

/// What a device answers when it made a key; every part but the algorithm in base64url, unpadded.
#[derive(Debug, Clone, Copy)]
pub struct Attestation<'a> {
    /// The credential id.
    pub id: &'a str,
    /// `clientDataJSON`.
    pub client_data: &'a str,
    /// `getAuthenticatorData()`.
    pub authenticator_data: &'a str,
    /// `getPublicKey()`.
    pub public_key: &'a str,
    /// `getPublicKeyAlgorithm()`: a number of COSE.
    pub algorithm: &'a str,
}

/// What a device answers when it signed; every part in base64url, unpadded.
#[derive(Debug, Clone, Copy)]
pub struct Assertion<'a> {
    /// The credential id.
    pub id: &'a str,
    /// The user handle; empty where the device does not say.
    pub user: &'a str,
    /// `clientDataJSON`.
    pub client_data: &'a str,
    /// `authenticatorData`.
    pub authenticator_data: &'a str,
    /// Over both.
    pub signature: &'a str,
}

/// A key that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) challenge: String,
    pub(super) id: String,
    pub(super) key: String,
    pub(super) algorithm: PasskeyAlgorithm,
    pub(super) counter: u32,
}

/// What a browser says it asked the device (§5.8.1).
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    pub(super) challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// What both kinds of answer say, of a request that was this party's.
struct Said {
    challenge: String,
    client_hash: Hashed,
    /// The authenticator data.
    data: Vec<u8>,
}

/// What a device says of itself (§6.1).
#[derive(Debug, PartialEq, Eq)]
struct Device<'d> {
    is_verified: bool,
    counter: u32,
    /// The id of the key that it made.
    made: Option<&'d [u8]>,
}

impl Attestation<'_> {
    /// The key that was made for this party, if this is an answer about one (§7.1).
    pub(super) fn judged(&self, party: &RelyingParty) -> Option<Made> {
        let sent = (self.client_data, self.authenticator_data);
        let said = Said::read(sent, "webauthn.create", party)?;
        let device = Device::read(&said.data, party)?;
        let algorithm = match self.algorithm {
            "-7" => PasskeyAlgorithm::Es256,
            "-257" => PasskeyAlgorithm::Rs256,
            _ => return None,
        };
        let key = decoded(self.public_key)?;
        ParsedPublicKey::new(verification(algorithm), &key).ok()?;
        let id = device.made?;
        (id == decoded(self.id)?).then(|| Made {
            challenge: said.challenge,
            id: self.id.to_owned(),
            key: self.public_key.to_owned(),
            algorithm,
            counter: device.counter,
        })
    }
}

impl Assertion<'_> {
    /// The count with which a device signed for this party with this passkey, if it did (§7.2).
    pub(super) fn judged(
        &self,
        party: &RelyingParty,
        passkey: &Passkey,
        must_verify: bool,
    ) -> Option<u32> {
        let sent = (self.client_data, self.authenticator_data);
        let said = Said::read(sent, "webauthn.get", party)?;
        let device = Device::read(&said.data, party)?;
        if device.made.is_some() || (must_verify && !device.is_verified) {
            return None;
        }
        let signed = [said.data.as_slice(), &said.client_hash.0].concat();
        let key = decoded(&passkey.key)?;
        let key = UnparsedPublicKey::new(verification(passkey.algorithm), key);
        key.verify(&signed, &decoded(self.signature)?).ok()?;
        Some(device.counter)
    }
}

impl Said {
    /// Reads `clientDataJSON` and authenticator data, where the browser asked this of the device.
    fn read((client_data, data): (&str, &str), kind: &str, party: &RelyingParty) -> Option<Self> {
        let bytes = decoded(client_data)?;
        let client = ClientData::parse(&bytes).filter(|client| client.is_of(kind, party))?;
        Some(Self {
            challenge: client.challenge,
            client_hash: hash_of_bytes(&bytes),
            data: decoded(data)?,
        })
    }
}

impl ClientData {
    /// Reads `clientDataJSON`, in base64url.
    pub(super) fn read(text: &str) -> Option<Self> {
        Self::parse(&decoded(text)?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Whether it was for this, on a page of this party that stood in no other page.
    fn is_of(&self, kind: &str, party: &RelyingParty) -> bool {
        let is_framed = self.cross_origin || self.top_origin.is_some();
        self.kind == kind && self.origin == party.origin() && !is_framed
    }
}

impl<'d> Device<'d> {
    /// Reads authenticator data: for this party, by a device that somebody touched.
    fn read(data: &'d [u8], party: &RelyingParty) -> Option<Self> {
        let (for_whom, rest) = data.split_first_chunk::<32>()?;
        let (&[flags], rest) = rest.split_first_chunk::<1>()?;
        let (counter, rest) = rest.split_first_chunk::<4>()?;
        let has = |bit: u8| flags & (1 << bit) != 0;
        let (is_present, is_verified) = (has(0), has(2));
        // What cannot be backed up is not backed up.
        let is_sound = has(3) || !has(4);
        if *for_whom != hash(party.id()).0 || !is_present || !is_sound {
            return None;
        }
        let made = if has(6) {
            // The key in COSE, and what a device adds of its own, stand behind the id.
            let (id, key) = attested(rest)?;
            (!key.is_empty()).then_some(id)?;
            Some(id)
        } else {
            // Without a key only what a device adds of its own may follow.
            (rest.is_empty() != has(7)).then_some(None)?
        };
        Some(Self {
            is_verified,
            counter: u32::from_be_bytes(*counter),
            made,
        })
    }
}

/// The credential id of attested credential data, and what follows it (§6.5.1).
fn attested(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_aaguid, rest) = data.split_first_chunk::<16>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let fits = (1..=CREDENTIAL_ID_BYTES_MAX).contains(&length);
    fits.then(|| rest.split_at_checked(length))?
}

fn verification(algorithm: PasskeyAlgorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        PasskeyAlgorithm::Es256 => &ECDSA_P256_SHA256_ASN1,
        PasskeyAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    // Four characters hold three bytes.
    let is_bounded = text.len() <= BYTES_MAX.div_ceil(3) * 4;
    is_bounded.then(|| URL_SAFE_NO_PAD.decode(text).ok())?
}
