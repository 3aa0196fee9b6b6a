//! Index rows → keys of integers and folded text.

use std::borrow::Cow;
use std::collections::HashSet;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::{DateRange, IndexRow, IndexValue, patient_compartment, text};

use super::parameters::{Column, Own, Parameters, Slot, number_of, own_column};
use super::rid::Rid;
use super::sortable;
use super::words::WordsOf;

/// A date range longer than this also gets a key by its end, in milliseconds.
pub const LONG_MS: i64 = 86_400_000;

/// Where texts become small integers. Each call may add a term.
#[expect(
    clippy::missing_errors_doc,
    reason = "every method fails for one reason, said at the error type"
)]
pub trait Terms {
    /// Why a term could not be looked up or added.
    type Error;
    /// The id of a token; `folded` is its code without regard to case.
    fn token(&mut self, system: Option<&str>, folded: &str) -> Result<i64, Self::Error>;
    /// The id of a uri or of an interned text.
    fn uri(&mut self, uri: &str) -> Result<i64, Self::Error>;
    /// The id of a unit of measure.
    fn unit(&mut self, unit: Unit<'_>) -> Result<i64, Self::Error>;
    /// The id of an ordered pair of ids or codes.
    fn pair(&mut self, first: i64, second: i64) -> Result<i64, Self::Error>;
    /// The id of a set of parameter numbers of a type.
    fn shape(&mut self, resource_type: ResourceType, numbers: &[i64]) -> Result<i64, Self::Error>;
    /// The integer of a resource, given on first mention.
    fn rid(&mut self, resource_type: ResourceType, id: &ResourceId) -> Result<Rid, Self::Error>;
}

/// A unit of measure as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unit<'a> {
    /// `Quantity.system`, empty when absent.
    pub system: &'a str,
    /// `Quantity.code`, empty when absent.
    pub code: &'a str,
    /// `Quantity.unit`, empty when absent.
    pub unit: &'a str,
}

/// A row of a table of integers: parameter column, value, weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Parameter column.
    pub p: Column,
    /// First value.
    pub v: i64,
    /// Second value, 0 where there is none.
    pub w: i64,
}

/// A local reference: parameter column and the resource it points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Parameter column.
    pub p: Column,
    /// Integer of the resource it points to.
    pub v: i64,
}

/// A row of the table of texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextKey {
    /// Parameter column.
    pub p: Column,
    /// Folded text.
    pub text: String,
    /// Hash of the original, 0 when it is the folded text.
    pub hash: i64,
}

/// The words of one part of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordKey {
    /// Parameter column.
    pub p: Column,
    /// Which part.
    pub part: WordsOf,
    /// Each word once, in order, with blanks between.
    pub words: String,
}

/// All keys of one resource, each list sorted and without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Equality kinds.
    pub index: Vec<Key>,
    /// Range kinds.
    pub ranges: Vec<Key>,
    /// Strings.
    pub texts: Vec<TextKey>,
    /// Local references once more, to be kept by the resource they stand in.
    pub targets: Vec<Target>,
    /// Words, where the instance keeps them.
    pub words: Vec<WordKey>,
    /// The id of the set of parameters that have a value.
    pub shape: i64,
}

/// Keys that one version of a resource has and another has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed<'k> {
    /// Equality kinds.
    pub index: Vec<&'k Key>,
    /// Range kinds.
    pub ranges: Vec<&'k Key>,
    /// Strings.
    pub texts: Vec<&'k TextKey>,
    /// Local references.
    pub targets: Vec<&'k Target>,
    /// Words.
    pub words: Vec<&'k WordKey>,
}

impl Keys {
    /// What the other keys have not.
    pub fn without<'k>(&'k self, other: &Self) -> Changed<'k> {
        fn missing<'k, T: Ord>(of: &'k [T], without: &[T]) -> Vec<&'k T> {
            of.iter()
                .filter(|key| without.binary_search(key).is_err())
                .collect()
        }
        Changed {
            index: missing(&self.index, &other.index),
            ranges: missing(&self.ranges, &other.ranges),
            texts: missing(&self.texts, &other.texts),
            targets: missing(&self.targets, &other.targets),
            words: missing(&self.words, &other.words),
        }
    }

    /// With another set of parameters: the one the tables have of a resource that was indexed by
    /// earlier rules.
    #[must_use]
    pub fn with_shape(mut self, resource_type: ResourceType, shape: i64) -> Self {
        let p = own_column(resource_type, Own::Shape);
        for key in self.index.iter_mut().filter(|key| key.p == p) {
            key.v = shape;
        }
        self.index.sort_unstable();
        self.shape = shape;
        self
    }

    /// The keys of some parameters, by the numbers of these, and that of the set of all.
    #[must_use]
    pub fn only(self, resource_type: ResourceType, numbers: &HashSet<i64>) -> Self {
        let shape = own_column(resource_type, Own::Shape);
        self.retain(|p| p == shape || number_of(p).is_some_and(|n| numbers.contains(&n)))
    }

    /// The keys without those of the parameters with these numbers.
    #[must_use]
    pub fn except(self, numbers: &HashSet<i64>) -> Self {
        self.retain(|p| number_of(p).is_none_or(|n| !numbers.contains(&n)))
    }

    fn retain(mut self, is_kept: impl Fn(Column) -> bool) -> Self {
        self.index.retain(|key| is_kept(key.p));
        self.ranges.retain(|key| is_kept(key.p));
        self.texts.retain(|key| is_kept(key.p));
        self.targets.retain(|key| is_kept(key.p));
        self.words.retain(|key| is_kept(key.p));
        self
    }

    /// With the key of the instant at which the version was written.
    #[must_use]
    pub fn with_update(mut self, resource_type: ResourceType, updated_ms: i64) -> Self {
        let key = Key {
            p: own_column(resource_type, Own::Updated),
            v: updated_ms,
            w: 0,
        };
        if let Err(at) = self.ranges.binary_search(&key) {
            self.ranges.insert(at, key);
        }
        self
    }
}

