//! The R4 tables and the questions asked of them.

use std::sync::OnceLock;

use crate::{
    Compartment, ParameterIx, ResourceType, SearchParameter, TypeDef, TypeIx, TypeKind, ValueSet,
    ValueSetIx, defined, ehr, pack, us_core, words,
};

/// What the R4 pack holds, as written by `cargo xtask definitions`.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct R4Pack {
    /// Every type, sorted by name.
    pub types: Vec<TypeDef>,
    /// The parameters of one type each.
    pub search_parameters: Vec<SearchParameter>,
    /// The parameters of every type (`_id`, `_lastUpdated`, …); their `resource_type` means nothing.
    pub shared_parameters: Vec<SearchParameter>,
    /// The compartments, sorted by owner.
    pub compartments: Vec<Compartment>,
    /// The value sets of required bindings, sorted by URL.
    pub value_sets: Vec<ValueSet>,
}

/// The definitions of R4 4.0.1, with the search parameters US Core 6.1.0 adds to it.
#[derive(Debug, Default)]
pub struct Definitions {
    types: Vec<TypeDef>,
    search_parameters: Vec<SearchParameter>,
    /// For each resource type code, where its parameters begin; one more entry closes the last.
    parameter_starts: Vec<usize>,
    /// For each resource type code, its type.
    resources: Vec<TypeIx>,
    compartments: Vec<Compartment>,
    value_sets: Vec<ValueSet>,
}

/// The definitions, decoded on first use (milliseconds) and kept.
pub fn r4() -> &'static Definitions {
    static TABLES: OnceLock<Definitions> = OnceLock::new();
    TABLES.get_or_init(|| {
        // The pack is part of the build and a test decodes it; an empty table is unreachable.
        let pack = pack::decode(include_bytes!("../data/r4.pack")).unwrap_or_default();
        let mut added = us_core().search_parameters.clone();
        added.extend(ehr::parameters());
        added.extend(words::parameters());
        Definitions::from_pack(pack, added)
    })
}

impl Definitions {
    /// The tables of `pack`, with `added` search parameters where R4 has none of that code.
    pub fn from_pack(pack: R4Pack, added: Vec<SearchParameter>) -> Self {
        let search_parameters = merge_parameters(&pack, added);
        let parameter_starts = (0..=ResourceType::all().count())
            .map(|code| {
                search_parameters.partition_point(|p| usize::from(p.resource_type.code()) < code)
            })
            .collect();
        let resources = ResourceType::all()
            .filter_map(|t| index_of(&pack.types, t.name()))
            .collect();
        Self {
            types: pack.types,
            search_parameters,
            parameter_starts,
            resources,
            compartments: pack.compartments,
            value_sets: pack.value_sets,
        }
    }

    /// Every type (primitive, complex, inline, resource), sorted by name.
    pub fn types(&self) -> &[TypeDef] {
        &self.types
    }

    /// The type at this position.
    pub fn type_at(&self, ix: TypeIx) -> Option<&TypeDef> {
        self.types.get(usize::from(ix.0))
    }

    /// Where a type of these tables stands in them; `None` for one of other tables.
    pub fn ix_of(&self, of: &TypeDef) -> Option<TypeIx> {
        // The address tells without a search.
        let offset = std::ptr::from_ref(of)
            .addr()
            .checked_sub(self.types.as_ptr().addr())?;
        let at = offset / std::mem::size_of::<TypeDef>();
        (at < self.types.len()).then_some(TypeIx(u16::try_from(at).ok()?))
    }

    /// The type with this name: `Patient`, `HumanName`, `string`, `Patient.contact`.
    pub fn type_named(&self, name: &str) -> Option<&TypeDef> {
        index_of(&self.types, name).and_then(|ix| self.type_at(ix))
    }

    /// The definition of a resource type.
    pub fn resource(&self, resource_type: ResourceType) -> Option<&TypeDef> {
        self.type_at(self.resource_ix(resource_type)?)
    }

