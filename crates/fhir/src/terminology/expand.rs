//! `ValueSet/$expand`

use std::collections::BTreeMap;

use cresset_access::Access;
use cresset_definitions::{CodeSystem, terminology};
use cresset_model::{Element, Tree};
use cresset_rules::Interaction;
use serde_json::{Value, json};

use super::codes::{Codes, items, text};
use super::filter::{Filter, passing, too_many};
use super::set::canonical;
use super::source::{Target, Values, resource_type};
use crate::fault::{Fault, Kind};
use crate::instant;
use crate::operation::Inputs;
use crate::service::Service;

const TAKEN: [&str; 9] = [
    "url",
    "valueSet",
    "valueSetVersion",
    "filter",
    "offset",
    "count",
    "includeDesignations",
    "includeDefinition",
    "excludeNested",
];

/// Deepest value set inside a value set.
pub(super) const NESTED_MAX: usize = 16;

/// A member of a value set.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) display: Option<String>,
    pub(super) version: Option<String>,
}

/// Members by system and code.
pub(super) type Members = BTreeMap<(String, String), Member>;

impl Service {
    /// The members of a value set as a `ValueSet` with its expansion.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for what is not loaded; [`Kind::Value`] for parameters that are not
    /// served; [`Kind::BusinessRule`] for a definition that cannot be expanded here.
    pub async fn expand(
        &self,
        access: &Access,
        target: Target<'_>,
        inputs: &Inputs,
    ) -> Result<Vec<u8>, Fault> {
        self.offer(Interaction::Read, resource_type("ValueSet")?)?;
        inputs.only(&TAKEN)?;
        refuse_more(inputs)?;
        let values = self.value_set(access, target, inputs).await?;
        let members = self.members(access, &values).await?;
        let wanted = inputs.text("filter").map(str::to_lowercase);
        let found: Vec<_> = members
            .iter()
            .filter(|((_, code), member)| {
                let wanted = wanted.as_deref().unwrap_or_default();
                let display = member.display.as_deref().unwrap_or_default();
                wanted.split_whitespace().all(|word| {
                    code.to_lowercase().contains(word) || display.to_lowercase().contains(word)
                })
            })
            .collect();
        let offset = inputs.number("offset")?;
        let count = inputs.number("count")?;
        let page = found
            .iter()
            .skip(offset.unwrap_or(0))
            .take(count.unwrap_or(usize::MAX));
        let contains: Vec<Value> = page.map(|(key, member)| shown(key, member)).collect();
        let mut expansion = json!({
            "timestamp": instant::text(self.now()),
            "total": found.len(),
        });
        if let Some(members) = expansion.as_object_mut() {
            if let Some(offset) = offset {
                members.insert("offset".to_owned(), offset.into());
            }
            let parameters = used(inputs);
            if !parameters.is_empty() {
                members.insert("parameter".to_owned(), parameters.into());
            }
            if !contains.is_empty() {
                members.insert("contains".to_owned(), contains.into());
            }
        }
        let mut set = head(&values);
        set.insert("expansion".to_owned(), expansion);
        Ok(Value::Object(set).to_string().into_bytes())
    }

    /// The value set an operation is about.
    pub(super) async fn value_set(
        &self,
        access: &Access,
        target: Target<'_>,
        inputs: &Inputs,
    ) -> Result<Values, Fault> {
        if let Target::Resource(id) = target {
            return self
                .held(access, "ValueSet", id)
                .await
                .map(Values::Composed);
        }
        if let Some(sent) = inputs.resource("valueSet") {
            return Ok(Values::Composed(sent.clone()));
        }
        let url = inputs.required("url")?;
        match inputs.text("valueSetVersion") {
            Some(version) => self.values(access, &format!("{url}|{version}")).await,
            None => self.values(access, url).await,
        }
    }

