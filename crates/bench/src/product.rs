//! What only the product itself can do for a measurement of it: this room does not know how it works
//! inside.

use std::path::Path;
use std::time::Duration;

use crate::Result;

/// An app or a person: what it is called, and what it proves that with.
#[derive(Debug, Clone)]
pub struct Known {
    /// `client_id`, or the name that is signed in with.
    pub name: String,
    /// Secret or password.
    pub secret: String,
}

/// A crowd in the data of an instance.
#[derive(Debug, Clone, Default)]
pub struct Crowd {
    /// Apps that get tokens for themselves.
    pub apps: Vec<Known>,
    /// Some of the live tokens of these apps.
    pub tokens: Vec<String>,
}

/// What parts of a request cost by themselves, in microseconds of processor time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Costs {
    /// The check of an access token that was checked before.
    pub check_us: f64,
    /// An audit record of a read, until it is on disk with others.
    pub record_us: f64,
    /// The verification of one signature of a client assertion.
    pub verification_us: f64,
}

/// The product, over the data of an instance that nobody serves meanwhile.
pub trait Product {
    /// Adds so many people who can sign in.
    ///
    /// # Errors
    /// When the product refuses.
    fn people(&self, data: &Path, count: usize) -> Result<Vec<Known>>;

    /// Adds so many apps, and issues so many tokens to them, of which a few thousand are handed back.
    ///
    /// # Errors
    /// When the product refuses.
    fn crowd(&self, data: &Path, apps: usize, tokens: usize) -> Result<Crowd>;

    /// The key set with which an app is registered that signs with [`Product::assertion`].
    ///
    /// # Errors
    /// When there is no key.
    fn key_set(&self) -> Result<String>;

    /// An assertion of this app for this audience, like no other.
    ///
    /// # Errors
    /// When it cannot be signed.
    fn assertion(&self, client_id: &str, audience: &str) -> Result<String>;

    /// Measures the parts, one after the other, each for so long.
    ///
    /// # Errors
    /// When the product refuses.
    fn costs(&self, data: &Path, time: Duration) -> Result<Costs>;
}
