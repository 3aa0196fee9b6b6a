//! Value sets → lists of codes, as far as the package alone can list them.

mod code_systems;
mod expansion;

use cresset_definitions::{CodeSystem, Terminology, ValueSet, value_set::SystemCodes};

use super::{Error, Source, list, text, types};
use expansion::Expansions;

/// Every code system with content and every value set that can be listed.
pub(crate) fn compile(source: &Source) -> Result<Terminology, Error> {
    let systems = code_systems::read(source)?;
    let mut expansions = Expansions::new(source, &systems)?;
    let mut value_sets = Vec::new();
    for url in expansions.urls() {
        if let Some(codes) = expansions.expand(&url) {
            value_sets.push(compiled(&url, &codes));
        }
    }
    let code_systems: Vec<CodeSystem> = systems
        .values()
        .filter(|s| !s.concepts.is_empty())
        .map(code_systems::compiled)
        .collect();
    Ok(Terminology {
        code_systems,
        value_sets,
    })
}

/// The value sets of required bindings, as far as they can be listed.
pub(crate) fn of_required_bindings(
    source: &Source,
    terminology: &Terminology,
) -> Result<Vec<ValueSet>, Error> {
    let urls = types::required_value_sets(source)?;
    for url in urls.iter().filter(|u| terminology.value_set(u).is_none()) {
        println!("not listed, so not checked: {url}");
    }
    Ok(urls
        .iter()
        .filter_map(|u| terminology.value_set(u))
        .cloned()
        .collect())
}

fn compiled(url: &str, codes: &expansion::Codes) -> ValueSet {
    let systems = codes
        .iter()
        .map(|(system, codes)| SystemCodes {
            system: text(system),
            codes: list(codes.iter().map(|c| text(c)).collect()),
        })
        .collect();
    ValueSet {
        url: text(url),
        systems: list(systems),
    }
}
