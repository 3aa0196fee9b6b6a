//! Numbers and quantities.

use std::borrow::Cow;

use cresset_model::Element;

use super::convert::text;
use super::shape::Shape;
use crate::number;
use crate::row::IndexValue;
use crate::value::DateRange;

/// The system of currency codes.
const CURRENCY: &str = "urn:iso:std:iso:4217";

/// The number, or both ends of a range.
pub(super) fn numbers<'t>(element: Element<'t>, shape: Shape, add: &mut dyn FnMut(IndexValue<'t>)) {
    let mut number = |element: Option<Element<'t>>| {
        let value = element.and_then(Element::number).and_then(number::parse);
        if let Some(value) = value {
            add(IndexValue::Number(value));
        }
    };
    match shape {
        Shape::Number => number(Some(element)),
        Shape::Quantity => number(element.get("value")),
        Shape::Range => ends(element).for_each(|end| number(end.get("value"))),
        Shape::Slot => {
            if let Some(minutes) = minutes(element) {
                add(IndexValue::Number(minutes));
            }
        }
        _ => {}
    }
}

/// How long a slot is.
fn minutes(slot: Element<'_>) -> Option<f64> {
    let at = |name| text(slot, name).and_then(DateRange::parse);
    let ms = at("end")?.start_ms.checked_sub(at("start")?.start_ms)?;
    let seconds = u32::try_from(ms / 1000).ok()?;
    Some(f64::from(seconds) / 60.0)
}

/// The quantity, both ends of a range, the origin of sampled data, or an amount of money.
pub(super) fn values<'t>(element: Element<'t>, shape: Shape, add: &mut dyn FnMut(IndexValue<'t>)) {
    match shape {
        Shape::Quantity => quantity(element, add),
        Shape::Range => ends(element).for_each(|end| quantity(end, add)),
        Shape::SampledData => element
            .get("origin")
            .into_iter()
            .for_each(|origin| quantity(origin, add)),
        Shape::Money => money(element, add),
        Shape::Number => {
            if let Some(value) = element.number().and_then(number::parse) {
                add(IndexValue::Quantity {
                    value,
                    system: None,
                    code: None,
                    unit: None,
                });
            }
        }
        _ => {}
    }
}

fn ends(range: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    ["low", "high"]
        .into_iter()
        .filter_map(move |end| range.get(end))
}

fn quantity<'t>(element: Element<'t>, add: &mut dyn FnMut(IndexValue<'t>)) {
    let part = |name| text(element, name).map(Cow::Borrowed);
    if let Some(value) = value(element) {
        add(IndexValue::Quantity {
            value,
            system: part("system"),
            code: part("code"),
            unit: part("unit"),
        });
    }
}

fn money<'t>(element: Element<'t>, add: &mut dyn FnMut(IndexValue<'t>)) {
    let currency = text(element, "currency").map(Cow::Borrowed);
    if let Some(value) = value(element) {
        add(IndexValue::Quantity {
            value,
            system: currency.is_some().then_some(Cow::Borrowed(CURRENCY)),
            unit: currency.clone(),
            code: currency,
        });
    }
}

fn value(element: Element<'_>) -> Option<f64> {
    element
        .get("value")
        .and_then(Element::number)
        .and_then(number::parse)
}
