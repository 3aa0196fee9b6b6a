//! One `ElementDefinition`.

use cresset_definitions::profile::{
    Discriminator, DiscriminatorKind, Max, ProfileElement, ProfileTarget, RequiredValue, Slicing,
};
use cresset_definitions::{Binding, Constraint, Severity, Strength};
use cresset_model::Element;

use crate::profiles::load::{items, kept, list};

/// What it asks; `None` when it names no place.
pub(super) fn read(e: Element<'_>) -> Option<ProfileElement> {
    let text = |name| e.get(name).and_then(Element::as_str);
    let path = text("id").or_else(|| text("path"))?;
    let id = path.split_once('.').map_or("", |(_, id)| id);
    let types = || items(e, "type");
    let (mut profiles, mut targets) = (Vec::new(), Vec::new());
    for published in types() {
        profiles.extend(
            items(published, "profile")
                .filter_map(Element::as_str)
                .map(kept),
        );
        targets.extend(
            items(published, "targetProfile")
                .filter_map(Element::as_str)
                .map(target),
        );
    }
    let codes = types()
        .filter_map(|t| t.get("code")?.as_str())
        .filter(|c| !c.contains('/'));
    Some(ProfileElement {
        id: kept(id),
        // The root repeats the cardinality of nothing.
        min: number(e, "min").filter(|_| !id.is_empty()),
        max: text("max").filter(|_| !id.is_empty()).and_then(max),
        must_support: e.get("mustSupport").and_then(Element::as_bool) == Some(true),
        uscdi: false,
        types: list(codes.map(kept).collect()),
        profiles: list(profiles),
        targets: list(targets),
        binding: e.get("binding").and_then(binding),
        value: value(e),
        slicing: e.get("slicing").map(slicing),
        constraints: list(items(e, "constraint").filter_map(constraint).collect()),
    })
}

/// Narrows what a base asks by what a differential says of the same element.
pub(super) fn narrow(base: &mut ProfileElement, own: ProfileElement) {
    let kept_or = |own: &'static [_], base: &'static [_]| if own.is_empty() { base } else { own };
    base.min = own.min.or(base.min);
    base.max = own.max.or(base.max);
    base.must_support |= own.must_support;
    base.types = kept_or(own.types, base.types);
    base.profiles = kept_or(own.profiles, base.profiles);
    if !own.targets.is_empty() {
        base.targets = own.targets;
    }
    base.binding = own.binding.or(base.binding.take());
    base.value = own.value.or(base.value.take());
    base.slicing = own.slicing.or(base.slicing.take());
    let added = own.constraints.iter();
    let added = added.filter(|c| !base.constraints.iter().any(|b| b.key == c.key));
    base.constraints = list(base.constraints.iter().chain(added).cloned().collect());
}

/// Whether it asks anything beyond being there.
pub(super) fn asks_something(e: &ProfileElement) -> bool {
    e.min.is_some_and(|min| min > 0)
        || e.max.is_some()
        || e.must_support
        || !e.types.is_empty()
        || !e.profiles.is_empty()
        || !e.targets.is_empty()
        || e.binding.is_some()
        || e.value.is_some()
        || e.slicing.is_some()
        || !e.constraints.is_empty()
        || e.id.contains(':')
}

fn number(e: Element<'_>, name: &str) -> Option<u8> {
    let text = e.get(name)?.number()?;
    // More than a byte holds is asked of no element of health data.
    text.parse::<u32>()
        .ok()
        .map(|n| u8::try_from(n).unwrap_or(u8::MAX))
}

fn max(text: &str) -> Option<Max> {
    if text == "*" {
        return Some(Max::Unbounded);
    }
    text.parse().ok().map(Max::Count)
}

fn target(url: &str) -> ProfileTarget {
    ProfileTarget {
        url: kept(url),
        must_support: false,
    }
}

fn binding(b: Element<'_>) -> Option<Binding> {
    let strength = match b.get("strength")?.as_str()? {
        "required" => Strength::Required,
        "extensible" => Strength::Extensible,
        "preferred" => Strength::Preferred,
        _ => Strength::Example,
    };
    Some(Binding {
        strength,
        url: kept(b.get("valueSet")?.as_str()?),
        value_set: None,
    })
}

/// `fixed[x]` or `pattern[x]`, as JSON.
fn value(e: Element<'_>) -> Option<RequiredValue> {
    let json = |value: Element<'_>| {
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        String::from_utf8(bytes).ok().map(|text| kept(&text))
    };
    let of = |prefix: &str| {
        let found = e.members().find(|(name, _)| name.starts_with(prefix));
        found.and_then(|(_, value)| json(value))
    };
    of("fixed")
        .map(RequiredValue::Fixed)
        .or_else(|| of("pattern").map(RequiredValue::Pattern))
}

fn slicing(s: Element<'_>) -> Slicing {
    let discriminator = |d: Element<'_>| {
        let kind = match d.get("type")?.as_str()? {
            "value" => DiscriminatorKind::Value,
            "exists" => DiscriminatorKind::Exists,
            "pattern" => DiscriminatorKind::Pattern,
            "type" => DiscriminatorKind::Type,
            "profile" => DiscriminatorKind::Profile,
            _ => return None,
        };
        let path = kept(d.get("path")?.as_str()?);
        Some(Discriminator { kind, path })
    };
    Slicing {
        discriminators: list(
            items(s, "discriminator")
                .filter_map(discriminator)
                .collect(),
        ),
        closed: s.get("rules").and_then(Element::as_str) == Some("closed"),
        ordered: s.get("ordered").and_then(Element::as_bool) == Some(true),
    }
}

/// A rule; those of R4 itself, which a snapshot repeats, are run with the types.
fn constraint(c: Element<'_>) -> Option<Constraint> {
    let text = |name| c.get(name).and_then(Element::as_str);
    let of_r4 = text("source").is_some_and(crate::profiles::load::is_r4_type);
    let key = text("key").filter(|key| !of_r4 && !crate::rules::is_of_r4(key))?;
    Some(Constraint {
        key: kept(key),
        severity: match text("severity") {
            Some("warning") => Severity::Warning,
            _ => Severity::Error,
        },
        human: kept(text("human").unwrap_or_default()),
        expression: kept(text("expression")?),
    })
}
