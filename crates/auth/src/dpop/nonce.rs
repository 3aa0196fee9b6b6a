//! Nonces that proofs must hold (RFC 9449 §8 and §9), where the instance asks for them: what was signed
//! long ago, or by a clock that was put ahead, proves nothing then.
//!
//! A nonce is the seal of a period of time under a key of the issuer. So nothing is kept, every node
//! knows every nonce, and nobody else can tell the next one.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_store::Error as StoreError;

use crate::server::AuthServer;

/// How long one nonce is handed out, in seconds; it is taken for as long again.
const PERIOD_S: i64 = 150;
/// Under this name an instance keeps the key that seals them.
const KEY: &str = "dpop-nonce";

impl AuthServer {
    /// Whether a proof must hold a nonce here.
    pub(super) fn wants_nonces(&self) -> bool {
        self.settings.options.dpop && self.settings.options.dpop_nonces
    }

    /// The nonce that proofs of now are to hold.
    pub(super) async fn nonce(&self) -> Result<String, StoreError> {
        Ok(sealed(&self.nonce_key().await?, self.period()))
    }

    /// Whether this is the nonce of now, or the one before it.
    pub(super) async fn is_nonce(&self, nonce: &str) -> Result<bool, StoreError> {
        let (key, period) = (self.nonce_key().await?, self.period());
        let same = |period| {
            let known = sealed(&key, period);
            verify_slices_are_equal(known.as_bytes(), nonce.as_bytes()).is_ok()
        };
        Ok(same(period) || same(period - 1))
    }

    fn period(&self) -> i64 {
        self.clock.now().as_second().div_euclid(PERIOD_S)
    }

    async fn nonce_key(&self) -> Result<hmac::Key, StoreError> {
        // The issuer's: at a front all practices hand out the same.
        let key = self.issuer_key(KEY).await?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }
}

fn sealed(key: &hmac::Key, period: i64) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(key, &period.to_be_bytes()))
}
