//! Rows as text that a test can state.

use cresset_definitions::r4;
use cresset_search::{IndexRow, IndexValue};

/// `code=kind value`.
pub(crate) fn shown(row: &IndexRow<'_>) -> String {
    let code = r4().search_parameter_at(row.parameter).unwrap().code;
    format!("{code}={}", value(&row.value))
}

fn value(of: &IndexValue<'_>) -> String {
    match of {
        IndexValue::Token { system, code } => {
            format!("token {}|{code}", system.as_deref().unwrap_or_default())
        }
        IndexValue::Local(resource_type, id) => format!("local {resource_type}/{id}"),
        IndexValue::Elsewhere(uri) => format!("elsewhere {uri}"),
        IndexValue::ReferenceIdentifier { system, value } => {
            format!(
                "identifier {}|{value}",
                system.as_deref().unwrap_or_default()
            )
        }
        IndexValue::Date(range) => {
            let side = |ms: i64, open: i64| {
                if ms == open {
                    String::new()
                } else {
                    ms.to_string()
                }
            };
            format!(
                "date {}..{}",
                side(range.start_ms, i64::MIN),
                side(range.end_ms, i64::MAX)
            )
        }
        IndexValue::Number(number) => format!("number {number}"),
        IndexValue::Quantity {
            value,
            system,
            code,
            unit,
        } => format!(
            "quantity {value} {}|{} {}",
            system.as_deref().unwrap_or_default(),
            code.as_deref().unwrap_or_default(),
            unit.as_deref().unwrap_or_default()
        ),
        IndexValue::Said(text) => format!("said {text}"),
        IndexValue::OfType {
            system,
            code,
            value,
        } => format!(
            "of type {}|{code} {value}",
            system.as_deref().unwrap_or_default()
        ),
        IndexValue::Text(text) => format!("text {text}"),
        IndexValue::Uri(uri) => format!("uri {uri}"),
        IndexValue::Place {
            latitude,
            longitude,
        } => format!("place {latitude} {longitude}"),
        IndexValue::Composite(parts) => format!(
            "({})",
            parts.iter().map(value).collect::<Vec<_>>().join("; ")
        ),
    }
}
