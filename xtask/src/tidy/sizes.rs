//! How long a file and a function may be.

use super::Finding;
use super::source::Source;

/// No file is longer, before its tests.
const FILE_LINES_MAX: usize = 500;
/// Above this a file is named, so that somebody asks whether it still has one idea.
const FILE_LINES_NOTED: usize = 300;
/// No function is longer, from its first to its last line.
const FUNCTION_LINES_MAX: usize = 70;

/// Files above the bound.
pub(super) fn files(sources: &[Source]) -> Vec<Finding> {
    measured(sources)
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(source, lines)| {
            Finding::new(
                &source.path,
                format!("has {lines} lines before its tests; {FILE_LINES_MAX} at most"),
            )
        })
        .collect()
}

/// Files worth a look.
pub(super) fn notes(sources: &[Source]) -> Vec<Finding> {
    measured(sources)
        .filter(|(_, lines)| (FILE_LINES_NOTED + 1..=FILE_LINES_MAX).contains(lines))
        .map(|(source, lines)| {
            Finding::new(&source.path, format!("{lines} lines before its tests"))
        })
        .collect()
}

fn measured(sources: &[Source]) -> impl Iterator<Item = (&Source, usize)> {
    sources
        .iter()
        .filter(|source| source.is_product_code())
        .map(|source| (source, source.lines_before_tests().count()))
}

/// Functions above the bound. The text is formatted (an earlier step), so a function ends at the
/// first closing brace that stands under its beginning.
pub(super) fn functions(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| source.is_product_code())
        .flat_map(functions_of)
        .collect()
}

fn functions_of(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open: Option<(usize, usize, &str)> = None;
    for (number, line) in source.lines_before_tests().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if let Some(name) = function_name(line) {
            if !line.ends_with('}') && !line.ends_with(';') {
                open = Some((number, indent, name));
            }
        } else if let Some((begun, depth, name)) = open
            && indent == depth
            && matches!(line.trim_start().chars().next(), Some('}'))
            && !line.ends_with('{')
        {
            let lines = number - begun + 1;
            if lines > FUNCTION_LINES_MAX {
                findings.push(Finding::new(
                    format!("{}:{}", source.path, begun + 1),
                    format!("`{name}` has {lines} lines; {FUNCTION_LINES_MAX} at most"),
                ));
            }
            open = None;
        }
    }
    findings
}

/// The name of the function that begins on this line.
fn function_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if word == "fn" {
            return words
                .next()
                .map(|name| name.split(['(', '<']).next().unwrap_or(name));
        }
        if !(word.starts_with("pub") || ["async", "const", "unsafe", "extern"].contains(&word)) {
            return None;
        }
        // `pub(in path)` has a space inside.
        if word == "pub(in" {
            words.next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    fn check(path: &str, text: &str, expect: &[&str]) {
        let sources = [source(path, text)];
        let found: Vec<_> = files(&sources)
            .into_iter()
            .chain(functions(&sources))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|finding| format!("{}: {}", finding.place, finding.rule))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        check(
            "crates/a/src/lib.rs",
            &"//x\n".repeat(501),
            &["crates/a/src/lib.rs: has 501 lines before its tests; 500 at most"],
        );
        let tested = format!(
            "{}#[cfg(test)]\n{}",
            "//x\n".repeat(500),
            "//x\n".repeat(900)
        );
        check("crates/a/src/lib.rs", &tested, &[]);
        check("crates/a/tests/all.rs", &"//x\n".repeat(900), &[]);
    }

    #[test]
    fn a_long_function_is_found_where_it_begins() {
        let body = |lines| "        call();\n".repeat(lines);
        let text = format!(
            "impl A {{\n    pub(crate) async fn long(&self) {{\n{}    }}\n}}\n",
            body(69)
        );
        check(
            "crates/a/src/a.rs",
            &text,
            &["crates/a/src/a.rs:2: `long` has 71 lines; 70 at most"],
        );
        let text = format!("impl A {{\n    fn fits(&self) {{\n{}    }}\n}}\n", body(68));
        check("crates/a/src/a.rs", &text, &[]);
    }

    #[test]
    fn an_else_under_the_beginning_does_not_end_a_function() {
        let text = "fn a(\n    b: u8,\n) -> u8 {\n".to_owned() + &"    x();\n".repeat(70) + "}\n";
        check(
            "crates/a/src/a.rs",
            &text,
            &["crates/a/src/a.rs:1: `a` has 74 lines; 70 at most"],
        );
    }
}
