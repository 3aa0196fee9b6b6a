//! Where code systems, value sets and maps are found.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Tree;
use cresset_search::{Concepts, Handling};
use cresset_validate::{AddedValueSet, Profiles, built_in_code_system, built_in_value_set};

use super::codes::Codes;
use crate::binary::tree_of;
use crate::condition::ReadCondition;
use crate::fault::{Fault, Kind};
use crate::read::Read;
use crate::service::Service;

/// What an operation is asked of.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The type: a parameter names the resource.
    Type,
    /// One resource.
    Resource(&'a ResourceId),
}

/// A value set: stored, sent along, of a package, or built in.
pub(super) enum Values {
    Composed(Tree),
    /// Of a package, not listed.
    Packaged(&'static Tree),
    /// Of a package or of R4, with its codes.
    BuiltIn(&'static cresset_definitions::ValueSet),
}

impl Values {
    /// The `ValueSet` that says what belongs to it, where its codes are not listed.
    pub(super) fn definition(&self) -> Result<&Tree, &'static cresset_definitions::ValueSet> {
        match self {
            Self::Composed(tree) => Ok(tree),
            Self::Packaged(tree) => Ok(tree),
            Self::BuiltIn(set) => Err(set),
        }
    }
}

impl Service {
    /// The code system of this canonical URL.
    pub(super) async fn codes(&self, access: &Access, url: &str) -> Result<Codes, Fault> {
        if let Some(tree) = self.canonical(access, "CodeSystem", url).await? {
            return Ok(Codes::of(&tree));
        }
        if let Some(added) = self.profiles().added_code_system(url) {
            return Ok(Codes::BuiltIn(added));
        }
        let (bare, version) = match url.split_once('|') {
            Some((bare, version)) => (bare, Some(version)),
            None => (url, None),
        };
        if let Some(system) = self.code_systems().system(bare)?
            && (version.is_none() || version == system.version.as_deref())
        {
            return Ok(Codes::Loaded(self.code_systems().clone(), system));
        }
        built_in_code_system(url)
            .map(Codes::BuiltIn)
            .ok_or_else(|| not_loaded("code system", url))
    }

    /// The value set of this canonical URL.
    pub(super) async fn values(&self, access: &Access, url: &str) -> Result<Values, Fault> {
        if let Some(tree) = self.canonical(access, "ValueSet", url).await? {
            return Ok(Values::Composed(tree));
        }
        match self.profiles().added_value_set(url) {
            Some(AddedValueSet::Listed(set)) => Ok(Values::BuiltIn(set)),
            Some(AddedValueSet::Unlisted(tree)) => Ok(Values::Packaged(tree)),
            None => built_in_value_set(url)
                .map(Values::BuiltIn)
                .ok_or_else(|| not_loaded("value set", url)),
        }
    }

    /// What the packages of the instance define.
    fn profiles(&self) -> &Profiles {
        self.settings().validator.profiles()
    }

    /// One resource by its id, as any read finds it.
    pub(super) async fn held(
        &self,
        access: &Access,
        of: &str,
        id: &ResourceId,
    ) -> Result<Tree, Fault> {
        let of = resource_type(of)?;
        let (Read::Version(version) | Read::NotModified(version)) =
            self.read(access, of, id, &ReadCondition::default()).await?;
        tree_of(&version)
    }

    /// The stored resource of this canonical URL that was written last, if the caller may find one.
    async fn canonical(&self, access: &Access, of: &str, url: &str) -> Result<Option<Tree>, Fault> {
        let (url, version) = match url.split_once('|') {
            Some((url, version)) => (url, Some(version)),
            None => (url, None),
        };
        let mut pairs = vec![("url", url), ("_sort", "-_lastUpdated"), ("_count", "1")];
        pairs.extend(version.map(|version| ("version", version)));
        Ok(self.stored(access, of, &pairs).await?.pop())
    }

    /// The resources a search finds; none when the caller may not search the type.
    pub(super) async fn stored(
        &self,
        access: &Access,
        of: &str,
        pairs: &[(&str, &str)],
    ) -> Result<Vec<Tree>, Fault> {
        let of = resource_type(of)?;
        if !access.permits(Verb::Search, of) {
            return Ok(Vec::new());
        }
        let escaped = |value: &str| value.replace('\\', "\\\\").replace(['$', ',', '|'], "");
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), escaped(value)))
            .collect();
        let unindexed = self.store().unindexed();
        let context = self.reading(Handling::Strict, &unindexed, Concepts::NONE);
        let parsed = cresset_search::parse(of, &pairs, &context)
            .map_err(|fault| Fault::new(Kind::Value, fault.to_string()))?;
        let page = self.store().search(access, &parsed.query, None).await?;
        page.matches.iter().map(tree_of).collect()
    }
}

pub(super) fn resource_type(name: &str) -> Result<ResourceType, Fault> {
    ResourceType::parse(name).ok_or_else(|| Fault::internal("a type of R4 is unknown"))
}

/// What is asked about is not here, which says nothing about its codes.
pub(super) fn not_loaded(what: &str, url: &str) -> Fault {
    let shown: String = url.chars().filter(|c| !c.is_control()).take(200).collect();
    let text = format!("The {what} '{shown}' is not loaded here");
    Fault::new(Kind::NotFound, text)
}
