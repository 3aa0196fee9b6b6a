//! The search parameters an instance defines beside those of the tables.

use std::fmt;
use std::sync::Arc;

use cresset_definitions::{Definition, ParameterIx, ResourceType, SearchParameter, r4};
use cresset_model::Tree;

use crate::extract::plan::{Facts, Plan};
use crate::extract::{Most, rows};
use crate::row::IndexRow;

/// Most steps one expression of an instance takes over one resource; one that needs more has no value
/// there. Those of R4 need some hundred.
///
/// The bound is each one's own: whether a resource has a value for one must not depend on which others
/// there are, or rows that were left would not be those that are removed.
pub const STEPS_MAX: u64 = 4_000;

/// Most rows one parameter of an instance leaves of one resource; more are left out.
pub const ROWS_MAX: usize = 1_024;

/// All of one instance, in order of their types and codes.
#[derive(Clone, Default)]
pub struct Defined {
    entries: Vec<Arc<Entry>>,
}

struct Entry {
    parameter: &'static SearchParameter,
    plan: Plan,
}

impl Defined {
    /// None.
    pub const NONE: Self = Self {
        entries: Vec::new(),
    };

    /// Those of these definitions that this program can serve: a code of its own tables stands for what
    /// they say. What was compiled `before` is taken from there.
    pub fn new<'d>(definitions: impl IntoIterator<Item = &'d Definition>, before: &Self) -> Self {
        let each = definitions.into_iter().filter_map(|definition| {
            let (of, code) = (definition.resource_type, definition.code.as_str());
            if r4().search_parameter(of, code).is_some() {
                return None;
            }
            let parameter = definition.parameter();
            before.entry(parameter.ix).cloned().or_else(|| {
                let plan = Plan::of_defined(parameter)?;
                Some(Arc::new(Entry { parameter, plan }))
            })
        });
        let mut entries: Vec<Arc<Entry>> = each.collect();
        entries.sort_by_key(|entry| (entry.parameter.resource_type, entry.parameter.code));
        entries.dedup_by_key(|entry| (entry.parameter.resource_type, entry.parameter.code));
        Self { entries }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All of them, in order of their types and codes.
    pub fn parameters(&self) -> impl Iterator<Item = &'static SearchParameter> {
        self.entries.iter().map(|entry| entry.parameter)
    }

    /// Those of one type.
    pub fn parameters_of(
        &self,
        of: ResourceType,
    ) -> impl Iterator<Item = &'static SearchParameter> {
        self.of(of).iter().map(|entry| entry.parameter)
    }

    /// The one of a type with this code.
    pub fn parameter(&self, of: ResourceType, code: &str) -> Option<&'static SearchParameter> {
        self.parameters_of(of).find(|found| found.code == code)
    }

    /// Whether this is one of them.
    pub fn holds(&self, parameter: ParameterIx) -> bool {
        self.entry(parameter).is_some()
    }

    /// What a resource leaves in the index for them, as [`crate::extract()`] says it for those of the
    /// tables.
    pub fn extract<'t>(&'t self, tree: &'t Tree, own: &[String]) -> Vec<IndexRow<'t>> {
        if self.is_empty() {
            return Vec::new();
        }
        let of = tree.resource_type().and_then(ResourceType::parse);
        let entries = of.map_or(&[][..], |of| self.of(of));
        let most = Most {
            steps: STEPS_MAX,
            rows: ROWS_MAX,
        };
        let found = entries
            .iter()
            .flat_map(|entry| rows((Some(&entry.plan), most), tree, own));
        let mut found: Vec<IndexRow<'t>> = found.collect();
        found.sort_by_key(|row| row.parameter);
        found
    }

    /// Most steps that indexing one resource of a type takes for them; plain paths take none.
    pub fn steps_max(&self, of: ResourceType) -> u64 {
        let evaluated = self.of(of).iter().filter(|entry| entry.plan.evaluates());
        STEPS_MAX.saturating_mul(u64::try_from(evaluated.count()).unwrap_or(u64::MAX))
    }

    /// What is known of one.
    pub(crate) fn facts(&self, parameter: ParameterIx) -> Option<&Facts> {
        self.entry(parameter)?.plan.own_facts()
    }

    fn of(&self, of: ResourceType) -> &[Arc<Entry>] {
        let start = self
            .entries
            .partition_point(|entry| entry.parameter.resource_type < of);
        let rest = self.entries.get(start..).unwrap_or_default();
        let end = rest.partition_point(|entry| entry.parameter.resource_type == of);
        rest.get(..end).unwrap_or_default()
    }

    fn entry(&self, parameter: ParameterIx) -> Option<&Arc<Entry>> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.parameter.ix == parameter)
    }
}

impl PartialEq for Defined {
    fn eq(&self, other: &Self) -> bool {
        let place = |entry: &Arc<Entry>| entry.parameter.ix;
        let mine = self.entries.iter().map(place);
        mine.eq(other.entries.iter().map(place))
    }
}

impl Eq for Defined {}

impl fmt::Debug for Defined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.parameters().map(|p| (p.resource_type, p.code));
        f.debug_list().entries(names).finish()
    }
}
