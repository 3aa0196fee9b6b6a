//! Decision records: numbered once, and linked from their index.

use std::collections::BTreeMap;

use super::Finding;
use super::source::Source;

const FOLDER: &str = "docs/adr/";
const INDEX: &str = "docs/adr/README.md";

/// Records that are not linked, links without a record, and numbers used twice.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let index = sources
        .iter()
        .find(|source| source.path == INDEX)
        .map_or("", |source| source.text.as_str());
    let names: Vec<_> = sources
        .iter()
        .filter_map(|source| source.path.strip_prefix(FOLDER))
        .filter(|name| *name != "README.md")
        .collect();
    let mut findings = Vec::new();
    let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
    for name in &names {
        let place = format!("{FOLDER}{name}");
        if !index.contains(&format!("({name})")) {
            findings.push(Finding::new(
                &place,
                "is not linked from docs/adr/README.md",
            ));
        }
        match name.split_once('-').filter(|(number, _)| is_number(number)) {
            None => findings.push(Finding::new(&place, "is called `NNNN-title.md`")),
            Some((number, _)) => {
                if let Some(other) = numbers.insert(number, name) {
                    findings.push(Finding::new(&place, format!("has the number of {other}")));
                }
            }
        }
    }
    let dangling = links(index).filter(|link| !names.contains(link));
    findings.extend(
        dangling.map(|link| Finding::new(INDEX, format!("links {link}, which is not there"))),
    );
    findings
}

fn is_number(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn links(index: &str) -> impl Iterator<Item = &str> {
    index
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
        .filter(|link| link.get(..4).is_some_and(is_number))
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    fn check_index(index: &str, expect: &[&str]) {
        let sources = [source(INDEX, index), source("docs/adr/0001-one.md", "")];
        let found: Vec<_> = check(&sources)
            .into_iter()
            .map(|finding| finding.rule)
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn every_record_is_linked_and_every_link_has_its_record() {
        check_index("[One](0001-one.md)", &[]);
        check_index("", &["is not linked from docs/adr/README.md"]);
        check_index(
            "[One](0001-one.md) [Two](0002-two.md)",
            &["links 0002-two.md, which is not there"],
        );
    }

    #[test]
    fn a_number_is_used_once() {
        let sources = [
            source(INDEX, "[One](0001-one.md) [Other](0001-other.md)"),
            source("docs/adr/0001-one.md", ""),
            source("docs/adr/0001-other.md", ""),
        ];
        assert_eq!(check(&sources).len(), 1);
    }
}
