//! The parameters of a query or a form, decoded.

use crate::fault::{Fault, Kind};

/// The pairs of `a=b&c=d`, decoded, in order.
///
/// # Errors
/// [`Kind::Value`] naming the parameter whose octets are no UTF-8: replaced ones would ask for
/// something else than was sent.
pub fn decode(query: &[u8]) -> Result<Vec<(String, String)>, Fault> {
    let written = query.split(|byte| *byte == b'&').filter(|p| !p.is_empty());
    for (pair, (name, _)) in written.zip(form_urlencoded::parse(query)) {
        if std::str::from_utf8(&octets(pair)).is_err() {
            let shown: String = name.chars().filter(|c| is_of_names(*c)).collect();
            let text = format!("The parameter '{shown}' is not UTF-8 once it is decoded");
            return Err(Fault::new(Kind::Value, text));
        }
    }
    Ok(form_urlencoded::parse(query).into_owned().collect())
}

/// What names of parameters, their modifiers and chains are made of.
fn is_of_names(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':' | '.' | '-')
}

/// What a pair stands for; `%` that begins no octet stands for itself.
fn octets(mut written: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(written.len());
    while let Some((first, rest)) = written.split_first() {
        let octet = match rest {
            [high, low, ..] if *first == b'%' => octet(*high, *low),
            _ => None,
        };
        octets.push(octet.unwrap_or(*first));
        let taken = octet.map_or(0, |_| 2);
        written = rest.get(taken..).unwrap_or_default();
    }
    octets
}

fn octet(high: u8, low: u8) -> Option<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
