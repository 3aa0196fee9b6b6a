//! What stands against a body: all of it in one answer, each thing once.

use cresset_rules::{Refusal, RefusalKind};

use crate::fault::{Fault, Issue, Kind};

/// What was found so far.
#[derive(Default)]
pub(super) struct Faults(Option<Fault>);

impl Faults {
    /// Notes a fault of the body.
    pub(super) fn take(&mut self, outcome: Result<(), Fault>) {
        if let Err(fault) = outcome {
            self.note(fault);
        }
    }

    /// Notes what a behaviour refuses, but for what lies where something was found already: it was
    /// judged by what should not be there.
    pub(super) fn add(&mut self, refusals: Vec<Refusal>) {
        for refusal in refusals {
            if !self.is_about(&refusal.path) {
                self.note(of_refusal(refusal));
            }
        }
    }

    /// The outcome of a step that comes after the body; where it fails, the faults of the body are
    /// told instead.
    pub(super) fn before<T>(&mut self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        outcome.map_err(|fault| self.0.take().unwrap_or(fault))
    }

    /// Nothing, if nothing was found.
    pub(super) fn none(self) -> Result<(), Fault> {
        self.0.map_or(Ok(()), Err)
    }

    /// A body that is malformed is told so, whatever business rules it breaks beside.
    fn note(&mut self, fault: Fault) {
        match &mut self.0 {
            None => self.0 = Some(fault),
            Some(found) => {
                if found.kind == Kind::BusinessRule {
                    found.kind = fault.kind;
                }
                found.issues.extend(fault.issues);
            }
        }
    }

    fn is_about(&self, path: &str) -> bool {
        let issues = self.0.iter().flat_map(|fault| &fault.issues);
        let mut places = issues.filter_map(|issue: &Issue| issue.expression.as_deref());
        places.any(|place| is_within(place, path) || is_within(path, place) && place.contains('.'))
    }
}

/// Whether a path is `above` or lies below it.
fn is_within(path: &str, above: &str) -> bool {
    let below = path.strip_prefix(above);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn of_refusal(refusal: Refusal) -> Fault {
    let kind = match refusal.kind {
        RefusalKind::Invalid => Kind::Invalid,
        RefusalKind::BusinessRule => Kind::BusinessRule,
    };
    Fault::new(kind, refusal.text).at(refusal.path)
}

#[cfg(test)]
mod tests {
    use super::Faults;
    use crate::fault::{Fault, Kind};
    use cresset_rules::Refusal;

    #[test]
    fn everything_is_told_once_and_a_malformed_body_is_malformed() {
        let mut faults = Faults::default();
        faults.add(vec![Refusal::rule("Task.owner", "Nobody owns it")]);
        faults.take(Err(Fault::new(Kind::Invalid, "No text").at("Task.note[0]")));
        faults.add(vec![
            Refusal::rule("Task.note[0].text", "Too short"),
            Refusal::rule("Task.note[01]", "Another one"),
        ]);
        let fault = faults.none().unwrap_err();
        let texts: Vec<_> = fault.issues.iter().map(|i| i.text.as_str()).collect();
        assert_eq!(fault.kind, Kind::Invalid);
        assert_eq!(texts, ["Nobody owns it", "No text", "Another one"]);
    }

    #[test]
    fn a_fault_of_the_body_goes_before_what_it_is_about() {
        let unknown = || Err::<(), _>(Fault::new(Kind::NotFound, "Unknown"));
        let mut faults = Faults::default();
        assert_eq!(faults.before(unknown()).unwrap_err().kind, Kind::NotFound);
        faults.take(Err(Fault::new(Kind::Invalid, "No text")));
        assert_eq!(faults.before(unknown()).unwrap_err().kind, Kind::Invalid);
    }
}
