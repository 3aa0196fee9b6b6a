//! Which `SearchParameter` resources define which search parameters of an instance.

use cresset_base::Limits;
use cresset_definitions::{Definition, ResourceType};
use cresset_model::{Bounds, parse};
use cresset_search::define;

use crate::write::{Refusal, Written};

/// Numbers an instance gives before it defines no more: the sets of parameters hold 65,536, and later
/// programs need some for themselves.
const NUMBERS_MAX: i64 = 32_768;

/// What the resources of an instance define.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// With the integer of the resource.
    held: Vec<(i64, Definition)>,
    /// Numbers that may still be given.
    left: usize,
}

impl Definitions {
    /// Of these resources, in an instance that gives this number next.
    pub fn new(held: Vec<(i64, Definition)>, next: i64) -> Self {
        let left = usize::try_from(NUMBERS_MAX.saturating_sub(next)).unwrap_or_default();
        Self { held, left }
    }

    /// All of them, each with the integer of its resource.
    pub fn lines(&self) -> &[(i64, Definition)] {
        &self.held
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Definition> {
        self.held.iter().map(|(_, definition)| definition)
    }

    /// Puts what a resource defines now in the place of what it defined; whether that is another thing.
    ///
    /// # Errors
    /// [`Refusal::Defined`], [`Refusal::TooManyDefined`], [`Refusal::NumbersExhausted`]; then nothing is
    /// changed.
    pub fn replace(
        &mut self,
        by: i64,
        mut wanted: Vec<Definition>,
        most: usize,
    ) -> Result<bool, Refusal> {
        wanted.sort_by(|a, b| (a.resource_type, &a.code).cmp(&(b.resource_type, &b.code)));
        let (before, others): (Vec<_>, Vec<_>) =
            self.held.iter().cloned().partition(|(rid, _)| *rid == by);
        let before: Vec<Definition> = before.into_iter().map(|(_, held)| held).collect();
        if before == wanted {
            return Ok(false);
        }
        let is_taken = |wanted: &Definition| {
            let mut others = others.iter().map(|(_, other)| other);
            others.any(|o| o.resource_type == wanted.resource_type && o.code == wanted.code)
        };
        if wanted.iter().any(is_taken) {
            return Err(Refusal::Defined);
        }
        let new = wanted.iter().filter(|w| !before.contains(w)).count();
        let is_more = wanted.len() > before.len();
        if is_more && others.len() + wanted.len() > most {
            return Err(Refusal::TooManyDefined);
        }
        if new > self.left {
            return Err(Refusal::NumbersExhausted);
        }
        self.left -= new;
        self.held = others;
        self.held.extend(wanted.into_iter().map(|w| (by, w)));
        Ok(true)
    }
}

/// A definition as tables keep it.
///
/// # Errors
/// None that happens.
pub fn written(definition: &Definition) -> serde_json::Result<String> {
    serde_json::to_string(definition)
}

/// A definition that tables kept.
///
/// # Errors
/// When it is none.
pub fn read(text: &str) -> serde_json::Result<Definition> {
    serde_json::from_str(text)
}

/// Whether resources of a type define search parameters.
pub fn defines(of: ResourceType) -> bool {
    of.name() == "SearchParameter"
}

/// What a resource of such a type defines after a change; `None` where there was nothing to change.
/// One that something is wrong with defines nothing; that was looked for before.
pub fn defined_by(written: &Written, limits: &Limits) -> Option<Vec<Definition>> {
    let version = match written {
        Written::Created(version) | Written::Updated(version) | Written::Unchanged(version) => {
            version
        }
        Written::Deleted(_) => return Some(Vec::new()),
        Written::NothingToDelete => return None,
    };
    let tree = parse(&version.body, Bounds::from(limits)).ok();
    Some(tree.and_then(|tree| define(&tree).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Definition, Definitions, NUMBERS_MAX, Refusal, ResourceType};
    use cresset_definitions::SearchType;

    fn definition(code: &str, expression: &str) -> Definition {
        Definition {
            resource_type: ResourceType::parse("Patient").unwrap(),
            code: code.to_owned(),
            url: "http://example.org/x".to_owned(),
            search_type: SearchType::Token,
            expression: expression.to_owned(),
            targets: Vec::new(),
            components: Vec::new(),
        }
    }

    #[test]
    fn a_code_is_defined_once_and_there_are_so_many() {
        let mut held = Definitions::new(Vec::new(), 0);
        assert_eq!(held.replace(1, vec![definition("a", "x")], 2), Ok(true));
        assert_eq!(held.replace(1, vec![definition("a", "x")], 2), Ok(false));
        let taken = held.replace(2, vec![definition("a", "y")], 2);
        assert_eq!(taken, Err(Refusal::Defined));
        assert_eq!(held.replace(2, vec![definition("b", "y")], 2), Ok(true));
        let too_many = held.replace(3, vec![definition("c", "y")], 2);
        assert_eq!(too_many, Err(Refusal::TooManyDefined));
        // Also where the limit was lowered, one can be changed and all be taken back.
        assert_eq!(held.replace(2, vec![definition("b", "z")], 1), Ok(true));
        assert_eq!(held.replace(1, Vec::new(), 1), Ok(true));
        let codes: Vec<&str> = held.all().map(|d| d.code.as_str()).collect();
        assert_eq!(codes, ["b"]);
    }

    #[test]
    fn numbers_come_to_an_end() {
        let mut held = Definitions::new(Vec::new(), NUMBERS_MAX - 1);
        assert_eq!(held.replace(1, vec![definition("a", "x")], 9), Ok(true));
        let changed = held.replace(1, vec![definition("a", "y")], 9);
        assert_eq!(changed, Err(Refusal::NumbersExhausted));
        assert_eq!(held.replace(1, Vec::new(), 9), Ok(true));
    }
}
