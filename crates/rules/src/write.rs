//! A write on its way through a rule set.
//!
//! [`Behaviour`] is what a set does to the bodies of one type, in two steps. *Admit* makes what the
//! set's own dialect allows into FHIR, before anything is checked: an element that must be there but
//! is not used may come empty. *Shape* makes what was checked into what is stored: defaults, derived
//! values, what an update leaves out. What shaping needs from the store it names; it reads nothing.

use std::collections::BTreeSet;

use cresset_model::Value;

use crate::edit;
use crate::interaction::Interaction;

/// What surrounds a write.
pub struct Around<'a> {
    /// [`Interaction::Create`] or [`Interaction::Update`].
    pub interaction: Interaction,
    /// The id it is stored under.
    pub id: &'a str,
    /// The present, as a FHIR instant.
    pub now: &'a str,
    /// The version that an update replaces.
    pub current: Option<&'a Value>,
    /// Of the resources the behaviour wants, those the caller may see.
    pub known: &'a [Value],
    /// What the searches of the behaviour find, whoever asks: for what is told to nobody.
    pub found: &'a [Value],
    /// What the same transaction stores beside it and rules look at, as far as it is made, each as
    /// what came later leaves it.
    pub beside: &'a [Value],
    /// Makes an id for an entry of a list.
    pub new_id: &'a dyn Fn() -> String,
}

impl Around<'_> {
    /// The day of the present.
    pub fn today(&self) -> &str {
        self.now.get(..10).unwrap_or_default()
    }

    /// Whether it is an update.
    pub fn is_update(&self) -> bool {
        self.interaction == Interaction::Update
    }

    /// What the searches found of a type, as the same transaction leaves it.
    pub fn left<'s>(&'s self, resource_type: &'s str) -> impl Iterator<Item = &'s Value> {
        let is_of_type =
            move |value: &&Value| edit::text(value, &["resourceType"]) == Some(resource_type);
        let id = |value: &'s Value| edit::text(value, &["id"]);
        let beside = self.beside.iter().filter(is_of_type);
        let changed: BTreeSet<_> = beside.clone().filter_map(id).collect();
        let found = self.found.iter().filter(is_of_type);
        let found = found.filter(move |value| id(value).is_none_or(|id| !changed.contains(id)));
        found.chain(beside)
    }

    /// A wanted resource of a type, if the caller may see it.
    pub fn known(&self, resource_type: &str) -> Option<&Value> {
        let is_it = |value: &&Value| edit::text(value, &["resourceType"]) == Some(resource_type);
        self.known.iter().find(is_it)
    }
}

/// What is there before the last searches.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// As in [`Around`].
    pub known: &'a [Value],
    /// As in [`Around`].
    pub found: &'a [Value],
    /// As in [`Around`].
    pub beside: &'a [Value],
}

/// A search of the whole record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Find {
    /// The type.
    pub resource_type: &'static str,
    /// The parameters, decoded.
    pub parameters: Vec<(String, String)>,
}

impl Find {
    /// A search with these parameters.
    pub fn new<const N: usize>(resource_type: &'static str, parameters: [(&str, &str); N]) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            resource_type,
            parameters: parameters.map(owned).into(),
        }
    }
}

/// Why a set refuses a write that R4 would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whether the body is malformed, or understood and against a rule.
    pub kind: RefusalKind,
    /// Where, as FHIRPath.
    pub path: String,
    /// What is told.
    pub text: String,
}

/// The kind of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The body does not hold what it must.
    Invalid,
    /// The body is understood, and against a rule of the set.
    BusinessRule,
}

impl Refusal {
    /// A refusal of a body that is understood, in the set's own words.
    pub fn rule(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            kind: RefusalKind::BusinessRule,
            path: path.into(),
            text: text.into(),
        }
    }
}

/// The search parameters, decoded, by which a create finds what it renews.
pub type Renews = fn(&Value) -> Vec<(String, String)>;

/// What a set does to the bodies of one type.
pub struct Behaviour {
    /// Makes the dialect into FHIR.
    pub admit: fn(&mut Value),
    /// What an update is to a version that is not there yet.
    pub absent: Absent,
    /// The search parameters by which a create finds the resource it renews; where there are none,
    /// every create is a new resource.
    pub renews: Option<Renews>,
    /// Whether what that search found is what a create renews.
    pub is_renewed: fn(&Value, &Value) -> bool,
    /// The references whose targets shaping wants to see.
    pub wants: fn(&Value) -> Vec<String>,
    /// The searches whose results checking and consequences rest on: a type and its parameters. They
    /// see the whole record, so a refusal must not tell what they found.
    pub finds: fn(&Value) -> Vec<Find>,
    /// The searches that depend on what was known and found before; their results come with those.
    pub finds_more: fn(&Value, Before<'_>) -> Vec<Find>,
    /// What only code can judge and refuses: every fault it finds.
    pub check: fn(&Value, &Around<'_>) -> Vec<Refusal>,
    /// Makes what was checked into what is stored.
    pub shape: fn(&mut Value, &Around<'_>),
    /// Whether rules look at what a transaction brings of the type ([`Around::beside`]).
    pub is_looked_at: bool,
    /// The element that names whom a write and what follows from it are about: who is kept to single
    /// patients writes it only about those.
    pub about: Option<&'static str>,
    /// What follows from a write once it is shaped, and may change it: each with its id; a resource
    /// that is known, found or beside is changed, any other created.
    pub consequences: fn(&mut Value, &Around<'_>) -> Vec<Value>,
    /// What is done to what an import brings although R4 would not take it; nothing in most types.
    pub imported: Option<fn(&mut Value)>,
    /// Elements that are taken out of a body: the server alone says them.
    pub ignored: &'static [&'static str],
    /// Elements that are files, or hold them: each is told an address at which it is had alone.
    pub files: &'static [&'static str],
}

/// What an update does where there is nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// It is refused: there is nothing to update.
    Unknown,
    /// It creates.
    Created,
}

impl Behaviour {
    /// Does nothing.
    pub const NONE: Self = Self {
        admit: |_| {},
        absent: Absent::Unknown,
        renews: None,
        is_renewed: |_, _| true,
        wants: |_| Vec::new(),
        check: |_, _| Vec::new(),
        shape: |_, _| {},
        finds: |_| Vec::new(),
        finds_more: |_, _| Vec::new(),
        is_looked_at: false,
        about: None,
        consequences: |_, _| Vec::new(),
        imported: None,
        ignored: &[],
        files: &[],
    };

    /// Admits a body: ignored elements are gone, the dialect is FHIR.
    pub fn admitted(&self, body: &mut Value) {
        for name in self.ignored {
            body.remove(name);
        }
        (self.admit)(body);
    }

    /// Tells every file of a body the address at which it is had alone, below that of the resource.
    pub fn addressed(&self, body: &mut Value, resource: &str) {
        for name in self.files {
            let address = format!("{resource}/files/{name}");
            match body.get_mut(name) {
                Some(Value::Array(items)) => {
                    for (at, item) in items.iter_mut().enumerate() {
                        match at {
                            0 => edit::set_file(item, &address),
                            _ => edit::set_file(item, &format!("{address}?index={at}")),
                        }
                    }
                }
                Some(one) => edit::set_file(one, &address),
                None => {}
            }
        }
    }
}

impl std::fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Behaviour")
            .field("absent", &self.absent)
            .field("ignored", &self.ignored)
            .finish_non_exhaustive()
    }
}