    /// Every member, value sets inside it followed.
    pub(super) async fn members(&self, access: &Access, values: &Values) -> Result<Members, Fault> {
        self.members_within(access, values, 0).await
    }

    async fn members_within(
        &self,
        access: &Access,
        values: &Values,
        nested: usize,
    ) -> Result<Members, Fault> {
        if nested > NESTED_MAX {
            return Err(cannot(
                "Value sets include each other too deeply or in a circle",
            ));
        }
        let tree = match values.definition() {
            Ok(tree) => tree,
            Err(set) => return Ok(built_in(set)),
        };
        let Some(compose) = tree.root().get("compose") else {
            return listed(tree);
        };
        let mut members = Members::new();
        for include in items(compose, "include") {
            members.extend(self.part(access, include, nested).await?);
            self.bounded(&members)?;
        }
        for exclude in items(compose, "exclude") {
            for key in self.part(access, exclude, nested).await?.keys() {
                members.remove(key);
            }
        }
        Ok(members)
    }

    /// What one include or exclude names: codes of a system that are in every value set it names.
    async fn part(
        &self,
        access: &Access,
        part: Element<'_>,
        nested: usize,
    ) -> Result<Members, Fault> {
        let mut members = match text(part, "system") {
            Some(system) => Some(self.of_system(access, &system, part).await?),
            None => None,
        };
        let sets = items(part, "valueSet");
        for url in sets.filter_map(Element::as_str) {
            let set = self.values(access, url).await?;
            let inner = Box::pin(self.members_within(access, &set, nested + 1)).await?;
            members = Some(match members {
                None => inner,
                Some(mut both) => {
                    both.retain(|key, _| inner.contains_key(key));
                    both
                }
            });
        }
        Ok(members.unwrap_or_default())
    }

    async fn of_system(
        &self,
        access: &Access,
        system: &str,
        part: Element<'_>,
    ) -> Result<Members, Fault> {
        let named = named(part);
        let codes = self.codes_for(access, (system, part), &named).await?;
        let version = codes.as_ref().and_then(Codes::version).map(str::to_owned);
        let member = |code: String, display| {
            let version = version.clone();
            ((system.to_owned(), code), Member { display, version })
        };
        if !named.is_empty() {
            let mut members = Members::new();
            for (code, given) in named {
                let known = codes.as_ref().map(|codes| codes.known(&code)).transpose()?;
                let display = given.or_else(|| known.flatten()?.display);
                members.extend([member(code, display)]);
            }
            return Ok(members);
        }
        let codes = codes.ok_or_else(|| cannot("A code system is not loaded"))?;
        if !codes.is_complete() {
            let text =
                format!("Not every code of '{system}' is loaded, so its codes cannot be listed");
            return Err(cannot(&text));
        }
        let filters = items(part, "filter").map(Filter::of);
        let filters = filters.collect::<Result<Vec<_>, _>>()?;
        let passed = passing(&codes, &filters, self.limits().expansion_codes_max)?;
        Ok(passed
            .into_iter()
            .map(|known| member(known.code, known.display))
            .collect())
    }

