//! A device that keeps passkeys, made of a key and a counter, and the browser's part before it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::super::practice::{Answer, HOST};

/// Somebody is there, and it was made sure who.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
/// A key follows.
const MADE: u8 = 0x40;

/// With what it signs.
pub(crate) enum Key {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// What a device says; a test may change it before it is signed and sent.
pub(crate) struct Said {
    pub(crate) kind: &'static str,
    pub(crate) challenge: String,
    pub(crate) origin: String,
    pub(crate) cross_origin: bool,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) user: String,
}

/// The device.
pub(crate) struct Device {
    pub(crate) key: Key,
    pub(crate) id: Vec<u8>,
    user: String,
    counter: u32,
    counts: bool,
}

impl Device {
    /// One that counts what it signs.
    pub(crate) fn new(id: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self {
            key: Key::Ecdsa(key),
            id: id.as_bytes().to_vec(),
            user: String::new(),
            counter: 0,
            counts: true,
        }
    }

    /// One that does not count, with a key of RSA.
    pub(crate) fn with_rsa(id: &str) -> Self {
        let key = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        Self {
            key: Key::Rsa(key),
            counts: false,
            ..Self::new(id)
        }
    }

    /// Its id as pages and forms have it.
    pub(crate) fn id_text(&self) -> String {
        BASE64.encode(&self.id)
    }

    /// Another with the same key: a copy.
    pub(crate) fn counter_back_to(&mut self, counter: u32) {
        self.counter = counter;
    }

    fn count(&mut self) -> u32 {
        self.counter += u32::from(self.counts);
        self.counter
    }

    /// What it says to a page that asks for a new key.
    pub(crate) fn says_to_make(&mut self, page: &Answer) -> Said {
        self.user = data(page, "user");
        Said {
            kind: "webauthn.create",
            flags: PRESENT | VERIFIED | MADE,
            ..self.says(page)
        }
    }

    /// What it says to a page that asks it to sign.
    pub(crate) fn says(&mut self, page: &Answer) -> Said {
        Said {
            kind: "webauthn.get",
            challenge: data(page, "challenge"),
            origin: HOST.to_owned(),
            cross_origin: false,
            rp_id: data(page, "rp"),
            flags: PRESENT | VERIFIED,
            counter: self.count(),
            user: self.user.clone(),
        }
    }

    /// The fields of the form with which a browser brings a new key.
    pub(crate) fn made(&self, said: &Said) -> Vec<(&'static str, String)> {
        let mut data = said.authenticator_data();
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // An empty map of CBOR: what the server does not read.
        data.push(0xa0);
        let (key, algorithm): (PublicKeyX509Der<'_>, _) = match &self.key {
            Key::Ecdsa(key) => (key.public_key().as_der().unwrap(), "-7"),
            Key::Rsa(key) => (key.public_key().as_der().unwrap(), "-257"),
        };
        vec![
            ("id", BASE64.encode(&self.id)),
            ("client_data", BASE64.encode(said.client_data())),
            ("authenticator_data", BASE64.encode(data)),
            ("public_key", BASE64.encode(key.as_ref())),
            ("algorithm", algorithm.to_owned()),
        ]
    }

    /// The fields of the form with which a browser brings what was signed.
    pub(crate) fn signed(&self, said: &Said) -> Vec<(&'static str, String)> {
        let data = said.authenticator_data();
        let client_data = said.client_data();
        let hash = digest(&SHA256, client_data.as_bytes());
        let message = [&data, hash.as_ref()].concat();
        let rng = SystemRandom::new();
        let signature = match &self.key {
            Key::Ecdsa(key) => key.sign(&rng, &message).unwrap().as_ref().to_vec(),
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &rng, &message, &mut signature)
                    .unwrap();
                signature
            }
        };
        vec![
            ("id", BASE64.encode(&self.id)),
            ("user", said.user.clone()),
            ("client_data", BASE64.encode(client_data)),
            ("authenticator_data", BASE64.encode(data)),
            ("signature", BASE64.encode(signature)),
        ]
    }
}

impl Said {
    fn authenticator_data(&self) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self) -> String {
        let mut said: Value = json!({
            "type": self.kind, "challenge": self.challenge, "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        // What browsers add so that nobody compares texts.
        said["other_keys_can_be_added_here"] = json!("do not compare clientDataJSON");
        said.to_string()
    }
}

/// What the page tells the script under this name.
pub(crate) fn data(page: &Answer, name: &str) -> String {
    let html = page.html();
    let begin = format!("data-{name}=\"");
    let (_, rest) = html
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no {name} in {html}"));
    rest.split('"').next().unwrap().to_owned()
}
