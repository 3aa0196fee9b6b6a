//! `Allergen` of rule sets that have it: read and search of the substances it is kept as.
//!
//! What a caller may see is what its token gives of these substances.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Value;
use cresset_rules::allergen::{self, CATEGORY, KEPT_AS, NAME, SEARCHED};
use cresset_search::Concepts;
use cresset_store::Version;

use crate::binary::tree_of;
use crate::bundle::write;
use crate::fault::{Fault, Kind};
use crate::search::{Handling, links, refused, take_place};
use crate::service::Service;

/// The parameters of a search beside those about the form of its answer.
const PARAMETERS: [&str; 3] = ["_id", "_text", "code"];
/// The parameters about the form of an answer.
const FORM: [&str; 5] = ["_count", "_format", "_pretty", "_sort", "_total"];

impl Service {
    /// An Allergen as JSON, and the version of what it is kept as.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where the rule set has no such type, and for what is absent, not visible or
    /// no allergen; [`Kind::Forbidden`].
    pub async fn allergen(
        &self,
        access: &Access,
        id: &ResourceId,
    ) -> Result<(Vec<u8>, Version), Fault> {
        let kept_as = self.kept_as(access, (Verb::Read, "read"))?;
        let unknown = || Fault::new(Kind::NotFound, format!("Unknown {NAME} resource '{id}'"));
        let version = self
            .shown(access, kept_as, id)
            .await
            .map_err(|fault| match fault.kind {
                Kind::NotFound | Kind::Deleted => unknown(),
                _ => fault,
            })?;
        let shown = shown(&version)?.ok_or_else(unknown)?;
        Ok((shown, version))
    }

    /// One page of a search as a Bundle of type `searchset`.
    ///
    /// # Errors
    /// As [`Service::search`]; [`Kind::Required`] without `code` and `_text`; [`Kind::Value`] for a
    /// code of a system that is not searched.
    pub async fn allergens(
        &self,
        access: &Access,
        mut pairs: Vec<(String, String)>,
    ) -> Result<Vec<u8>, Fault> {
        let kept_as = self.kept_as(access, (Verb::Search, "search"))?;
        let place = take_place(&mut pairs)?;
        judged(&pairs)?;
        let (system, code) = CATEGORY;
        pairs.push(("category".to_owned(), format!("{system}|{code}")));
        let unindexed = self.store().unindexed();
        let context = self.reading(Handling::Strict, &unindexed, Concepts::NONE);
        let parsed =
            cresset_search::parse(kept_as, &pairs, &context).map_err(|fault| refused(&fault))?;
        let applied: Vec<_> = parsed
            .applied
            .into_iter()
            .filter(|(name, _)| name != "category")
            .collect();
        let walk = self.walk(NAME.to_owned(), &applied);
        let at = walk.at(place.as_deref())?;
        let page = self
            .store()
            .search(access, &parsed.query, at.as_ref())
            .await?;
        let mut entries = Vec::new();
        for version in &page.matches {
            if let Some(shown) = shown(version)? {
                entries.push((&version.id, shown));
            }
        }
        let links = links(&walk, &[], place.as_deref(), &page);
        let mut out = Vec::new();
        write::head("searchset", page.total, &links, &mut out);
        write::entries(&entries, &mut out, |(id, shown), out| {
            write::full_url(&self.settings().base_url, NAME, id.as_str(), out);
            out.extend_from_slice(b",\"resource\":");
            out.extend_from_slice(shown);
            out.extend_from_slice(b",\"search\":{\"mode\":\"match\"}");
        });
        Ok(out)
    }

    /// The type allergens are kept as, where the rule set has allergens and the caller may do this.
    fn kept_as(&self, access: &Access, (verb, name): (Verb, &str)) -> Result<ResourceType, Fault> {
        let kept_as = ResourceType::parse(KEPT_AS).filter(|_| self.rules().allergens);
        let unknown = || Fault::new(Kind::NotFound, format!("Unknown resource type '{NAME}'"));
        let kept_as = kept_as.ok_or_else(unknown)?;
        if access.permits(verb, kept_as) {
            return Ok(kept_as);
        }
        let text =
            format!("Authorization failed: the token's scopes do not allow {name} on {NAME}");
        Err(Fault::new(Kind::Forbidden, text))
    }
}

/// Refuses a search that names nothing to look for, or what the type has no parameter for.
fn judged(pairs: &[(String, String)]) -> Result<(), Fault> {
    let mut asked = false;
    for (name, value) in pairs {
        if FORM.contains(&name.as_str()) {
            continue;
        }
        if !PARAMETERS.contains(&name.as_str()) {
            let text = format!("A search of {NAME} takes code, _text and _id");
            return Err(Fault::coded(Kind::Invalid, "not-supported", text));
        }
        asked = true;
        let system = value.split_once('|').map(|(system, _)| system);
        if name == "code" && !system.is_some_and(|system| SEARCHED.contains(&system)) {
            let text = format!(
                "Search parameter 'code': Give system|code, of the system {}",
                SEARCHED.join(" or ")
            );
            return Err(Fault::new(Kind::Value, text));
        }
    }
    if asked {
        return Ok(());
    }
    let text = format!("A search of {NAME} needs code or _text");
    Err(Fault::new(Kind::Required, text))
}

/// The Allergen a stored substance is, as JSON.
fn shown(version: &Version) -> Result<Option<Vec<u8>>, Fault> {
    let tree = tree_of(version)?;
    let allergen = allergen::of_substance(&Value::of(tree.root()));
    Ok(allergen.map(|allergen| {
        let mut out = Vec::new();
        allergen.write(&mut out);
        out
    }))
}
