//! `\,` `\|` `\$` `\\`: separators that belong to a value (3.1.1.4.5).

/// The parts between unescaped separators, still escaped.
pub(super) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |c| {
        let splits = !escaped && c == separator;
        escaped = !escaped && c == '\\';
        splits
    })
}

/// The text before and after the first unescaped separator, still escaped.
pub(super) fn split_once(text: &str, separator: char) -> Option<(&str, &str)> {
    let first = split(text, separator).next()?;
    let rest = text.get(first.len()..)?.strip_prefix(separator)?;
    Some((first, rest))
}

/// The value itself. A backslash before anything but a separator stands for itself.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(&next @ (',' | '|' | '$' | '\\')) if c == '\\' => {
                plain.push(next);
                chars.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{split, split_once, unescape};

    #[test]
    fn separators_split_unless_escaped() {
        assert_eq!(
            split(r"a,b\,c,,d\\,e", ',').collect::<Vec<_>>(),
            ["a", r"b\,c", "", r"d\\", "e"]
        );
        assert_eq!(split_once(r"a\|b|c|d", '|'), Some((r"a\|b", "c|d")));
        assert_eq!(split_once(r"a\|b", '|'), None);
        assert_eq!(unescape(r"a\,b\|c\$d\\e\f\"), r"a,b|c$d\e\f\");
    }
}
