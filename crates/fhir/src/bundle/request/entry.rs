//! One entry of a batch or transaction: what it asks for.

mod address;

use cresset_access::Verb;
use cresset_definitions::ResourceType;
use cresset_model::Element;
use cresset_rules::Interaction;

use crate::condition::{ReadCondition, Tags, WriteCondition};
use crate::criteria::Criteria;
use crate::fault::{Fault, Kind};
use crate::patch::Patch;
use crate::service::Service;

pub(crate) use address::Named;

/// What an entry does.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// `POST [type]`, with `ifNoneExist`.
    Create(ResourceType, Option<Criteria>),
    /// `PUT [type]/[id]`, `PUT [type]?criteria`
    Update(Named),
    /// `PATCH [type]/[id]`, `PATCH [type]?criteria`
    Patch(Named),
    /// `DELETE [type]/[id]`, `DELETE [type]?criteria`
    Delete(Named),
    /// `GET` and `HEAD` of anything, relative to the base.
    Fetch(Fetch),
}

/// What is asked for and how much of the answer is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Fetch {
    pub(crate) url: String,
    pub(crate) condition: ReadCondition,
    pub(crate) with_body: bool,
}

impl Fetch {
    /// The address without its query.
    pub(crate) fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }
}

impl Action {
    /// The order in which a Bundle's entries are carried out (R4 3.1.0.11.2).
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Delete(_) => 0,
            Self::Create(..) => 1,
            Self::Update(_) | Self::Patch(_) => 2,
            Self::Fetch(_) => 3,
        }
    }

    /// Its code of R4 `restful-interaction`.
    pub(crate) fn code(&self) -> &'static str {
        if let Some((interaction, ..)) = self.change() {
            return interaction.code();
        }
        match self.parts().as_slice() {
            [_] => "search-type",
            [_, _] => "read",
            [_, _, "_history"] => "history-instance",
            [_, _, "_history", _] => "vread",
            _ => "operation",
        }
    }

    /// What is read: the right it takes, and of which type.
    pub(crate) fn read(&self) -> Option<(Verb, ResourceType)> {
        let parts = self.parts();
        let resource_type = ResourceType::parse(parts.first()?)?;
        let verb = if parts.len() > 1 {
            Verb::Read
        } else {
            Verb::Search
        };
        Some((verb, resource_type))
    }

    /// The type it is about.
    pub(crate) fn resource_type(&self) -> Option<ResourceType> {
        let changed = self.change().map(|(_, _, resource_type)| resource_type);
        changed.or_else(|| self.read().map(|(_, resource_type)| resource_type))
    }

    /// The parts of the path that is fetched.
    fn parts(&self) -> Vec<&str> {
        match self {
            Self::Fetch(fetch) => fetch.path().split('/').collect(),
            _ => Vec::new(),
        }
    }

    /// The change it makes: its interaction, the right it takes, and of which type.
    pub(crate) fn change(&self) -> Option<(Interaction, Verb, ResourceType)> {
        match self {
            Self::Create(of, _) => Some((Interaction::Create, Verb::Create, *of)),
            Self::Update(named) => Some((Interaction::Update, Verb::Update, named.resource_type())),
            Self::Patch(named) => Some((Interaction::Patch, Verb::Update, named.resource_type())),
            Self::Delete(named) => Some((Interaction::Delete, Verb::Delete, named.resource_type())),
            Self::Fetch(_) => None,
        }
    }
}

/// One entry, its request understood and its resource not yet looked at.
#[derive(Clone)]
pub(crate) struct Entry<'t> {
    /// Its position in the Bundle.
    pub(crate) at: usize,
    /// `entry.fullUrl`.
    pub(crate) full_url: Option<&'t str>,
    /// What it does.
    pub(crate) action: Action,
    /// What must hold of the current version.
    pub(crate) condition: WriteCondition,
    resource: Option<Element<'t>>,
}

impl<'t> Entry<'t> {
    /// Reads `Bundle.entry[at]`; `base` is the instance's own base URL.
    ///
    /// # Errors
    /// [`Kind::Required`] or [`Kind::Value`] when its request cannot be understood.
    pub(crate) fn parse(at: usize, element: Element<'t>, base: &str) -> Result<Self, Fault> {
        let path = |rest: &str| format!("Bundle.entry[{at}]{rest}");
        let required = |rest: &str| {
            let text = "This element is required in a batch or transaction";
            Fault::new(Kind::Required, text).at(path(rest))
        };
        let request = element.get("request").ok_or_else(|| required(".request"))?;
        let text = |name: &str| request.get(name).and_then(Element::as_str);
        let method = text("method").ok_or_else(|| required(".request.method"))?;
        let url = text("url").ok_or_else(|| required(".request.url"))?;
        let place = |name: &'static str| {
            move |fault: Fault| fault.at(format!("Bundle.entry[{at}].request.{name}"))
        };
        let instant = |name: &'static str| match text(name) {
            None => Ok(None),
            Some(value) => value.parse().map(Some).map_err(|_| {
                let text = "This must be an instant such as 2026-01-31T08:30:00Z";
                place(name)(Fault::new(Kind::Value, text))
            }),
        };
        let action = match method {
            "POST" => {
                let resource_type = address::type_alone(url, base).map_err(place("url"))?;
                let criteria = text("ifNoneExist")
                    .map(|query| Criteria::parse(resource_type, query))
                    .transpose()
                    .map_err(place("ifNoneExist"))?;
                Action::Create(resource_type, criteria)
            }
            "PUT" => Action::Update(Named::parse(url, base).map_err(place("url"))?),
            "PATCH" => Action::Patch(Named::parse(url, base).map_err(place("url"))?),
            "DELETE" => Action::Delete(Named::parse(url, base).map_err(place("url"))?),
            "GET" | "HEAD" => Action::Fetch(Fetch {
                url: address::relative(url, base).to_owned(),
                condition: ReadCondition {
                    if_none_match: text("ifNoneMatch").map(Tags::parse),
                    if_modified_since: instant("ifModifiedSince")?,
                },
                with_body: method == "GET",
            }),
            _ => {
                let text = "The method must be GET, HEAD, POST, PUT, PATCH or DELETE";
                return Err(place("method")(Fault::new(Kind::Value, text)));
            }
        };
        Ok(Self {
            at,
            full_url: element.get("fullUrl").and_then(Element::as_str),
            action,
            condition: WriteCondition {
                if_match: text("ifMatch").map(Tags::parse),
                if_absent: text("ifNoneMatch") == Some("*"),
                if_unmodified_since: None,
            },
            resource: element.get("resource"),
        })
    }

    /// The entry's resource.
    ///
    /// # Errors
    /// [`Kind::Required`] when there is none.
    pub(crate) fn resource(&self) -> Result<Element<'t>, Fault> {
        self.resource
            .ok_or_else(|| Fault::new(Kind::Required, "The entry must hold a resource"))
    }

    /// The patch in the entry's resource: a Binary with one as its data, or Parameters.
    ///
    /// # Errors
    /// As [`Patch::parse`].
    pub(crate) fn patch(&self, service: &Service) -> Result<Patch, Fault> {
        Patch::of_resource(self.resource()?, service.limits())
    }

    /// The same fault, saying that it lies in this entry.
    #[must_use]
    pub(crate) fn blame(&self, fault: Fault) -> Fault {
        blame(self.at, fault)
    }
}

/// The same fault, saying that it lies in the entry at this position.
pub(crate) fn blame(at: usize, mut fault: Fault) -> Fault {
    let at = format!("Bundle.entry[{at}]");
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
