//! The part of `StructureDefinition` that is compiled.

use cresset_definitions::{Constraint, Primitive, ResourceType, Severity, TypeKind};
use serde::Deserialize;

use crate::definitions::{Error, text};

#[derive(Deserialize)]
pub(crate) struct StructureDefinition {
    pub(crate) url: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) kind: String,
    #[serde(rename = "abstract")]
    pub(crate) is_abstract: bool,
    pub(crate) derivation: Option<String>,
    #[serde(rename = "baseDefinition")]
    pub(crate) base: Option<String>,
    #[serde(default)]
    pub(crate) snapshot: Snapshot,
}

#[derive(Deserialize, Default)]
pub(crate) struct Snapshot {
    pub(crate) element: Vec<Published>,
}

/// An `ElementDefinition`, as far as it is compiled.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Published {
    pub(crate) path: String,
    pub(crate) min: u8,
    pub(crate) max: String,
    pub(crate) base: Option<PublishedBase>,
    pub(crate) content_reference: Option<String>,
    #[serde(default, rename = "type")]
    pub(crate) types: Vec<PublishedType>,
    #[serde(default)]
    pub(crate) constraint: Vec<PublishedConstraint>,
    #[serde(default)]
    pub(crate) is_modifier: bool,
    #[serde(default)]
    pub(crate) is_summary: bool,
    pub(crate) binding: Option<PublishedBinding>,
}

#[derive(Deserialize)]
pub(crate) struct PublishedBase {
    pub(crate) path: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishedType {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) extension: Vec<TypeExtension>,
    #[serde(default)]
    pub(crate) profile: Vec<String>,
    #[serde(default)]
    pub(crate) target_profile: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TypeExtension {
    pub(crate) url: String,
    pub(crate) value_url: Option<String>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct PublishedConstraint {
    pub(crate) key: String,
    pub(crate) severity: String,
    pub(crate) human: String,
    pub(crate) expression: Option<String>,
    pub(crate) source: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishedBinding {
    pub(crate) strength: String,
    pub(crate) value_set: Option<String>,
}

impl StructureDefinition {
    /// What the type is; `inline` for a structure inside it.
    pub(crate) fn kind(&self, inline: bool) -> Result<TypeKind, Error> {
        if inline {
            return Ok(TypeKind::Inline);
        }
        let name = self.type_name.as_str();
        let known = || format!("unknown type {name}");
        Ok(match self.kind.as_str() {
            "primitive-type" => TypeKind::Primitive(Primitive::parse(name).ok_or_else(known)?),
            "resource" if self.is_abstract => TypeKind::AnyResource,
            "resource" => TypeKind::Resource(ResourceType::parse(name).ok_or_else(known)?),
            _ => TypeKind::Complex,
        })
    }

    /// The value of a primitive is the JSON value itself, not a property.
    pub(crate) fn is_primitive_value(&self, e: &Published) -> bool {
        self.kind == "primitive-type" && e.name() == "value"
    }
}

impl Published {
    /// The last part of the path: `valueSet`, `value[x]`.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }

    /// The rules an element or type states itself; those of its type or base are stated there.
    pub(crate) fn constraints(&self, definition: &str) -> Result<Vec<Constraint>, Error> {
        let own = |c: &&PublishedConstraint| c.source.as_deref().is_none_or(|s| s == definition);
        let with_expression = |c: &PublishedConstraint| Some((c.expression.clone()?, c.clone()));
        self.constraint
            .iter()
            .filter(own)
            .filter_map(with_expression)
            .map(constraint)
            .collect()
    }
}

fn constraint((expression, c): (String, PublishedConstraint)) -> Result<Constraint, Error> {
    let severity = match c.severity.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        other => return Err(format!("severity {other}").into()),
    };
    Ok(Constraint {
        key: text(&c.key),
        severity,
        human: text(&c.human),
        expression: text(&expression),
    })
}
