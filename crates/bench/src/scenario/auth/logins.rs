//! Reads while a crowd signs in.

use std::thread;
use std::time::Instant;

use super::browser::Browser;
use super::{Pressed, Running};
use crate::figures::{Figure, Goal};
use crate::load::{on_a_thread, press};
use crate::product::Known;
use crate::{Error, Result};

/// What a crowd came to.
struct Crowd {
    signed_in: usize,
    seconds: f64,
}

/// The p99 of reads while all these people sign in at once, beside the same without them.
pub(super) fn figure(running: &Running<'_>, people: &[Known], alone: &Pressed) -> Result<Figure> {
    (running.bench.say)("reading while a crowd signs in");
    let at = (running.target.address, running.target.host.clone());
    let mut browsers = Vec::new();
    let people = people.to_vec();
    let count = people.len();
    // All pages are open, and all forms filled in, before the first is sent.
    let (ready, opened) = std::sync::mpsc::channel();
    let crowd = thread::spawn(move || {
        on_a_thread(async move {
            for person in &people {
                let mut browser = Browser::open((at.0, &at.1)).await?;
                let form = browser.form_of(person).await?;
                browsers.push((browser, form));
            }
            // Whoever reads has ended where nobody waits.
            let _ = ready.send(());
            all_at_once(browsers).await
        })
    });
    // Where the crowd failed there is nothing to wait for, and its own error says why.
    let _ = opened.recv();
    let beside = press(
        running.target.address,
        &alone.requests,
        200,
        running.bench.press(),
    );
    let crowd = crowd.join();
    let crowd = crowd.map_err(|_| Error::Unexpected("the crowd ended early".to_owned()))??;
    let beside = beside?;
    let note = format!(
        "{} of {count} were signed in after {:.1} s; {:.0} reads/s meanwhile, {:.0} without them",
        crowd.signed_in, crowd.seconds, beside.per_second, alone.measured.per_second
    );
    let what = format!("read by id while {count} people sign in, p99");
    Ok(Figure::new(what, f64::from(beside.p99_us), "µs")
        .beside(f64::from(alone.measured.p99_us))
        .goal(Goal::AtMost(1.5))
        .note(note))
}

/// Sends every form at once, and waits for all answers.
async fn all_at_once(browsers: Vec<(Browser, String)>) -> Result<Crowd> {
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for (mut browser, form) in browsers {
        tasks.push(tokio::spawn(async move { browser.sign_in(&form).await }));
    }
    let mut signed_in = 0;
    for task in tasks {
        let ended = task.await;
        let status = ended.map_err(|error| Error::Unexpected(error.to_string()))??;
        signed_in += usize::from(status == 303);
    }
    Ok(Crowd {
        signed_in,
        seconds: begun.elapsed().as_secs_f64(),
    })
}
