//! The forms of primitive values (R4 §2.24.0.1).
//!
//! Every function answers `Ok` or the end of a sentence that begins with the place.

mod base64;
mod date_time;

use cresset_definitions::Primitive;
use cresset_model::{Element, Kind};

/// Longest string, in bytes (R4: "strings SHALL NOT exceed 1MB").
const STRING_BYTES_MAX: usize = 1024 * 1024;

const CONTROL: Fault = "must not hold control characters";

/// Why a value is not of its type, as the end of a sentence.
pub type Fault = &'static str;

/// Whether a JSON value has the JSON type of the primitive.
///
/// # Errors
/// What it must be instead.
pub fn json_type(primitive: Primitive, value: Element<'_>) -> Result<(), Fault> {
    match (primitive, value.kind()) {
        (_, Kind::Null) => Err("must not be null"),
        (Primitive::Boolean, Kind::Bool)
        | (
            Primitive::Integer
            | Primitive::UnsignedInt
            | Primitive::PositiveInt
            | Primitive::Decimal,
            Kind::Number,
        ) => Ok(()),
        (Primitive::Boolean, _) => Err("must be true or false, without quotes"),
        (
            Primitive::Integer
            | Primitive::UnsignedInt
            | Primitive::PositiveInt
            | Primitive::Decimal,
            _,
        ) => Err("must be a JSON number, without quotes"),
        (_, Kind::String) => Ok(()),
        _ => Err("must be a JSON string"),
    }
}

/// Whether a value of the right JSON type has the form of the primitive.
///
/// # Errors
/// What is wrong with it.
pub fn form(primitive: Primitive, value: Element<'_>) -> Result<(), Fault> {
    let text = value.as_str().unwrap_or_default();
    match primitive {
        // Every JSON number is a decimal; its JSON type has been checked.
        Primitive::Boolean | Primitive::Decimal => Ok(()),
        Primitive::Integer => integer(value, i32::MIN, "must be a whole number of 32 bits"),
        Primitive::UnsignedInt => integer(value, 0, "must be a whole number from 0 to 2147483647"),
        Primitive::PositiveInt => integer(
            value,
            1,
            "must be 1 or more (a whole number up to 2147483647)",
        ),
        _ if text.is_empty() => Err("must not be empty; leave the element out instead"),
        Primitive::String | Primitive::Markdown => string(text),
        Primitive::Xhtml => characters(text),
        Primitive::Code => code(text),
        Primitive::Id => id(text),
        Primitive::Uri | Primitive::Url | Primitive::Canonical => uri(text),
        Primitive::Oid => oid(text),
        Primitive::Uuid => uuid(text),
        Primitive::Base64Binary => base64::check(text),
        Primitive::Date => date_time::date(text),
        Primitive::DateTime => date_time::date_time(text),
        Primitive::Instant => date_time::instant(text),
        Primitive::Time => date_time::time(text),
    }
}

fn integer(value: Element<'_>, min: i32, fault: Fault) -> Result<(), Fault> {
    let text = value.number().unwrap_or_default();
    match text.parse::<i32>() {
        Ok(n) if n >= min && text != "-0" => Ok(()),
        _ => Err(fault),
    }
}

fn string(text: &str) -> Result<(), Fault> {
    if text.len() > STRING_BYTES_MAX {
        return Err("must not be longer than 1 MB");
    }
    characters(text)
}

fn characters(text: &str) -> Result<(), Fault> {
    if text
        .bytes()
        .any(|b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r'))
    {
        return Err(CONTROL);
    }
    Ok(())
}

fn code(text: &str) -> Result<(), Fault> {
    let mut after_space = true;
    for byte in text.bytes() {
        // White space as XML Schema has it: a no-break space is an ordinary character of a code.
        let space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if byte < b' ' && !space {
            return Err(CONTROL);
        }
        if space && after_space {
            return Err("is a code and must not begin with white space or hold two in a row");
        }
        after_space = space;
    }
    if after_space {
        Err("is a code and must not end with white space")
    } else {
        Ok(())
    }
}

fn id(text: &str) -> Result<(), Fault> {
    let grammar = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    if text.len() <= 64 && text.bytes().all(grammar) {
        Ok(())
    } else {
        Err("must be 1 to 64 characters of A-Z, a-z, 0-9, '-' and '.'")
    }
}

fn uri(text: &str) -> Result<(), Fault> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("is a URI and must not hold white space");
    }
    Ok(())
}

fn oid(text: &str) -> Result<(), Fault> {
    let fault = "must be an OID in the form urn:oid:1.2.3";
    let arcs = text.strip_prefix("urn:oid:").ok_or(fault)?;
    let mut count = 0;
    for (at, arc) in arcs.split('.').enumerate() {
        let number = !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit());
        let padded = arc.len() > 1 && arc.starts_with('0');
        if !number || padded || (at == 0 && !matches!(arc, "0" | "1" | "2")) {
            return Err(fault);
        }
        count += 1;
    }
    if count > 1 { Ok(()) } else { Err(fault) }
}

fn uuid(text: &str) -> Result<(), Fault> {
    let fault = "must be a UUID in the form urn:uuid: and 32 lower-case hexadecimal digits";
    let digits = text.strip_prefix("urn:uuid:").ok_or(fault)?;
    let lengths = [8, 4, 4, 4, 12];
    let groups = digits.split('-').map(|group| {
        let hex = group
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if hex { group.len() } else { 0 }
    });
    if groups.eq(lengths) {
        Ok(())
    } else {
        Err(fault)
    }
}
