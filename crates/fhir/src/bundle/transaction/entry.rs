//! One entry of a transaction: what it asks for.

use cresset_access::Verb;
use cresset_model::Element;
use cresset_rules::Interaction;

use crate::condition::{Tags, WriteCondition};
use crate::fault::{Fault, Kind};

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `POST [type]`
    Create,
    /// `PUT [type]/[id]`
    Update,
    /// `DELETE [type]/[id]`
    Delete,
}

impl Action {
    /// The right it takes.
    pub const fn verb(self) -> Verb {
        match self {
            Self::Create => Verb::Create,
            Self::Update => Verb::Update,
            Self::Delete => Verb::Delete,
        }
    }
}

impl Action {
    /// The interaction it is.
    pub const fn interaction(self) -> Interaction {
        match self {
            Self::Create => Interaction::Create,
            Self::Update => Interaction::Update,
            Self::Delete => Interaction::Delete,
        }
    }
}

/// One entry, its request understood and its resource not yet looked at.
#[derive(Clone)]
pub struct Entry<'t> {
    /// Its position in the Bundle.
    pub at: usize,
    /// `entry.fullUrl`.
    pub full_url: Option<&'t str>,
    /// What it does.
    pub action: Action,
    /// `entry.request.url`.
    pub url: &'t str,
    /// What must hold of the current version.
    pub condition: WriteCondition,
    resource: Option<Element<'t>>,
}

impl<'t> Entry<'t> {
    /// Reads `Bundle.entry[at]`.
    ///
    /// # Errors
    /// [`Kind::Required`] or [`Kind::Value`] when its request cannot be understood;
    /// [`Kind::BusinessRule`] for what a transaction here does not do.
    pub fn parse(at: usize, element: Element<'t>) -> Result<Self, Fault> {
        let path = |rest: &str| format!("Bundle.entry[{at}]{rest}");
        let required = |rest: &str| {
            Fault::new(Kind::Required, "This element is required in a transaction").at(path(rest))
        };
        let request = element.get("request").ok_or_else(|| required(".request"))?;
        let text = |name: &str| request.get(name).and_then(Element::as_str);
        let action = match text("method").ok_or_else(|| required(".request.method"))? {
            "POST" => Action::Create,
            "PUT" => Action::Update,
            "DELETE" => Action::Delete,
            _ => {
                let sentence = "A transaction takes the methods POST, PUT and DELETE";
                return Err(Fault::coded(Kind::BusinessRule, "not-supported", sentence)
                    .at(path(".request.method")));
            }
        };
        if text("ifNoneExist").is_some() {
            let sentence = "ifNoneExist (conditional create) is not supported";
            return Err(Fault::coded(Kind::BusinessRule, "not-supported", sentence)
                .at(path(".request.ifNoneExist")));
        }
        let condition = WriteCondition {
            if_match: text("ifMatch").map(Tags::parse),
            if_absent: text("ifNoneMatch") == Some("*"),
            if_unmodified_since: None,
        };
        Ok(Self {
            at,
            full_url: element.get("fullUrl").and_then(Element::as_str),
            action,
            url: text("url").ok_or_else(|| required(".request.url"))?,
            condition,
            resource: element.get("resource"),
        })
    }

    /// The entry's resource.
    ///
    /// # Errors
    /// [`Kind::Required`] when there is none.
    pub fn resource(&self) -> Result<Element<'t>, Fault> {
        self.resource
            .ok_or_else(|| Fault::new(Kind::Required, "The entry must hold a resource"))
    }

    /// The same fault, saying that it lies in this entry.
    #[must_use]
    pub fn blame(&self, mut fault: Fault) -> Fault {
        let at = format!("Bundle.entry[{}]", self.at);
        for issue in &mut fault.issues {
            issue.expression = Some(match issue.expression.take() {
                Some(path) if path.starts_with("Bundle.entry[") => path,
                Some(path) => match path.split_once('.') {
                    Some((_, below)) => format!("{at}.resource.{below}"),
                    None => format!("{at}.resource"),
                },
                None => at.clone(),
            });
        }
        fault
    }
}
