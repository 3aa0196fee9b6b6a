//! What was ended through any node, told by the server as it happens.
//!
//! One connection of a node listens for all instances of a server that are in use: each has a
//! channel named as its schema. The connection also sends itself a beat several times a second:
//! notifications come in the order in which they were committed, so when its beat is back it has
//! heard of everything that was committed before the beat was sent, on every channel it listened
//! to by then. What was heard holds for a second from then on. If the connection is lost, or the beat
//! does not come back, nothing holds.
//!
//! [`Channel`] is one channel for those who ask, [`listener`] the task that listens.

mod listener;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

pub(crate) use listener::Listener;

/// How long what was heard holds after a beat was sent.
const HOLDS: Duration = Duration::from_secs(1);

/// What has been heard on one channel.
pub(crate) struct Channel {
    ears: Arc<Ears>,
    state: Mutex<State>,
}

struct State {
    /// Another after each ending, and whenever some may have been missed.
    number: u64,
    holds_until: Option<Instant>,
    asked: Instant,
}

impl Channel {
    /// How many endings have been heard of; `None` where some may not have been heard.
    pub(crate) fn number(&self) -> Option<u64> {
        let now = Instant::now();
        let mut state = self.state.lock();
        state.asked = now;
        if state.holds_until.is_some_and(|until| now < until) {
            return Some(state.number);
        }
        self.ears.wanted.notify_one();
        None
    }

    fn ended(&self) {
        self.state.lock().number += 1;
    }

    /// Everything committed before this instant was heard.
    fn heard(&self, before: Instant) {
        self.state.lock().holds_until = Some(before + HOLDS);
    }

    fn lost(&self) {
        self.state.lock().lost();
    }

    /// Whether nobody asked for so long; then nothing holds any more.
    fn rests(&self, idle: Duration) -> bool {
        let mut state = self.state.lock();
        let rests = state.asked.elapsed() > idle;
        if rests {
            state.lost();
        }
        rests
    }
}

impl State {
    fn lost(&mut self) {
        self.number += 1;
        self.holds_until = None;
    }
}

/// The channels of one server that somebody may ask about.
#[derive(Default)]
pub(crate) struct Ears {
    channels: Mutex<HashMap<String, Weak<Channel>>>,
    wanted: Notify,
}

impl Ears {
    /// The channel of this name.
    pub(crate) fn channel(self: &Arc<Self>, name: &str) -> Arc<Channel> {
        let mut channels = self.channels.lock();
        if let Some(known) = channels.get(name).and_then(Weak::upgrade) {
            return known;
        }
        let channel = Arc::new(Channel {
            ears: self.clone(),
            state: Mutex::new(State {
                number: 0,
                holds_until: None,
                asked: Instant::now(),
            }),
        });
        channels.insert(name.to_owned(), Arc::downgrade(&channel));
        channel
    }

    /// Those asked about within this time; nothing holds of the others.
    fn in_use(&self, idle: Duration) -> HashMap<String, Arc<Channel>> {
        let mut in_use = HashMap::new();
        self.channels.lock().retain(|name, weak| {
            let Some(channel) = weak.upgrade() else {
                return false;
            };
            if !channel.rests(idle) {
                in_use.insert(name.clone(), channel);
            }
            true
        });
        in_use
    }

    fn ended(&self, name: &str) {
        if let Some(channel) = self.channels.lock().get(name).and_then(Weak::upgrade) {
            channel.ended();
        }
    }

    /// Some may have been missed on every channel.
    fn lost(&self) {
        let channels = self.channels.lock();
        for channel in channels.values().filter_map(Weak::upgrade) {
            channel.lost();
        }
    }
}
