//! `ValueSet.compose.include.filter`: the codes of a system that pass.

use cresset_model::Element;

use super::codes::{Codes, Known};
use crate::fault::{Fault, Kind};

/// One filter.
pub(super) struct Filter {
    test: Test,
    value: String,
}

#[derive(Clone, Copy)]
enum Test {
    IsA,
    DescendentOf,
    IsNotA,
    Is,
    In,
    NotIn,
    ChildOf,
}

impl Filter {
    /// Of an element of a value set.
    ///
    /// # Errors
    /// [`Kind::BusinessRule`] for a property or an operation that is not served.
    pub(super) fn of(filter: Element<'_>) -> Result<Self, Fault> {
        let member = |name| {
            let value = filter.get(name).and_then(Element::as_str);
            value.unwrap_or_default()
        };
        let test = match (member("property"), member("op")) {
            ("concept" | "code", "is-a") => Test::IsA,
            ("concept" | "code", "descendent-of") => Test::DescendentOf,
            ("concept" | "code", "is-not-a") => Test::IsNotA,
            ("concept" | "code", "=") => Test::Is,
            ("concept" | "code", "in") => Test::In,
            ("concept" | "code", "not-in") => Test::NotIn,
            ("parent", "=") => Test::ChildOf,
            _ => {
                let text = "The value set filters by something other than concept, code or parent, which is not served";
                return Err(Fault::coded(Kind::BusinessRule, "not-supported", text));
            }
        };
        Ok(Self {
            test,
            value: member("value").to_owned(),
        })
    }

    /// Whether a code passes.
    pub(super) fn passes(&self, codes: &Codes, code: &str) -> Result<bool, Fault> {
        let value = self.value.as_str();
        let listed = || value.split(',').any(|v| v.trim() == code);
        Ok(match self.test {
            Test::IsA => code == value || codes.subsumes(value, code)?,
            Test::DescendentOf => codes.subsumes(value, code)?,
            Test::IsNotA => code != value && !codes.subsumes(value, code)?,
            Test::Is => code == value,
            Test::In => listed(),
            Test::NotIn => !listed(),
            Test::ChildOf => {
                let known = codes.known(code)?;
                known.is_some_and(|k| k.parents.iter().any(|parent| parent == value))
            }
        })
    }

    /// The few codes that may pass, where they can be told without looking at all.
    fn candidates(&self, codes: &Codes, most: usize) -> Result<Option<Vec<Known>>, Fault> {
        Ok(match self.test {
            Test::IsA => {
                let mut all = codes.listed(Some(&self.value), most)?;
                all.extend(codes.known(&self.value)?);
                Some(all)
            }
            Test::DescendentOf | Test::ChildOf => Some(codes.listed(Some(&self.value), most)?),
            Test::Is => Some(codes.known(&self.value)?.into_iter().collect()),
            Test::In => {
                let mut all = Vec::new();
                for code in self.value.split(',') {
                    all.extend(codes.known(code.trim())?);
                }
                Some(all)
            }
            Test::IsNotA | Test::NotIn => None,
        })
    }
}

/// The codes of a system that pass all filters. Of no more than `most` codes it is asked whether they
/// do; more are said to be too many.
pub(super) fn passing(codes: &Codes, filters: &[Filter], most: usize) -> Result<Vec<Known>, Fault> {
    let mut passed = None;
    for filter in filters {
        passed = filter.candidates(codes, most.saturating_add(1))?;
        if passed.is_some() {
            break;
        }
    }
    let mut passed = match passed {
        Some(passed) => passed,
        None => codes.listed(None, most.saturating_add(1))?,
    };
    if passed.len() > most {
        return Err(too_many(most));
    }
    for filter in filters {
        let mut kept = Vec::with_capacity(passed.len());
        for known in passed {
            if filter.passes(codes, &known.code)? {
                kept.push(known);
            }
        }
        passed = kept;
    }
    Ok(passed)
}

/// More codes than are listed.
pub(super) fn too_many(most: usize) -> Fault {
    let text =
        format!("The value set has more than {most} codes, which is more than is listed here");
    Fault::coded(Kind::BusinessRule, "too-costly", text)
}
