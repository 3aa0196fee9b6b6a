//! Structure definitions → types and elements.

mod published;

use std::collections::BTreeMap;

use cresset_definitions::{
    Binding, Constraint, Element, ResourceType, Strength, TypeDef, TypeIx, ValueSet, ValueSetIx,
    element::Elements,
};
use published::{Published, PublishedBinding, PublishedType, StructureDefinition};

use super::{Errata, Error, Source, list, tail, text};

/// Every type, sorted by name.
pub(crate) fn compile(
    source: &Source,
    errata: &Errata,
    value_sets: &[ValueSet],
) -> Result<Vec<TypeDef>, Error> {
    let published: Vec<StructureDefinition> = source.all("StructureDefinition")?;
    let (profiles, bases): (Vec<_>, Vec<_>) = published
        .into_iter()
        .filter(|s| s.kind != "logical")
        .partition(|s| s.derivation.as_deref() == Some("constraint"));
    let profiles = profiles.into_iter().map(|s| (s.url.clone(), s)).collect();
    let mut names: Vec<String> = bases.iter().flat_map(type_names).collect();
    names.sort();
    let compiler = Compiler {
        errata,
        value_sets,
        names,
        profiles,
    };
    let mut types = Vec::new();
    for base in &bases {
        compiler.add_types(base, &mut types)?;
    }
    types.sort_by_key(|t: &TypeDef| t.name);
    Ok(types)
}

/// The name of a definition's type and of the structures inside it.
fn type_names(definition: &StructureDefinition) -> Vec<String> {
    let elements = &definition.snapshot.element;
    elements
        .iter()
        .filter(|e| has_children(elements, &e.path))
        .map(|e| e.path.clone())
        .collect()
}

fn has_children(elements: &[Published], path: &str) -> bool {
    elements.iter().any(|e| is_child(&e.path, path)) || !path.contains('.')
}

/// Whether `path` is `parent` plus one segment.
fn is_child(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent)
        .and_then(|rest| rest.strip_prefix('.'))
        .is_some_and(|rest| !rest.contains('.'))
}

struct Compiler<'a> {
    errata: &'a Errata,
    value_sets: &'a [ValueSet],
    /// Every type name, sorted: the position is the [`TypeIx`].
    names: Vec<String>,
    /// Profiles of data types that elements name (`SimpleQuantity`).
    profiles: BTreeMap<String, StructureDefinition>,
}

