//! From the parts of a parameter to a value of a FHIR type, and the property that holds it.

use cresset_definitions::{Element as Definition, TypeIx, r4};
use cresset_model::{Element, Value};

use super::operation::{Content, name_of};
use crate::fault::{Fault, Kind};
use crate::patch::refused;

/// A property of a type.
pub(super) struct Property {
    /// As JSON spells it: `valueQuantity`.
    pub(super) name: String,
    pub(super) type_ix: TypeIx,
    pub(super) is_array: bool,
}

impl Property {
    /// The property `name` of a type, a choice decided by the type of the content.
    pub(super) fn find(owner: TypeIx, name: &str, content: &Content) -> Result<Self, Fault> {
        property(owner, name, content.suffix())
    }
}

fn property(owner: TypeIx, name: &str, suffix: Option<&str>) -> Result<Property, Fault> {
    let definition = r4().type_at(owner).and_then(|owner| {
        let chosen = |definition: &&Definition| {
            definition.name.strip_prefix(name) == suffix && suffix.is_some()
        };
        owner
            .element(name)
            .or_else(|| owner.choices(name).find(chosen))
    });
    let definition = definition.ok_or_else(|| {
        let owner = r4().type_at(owner).map_or("", |owner| owner.name);
        let named: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(64)
            .collect();
        refused(
            "processing",
            format!("{owner} has no element '{named}' of this type"),
        )
    })?;
    Ok(Property {
        name: definition.name.to_owned(),
        type_ix: definition.type_ix,
        is_array: definition.is_array(),
    })
}

/// `("Quantity", …)` of a part with `valueQuantity`.
pub(super) fn chosen(part: Element<'_>) -> Option<(&str, Element<'_>)> {
    part.members().find_map(|(name, value)| {
        let suffix = name.strip_prefix("value")?;
        let is_type = suffix.starts_with(|c: char| c.is_ascii_uppercase());
        is_type.then_some((suffix, value))
    })
}

/// The value of a part for an element of type `type_ix`.
pub(super) fn value(part: Element<'_>, type_ix: TypeIx) -> Result<Value, Fault> {
    if let Some((_, value)) = chosen(part) {
        return Ok(Value::of(value));
    }
    if let Some(resource) = part.get("resource") {
        return Ok(Value::of(resource));
    }
    let parts = part.get("part").filter(|parts| parts.len() > 0);
    let parts = parts.ok_or_else(|| {
        Fault::new(
            Kind::Required,
            "its part 'value' must hold a value[x], a resource or parts",
        )
    })?;
    let mut object = Value::Object(Vec::new());
    for part in parts.items() {
        let name = name_of(part)
            .ok_or_else(|| Fault::new(Kind::Required, "each part of a value must have a name"))?;
        let property = property(type_ix, name, chosen(part).map(|(suffix, _)| suffix))?;
        let member = value(part, property.type_ix)?;
        match (property.is_array, object.get_mut(&property.name)) {
            (true, Some(Value::Array(items))) => items.push(member),
            (true, _) => drop(object.set(&property.name, Value::Array(vec![member]))),
            (false, None) => drop(object.set(&property.name, member)),
            (false, Some(_)) => {
                let text = format!("the part '{}' may be there only once", property.name);
                return Err(refused("processing", text));
            }
        }
    }
    Ok(object)
}

/// The name of a choice that takes another type: `valueString` becomes `valueQuantity`.
pub(super) fn renamed(name: &str, type_ix: TypeIx, content: &Content) -> Option<String> {
    let current = r4().type_at(type_ix)?.name;
    let (first, rest) = current.split_at_checked(1)?;
    let stem = name.strip_suffix(&format!("{}{rest}", first.to_ascii_uppercase()))?;
    let suffix = content.suffix()?;
    let new = format!("{stem}{suffix}");
    (!stem.is_empty() && new != name).then_some(new)
}