    /// The system a part of a value set names, in the version it names. Codes that are listed need no system to be listed from.
    async fn codes_for(
        &self,
        access: &Access,
        (system, part): (&str, Element<'_>),
        named: &[(String, Option<String>)],
    ) -> Result<Option<Codes>, Fault> {
        match self.codes(access, &canonical(system, part)).await {
            Ok(codes) => Ok(Some(codes)),
            Err(fault) if fault.kind == Kind::NotFound && !named.is_empty() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    fn bounded(&self, members: &Members) -> Result<(), Fault> {
        let most = self.limits().expansion_codes_max;
        if members.len() <= most {
            return Ok(());
        }
        Err(too_many(most))
    }
}

/// The codes a part of a value set lists, with the displays it gives.
pub(super) fn named(part: Element<'_>) -> Vec<(String, Option<String>)> {
    let concepts = items(part, "concept");
    concepts
        .filter_map(|c| Some((text(c, "code")?, text(c, "display"))))
        .collect()
}

/// Parameters whose other values would ask for what is not made here.
fn refuse_more(inputs: &Inputs) -> Result<(), Fault> {
    for name in ["includeDesignations", "includeDefinition"] {
        if inputs.text(name).is_some_and(|value| value != "false") {
            let text = format!(
                "Expansions here have no more than codes and displays; {name} may be false only"
            );
            return Err(Fault::coded(Kind::Value, "not-supported", text));
        }
    }
    Ok(())
}

fn built_in(set: &cresset_definitions::ValueSet) -> Members {
    let mut members = Members::new();
    for of in set.systems {
        let system = terminology().code_system(of.system);
        for code in of.codes {
            members.insert(
                (of.system.to_owned(), (*code).to_owned()),
                member_of(system, code),
            );
        }
    }
    members
}

/// A code of a built-in value set.
pub(super) fn built_in_member(system: &str, code: &str) -> Member {
    member_of(terminology().code_system(system), code)
}

fn member_of(system: Option<&CodeSystem>, code: &str) -> Member {
    let display = system.and_then(|s| s.concept(code)).map(|c| c.display);
    let version = system.map(|s| s.version).filter(|v| !v.is_empty());
    Member {
        display: display.filter(|d| !d.is_empty()).map(str::to_owned),
        version: version.map(str::to_owned),
    }
}

/// A value set that only holds an expansion is taken at its word.
pub(super) fn listed(tree: &Tree) -> Result<Members, Fault> {
    let Some(expansion) = tree.root().get("expansion") else {
        return Err(cannot(
            "The value set has neither a definition nor an expansion",
        ));
    };
    let mut open: Vec<_> = items(expansion, "contains").collect();
    let mut members = Members::new();
    while let Some(member) = open.pop() {
        open.extend(items(member, "contains"));
        if let (Some(system), Some(code)) = (text(member, "system"), text(member, "code")) {
            let (display, version) = (text(member, "display"), text(member, "version"));
            members.insert((system, code), Member { display, version });
        }
    }
    Ok(members)
}

fn shown((system, code): &(String, String), member: &Member) -> Value {
    let mut shown = json!({ "system": system });
    if let Some(members) = shown.as_object_mut() {
        for (name, value) in [
            ("version", &member.version),
            ("code", &Some(code.clone())),
            ("display", &member.display),
        ] {
            if let Some(value) = value {
                members.insert(name.to_owned(), value.as_str().into());
            }
        }
    }
    shown
}

/// What an expansion says of the set it is of.
fn head(values: &Values) -> serde_json::Map<String, Value> {
    let mut head = serde_json::Map::new();
    head.insert("resourceType".to_owned(), "ValueSet".into());
    match values.definition() {
        Err(set) => {
            head.insert("url".to_owned(), set.url.into());
            head.insert("status".to_owned(), "active".into());
        }
        Ok(tree) => {
            for name in ["id", "url", "version", "name", "title", "status"] {
                if let Some(value) = text(tree.root(), name) {
                    head.insert(name.to_owned(), value.into());
                }
            }
            head.entry("status").or_insert_with(|| "active".into());
        }
    }
    head
}

/// The parameters that shaped the expansion.
fn used(inputs: &Inputs) -> Vec<Value> {
    let of = |name, member: &str| {
        let value = inputs.text(name)?;
        let value = match member {
            "valueInteger" => value.parse::<u64>().map(Value::from).ok()?,
            _ => Value::from(value),
        };
        Some(json!({ "name": name, member: value }))
    };
    let used = [
        of("filter", "valueString"),
        of("offset", "valueInteger"),
        of("count", "valueInteger"),
    ];
    used.into_iter().flatten().collect()
}

pub(super) fn cannot(text: &str) -> Fault {
    Fault::coded(Kind::BusinessRule, "not-supported", text)
}