    /// Where a resource type stands among the types.
    pub fn resource_ix(&self, resource_type: ResourceType) -> Option<TypeIx> {
        let code = usize::from(resource_type.code());
        self.resources.get(code).copied()
    }

    /// Every search parameter of every type, sorted by type and code; [`ParameterIx`] is the position.
    pub fn search_parameters(&self) -> &[SearchParameter] {
        &self.search_parameters
    }

    /// The search parameters of one type, sorted by code.
    pub fn search_parameters_of(&self, resource_type: ResourceType) -> &[SearchParameter] {
        let code = usize::from(resource_type.code());
        let bounds = self
            .parameter_starts
            .get(code)
            .zip(self.parameter_starts.get(code + 1));
        bounds
            .and_then(|(start, end)| self.search_parameters.get(*start..*end))
            .unwrap_or_default()
    }

    /// The search parameter of a type with this code.
    pub fn search_parameter(
        &self,
        resource_type: ResourceType,
        code: &str,
    ) -> Option<&SearchParameter> {
        let of_type = self.search_parameters_of(resource_type);
        let at = of_type.binary_search_by(|p| p.code.cmp(code)).ok()?;
        of_type.get(at)
    }

    /// The search parameter at this position, one that an instance defines among them.
    pub fn search_parameter_at(&self, ix: ParameterIx) -> Option<&SearchParameter> {
        let own = self.search_parameters.get(ix.place());
        own.or_else(|| defined::at(ix))
    }

    /// Whether a parameter is none of these tables but one that an instance defines.
    pub fn is_defined(&self, ix: ParameterIx) -> bool {
        ix.place() >= self.search_parameters.len()
    }

    /// The compartment of `owner` (Patient, Encounter, `RelatedPerson`, Practitioner, Device).
    pub fn compartment(&self, owner: ResourceType) -> Option<&Compartment> {
        self.compartments.iter().find(|c| c.owner == owner)
    }

    /// Every compartment, sorted by owner.
    pub fn compartments(&self) -> &[Compartment] {
        &self.compartments
    }

    /// The value set at this position.
    pub fn value_set_at(&self, ix: ValueSetIx) -> Option<&ValueSet> {
        self.value_sets.get(usize::from(ix.0))
    }

    /// The value set of a required binding, by canonical URL without version.
    pub fn value_set(&self, url: &str) -> Option<&ValueSet> {
        let at = self.value_sets.binary_search_by(|v| v.url.cmp(url)).ok()?;
        self.value_sets.get(at)
    }

    /// Whether values of `ix` are resources of any type.
    pub fn is_any_resource(&self, ix: TypeIx) -> bool {
        self.type_at(ix)
            .is_some_and(|t| t.kind == TypeKind::AnyResource)
    }
}

fn index_of(types: &[TypeDef], name: &str) -> Option<TypeIx> {
    let at = types.binary_search_by(|t| t.name.cmp(name)).ok()?;
    u16::try_from(at).ok().map(TypeIx)
}

/// All parameters in table order: R4's own first where two share type and code.
fn merge_parameters(pack: &R4Pack, added: Vec<SearchParameter>) -> Vec<SearchParameter> {
    let shared = pack.shared_parameters.iter().flat_map(|p| {
        ResourceType::all().map(|resource_type| SearchParameter {
            resource_type,
            ..p.clone()
        })
    });
    let mut all: Vec<_> = pack
        .search_parameters
        .iter()
        .cloned()
        .chain(shared)
        .chain(added)
        .collect();
    all.sort_by_key(|p| (p.resource_type, p.code));
    all.dedup_by_key(|p| (p.resource_type, p.code));
    for (at, parameter) in all.iter_mut().enumerate() {
        parameter.ix = ParameterIx(u32::try_from(at).unwrap_or(u32::MAX));
    }
    all
}
