//! The parameters of one call (R4 §3.2.0.3).

use cresset_model::{Element, Tree};

use crate::fault::{Fault, Kind};

/// A code with its system, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coding {
    /// The code system.
    pub system: Option<String>,
    /// The version of the code system.
    pub version: Option<String>,
    /// The code.
    pub code: String,
    /// What it is said to mean.
    pub display: Option<String>,
}

/// The parameters of a call, by name.
#[derive(Debug, Default)]
pub struct Inputs {
    texts: Vec<(String, String)>,
    /// `Coding`, or the codings of a `CodeableConcept`.
    codings: Vec<(String, Vec<Coding>)>,
    resources: Vec<(String, Tree)>,
}

/// Parameters of the answer's form, which are no business of an operation.
const FORM: [&str; 2] = ["_format", "_pretty"];

impl Inputs {
    /// The parameters of a URL.
    pub fn of_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut texts = pairs;
        texts.retain(|(name, _)| !FORM.contains(&name.as_str()));
        Self {
            texts,
            ..Self::default()
        }
    }

    /// Adds those of a `Parameters` resource.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for another resource; [`Kind::Required`] for a parameter without a name.
    pub fn add(&mut self, body: &Tree) -> Result<(), Fault> {
        if body.resource_type() != Some("Parameters") {
            let text = "The body of an operation is a Parameters resource";
            return Err(Fault::new(Kind::Invalid, text).at("resourceType"));
        }
        let parameters = body.root().get("parameter").into_iter();
        for (at, parameter) in parameters.flat_map(Element::items).enumerate() {
            let Some(name) = parameter.get("name").and_then(Element::as_str) else {
                let text = "A parameter must have a name";
                let place = format!("Parameters.parameter[{at}].name");
                return Err(Fault::new(Kind::Required, text).at(place));
            };
            self.add_one(name, parameter);
        }
        Ok(())
    }

    fn add_one(&mut self, name: &str, parameter: Element<'_>) {
        if let Some(resource) = parameter.get("resource") {
            self.resources.push((name.to_owned(), resource.to_tree()));
        }
        let value = parameter
            .members()
            .find(|(member, _)| member.starts_with("value"));
        match value {
            Some(("valueCoding", value)) => {
                self.codings.push((name.to_owned(), vec![coding(value)]));
            }
            Some(("valueMeta", value)) => self.resources.push((name.to_owned(), value.to_tree())),
            Some(("valueCodeableConcept", value)) => {
                let codings = value.get("coding").into_iter();
                let codings = codings.flat_map(Element::items).map(coding).collect();
                self.codings.push((name.to_owned(), codings));
            }
            Some((_, value)) => self
                .texts
                .extend(plain(value).map(|text| (name.to_owned(), text))),
            None => {}
        }
    }

    /// Refuses parameters the operation does not have.
    ///
    /// # Errors
    /// [`Kind::Value`] that names the first one and what there is.
    pub fn only(&self, known: &[&str]) -> Result<(), Fault> {
        let texts = self.texts.iter().map(|(name, _)| name);
        let codings = self.codings.iter().map(|(name, _)| name);
        let resources = self.resources.iter().map(|(name, _)| name);
        let mut names = texts.chain(codings).chain(resources);
        let Some(unknown) = names.find(|name| !known.contains(&name.as_str())) else {
            return Ok(());
        };
        let shown: String = unknown
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .take(40)
            .collect();
        let text = format!(
            "This operation does not take a parameter '{shown}' here; it takes {}",
            known.join(", ")
        );
        Err(Fault::coded(Kind::Value, "not-supported", text))
    }

    /// All texts with their names, in order.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self.texts.iter();
        texts.map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The first text of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        let mut texts = self.texts.iter();
        texts
            .find(|(n, _)| n == name)
            .map(|(_, text)| text.as_str())
    }

    /// A whole number of 0 or more.
    ///
    /// # Errors
    /// [`Kind::Value`] for anything else.
    pub fn number(&self, name: &str) -> Result<Option<usize>, Fault> {
        let text = self.text(name);
        text.map(str::parse).transpose().map_err(|_| {
            Fault::new(
                Kind::Value,
                format!("{name} must be a whole number of 0 or more"),
            )
        })
    }

    /// The text of this name.
    ///
    /// # Errors
    /// [`Kind::Required`] without one.
    pub fn required(&self, name: &str) -> Result<&str, Fault> {
        let missing = || Fault::new(Kind::Required, format!("The parameter {name} is missing"));
        self.text(name).ok_or_else(missing)
    }

    /// The codes of this name.
    pub fn codings(&self, name: &str) -> Option<&[Coding]> {
        let mut codings = self.codings.iter();
        codings
            .find(|(n, _)| n == name)
            .map(|(_, codings)| codings.as_slice())
    }

    /// The resource, or the Meta, of this name.
    pub fn resource(&self, name: &str) -> Option<&Tree> {
        let mut resources = self.resources.iter();
        resources.find(|(n, _)| n == name).map(|(_, tree)| tree)
    }

    /// The codes asked about: `coding`, `codeableConcept`, or `code` with `system`.
    ///
    /// # Errors
    /// [`Kind::Required`] when there is none.
    pub fn asked(&self) -> Result<Vec<Coding>, Fault> {
        let codings = self
            .codings("coding")
            .or_else(|| self.codings("codeableConcept"));
        if let Some(codings) = codings.filter(|codings| !codings.is_empty()) {
            return Ok(codings.to_vec());
        }
        let Some(code) = self.text("code") else {
            let text = "Name the code: code with system, coding or codeableConcept";
            return Err(Fault::new(Kind::Required, text));
        };
        let owned = |name| self.text(name).map(str::to_owned);
        Ok(vec![Coding {
            system: owned("system"),
            version: owned("version"),
            code: code.to_owned(),
            display: owned("display"),
        }])
    }
}

fn coding(value: Element<'_>) -> Coding {
    let text = |name| value.get(name).and_then(Element::as_str).map(str::to_owned);
    Coding {
        system: text("system"),
        version: text("version"),
        code: text("code").unwrap_or_default(),
        display: text("display"),
    }
}

fn plain(value: Element<'_>) -> Option<String> {
    let text = value.as_str().or_else(|| value.number()).map(str::to_owned);
    text.or_else(|| value.as_bool().map(|b| b.to_string()))
}
