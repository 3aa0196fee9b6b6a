//! A profile as a tree of parts, ready to be held against a resource.

mod discriminate;
mod tree;

use cresset_definitions::profile::{Max, Profile, ProfileElement, ProfileTarget};
use cresset_definitions::{Binding, TypeIx, r4};
use cresset_fhirpath::Node;
use cresset_model::{Bounds, Tree, parse};

use crate::rules::Rule;

pub(crate) use discriminate::{Test, Tests};

/// A compiled profile.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) profile: &'static Profile,
    /// The type it is about.
    pub(crate) type_ix: Option<TypeIx>,
    pub(crate) root: Part,
}

/// What is asked of one element, and of what lies below it.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// The property, without `[x]` for a choice.
    pub(crate) name: &'static str,
    /// The name of the slice this is.
    pub(crate) slice: Option<&'static str>,
    pub(crate) min: usize,
    pub(crate) max: Option<usize>,
    pub(crate) must_support: bool,
    /// The types that remain; empty means all.
    pub(crate) types: Vec<TypeIx>,
    /// Profiles of which it must follow one.
    pub(crate) profiles: &'static [&'static str],
    pub(crate) targets: &'static [ProfileTarget],
    pub(crate) binding: Option<&'static Binding>,
    pub(crate) value: Option<Wanted>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) slicing: Option<Rest>,
    /// The slices, each with what tells it apart.
    pub(crate) slices: Vec<(Tests, Part)>,
    pub(crate) parts: Vec<Part>,
}

/// What may be there beside the slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest {
    /// Nothing.
    pub(crate) closed: bool,
    /// Whether the slices come in their order.
    pub(crate) ordered: bool,
}

/// A value that is prescribed.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// Exactly this.
    Fixed(Tree),
    /// At least this.
    Pattern(Tree),
}

impl Shape {
    /// Compiles a profile.
    pub(crate) fn new(profile: &'static Profile) -> Self {
        Self {
            profile,
            type_ix: type_named(profile.type_name),
            root: tree::grow(profile),
        }
    }
}

impl Part {
    fn new(name: &'static str, slice: Option<&'static str>) -> Self {
        Self {
            name,
            slice,
            ..Self::default()
        }
    }

    /// Takes over what the profile says of this element.
    fn ask(&mut self, element: &'static ProfileElement) {
        self.min = usize::from(element.min.unwrap_or_default());
        self.max = match element.max {
            Some(Max::Count(max)) => Some(usize::from(max)),
            Some(Max::Unbounded) | None => None,
        };
        self.must_support = element.must_support;
        let types = element.types.iter();
        self.types = types
            .filter_map(|name| type_named(name.trim_start_matches('!')))
            .collect();
        self.profiles = element.profiles;
        self.targets = element.targets;
        self.binding = element.binding.as_ref();
        self.value = element.value.as_ref().and_then(Wanted::read);
        let rules = element.constraints.iter();
        self.rules = rules.filter_map(|c| Rule::new(c, None)).collect();
        self.slicing = element.slicing.as_ref().map(|s| Rest {
            closed: s.closed,
            ordered: s.ordered,
        });
    }
}

impl Wanted {
    fn read(value: &cresset_definitions::profile::RequiredValue) -> Option<Self> {
        use cresset_definitions::profile::RequiredValue as Value;
        let tree = |json: &str| parse(json.as_bytes(), Bounds::default()).ok();
        match value {
            Value::Fixed(json) => tree(json).map(Self::Fixed),
            Value::Pattern(json) => tree(json).map(Self::Pattern),
        }
    }

    pub(crate) fn tree(&self) -> &Tree {
        match self {
            Self::Fixed(tree) | Self::Pattern(tree) => tree,
        }
    }
}

/// The type of this name; `None` also for the System types some definitions name.
pub(crate) fn type_named(name: &str) -> Option<TypeIx> {
    Node::type_called(name).filter(|ix| r4().type_at(*ix).is_some())
}
