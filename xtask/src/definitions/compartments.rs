//! Compartment definitions → compartments.

use cresset_definitions::{Compartment, ResourceType, compartment::Member};
use serde::Deserialize;

use super::{Errata, Error, Source, list, tail, text};

#[derive(Deserialize)]
struct Published {
    url: String,
    code: String,
    resource: Vec<PublishedMember>,
}

#[derive(Deserialize)]
struct PublishedMember {
    code: String,
    #[serde(default)]
    param: Vec<String>,
}

/// The compartments of R4, sorted by owner.
pub(crate) fn compile(source: &Source, errata: &Errata) -> Result<Vec<Compartment>, Error> {
    let published: Vec<Published> = source.all("CompartmentDefinition")?;
    let mut compartments = Vec::new();
    // The package holds an example definition beside the five real ones.
    for definition in published.iter().filter(|d| tail(&d.url) != "example") {
        let owner = resource_type(&definition.code)?;
        let mut members = Vec::new();
        for m in &definition.resource {
            members.extend(member(m, &definition.code, errata)?);
        }
        members.sort_by_key(|m: &Member| m.resource_type);
        compartments.push(Compartment {
            owner,
            members: list(members),
        });
    }
    compartments.sort_by_key(|c| c.owner);
    Ok(compartments)
}

fn member(m: &PublishedMember, owner: &str, errata: &Errata) -> Result<Option<Member>, Error> {
    let erratum = errata
        .compartments
        .iter()
        .find(|e| e.owner == owner && e.resource_type == m.code);
    let parameters: Vec<_> = erratum
        .map_or(&m.param, |e| &e.parameters)
        .iter()
        // `{def}` says that the owner lies in its own compartment, which always holds.
        .filter(|p| *p != "{def}")
        .map(|p| text(p))
        .collect();
    let in_compartment = !parameters.is_empty() || m.code == owner;
    Ok(in_compartment.then_some(Member {
        resource_type: resource_type(&m.code)?,
        parameters: list(parameters),
    }))
}

fn resource_type(name: &str) -> Result<ResourceType, Error> {
    ResourceType::parse(name).ok_or_else(|| format!("no resource type {name}").into())
}
