//! Texts as the words they are found by (`_text`, `_content`).

mod gather;

use crate::text::fold;

pub use gather::Words;

/// Longest word, in characters; what is longer is cut, in a search as well.
const WORD_MAX: usize = 64;

/// Hands the words of a text to `visit`, in its order: runs of letters and digits, without regard to
/// case and accents.
pub fn each(text: &str, mut visit: impl FnMut(&str)) {
    let folded = fold(text);
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        let end = word.char_indices().nth(WORD_MAX).map(|(at, _)| at);
        let word = word.get(..end.unwrap_or(word.len())).unwrap_or_default();
        if !word.is_empty() {
            visit(word);
        }
    }
}

/// The text between the tags of a narrative. What a character reference of XML stands for is put in its
/// place; names of other characters separate words.
pub(crate) fn of_narrative(div: &str) -> String {
    let mut text = String::with_capacity(div.len());
    let mut rest = div;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        let end = if after.starts_with('<') { '>' } else { ';' };
        let Some((inside, behind)) = after.get(1..).and_then(|after| after.split_once(end)) else {
            return text;
        };
        text.push(if end == ';' { character(inside) } else { ' ' });
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// `amp`, `#233`, `#xe9`.
fn character(reference: &str) -> char {
    let number = |digits: &str, radix| {
        let code = u32::from_str_radix(digits, radix).ok();
        code.and_then(char::from_u32)
    };
    let found = match reference {
        "apos" => Some('\''),
        _ => match reference.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            },
            None => None,
        },
    };
    found.unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::{each, of_narrative};

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        each(text, |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn words_are_letters_and_digits() {
        assert_eq!(words("Müller's  SpO2: 98%"), ["muller", "s", "spo2", "98"]);
        assert_eq!(words(" -- "), Vec::<String>::new());
        let long = "x".repeat(100);
        assert_eq!(words(&long), ["x".repeat(64)]);
    }

    #[test]
    fn a_narrative_is_read_without_its_markup() {
        let div = r#"<div xmlns="http://www.w3.org/1999/xhtml"><p class="lung">Left &amp; right&nbsp;h&#xe9;art</p><br/>5&#32;mg</div>"#;
        assert_eq!(
            words(&of_narrative(div)),
            ["left", "right", "heart", "5", "mg"]
        );
        assert_eq!(words(&of_narrative("<p>cut &am")), ["cut"]);
        assert_eq!(words(&of_narrative("a<")), ["a"]);
    }
}
