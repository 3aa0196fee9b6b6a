//! `_summary` and `_elements` (R4 3.1.1.5.8 and 3.1.1.5.9): a part of a resource instead of the
//! whole, taken from its stored bytes in one pass.

mod pass;
mod selection;

use bytes::Bytes;
use cresset_definitions::{ResourceType, r4};
use cresset_store::Version;

use crate::fault::{Fault, Kind};
use pass::Pass;
use selection::Selection;

/// Parameters of a request that ask for a part; the rest of a URL is not looked at here.
pub const PARAMETERS: [&str; 2] = ["_summary", "_elements"];

/// Most names in `_elements`.
const NAMES_MAX: usize = 256;

/// Which part of each resource is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subset(Option<Selection>);

impl Subset {
    /// Reads `_summary` and `_elements` out of decoded parameters. `types` are the types an answer
    /// can hold: a name must belong to one of them.
    ///
    /// # Errors
    /// [`Kind::Value`] for a value that cannot be understood, for a parameter given twice, and for
    /// both parameters at once, which contradict each other.
    pub fn parse(pairs: &[(String, String)], types: &[ResourceType]) -> Result<Self, Fault> {
        let (summary, elements) = (one(pairs, "_summary")?, one(pairs, "_elements")?);
        let summary = match summary {
            None | Some("false" | "count") => None,
            Some("true") => Some(Selection::Summary),
            Some("text") => Some(Selection::Text),
            Some("data") => Some(Selection::Data),
            Some(_) => {
                return Err(refused(
                    "_summary",
                    "Give true, text, data, count or false.",
                ));
            }
        };
        match (summary, elements) {
            (Some(_), Some(_)) => Err(refused(
                "_elements",
                "Give either _summary or _elements: each asks for another part.",
            )),
            (None, Some(names)) => elements_of(names, types).map(|named| Self(Some(named))),
            (summary, None) => Ok(Self(summary)),
        }
    }

    /// The same for the answer to a read, which has no count.
    ///
    /// # Errors
    /// As [`Subset::parse`], and [`Kind::Value`] for `_summary=count`.
    pub fn of_one(pairs: &[(String, String)], of: ResourceType) -> Result<Self, Fault> {
        if pairs
            .iter()
            .any(|(name, value)| name == "_summary" && value == "count")
        {
            return Err(refused(
                "_summary",
                "A count is for searches; one resource is read.",
            ));
        }
        Self::parse(pairs, &[of])
    }

    /// The part of a version's body that is asked for, tagged as a part; the whole body as stored
    /// when nothing was asked for.
    pub fn of(&self, version: &Version) -> Bytes {
        let (Some(selection), Some(definition)) = (&self.0, r4().resource(version.resource_type))
        else {
            return version.body.clone();
        };
        if version.body.is_empty() {
            return version.body.clone();
        }
        Bytes::from(Pass::new(&version.body).resource(definition, selection))
    }

    /// Cuts every version to the part that is asked for.
    pub fn cut<'v>(&self, versions: impl IntoIterator<Item = &'v mut Version>) {
        if self.0.is_some() {
            for version in versions {
                version.body = self.of(version);
            }
        }
    }
}

/// The value of a parameter that may be given once.
fn one<'p>(pairs: &'p [(String, String)], name: &str) -> Result<Option<&'p str>, Fault> {
    let mut values = pairs.iter().filter(|(given, _)| given == name);
    let first = values.next().map(|(_, value)| value.as_str());
    match values.next() {
        None => Ok(first),
        Some(_) => Err(refused(name, "The parameter occurs twice; give it once.")),
    }
}

fn elements_of(names: &str, types: &[ResourceType]) -> Result<Selection, Fault> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    if names.len() > NAMES_MAX {
        let text = format!("More than {NAMES_MAX} names are not served.");
        return Err(refused("_elements", &text));
    }
    let mut chosen = Vec::with_capacity(names.len());
    for name in names {
        // Bulk Data puts the type before the name.
        let (of, element) = match name.split_once('.') {
            Some((of, element)) => (ResourceType::parse(of).map(|of| vec![of]), element),
            None => (Some(types.to_vec()), name),
        };
        let of = of.unwrap_or_default();
        if !of.iter().any(|of| has_element(*of, element)) {
            return Err(refused("_elements", &unknown(name, types)));
        }
        chosen.push((of, element.to_owned()));
    }
    Ok(Selection::Elements(chosen))
}

fn has_element(of: ResourceType, name: &str) -> bool {
    r4().resource(of).is_some_and(|definition| {
        definition.element(name).is_some() || definition.choices(name).next().is_some()
    })
}

fn unknown(name: &str, types: &[ResourceType]) -> String {
    let shown: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
        .take(60)
        .collect();
    match types {
        [one] => format!("{one} has no element '{shown}'; name elements of its first level."),
        _ => {
            format!("No type searched has an element '{shown}'; name elements of the first level.")
        }
    }
}

fn refused(parameter: &str, sentence: &str) -> Fault {
    Fault::new(
        Kind::Value,
        format!("Search parameter '{parameter}': {sentence}"),
    )
}