impl Compiler<'_> {
    fn add_types(&self, base: &StructureDefinition, types: &mut Vec<TypeDef>) -> Result<(), Error> {
        let elements = &base.snapshot.element;
        for root in elements.iter().filter(|e| has_children(elements, &e.path)) {
            let inline = root.path.contains('.');
            let members: Vec<_> = elements
                .iter()
                .filter(|e| is_child(&e.path, &root.path) && !base.is_primitive_value(e))
                .collect();
            let mut compiled = Vec::new();
            for (order, member) in members.iter().enumerate() {
                let order = u16::try_from(order)?;
                compiled.extend(self.element(base, member)?.into_iter().map(|mut element| {
                    element.order = order;
                    element
                }));
            }
            let required = members.iter().filter(|e| e.min > 0).map(|e| text(e.name()));
            types.push(TypeDef {
                name: text(&root.path),
                kind: base.kind(inline)?,
                base: self.base(base, root, inline)?,
                elements: Elements::new(compiled),
                required: list(required.collect()),
                constraints: list(self.rules(root, &base.url)?),
            });
        }
        Ok(())
    }

    fn base(
        &self,
        definition: &StructureDefinition,
        root: &Published,
        inline: bool,
    ) -> Result<Option<TypeIx>, Error> {
        let name = if inline {
            root.types.first().map(|t| t.code.as_str())
        } else {
            definition.base.as_deref().map(tail)
        };
        name.map(|n| self.type_ix(n)).transpose()
    }

    fn type_ix(&self, name: &str) -> Result<TypeIx, Error> {
        let at = self
            .names
            .binary_search_by(|n| n.as_str().cmp(name))
            .map_err(|_| format!("no type is named {name}"))?;
        Ok(TypeIx(u16::try_from(at)?))
    }

    /// The rules an element or type states itself, put right where they are published wrongly.
    fn rules(&self, published: &Published, url: &str) -> Result<Vec<Constraint>, Error> {
        let mut rules = published.constraints(url)?;
        for rule in &mut rules {
            if let Some(erratum) = self.errata.rules.iter().find(|e| e.key == rule.key) {
                rule.expression = text(&erratum.expression);
            }
        }
        Ok(rules)
    }

    /// The JSON properties of one published element: one, or one per type of a choice.
    fn element(&self, base: &StructureDefinition, e: &Published) -> Result<Vec<Element>, Error> {
        let name = e.name();
        if let Some(reference) = &e.content_reference {
            let target = reference.trim_start_matches('#');
            return Ok(vec![self.property(
                base,
                e,
                (name, None),
                self.type_ix(target)?,
            )?]);
        }
        let Some(choice) = name.strip_suffix("[x]") else {
            let published = e
                .types
                .first()
                .ok_or_else(|| format!("{} has no type", e.path))?;
            let type_ix = self.element_type(base, e, published)?;
            let mut element = self.property(base, e, (name, None), type_ix)?;
            self.narrow(&mut element, published)?;
            return Ok(vec![element]);
        };
        e.types
            .iter()
            .map(|t| {
                let (first, rest) = t.code.split_at(1);
                let property = format!("{choice}{}{rest}", first.to_ascii_uppercase());
                let names = (property.as_str(), Some(text(choice)));
                let mut element = self.property(base, e, names, self.type_ix(&t.code)?)?;
                self.narrow(&mut element, t)?;
                Ok(element)
            })
            .collect()
    }

    fn element_type(
        &self,
        base: &StructureDefinition,
        e: &Published,
        t: &PublishedType,
    ) -> Result<TypeIx, Error> {
        let origin = e.base.as_ref().map_or(e.path.as_str(), |b| b.path.as_str());
        if let Some(erratum) = self.errata.elements.iter().find(|x| x.path == origin) {
            return self.type_ix(&erratum.type_name);
        }
        if has_children(&base.snapshot.element, &e.path) {
            return self.type_ix(&e.path);
        }
        let declared = t
            .extension
            .iter()
            .find(|x| tail(&x.url) == "structuredefinition-fhir-type");
        let code = declared
            .and_then(|x| x.value_url.as_deref())
            .unwrap_or(&t.code);
        // The ids of some primitives lack the extension that says which type they are.
        self.type_ix(if code.ends_with("/System.String") {
            "string"
        } else {
            code
        })
    }

    fn property(
        &self,
        base: &StructureDefinition,
        e: &Published,
        (name, choice): (&str, Option<&'static str>),
        type_ix: TypeIx,
    ) -> Result<Element, Error> {
        let inline = has_children(&base.snapshot.element, &e.path) || e.content_reference.is_some();
        Ok(Element {
            name: text(name),
            choice,
            type_ix,
            min: e.min,
            max: if e.max == "*" {
                None
            } else {
                Some(e.max.parse()?)
            },
            targets: &[],
            binding: e
                .binding
                .as_ref()
                .map(|b| self.binding(b))
                .transpose()?
                .flatten(),
            modifier: e.is_modifier,
            summary: e.is_summary,
            order: 0,
            // The rules of an inline structure stand at its type.
            constraints: if inline {
                &[]
            } else {
                list(self.rules(e, &base.url)?)
            },
        })
    }

    /// What the type of an element adds: targets of a reference, rules of a data type profile.
    fn narrow(&self, element: &mut Element, t: &PublishedType) -> Result<(), Error> {
        let targets: Vec<_> = t.target_profile.iter().map(|p| tail(p)).collect();
        if !targets.contains(&"Resource") {
            let mut types: Vec<_> = targets
                .iter()
                .filter_map(|t| ResourceType::parse(t))
                .collect();
            types.sort();
            element.targets = list(types);
        }
        for profile in &t.profile {
            let profile = self
                .profiles
                .get(profile)
                .ok_or_else(|| format!("no profile {profile}"))?;
            let root = profile
                .snapshot
                .element
                .first()
                .ok_or("a profile without elements")?;
            let rules = self.rules(root, &profile.url)?;
            element.constraints = list(element.constraints.iter().cloned().chain(rules).collect());
        }
        Ok(())
    }

    fn binding(&self, b: &PublishedBinding) -> Result<Option<Binding>, Error> {
        let Some(url) = b.value_set.as_deref().and_then(|u| u.split('|').next()) else {
            return Ok(None);
        };
        let strength = match b.strength.as_str() {
            "required" => Strength::Required,
            "extensible" => Strength::Extensible,
            "preferred" => Strength::Preferred,
            _ => Strength::Example,
        };
        let at = self.value_sets.binary_search_by(|v| v.url.cmp(url)).ok();
        let value_set = match (strength, at) {
            (Strength::Required, Some(at)) => Some(ValueSetIx(u16::try_from(at)?)),
            _ => None,
        };
        Ok(Some(Binding {
            strength,
            url: text(url),
            value_set,
        }))
    }
}

/// The urls of the value sets that some element must take its codes from.
pub(crate) fn required_value_sets(source: &Source) -> Result<Vec<String>, Error> {
    let published: Vec<StructureDefinition> = source.all("StructureDefinition")?;
    let mut urls: Vec<_> = published
        .into_iter()
        .filter(|s| s.kind != "logical" && s.derivation.as_deref() != Some("constraint"))
        .flat_map(|s| s.snapshot.element)
        .filter_map(|e| e.binding)
        .filter(|b| b.strength == "required")
        .filter_map(|b| b.value_set?.split('|').next().map(str::to_owned))
        .collect();
    urls.sort();
    urls.dedup();
    Ok(urls)
}
