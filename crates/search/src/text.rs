//! Text as it is matched.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, white space collapsed to single blanks (3.1.1.5.9: string matching
/// is insensitive to case, accents and other diacritical marks).
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        for c in text.chars() {
            push(&mut folded, c.to_ascii_lowercase());
        }
    } else {
        let plain = text.nfkd().filter(|c| !is_combining_mark(*c));
        for c in plain.flat_map(char::to_lowercase) {
            match undecomposed(c) {
                Some(letters) => folded.push_str(letters),
                // Lower case of some capitals carries a mark of its own.
                None if is_combining_mark(c) => {}
                None => push(&mut folded, c),
            }
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn push(folded: &mut String, c: char) {
    if !c.is_whitespace() {
        folded.push(c);
    } else if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// Letters whose stroke or ligature Unicode does not decompose.
fn undecomposed(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_accents_and_spacing_make_no_difference() {
        for (text, expect) in [
            ("Müller", "muller"),
            ("  De   la\tCruz ", "de la cruz"),
            ("ÅNGSTRÖM", "angstrom"),
            ("e\u{301}", "e"),
            ("Straße", "strasse"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("İstanbul", "istanbul"),
            ("王小明", "王小明"),
            ("", ""),
            (" \u{a0} ", ""),
        ] {
            assert_eq!(fold(text), expect, "{text}");
        }
    }
}
