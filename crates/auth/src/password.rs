//! Passwords: which are good enough, and how they are hashed and compared.
//!
//! Hashing is slow on purpose, so it happens on few threads of its own and in a bounded queue: a crowd at
//! the sign-in page waits for itself and not in the way of everybody else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use cresset_base::{Rng, Secret};
use cresset_store::Error as StoreError;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

/// Fewest characters (NIST SP 800-63B §5.1.1 asks for 8; 12 need no further rules).
pub const CHARS_MIN: usize = 12;
/// Most bytes: room for any sentence, and no work for an attacker to make.
pub const BYTES_MAX: usize = 1_024;
/// Fewest different characters.
const DISTINCT_MIN: usize = 5;

/// Memory, passes and lanes that OWASP recommends for Argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Passwords that were found in breaches, stripped of what surrounds their letters; sorted.
const COMMON: &str = include_str!("../data/common-passwords.txt");

/// What stands in for the hash of a person who does not exist, so that looking takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU$\
                       c2hpcHMgdGhhdCBwYXNzIGluIHRoZSBuaWdodCwgYWw";

/// Why a password is not good enough, in words for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer characters than [`CHARS_MIN`].
    #[error("use at least {CHARS_MIN} characters; a few words in a row are easy to remember")]
    Short,
    /// More bytes than [`BYTES_MAX`].
    #[error("use at most {BYTES_MAX} bytes")]
    Long,
    /// It is a known password, perhaps with something around it.
    #[error("this is one of the passwords that are tried first; choose words that are only yours")]
    Common,
    /// It repeats few characters.
    #[error("this repeats too few characters; choose a few words in a row")]
    Repetitive,
    /// It is the person's own name or login.
    #[error("this contains your name or what you sign in with; choose other words")]
    Personal,
}

/// Whether a password is good enough for the person with these names.
///
/// # Errors
/// What is wrong with it.
pub fn check(password: &str, names: &[&str]) -> Result<(), WeakPassword> {
    if password.len() > BYTES_MAX {
        return Err(WeakPassword::Long);
    }
    if password.chars().count() < CHARS_MIN {
        return Err(WeakPassword::Short);
    }
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < DISTINCT_MIN || counts_on(password) {
        return Err(WeakPassword::Repetitive);
    }
    let folded = password.to_lowercase();
    let core = folded.trim_matches(|c: char| !c.is_ascii_lowercase());
    if is_common(core) || is_common(&folded) {
        return Err(WeakPassword::Common);
    }
    let is_name = |name: &str| !core.is_empty() && name.to_lowercase() == core;
    if names.iter().any(|name| is_name(name)) {
        return Err(WeakPassword::Personal);
    }
    Ok(())
}

/// Whether it counts up or down, as `1234567890` and `fedcba` do.
fn counts_on(password: &str) -> bool {
    let bytes = password.as_bytes();
    let steps = bytes.iter().zip(bytes.iter().skip(1));
    let counted = steps
        .filter(|(a, b)| matches!(b.abs_diff(**a), 1 | 9))
        .count();
    counted * 4 >= bytes.len() * 3
}

fn is_common(word: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let start = COMMON.get(..middle).and_then(|text| text.rfind('\n'));
        let start = start.map_or(0, |at| at + 1);
        let line = COMMON.get(start..).and_then(|rest| rest.lines().next());
        let line = line.unwrap_or_default();
        match line.cmp(word) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

type Work = Box<dyn FnOnce() + Send>;

/// Hashes and compares on few threads, for all instances of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PasswordPool {
    work: Sender<Work>,
    /// Places for those who work and those who wait.
    places: Arc<Semaphore>,
}

impl PasswordPool {
    /// A pool of `threads` in front of which at most `waiting_max` wait.
    pub fn new(threads: usize, waiting_max: usize) -> Self {
        Self::beginning_with(|| {}, threads, waiting_max)
    }

