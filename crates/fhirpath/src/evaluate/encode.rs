//! `encode`, `decode`, `escape`, `unescape`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::function::Function;

/// The text in another form; `None` for a form that is not known, or a text that is not in it.
pub(super) fn apply(function: Function, text: &str, form: &str) -> Option<String> {
    match (function, form) {
        (Function::Encode, "hex") => Some(hex(text)),
        (Function::Encode, "base64") => Some(STANDARD.encode(text)),
        (Function::Encode, "urlbase64") => Some(URL_SAFE.encode(text)),
        (Function::Decode, "hex") => String::from_utf8(unhex(text)?).ok(),
        (Function::Decode, "base64") => String::from_utf8(STANDARD.decode(text).ok()?).ok(),
        (Function::Decode, "urlbase64") => String::from_utf8(URL_SAFE.decode(text).ok()?).ok(),
        (Function::Escape, "html") => Some(replace_all(text, &HTML)),
        (Function::Escape, "json") => Some(replace_all(text, &JSON)),
        (Function::Unescape, "html") => Some(unescape_html(text)),
        (Function::Unescape, "json") => unescape_json(text),
        _ => None,
    }
}

const HTML: [(&str, &str); 5] = [
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("\"", "&quot;"),
    ("'", "&#39;"),
];

const JSON: [(&str, &str); 7] = [
    ("\\", "\\\\"),
    ("\"", "\\\""),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\t", "\\t"),
    ("\u{8}", "\\b"),
    ("\u{c}", "\\f"),
];

fn replace_all(text: &str, pairs: &[(&str, &str)]) -> String {
    let all = pairs.iter();
    all.fold(text.to_owned(), |text, (plain, escaped)| {
        text.replace(plain, escaped)
    })
}

fn unescape_html(text: &str) -> String {
    // The ampersand last, so that nothing is unescaped twice.
    HTML.iter()
        .rev()
        .fold(text.to_owned(), |text, (plain, escaped)| {
            text.replace(escaped, plain)
        })
}

fn unescape_json(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match rest.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let digits: String = rest.by_ref().take(4).collect();
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)?
            }
            other => other,
        });
    }
    Some(out)
}

fn hex(text: &str) -> String {
    let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
    text.bytes()
        .flat_map(|b| [digit(b >> 4), digit(b & 15)])
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|d| d.len().is_multiple_of(2))?;
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high << 4 | low).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}