/// The tables encoding needs.
#[derive(Debug, Clone)]
pub struct Encoder {
    /// Stored numbers.
    pub parameters: Parameters,
}

/// A resource about to be encoded.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its type.
    pub resource_type: ResourceType,
    /// Its id.
    pub id: &'a ResourceId,
    /// Its rows.
    pub rows: &'a [IndexRow<'a>],
}

/// A code as tokens are matched: without regard to case.
pub fn fold_code(code: &str) -> Cow<'_, str> {
    let folded = code.is_ascii() && !code.bytes().any(|b| b.is_ascii_uppercase());
    if folded {
        Cow::Borrowed(code)
    } else {
        Cow::Owned(code.to_lowercase())
    }
}

/// Encodes all rows of a resource and those it has without parameters (compartment, shape); the
/// row of its last update is the backend's, which alone knows the instant.
///
/// # Errors
/// Those of the terms.
pub fn encode<T: Terms>(
    encoder: &Encoder,
    subject: Subject<'_>,
    terms: &mut T,
) -> Result<Keys, T::Error> {
    let mut writer = KeyWriter {
        encoder,
        terms,
        keys: Keys::default(),
    };
    // What has no number was retired by another program.
    let has_number = |row: &&IndexRow<'_>| encoder.parameters.number(row.parameter) >= 0;
    for row in subject.rows.iter().filter(has_number) {
        writer.row(row)?;
    }
    writer.own_rows(subject)?;
    let mut keys = writer.keys;
    keys.index.sort_unstable();
    keys.index.dedup();
    keys.ranges.sort_unstable();
    keys.ranges.dedup();
    keys.texts.sort_unstable();
    keys.texts.dedup();
    keys.targets.sort_unstable();
    keys.targets.dedup();
    Ok(keys)
}

struct KeyWriter<'e, T> {
    encoder: &'e Encoder,
    terms: &'e mut T,
    keys: Keys,
}