    /// The same, of threads that do this first: to give way to others, for example.
    pub fn beginning_with(begin: fn(), threads: usize, waiting_max: usize) -> Self {
        let (work, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads {
            let queue = queue.clone();
            let thread = thread::Builder::new().name("passwords".to_owned());
            let started = thread.spawn(move || {
                begin();
                work_off(&queue);
            });
            if let Err(error) = started {
                tracing::error!(%error, "a thread for passwords did not start");
            }
        }
        Self {
            work,
            places: Arc::new(Semaphore::new(threads.saturating_add(waiting_max))),
        }
    }

    /// What is stored of a password.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when too many wait.
    pub async fn hash(
        &self,
        password: Secret<String>,
        rng: &dyn Rng,
    ) -> Result<String, StoreError> {
        let mut salt = [0; 16];
        rng.fill(&mut salt);
        self.run(move || {
            let hash = argon2()?.hash_password_with_salt(password.expose().as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(failed)
        })
        .await?
    }

    /// Whether this is the password that was stored. Where none is stored the answer is no, after
    /// the same work.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when too many wait.
    pub async fn verify(
        &self,
        password: Secret<String>,
        stored: Option<String>,
    ) -> Result<bool, StoreError> {
        let is_known = stored.is_some();
        self.run(move || {
            let stored = stored.as_deref().unwrap_or(NOBODYS);
            let hash = PasswordHash::new(stored).map_err(failed)?;
            let same = argon2()?.verify_password(password.expose().as_bytes(), &hash);
            Ok(is_known && same.is_ok())
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| StoreError::Busy)?;
        let (told, answer) = oneshot::channel();
        let work = move || {
            // Whoever gave up waiting costs nothing more.
            let done = (!told.is_closed()).then(work);
            drop(place);
            // They may give up now.
            let _ = done.map(|done| told.send(done));
        };
        self.work.send(Box::new(work)).map_err(failed)?;
        answer.await.map_err(failed)
    }
}

/// Does what is wanted, one after the other, until nobody can want anything any more.
fn work_off(queue: &Mutex<Receiver<Work>>) {
    loop {
        let next = queue.lock().recv();
        let Ok(work) = next else { return };
        // Whoever waits for it learns that it came to nothing, and the thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(work));
    }
}

fn argon2() -> Result<Argon2<'static>, StoreError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("hashing a password: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{COMMON, PasswordPool, WeakPassword, check};
    use cresset_base::Secret;
    use cresset_testkit::SeededRng;

    #[test]
    fn what_is_guessed_first_is_refused() {
        let check = |password: &str| check(password, &["zoe.bell@example.org", "Zoe Bell"]);
        for (password, expect) in [
            ("short", Err(WeakPassword::Short)),
            ("elevenchars", Err(WeakPassword::Short)),
            ("Password1234!", Err(WeakPassword::Common)),
            ("!!motherfucker", Err(WeakPassword::Common)),
            ("1qaz2wsx3edc", Err(WeakPassword::Common)),
            ("123456789012345678", Err(WeakPassword::Repetitive)),
            ("123123123123123", Err(WeakPassword::Repetitive)),
            ("zoe bell 1987!", Err(WeakPassword::Personal)),
            ("ships pass in the night", Ok(())),
            (
                "ключ от старой двери, который никто не нашёл, и ещё одна строка",
                Ok(()),
            ),
        ] {
            assert_eq!(check(password), expect, "{password}");
        }
        assert_eq!(check(&"long ".repeat(300)), Err(WeakPassword::Long));
    }

    #[test]
    fn the_list_of_common_passwords_is_sorted() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.is_sorted() && lines.len() > 9_000);
        assert!(lines.iter().all(|line| super::is_common(line)));
    }

    #[tokio::test]
    async fn a_password_is_recognised_and_nobody_is_let_in() {
        let (pool, rng) = (PasswordPool::new(1, 4), SeededRng::new(1));
        let secret = |text: &str| Secret::new(text.to_owned());
        let stored = pool.hash(secret("ships in the night"), &rng).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let again = pool.hash(secret("ships in the night"), &rng).await.unwrap();
        assert_ne!(stored, again, "each has its own salt");
        for (password, stored, expect) in [
            ("ships in the night", Some(stored.clone()), true),
            ("ships in the Night", Some(stored), false),
            ("", None, false),
        ] {
            let is_it = pool.verify(secret(password), stored).await.unwrap();
            assert_eq!(is_it, expect, "{password}");
        }
    }

    #[tokio::test]
    async fn too_many_at_once_are_turned_away() {
        let pool = PasswordPool::new(1, 0);
        let nobody = || pool.verify(Secret::new("x".to_owned()), None);
        let (first, second) = tokio::join!(nobody(), nobody());
        assert!(first.is_ok() && second.is_err());
    }
}
