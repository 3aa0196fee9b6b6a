//! Slot: the free time of one schedule.

use jiff::Span;
use jiff::civil::Date;

/// Parameters that name the slots meant, so that nothing is added.
const BY_ID: [&str; 2] = ["_id", "_filter"];

/// A search names a schedule; it means free slots, from today on, unless it says otherwise.
pub(super) fn searched(pairs: &mut Vec<(String, String)>, today: &str) -> Result<(), &'static str> {
    let says = |name: &str| {
        let is_it = |said: &str| said.split([':', '.']).next() == Some(name);
        pairs.iter().any(|(said, _)| is_it(said))
    };
    if BY_ID.into_iter().any(says) {
        return Ok(());
    }
    if !says("schedule") {
        return Err("'schedule' is missing: a search of Slot names one, as schedule=Schedule/[id]");
    }
    let (has_status, has_start, has_end) = (says("status"), says("start"), says("end"));
    if !has_status {
        pairs.push(("status".to_owned(), "free".to_owned()));
    }
    if !has_start {
        pairs.push(("start".to_owned(), format!("ge{today}")));
    }
    if !has_end && let Some(end) = end(pairs) {
        pairs.push(("end".to_owned(), format!("le{end}")));
    }
    Ok(())
}

/// A week after the start that is asked for, where it is one day or later.
fn end(pairs: &[(String, String)]) -> Option<Date> {
    let mut starts = pairs.iter().filter(|(name, _)| name == "start");
    let (Some((_, start)), None) = (starts.next(), starts.next()) else {
        return None;
    };
    let day = ["ge", "gt", "sa", "eq"]
        .into_iter()
        .find_map(|prefix| start.strip_prefix(prefix))
        .unwrap_or(start);
    let day: Date = day.get(..10)?.parse().ok()?;
    day.checked_add(Span::new().days(7)).ok()
}
