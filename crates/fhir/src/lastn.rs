//! `Observation/$lastn` (R4): the newest observations of each code.

use std::collections::HashMap;

use cresset_access::{Access, Verb};
use cresset_model::{Element, Tree};
use cresset_store::SearchPage;

use crate::answer::Answer;
use crate::bundle::searchset::searchset;
use crate::docref::known;
use crate::fault::{Fault, Kind};
use crate::operation::Inputs;
use crate::prepare;
use crate::service::{Service, permit};

/// Parameters that would change which observations are the newest, or how many there are.
const NOT_TAKEN: [&str; 9] = [
    "_sort",
    "_count",
    "_total",
    "_summary",
    "_elements",
    "_include",
    "_revinclude",
    "_contained",
    "_page",
];

impl Service {
    /// The newest `max` observations (1 without it) of each code among those that match, as a Bundle
    /// of type `searchset`. Observations share a code when they share one of their codings.
    ///
    /// # Errors
    /// [`Kind::Required`] without a patient or subject, or without a category or code;
    /// [`Kind::Invalid`] for more observations than the limits allow to look at.
    pub async fn lastn(&self, access: &Access, inputs: &Inputs) -> Result<Answer, Fault> {
        let observations = known("Observation")?;
        permit(access, Verb::Search, observations)?;
        let max = match inputs.text("max").map(str::parse::<usize>) {
            None => 1,
            Some(Ok(max)) if max > 0 => max,
            Some(_) => {
                return Err(Fault::new(
                    Kind::Value,
                    "max must be a whole number of 1 or more",
                ));
            }
        };
        let mut pairs = criteria(inputs)?;
        pairs.push(("_sort".to_owned(), "-date".to_owned()));
        let mut query = self.strict(access, observations, &pairs).await?;
        query.count = self.limits().page_max;
        let mut newest = Newest::new(max);
        let mut at = None;
        loop {
            let page = self.store().search(access, &query, at.as_ref()).await?;
            for version in page.matches {
                let tree = prepare::parse(&version.body, self.limits())?;
                newest.offer(&tree, version);
            }
            if newest.seen > self.limits().operation_scanned_max {
                let text = "Too many observations match; narrow them down by code or date";
                return Err(Fault::coded(Kind::Invalid, "too-costly", text));
            }
            at = page.next;
            if at.is_none() {
                break;
            }
        }
        let page = SearchPage {
            total: Some(newest.kept.len() as u64),
            matches: newest.kept,
            ..SearchPage::default()
        };
        Ok(Answer {
            whose: self.whose_page(access, &page)?,
            body: searchset(&page, &[], &self.settings().base_url),
        })
    }
}

fn criteria(inputs: &Inputs) -> Result<Vec<(String, String)>, Fault> {
    let pairs: Vec<(String, String)> = inputs
        .texts()
        .filter(|(name, _)| *name != "max")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let code = |name: &str| name.split([':', '.']).next().unwrap_or_default().to_owned();
    if let Some((name, _)) = pairs
        .iter()
        .find(|(name, _)| NOT_TAKEN.contains(&code(name).as_str()))
    {
        let text = format!("$lastn does not take '{}'", code(name));
        return Err(Fault::new(Kind::Invalid, text));
    }
    for (needed, text) in [
        (["patient", "subject"], "Name the patient or subject"),
        (["category", "code"], "Name a category or a code"),
    ] {
        if !pairs
            .iter()
            .any(|(name, _)| needed.contains(&code(name).as_str()))
        {
            return Err(Fault::new(Kind::Required, text));
        }
    }
    Ok(pairs)
}

/// The first few observations of each code, in the order in which they come.
struct Newest {
    max: usize,
    seen: usize,
    /// Codings, and the group each belongs to.
    groups: HashMap<String, usize>,
    counts: Vec<usize>,
    kept: Vec<cresset_store::Version>,
}

impl Newest {
    fn new(max: usize) -> Self {
        Self {
            max,
            seen: 0,
            groups: HashMap::new(),
            counts: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn offer(&mut self, tree: &Tree, version: cresset_store::Version) {
        self.seen += 1;
        let codings = codings(tree);
        let known = codings.iter().find_map(|coding| self.groups.get(coding));
        let group = known.copied().unwrap_or(self.counts.len());
        if group == self.counts.len() {
            self.counts.push(0);
        }
        for coding in codings {
            self.groups.entry(coding).or_insert(group);
        }
        if let Some(count) = self
            .counts
            .get_mut(group)
            .filter(|count| **count < self.max)
        {
            *count += 1;
            self.kept.push(version);
        }
    }
}

/// `system|code` of each coding; the text where there is none.
fn codings(tree: &Tree) -> Vec<String> {
    let code = tree.root().get("code");
    let text = |of: Element<'_>, name: &str| {
        let value = of.get(name).and_then(Element::as_str);
        value.unwrap_or_default().to_owned()
    };
    let list = code.and_then(|code| code.get("coding"));
    let mut codings: Vec<String> = list
        .iter()
        .flat_map(|list| list.items())
        .map(|coding| format!("{}|{}", text(coding, "system"), text(coding, "code")))
        .collect();
    if codings.is_empty() {
        codings.extend(code.map(|code| text(code, "text")));
    }
    codings
}
