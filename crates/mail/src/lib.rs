//! Mail on its way out: what waits in an instance's outbox is handed to a mail server, or laid into
//! a folder where none is set.
//!
//! This room decides nothing about what is said or to whom (that is `auth`) and keeps nothing (that
//! is `store`, where a message waits in the transaction of its cause). It tries again what failed
//! for now, ever more rarely, and gives up what never can be delivered.
//!
//! Start with [`deliver`].

mod carrier;
mod message;

use cresset_base::{Clock, InstanceName, Timestamp};
use cresset_store::Error;
use cresset_store::mail::{Claimed, Outbox};
use jiff::SignedDuration;

pub use carrier::{Carrier, CarrierError, Smtp, Undelivered};

/// How often a message is tried: over about five hours.
const TRIES_MAX: u32 = 9;
/// The wait after the first failure, in seconds; it doubles with each.
const WAIT_S: i64 = 60;
/// How long a message is nobody else's: longer than a slow server takes for one, in seconds.
const LEASE_S: i64 = 5 * 60;
/// Messages of one instance sent in one go, so that one practice does not hold up another.
const TOGETHER_MAX: usize = 100;

/// Delivers what is due of one instance; gives how many messages went out.
///
/// # Errors
/// When the store fails; what befalls one message is that message's alone.
pub async fn deliver(
    outbox: &(impl Outbox + ?Sized),
    carrier: &Carrier,
    instance: &InstanceName,
    clock: &dyn Clock,
) -> Result<usize, Error> {
    let mut sent = 0;
    for _ in 0..TOGETHER_MAX {
        let now = clock.now();
        let Some(claimed) = outbox.claim_mail(now, later(now, LEASE_S)).await? else {
            break;
        };
        let Claimed { mail, tries } = claimed;
        match carrier.carry(instance, &mail).await {
            Ok(()) => {
                outbox.drop_mail(&mail.id).await?;
                sent += 1;
            }
            // Addresses are nobody's business but the recipient's: the log names the message.
            Err(Undelivered::Later(why)) if tries < TRIES_MAX => {
                tracing::warn!(%instance, mail = mail.id, tries, why, "mail waits");
                let wait_s = WAIT_S << (tries - 1).min(TRIES_MAX);
                outbox
                    .delay_mail(&mail.id, later(clock.now(), wait_s))
                    .await?;
            }
            Err(Undelivered::Later(why) | Undelivered::Never(why)) => {
                tracing::error!(%instance, mail = mail.id, tries, why, "mail is given up");
                outbox.drop_mail(&mail.id).await?;
            }
        }
    }
    Ok(sent)
}

fn later(now: Timestamp, wait_s: i64) -> Timestamp {
    let wait = SignedDuration::from_secs(wait_s);
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
