//! One element into the values a parameter of some kind finds it by (3.1.1.5).

use std::borrow::Cow;

use cresset_definitions::SearchType;
use cresset_model::Element;

use super::quantity;
use super::reference;
use super::shape::Shape;
use crate::number;
use crate::row::IndexValue;
use crate::value::DateRange;

/// The parts of a name (3.1.1.5.9) and of an address, each found on its own.
const HUMAN_NAME: [&str; 5] = ["family", "given", "text", "prefix", "suffix"];
const ADDRESS: [&str; 7] = [
    "line",
    "city",
    "district",
    "state",
    "postalCode",
    "country",
    "text",
];

/// Hands every value of an element to `add`; an element that this kind of parameter cannot match gives none.
pub(super) fn values<'t>(
    (element, shape): (Element<'t>, Shape),
    search_type: SearchType,
    own: &[String],
    add: &mut dyn FnMut(IndexValue<'t>),
) {
    match search_type {
        SearchType::Token => token(element, shape, add),
        SearchType::Reference => reference::values(element, shape, own, add),
        SearchType::Date => date(element, shape)
            .into_iter()
            .for_each(|range| add(IndexValue::Date(range))),
        SearchType::Number => quantity::numbers(element, shape, add),
        SearchType::Quantity => quantity::values(element, shape, add),
        SearchType::String => string(element, shape, add),
        SearchType::Uri => uri(element, shape, add),
        SearchType::Special => place(element).into_iter().for_each(add),
        SearchType::Composite => {}
    }
}

pub(super) fn text<'t>(element: Element<'t>, name: &str) -> Option<&'t str> {
    element
        .get(name)
        .and_then(Element::as_str)
        .filter(|t| !t.is_empty())
}

fn token<'t>(element: Element<'t>, shape: Shape, add: &mut dyn FnMut(IndexValue<'t>)) {
    let mut plain = |code: &'t str| {
        add(IndexValue::Token {
            system: None,
            code: Cow::Borrowed(code),
        });
    };
    match shape {
        Shape::Coding => coding(element, add),
        Shape::CodeableConcept => {
            codings(element).for_each(|of| coding(of, add));
            said(text(element, "text"), add);
        }
        Shape::Identifier => identifier(element, add),
        // 3.1.1.5.10: a contact point is matched by its value alone.
        Shape::ContactPoint => text(element, "value").into_iter().for_each(plain),
        Shape::Boolean => element
            .as_bool()
            .into_iter()
            .for_each(|b| plain(if b { "true" } else { "false" })),
        Shape::Number => element.number().into_iter().for_each(plain),
        Shape::Text | Shape::Uri | Shape::Canonical => {
            element
                .as_str()
                .filter(|t| !t.is_empty())
                .into_iter()
                .for_each(plain);
        }
        _ => {}
    }
}

fn codings(concept: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    concept.get("coding").into_iter().flat_map(Element::items)
}

fn coding<'t>(element: Element<'t>, add: &mut dyn FnMut(IndexValue<'t>)) {
    coded(element, "code", add);
    said(text(element, "display"), add);
}

/// 3.1.1.4.4: what `:text` searches.
fn said<'t>(text: Option<&'t str>, add: &mut dyn FnMut(IndexValue<'t>)) {
    if let Some(text) = text {
        add(IndexValue::Said(Cow::Borrowed(text)));
    }
}

fn identifier<'t>(element: Element<'t>, add: &mut dyn FnMut(IndexValue<'t>)) {
    coded(element, "value", add);
    let Some(of) = element.get("type") else {
        return;
    };
    said(text(of, "text"), add);
    let Some(value) = text(element, "value") else {
        return;
    };
    for coding in codings(of) {
        if let Some(code) = text(coding, "code") {
            add(IndexValue::OfType {
                system: text(coding, "system").map(Cow::Borrowed),
                code: Cow::Borrowed(code),
                value: Cow::Borrowed(value),
            });
        }
    }
}

/// A code or value with the system it is unique in.
fn coded<'t>(element: Element<'t>, code: &str, add: &mut dyn FnMut(IndexValue<'t>)) {
    let (system, code) = (text(element, "system"), text(element, code));
    if system.is_some() || code.is_some() {
        add(IndexValue::Token {
            system: system.map(Cow::Borrowed),
            code: Cow::Borrowed(code.unwrap_or_default()),
        });
    }
}

/// A position has its members by name; the type of `Location.position` has no shape of its own.
fn place(element: Element<'_>) -> Option<IndexValue<'_>> {
    let degrees = |name| {
        let value = element.get(name).and_then(Element::number);
        value.and_then(number::parse)
    };
    Some(IndexValue::Place {
        latitude: degrees("latitude")?,
        longitude: degrees("longitude")?,
    })
}

fn date(element: Element<'_>, shape: Shape) -> Option<DateRange> {
    match shape {
        Shape::Date => DateRange::parse(element.as_str()?),
        Shape::Period => period(element),
        Shape::Timing => timing(element),
        _ => None,
    }
}

fn period(element: Element<'_>) -> Option<DateRange> {
    let side = |name| text(element, name).and_then(DateRange::parse);
    DateRange::period(side("start"), side("end"))
}

/// The outer limits of a schedule (3.1.1.5.7).
fn timing(element: Element<'_>) -> Option<DateRange> {
    let events = element.get("event").into_iter().flat_map(Element::items);
    let bounds = element
        .get("repeat")
        .and_then(|r| r.get("boundsPeriod"))
        .and_then(period);
    let ranges = events
        .filter_map(|e| DateRange::parse(e.as_str()?))
        .chain(bounds);
    ranges.reduce(|a, b| DateRange {
        start_ms: a.start_ms.min(b.start_ms),
        end_ms: a.end_ms.max(b.end_ms),
    })
}

fn string<'t>(element: Element<'t>, shape: Shape, add: &mut dyn FnMut(IndexValue<'t>)) {
    match shape {
        Shape::HumanName => parts(element, &HUMAN_NAME, add),
        Shape::Address => parts(element, &ADDRESS, add),
        Shape::CodeableConcept => parts(element, &["text"], add),
        Shape::Text | Shape::Uri | Shape::Canonical => written(element, add),
        _ => {}
    }
}

/// Each string, or each item of each list of strings, under these names.
fn parts<'t>(element: Element<'t>, names: &[&str], add: &mut dyn FnMut(IndexValue<'t>)) {
    for part in names.iter().filter_map(|name| element.get(name)) {
        written(part, add);
        part.items().for_each(|item| written(item, add));
    }
}

fn written<'t>(element: Element<'t>, add: &mut dyn FnMut(IndexValue<'t>)) {
    if let Some(text) = element.as_str().filter(|t| !t.is_empty()) {
        add(IndexValue::Text(Cow::Borrowed(text)));
    }
}

fn uri<'t>(element: Element<'t>, shape: Shape, add: &mut dyn FnMut(IndexValue<'t>)) {
    if matches!(shape, Shape::Uri | Shape::Canonical | Shape::Text)
        && let Some(uri) = element.as_str().filter(|t| !t.is_empty())
    {
        add(IndexValue::Uri(Cow::Borrowed(uri)));
    }
}
