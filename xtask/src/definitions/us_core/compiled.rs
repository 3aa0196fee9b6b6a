//! Written data → tables.

use cresset_definitions::{
    Binding, Constraint, ParameterIx, Profile, ResourceType, SearchParameter, Severity, Strength,
    ValueSet,
    profile::{
        Discriminator, DiscriminatorKind, Max, ProfileElement, ProfileTarget, RequiredValue,
        Slicing,
    },
    value_set::SystemCodes,
};

use super::written::{
    WrittenElement, WrittenParameter, WrittenProfile, WrittenRule, WrittenSlicing, WrittenValueSet,
};
use crate::definitions::{Error, list, search_parameters, tail, text};

pub(crate) fn profile(p: &WrittenProfile) -> Result<Profile, Error> {
    let elements = p
        .elements
        .iter()
        .map(element)
        .collect::<Result<_, Error>>()?;
    Ok(Profile {
        url: text(&p.url),
        name: text(tail(&p.url)),
        type_name: text(&p.type_name),
        base: text(&p.base),
        elements: list(elements),
    })
}

fn element(e: &WrittenElement) -> Result<ProfileElement, Error> {
    let texts = |all: &[String]| list(all.iter().map(|s| text(s)).collect());
    let value = match (&e.fixed, &e.pattern) {
        (Some(v), _) => Some(RequiredValue::Fixed(text(&v.to_string()))),
        (None, Some(v)) => Some(RequiredValue::Pattern(text(&v.to_string()))),
        (None, None) => None,
    };
    Ok(ProfileElement {
        id: text(&e.id),
        min: e.min,
        max: e.max.as_deref().map(max).transpose()?,
        must_support: e.must_support,
        uscdi: e.uscdi,
        types: texts(&e.types),
        profiles: texts(&e.profiles),
        targets: list(targets(&e.targets)),
        binding: e
            .binding
            .as_ref()
            .map(|(s, url)| binding(s, url))
            .transpose()?,
        value,
        slicing: e.slicing.as_ref().map(slicing).transpose()?,
        constraints: list(e.rules.iter().map(rule).collect()),
    })
}

fn max(text: &str) -> Result<Max, Error> {
    Ok(if text == "*" {
        Max::Unbounded
    } else {
        Max::Count(text.parse()?)
    })
}

fn targets(written: &[String]) -> Vec<ProfileTarget> {
    // Where none is marked, all are meant.
    let all = written.iter().all(|t| !t.starts_with('!'));
    written
        .iter()
        .map(|t| ProfileTarget {
            url: text(t.trim_start_matches('!')),
            must_support: all || t.starts_with('!'),
        })
        .collect()
}

fn binding(strength: &str, url: &str) -> Result<Binding, Error> {
    let strength = match strength {
        "required" => Strength::Required,
        "extensible" => Strength::Extensible,
        "preferred" => Strength::Preferred,
        "example" => Strength::Example,
        other => return Err(format!("binding strength {other}").into()),
    };
    Ok(Binding {
        strength,
        url: text(url),
        value_set: None,
    })
}

fn slicing(s: &WrittenSlicing) -> Result<Slicing, Error> {
    let discriminator = |(kind, path): &(String, String)| {
        let kind = match kind.as_str() {
            "value" => DiscriminatorKind::Value,
            "exists" => DiscriminatorKind::Exists,
            "pattern" => DiscriminatorKind::Pattern,
            "type" => DiscriminatorKind::Type,
            "profile" => DiscriminatorKind::Profile,
            other => return Err(format!("discriminator {other}")),
        };
        Ok(Discriminator {
            kind,
            path: text(path),
        })
    };
    let discriminators = s.by.iter().map(discriminator).collect::<Result<_, _>>()?;
    Ok(Slicing {
        discriminators: list(discriminators),
        closed: s.closed,
        ordered: s.ordered,
    })
}

fn rule(r: &WrittenRule) -> Constraint {
    Constraint {
        key: text(&r.key),
        severity: if r.severity == "error" {
            Severity::Error
        } else {
            Severity::Warning
        },
        human: text(&r.human),
        expression: text(&r.expression),
    }
}

pub(crate) fn parameter(p: &WrittenParameter) -> Result<SearchParameter, Error> {
    let resource_type = ResourceType::parse(&p.resource_type)
        .ok_or_else(|| format!("no resource type {}", p.resource_type))?;
    Ok(SearchParameter {
        ix: ParameterIx::default(),
        resource_type,
        code: text(&p.code),
        url: text(&p.url),
        search_type: search_parameters::search_type(&p.search_type)?,
        expression: text(&p.expression),
        targets: &[],
        components: &[],
    })
}

pub(crate) fn value_set(v: &WrittenValueSet) -> ValueSet {
    let systems = v
        .systems
        .iter()
        .map(|(system, codes)| {
            let mut codes: Vec<_> = codes.iter().map(|c| text(c)).collect();
            codes.sort_unstable();
            SystemCodes {
                system: text(system),
                codes: list(codes),
            }
        })
        .collect();
    ValueSet {
        url: text(&v.url),
        systems: list(systems),
    }
}