impl<T: Terms> KeyWriter<'_, T> {
    fn row(&mut self, row: &IndexRow<'_>) -> Result<(), T::Error> {
        let parameters = &self.encoder.parameters;
        let own = parameters.column(row.parameter, Slot::Own);
        match &row.value {
            IndexValue::Local(target, id) => {
                let aliased = parameters
                    .alias(row.parameter)
                    .is_some_and(|alias| alias.target == *target);
                if !aliased {
                    let v = self.terms.rid(*target, id)?.0;
                    self.point(own, v);
                    self.keys.targets.push(Target { p: own, v });
                }
            }
            IndexValue::Elsewhere(uri) | IndexValue::Uri(uri) => {
                let v = self.terms.uri(uri)?;
                self.point(parameters.column(row.parameter, Slot::Uri), v);
            }
            IndexValue::ReferenceIdentifier { system, value } => {
                let v = self.terms.token(system.as_deref(), &fold_code(value))?;
                self.point(parameters.column(row.parameter, Slot::Identifier), v);
            }
            IndexValue::Token { system, code } => {
                let v = self.terms.token(system.as_deref(), &fold_code(code))?;
                self.point(own, v);
            }
            IndexValue::Said(said) => {
                let v = self.terms.uri(&text::fold(said))?;
                self.point(parameters.column(row.parameter, Slot::Said), v);
            }
            IndexValue::OfType {
                system,
                code,
                value,
            } => {
                let of = self.terms.token(system.as_deref(), &fold_code(code))?;
                let value = self.terms.token(None, &fold_code(value))?;
                let v = self.terms.pair(of, value)?;
                self.point(parameters.column(row.parameter, Slot::OfType), v);
            }
            IndexValue::Date(range) => {
                self.date(own, parameters.column(row.parameter, Slot::LongEnd), *range);
            }
            IndexValue::Number(value) => self.keys.ranges.push(Key {
                p: own,
                v: sortable::number(*value),
                w: 0,
            }),
            IndexValue::Quantity { value, .. } => {
                let w = self.unit(&row.value)?;
                self.keys.ranges.push(Key {
                    p: own,
                    v: sortable::number(*value),
                    w,
                });
            }
            IndexValue::Text(original) => self.text(own, original),
            IndexValue::Place {
                latitude,
                longitude,
            } => self.keys.ranges.push(Key {
                p: own,
                v: sortable::number(*latitude),
                w: sortable::number(*longitude),
            }),
            IndexValue::Composite(parts) => self.composite(own, parts)?,
        }
        Ok(())
    }

    fn own_rows(&mut self, subject: Subject<'_>) -> Result<(), T::Error> {
        let compartment = own_column(subject.resource_type, Own::Compartment);
        for patient in patient_compartment(subject.resource_type, subject.id, subject.rows) {
            if let Some(patient_type) = ResourceType::parse("Patient") {
                let v = self.terms.rid(patient_type, &patient)?.0;
                self.point(compartment, v);
            }
        }
        let mut numbers: Vec<i64> = subject
            .rows
            .iter()
            .map(|row| self.encoder.parameters.number(row.parameter))
            .filter(|number| *number >= 0)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        self.keys.shape = self.terms.shape(subject.resource_type, &numbers)?;
        self.point(
            own_column(subject.resource_type, Own::Shape),
            self.keys.shape,
        );
        Ok(())
    }

    fn point(&mut self, p: Column, v: i64) {
        self.keys.index.push(Key { p, v, w: 0 });
    }

    fn date(&mut self, own: Column, long_end: Column, range: DateRange) {
        self.keys.ranges.push(Key {
            p: own,
            v: range.start_ms,
            w: range.end_ms,
        });
        if range.end_ms.saturating_sub(range.start_ms) > LONG_MS {
            self.keys.ranges.push(Key {
                p: long_end,
                v: range.end_ms,
                w: range.start_ms,
            });
        }
    }

    fn text(&mut self, p: Column, original: &str) {
        let text = text::fold(original);
        let hash = if text == original {
            0
        } else {
            sortable::text_hash(original)
        };
        self.keys.texts.push(TextKey { p, text, hash });
    }

    fn unit(&mut self, value: &IndexValue<'_>) -> Result<i64, T::Error> {
        let IndexValue::Quantity {
            system, code, unit, ..
        } = value
        else {
            return Ok(0);
        };
        let unit = Unit {
            system: system.as_deref().unwrap_or_default(),
            code: code.as_deref().unwrap_or_default(),
            unit: unit.as_deref().unwrap_or_default(),
        };
        let bare = Unit {
            system: "",
            code: "",
            unit: "",
        };
        if unit == bare {
            Ok(0)
        } else {
            self.terms.unit(unit)
        }
    }

    /// `v` names what must be equal, `w` is the second part's value; what a range part has besides
    /// its value (a unit, a duration, a third part) is paired into `v`.
    fn composite(&mut self, p: Column, parts: &[IndexValue<'_>]) -> Result<(), T::Error> {
        let [first, second, rest @ ..] = parts else {
            return Ok(());
        };
        let Some(mut v) = self.part(first)? else {
            return Ok(());
        };
        for third in rest {
            let Some(code) = self.part(third)? else {
                return Ok(());
            };
            v = self.terms.pair(v, code)?;
        }
        v = match second {
            IndexValue::Quantity { .. } => {
                let unit = self.unit(second)?;
                self.terms.pair(v, unit)?
            }
            IndexValue::Date(range) => self
                .terms
                .pair(v, range.end_ms.saturating_sub(range.start_ms))?,
            _ => v,
        };
        if let Some(w) = self.part(second)? {
            self.keys.index.push(Key { p, v, w });
        }
        Ok(())
    }

    fn part(&mut self, value: &IndexValue<'_>) -> Result<Option<i64>, T::Error> {
        Ok(Some(match value {
            IndexValue::Token { system, code } => {
                self.terms.token(system.as_deref(), &fold_code(code))?
            }
            IndexValue::Local(target, id) => self.terms.rid(*target, id)?.0,
            IndexValue::Elsewhere(uri) | IndexValue::Uri(uri) => self.terms.uri(uri)?,
            IndexValue::Text(original) => self.terms.uri(&text::fold(original))?,
            IndexValue::Number(value) | IndexValue::Quantity { value, .. } => {
                sortable::number(*value)
            }
            IndexValue::Date(range) => range.start_ms,
            IndexValue::ReferenceIdentifier { .. }
            | IndexValue::Said(_)
            | IndexValue::OfType { .. }
            | IndexValue::Place { .. }
            | IndexValue::Composite(_) => return Ok(None),
        }))
    }
}

/// Whether keys of this column are also kept by resource, for probes and sort keys.
pub fn by_resource(column: Column) -> bool {
    super::parameters::slot_of(column) == Some(Slot::Own)
}
