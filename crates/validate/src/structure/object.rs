//! An object: its members one by one, then what is missing.

use cresset_definitions::{Element as Definition, TypeDef, TypeKind};
use cresset_model::{Element, Kind};

use super::Walk;
use super::rules::Judged;
use crate::issue::{Harm, IssueType};
use crate::place::Place;
use crate::rules::{self, Present, TypeRules};

/// Most choices one type has (`ElementDefinition` has five).
const CHOICES_MAX: usize = 8;

/// An object and what its members have shown so far.
struct Object<'t> {
    value: Element<'t>,
    of: &'static TypeDef,
    /// A bit per position in [`TypeDef::required`].
    required: u64,
    /// The member taken of each choice met.
    choices: [Option<&'static Definition>; CHOICES_MAX],
    rules: &'static TypeRules,
    /// The children that are there.
    present: Present,
    /// Those that something is wrong with, in themselves or below.
    harmed: Present,
    /// Those that are missing or wrong in themselves.
    unusable: Present,
}

impl<'t> Walk<'t, '_> {
    /// Checks an object against a type that has elements.
    pub(super) fn object(&mut self, value: Element<'t>, of: &'static TypeDef, place: &Place<'_>) {
        if !self.descend(place) {
            return;
        }
        if value.kind() != Kind::Object {
            return self.malformed(IssueType::Structure, place, "must be a JSON object");
        }
        if value.len() == 0 {
            let text = "must not be empty; leave the element out instead";
            return self.malformed(IssueType::Structure, place, text);
        }
        let Some(rules) = rules::of_type(self.tables, of) else {
            return;
        };
        let mut object = Object {
            value,
            of,
            required: 0,
            choices: [None; CHOICES_MAX],
            rules,
            present: Present::default(),
            harmed: Present::default(),
            unusable: Present::default(),
        };
        for (_, member) in value.members() {
            self.member(&mut object, member, place);
        }
        self.missing(&mut object, place);
        self.structural_rules(value, of, place);
        if !matches!(of.kind, TypeKind::Primitive(_)) {
            let judged = Judged {
                element: value,
                type_ix: object.rules.type_ix,
                present: Some(object.present),
                harmed: object.harmed,
                unusable: object.unusable,
            };
            self.judge(&object.rules.own, &judged, place);
        }
    }

    fn member(&mut self, object: &mut Object<'t>, member: Element<'t>, place: &Place<'_>) {
        let (name, of) = (member.name(), object.of);
        let companion = name.strip_prefix('_');
        let position = of.elements.position(companion.unwrap_or(name));
        let Some((at, definition)) = position.zip(position.and_then(|at| at_position(of, at)))
        else {
            if name != "resourceType" || !matches!(of.kind, TypeKind::Resource(_)) {
                self.unknown(of, name, place);
            }
            return;
        };
        if definition.min > 0 {
            object.required |= required_bit(of, definition);
        }
        let slot = object.rules.slots.at(at);
        object.present.add(slot);
        let (errors, since) = (self.issues.errors(), self.issues.len());
        if self.choice(definition, object, place) {
            object.unusable.add(slot);
        }
        let place = place.property(definition.name, definition.choice);
        if companion.is_some() {
            self.companion(object.value, member, definition, &place);
        } else {
            self.property(object.value, member, definition, &place);
            if !definition.constraints.is_empty() {
                let is_sound = self.issues.errors() == errors;
                let rules = object.rules.of_element(at);
                self.judge_values(rules, (member, is_sound), definition, &place);
            }
        }
        if self.issues.errors() > errors {
            object.harmed.add(slot);
            if self.issues.is_harmed(&place.path(), since) {
                object.unusable.add(slot);
            }
        }
    }

    fn unknown(&mut self, of: &'static TypeDef, name: &str, place: &Place<'_>) {
        // A member name is text of the caller; it is repeated only when it looks like a name.
        let plain =
            name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let text = if plain {
            format!(
                "must not have an element '{name}': R4 defines none for {}",
                of.name
            )
        } else {
            format!(
                "must not have an element that R4 does not define for {}",
                of.name
            )
        };
        self.error(IssueType::Structure, place, &text);
    }

    /// At most one member of a choice may be there; whether another one is.
    fn choice(
        &mut self,
        definition: &'static Definition,
        object: &mut Object<'t>,
        place: &Place<'_>,
    ) -> bool {
        let Some(choice) = definition.choice else {
            return false;
        };
        for taken in &mut object.choices {
            match taken {
                None => {
                    *taken = Some(definition);
                    return false;
                }
                Some(first) if first.choice == Some(choice) => {
                    let differs = first.name != definition.name;
                    if differs {
                        let (a, b) = (first.name, definition.name);
                        let text = format!("must have only one of {choice}[x], not {a} and {b}");
                        self.error(IssueType::Structure, place, &text);
                        let place = place.property(choice, None);
                        self.issues.harm(&place, Harm::Unusable);
                    }
                    return differs;
                }
                Some(_) => {}
            }
        }
        false
    }

    fn missing(&mut self, object: &mut Object<'t>, place: &Place<'_>) {
        let (of, seen) = (object.of, object.required);
        let all = 1_u64
            .checked_shl(bits(of.required.len()))
            .map_or(u64::MAX, |b| b - 1);
        if seen == all {
            return;
        }
        for (at, name) in of.required.iter().enumerate() {
            if seen & bit(at) == 0 {
                let text = match name.strip_suffix("[x]") {
                    Some(choice) => format!("must have one {choice}[x]"),
                    None => format!("must have '{name}'"),
                };
                self.error(IssueType::Required, place, &text);
                let name = name.strip_suffix("[x]").unwrap_or(name);
                self.issues
                    .harm(&place.property(name, None), Harm::Unusable);
                let slot = object.rules.slots.bit(name).unwrap_or_default();
                object.harmed.add(slot);
                object.unusable.add(slot);
            }
        }
    }

    /// The rules of a type that are its structure rather than expressions.
    fn structural_rules(&mut self, value: Element<'t>, of: &'static TypeDef, place: &Place<'_>) {
        // A resource may be its id alone; a primitive has its value elsewhere.
        if matches!(of.kind, TypeKind::Complex | TypeKind::Inline) && is_id_alone(value) {
            return self.error(IssueType::Invariant, place, ID_ALONE);
        }
        if of.name == "Bundle.entry" {
            self.full_url(value, place);
        }
        if of.name == "Extension" {
            self.extension(value, of, place);
            self.known_extension(value, place);
        }
    }

    /// `ext-1`: a value or extensions, never both, never neither.
    fn extension(&mut self, value: Element<'t>, of: &'static TypeDef, place: &Place<'_>) {
        let of_choice = |name: &str| {
            let name = name.strip_prefix('_').unwrap_or(name);
            name.starts_with("value") && of.element(name).is_some()
        };
        let has_value = value.members().any(|(name, _)| of_choice(name));
        let text = match (has_value, value.get("extension").is_some()) {
            (true, true) => "must have a value or extensions, not both",
            (false, false) => "must have a value or extensions",
            _ => return,
        };
        self.error(IssueType::Invariant, place, text);
    }
}

fn at_position(of: &'static TypeDef, at: usize) -> Option<&'static Definition> {
    of.elements.into_iter().nth(at)
}

/// `ele-1`: every element has a value or children.
pub(super) const ID_ALONE: &str = "must have a value or an extension beside its id";

/// Whether an object has an id and nothing else.
pub(super) fn is_id_alone(value: Element<'_>) -> bool {
    value.len() == 1 && value.get("id").is_some()
}

/// The bit of the element (or its choice) among the required ones of its type.
fn required_bit(of: &TypeDef, definition: &Definition) -> u64 {
    let is = |required: &&&str| match definition.choice {
        Some(choice) => required.strip_suffix("[x]") == Some(choice),
        None => **required == definition.name,
    };
    of.required.iter().position(|r| is(&r)).map_or(0, bit)
}

fn bits(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn bit(at: usize) -> u64 {
    1_u64.checked_shl(bits(at)).unwrap_or(0)
}
