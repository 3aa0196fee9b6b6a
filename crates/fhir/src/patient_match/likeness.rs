//! What is compared of two patients, and how much it weighs.

use cresset_model::Element;

/// Most values of one kind that are looked at.
const VALUES_MAX: usize = 5;

/// What of a Patient tells it apart.
#[derive(Debug, Default)]
pub(super) struct Description {
    /// (system, value)
    identifiers: Vec<(String, String)>,
    families: Vec<String>,
    givens: Vec<String>,
    birth_date: Option<String>,
    gender: Option<String>,
    telecoms: Vec<String>,
    postal_codes: Vec<String>,
}

/// How alike two descriptions are.
#[derive(Debug)]
pub(super) struct Likeness {
    /// Hundredths.
    score: u32,
    is_identified: bool,
}

impl Likeness {
    /// Hundredths, 100 for complete agreement.
    pub(super) fn score(&self) -> u32 {
        self.score
    }

    /// A code of R4 `match-grade`; nothing below a possible match. Only an identifier, or a name with
    /// the whole birth date, makes a match certain.
    pub(super) fn grade(&self) -> Option<&'static str> {
        match self.score {
            90.. if self.is_identified => Some("certain"),
            70.. => Some("probable"),
            45.. => Some("possible"),
            _ => None,
        }
    }
}

impl Description {
    pub(super) fn of(patient: Element<'_>) -> Self {
        let text = |of: Element<'_>, name: &str| {
            let value = of.get(name).and_then(Element::as_str);
            value.map(folded).filter(|text| !text.is_empty())
        };
        let list = |name: &str| {
            let list = patient.get(name).into_iter();
            list.flat_map(Element::items)
                .take(VALUES_MAX)
                .collect::<Vec<_>>()
        };
        let names = list("name");
        let givens = names.iter().filter_map(|name| name.get("given"));
        let raw =
            |of: Element<'_>, name: &str| of.get(name).and_then(Element::as_str).map(str::to_owned);
        let identifier =
            |of: &Element<'_>| Some((raw(*of, "system").unwrap_or_default(), raw(*of, "value")?));
        let telecom = |of: &Element<'_>| text(*of, "value");
        Self {
            identifiers: list("identifier").iter().filter_map(identifier).collect(),
            families: names
                .iter()
                .filter_map(|name| text(*name, "family"))
                .collect(),
            givens: givens
                .flat_map(Element::items)
                .filter_map(Element::as_str)
                .map(folded)
                .take(VALUES_MAX)
                .collect(),
            birth_date: raw(patient, "birthDate"),
            gender: raw(patient, "gender"),
            telecoms: list("telecom").iter().filter_map(telecom).collect(),
            postal_codes: list("address")
                .iter()
                .filter_map(|address| text(*address, "postalCode"))
                .collect(),
        }
    }

    /// The searches, each of which would find the person described.
    pub(super) fn searches(&self) -> Vec<Vec<(String, String)>> {
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let mut searches = Vec::new();
        for (system, value) in &self.identifiers {
            let value = escaped(value);
            let token = match system.as_str() {
                "" => value,
                system => format!("{}|{value}", escaped(system)),
            };
            searches.push(vec![pair("identifier", token)]);
        }
        let birth_date = self.birth_date.clone().filter(|date| date.len() == 10);
        for name in self.families.iter().take(2) {
            let family = pair("family", escaped(name));
            if let Some(date) = &birth_date {
                searches.push(vec![family.clone(), pair("birthdate", date.clone())]);
            }
            if let Some(given) = self.givens.first() {
                searches.push(vec![family, pair("given", escaped(given))]);
            }
        }
        if let (Some(given), Some(date)) = (self.givens.first(), birth_date) {
            searches.push(vec![pair("given", escaped(given)), pair("birthdate", date)]);
        }
        for telecom in &self.telecoms {
            searches.push(vec![pair("telecom", escaped(telecom))]);
        }
        searches
    }

    /// How much of this description the other shares: what is described and agrees, by weight.
    pub(super) fn compare(&self, other: &Self) -> Likeness {
        let mut weighed = Weighed::default();
        let identifier = shares(&self.identifiers, &other.identifiers);
        // Another identifier says little against: a person has many.
        if identifier {
            weighed.add(60, 100);
        }
        let family = shares(&self.families, &other.families);
        weighed.add_if(!self.families.is_empty(), 20, family);
        let given = shares(&self.givens, &other.givens);
        weighed.add_if(!self.givens.is_empty(), 15, given);
        let birth_date = self.birth_date.is_some() && self.birth_date == other.birth_date;
        weighed.add_if(self.birth_date.is_some(), 25, birth_date);
        weighed.add_if(self.gender.is_some(), 5, self.gender == other.gender);
        let telecom = shares(&self.telecoms, &other.telecoms);
        if telecom {
            weighed.add(15, 100);
        }
        weighed.add_if(
            !self.postal_codes.is_empty(),
            5,
            shares(&self.postal_codes, &other.postal_codes),
        );
        Likeness {
            score: weighed.percent(),
            is_identified: identifier || (family && given && birth_date),
        }
    }
}

/// Agreement so far, by weight.
#[derive(Default)]
struct Weighed {
    agreed: u32,
    weight: u32,
}

impl Weighed {
    fn add(&mut self, weight: u32, percent: u32) {
        self.agreed += weight * percent;
        self.weight += weight;
    }

    fn add_if(&mut self, is_described: bool, weight: u32, agrees: bool) {
        if is_described {
            self.add(weight, if agrees { 100 } else { 0 });
        }
    }

    fn percent(&self) -> u32 {
        self.agreed.checked_div(self.weight).unwrap_or_default()
    }
}

fn shares<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().any(|value| b.contains(value))
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// R4 3.1.1.4.5: what separates values in a search is escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | ',' | '|' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Description;
    use cresset_model::{Bounds, parse};

    fn description(json: &str) -> Description {
        Description::of(parse(json.as_bytes(), Bounds::default()).unwrap().root())
    }

    #[test]
    fn grades_follow_what_tells_people_apart() {
        let known = r#"{"identifier":[{"system":"urn:mrn","value":"1"}],"name":[{"family":"Bell","given":["Ada"]}],"birthDate":"1985-12-10","gender":"female"}"#;
        let known = description(known);
        for (asked, expect) in [
            (
                r#"{"identifier":[{"system":"urn:mrn","value":"1"}]}"#,
                Some("certain"),
            ),
            (
                r#"{"name":[{"family":"BELL","given":["ada"]}],"birthDate":"1985-12-10"}"#,
                Some("certain"),
            ),
            (
                r#"{"name":[{"family":"Bell"}],"birthDate":"1985-12-10"}"#,
                Some("probable"),
            ),
            (
                r#"{"name":[{"family":"Bell","given":["Ada"]}],"birthDate":"1985-12-11"}"#,
                Some("possible"),
            ),
            (
                r#"{"name":[{"family":"Bell","given":["Bo"]}],"birthDate":"1990-01-01"}"#,
                None,
            ),
            (
                r#"{"identifier":[{"system":"urn:other","value":"1"}]}"#,
                None,
            ),
        ] {
            let likeness = description(asked).compare(&known);
            assert_eq!(likeness.grade(), expect, "{asked} {likeness:?}");
        }
    }
}
