//! Ids as stored.

/// The bytes of a UUID in lower case with hyphens; any other spelling is another id.
pub fn uuid(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut out = [0; 16];
    let mut digits = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        let slot = out.get_mut(digits / 2)?;
        *slot = (*slot << 4) | digit;
        digits += 1;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn only_the_canonical_spelling_is_a_uuid() {
        let canonical = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
        let bytes = uuid(canonical).unwrap();
        assert_eq!((bytes[0], bytes[15]), (0x01, 0x5b));
        for other in [
            &canonical.to_uppercase(),
            &canonical.replace('-', "."),
            &canonical[1..],
            "1",
        ] {
            assert_eq!(uuid(other), None, "{other}");
        }
    }
}
