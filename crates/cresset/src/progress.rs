//! Progress for what takes longer than a second: a bar on a terminal, now and then a line elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// After how long a bar appears.
const PATIENCE: Duration = Duration::from_secs(1);
/// Seconds between two lines where there is no terminal.
const LINE_EVERY_S: u64 = 5;

/// How far something has come.
pub(crate) struct Progress {
    bar: ProgressBar,
    what: &'static str,
    begun: Instant,
    lines: bool,
    last_line_s: AtomicU64,
}

impl Progress {
    /// Begins; `total` in the unit that [`Self::at`] will speak of.
    pub(crate) fn new(what: &'static str, total: u64, bytes: Unit) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let numbers = match bytes {
            Unit::Bytes => "{binary_bytes}/{binary_total_bytes}",
            Unit::Things => "{human_pos}/{human_len}",
        };
        let template = format!("{{prefix}} {{wide_bar}} {numbers} {{msg}} {{eta}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        Self {
            bar,
            what,
            begun: Instant::now(),
            lines: !stderr().is_terminal(),
            last_line_s: AtomicU64::new(0),
        }
    }

    /// So much is done.
    pub(crate) fn at(&self, done: u64, message: impl Into<String>) {
        self.bar.set_message(message.into());
        self.bar.set_position(done);
        let elapsed = self.begun.elapsed();
        if self.lines {
            self.line(elapsed.as_secs());
        } else if elapsed > PATIENCE && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn line(&self, second: u64) {
        let last = self.last_line_s.load(Ordering::Relaxed);
        if second >= last + LINE_EVERY_S {
            self.last_line_s.store(second, Ordering::Relaxed);
            let total = self.bar.length().unwrap_or_default().max(1);
            let percent = (self.bar.position() * 100 / total).min(100);
            output::note(format_args!(
                "{} {percent} % {}",
                self.what,
                self.bar.message()
            ));
        }
    }

    /// It is done; the bar goes away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// What a bar counts.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Bytes,
    Things,
}
