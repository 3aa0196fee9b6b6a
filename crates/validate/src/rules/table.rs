//! The rules of each type, compiled when a resource first has one of it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use cresset_definitions::{Constraint, Definitions, TypeDef, TypeIx, r4};
use cresset_fhirpath::{Environment, Node, Program, Verdict};
use cresset_model::{Bounds, Tree, parse};

use super::{NATIVE, Rule, Slots};

/// The rules of a type.
#[derive(Debug)]
pub(crate) struct TypeRules {
    pub(crate) type_ix: TypeIx,
    pub(crate) slots: Slots,
    /// Its own and those of its bases.
    pub(crate) own: Box<[Rule]>,
    /// By position in [`TypeDef::elements`]: the rules its elements add to their types.
    elements: Box<[Box<[Rule]>]>,
}

impl TypeRules {
    /// The rules an element adds to those of its type.
    pub(crate) fn of_element(&self, position: usize) -> &[Rule] {
        self.elements.get(position).map_or(&[], |rules| rules)
    }
}

/// The rules of a type of these tables.
pub(crate) fn of_type(tables: &Definitions, of: &TypeDef) -> Option<&'static TypeRules> {
    static TABLE: OnceLock<Box<[OnceLock<TypeRules>]>> = OnceLock::new();
    let table = TABLE.get_or_init(|| r4().types().iter().map(|_| OnceLock::new()).collect());
    let ix = tables.ix_of(of)?;
    let compiled = table.get(usize::from(ix.0))?;
    if let Some(rules) = compiled.get() {
        return Some(rules);
    }
    let of = r4().type_at(ix)?;
    Some(compiled.get_or_init(|| compile(of, ix)))
}

fn compile(of: &'static TypeDef, type_ix: TypeIx) -> TypeRules {
    let slots = Slots::new(of);
    let mut own = Vec::new();
    let mut at = Some(of);
    while let Some(definition) = at {
        own.extend(rules(definition.constraints, &slots));
        at = definition.base.and_then(|ix| r4().type_at(ix));
    }
    let of_element = |element: &'static cresset_definitions::Element| {
        let Some(target) = r4()
            .type_at(element.type_ix)
            .filter(|_| !element.constraints.is_empty())
        else {
            return Box::default();
        };
        rules(element.constraints, &Slots::new(target)).collect()
    };
    TypeRules {
        type_ix,
        own: own.into(),
        elements: of.elements.into_iter().map(of_element).collect(),
        slots,
    }
}

fn rules<'s>(
    constraints: &'static [Constraint],
    slots: &'s Slots,
) -> impl Iterator<Item = Rule> + use<'s> {
    constraints
        .iter()
        .filter(|c| !NATIVE.contains(&c.key))
        .filter_map(|c| Rule::new(c, Some(slots)))
}

/// Whether a rule holds of an element that has none of the children it looks at.
pub(super) fn holds_for_nothing(program: &Program) -> bool {
    static NOTHING: OnceLock<Option<Tree>> = OnceLock::new();
    let nothing =
        NOTHING.get_or_init(|| parse(br#"{"resourceType":"Basic"}"#, Bounds::default()).ok());
    let Some(node) = nothing.as_ref().and_then(|t| Node::resource(t.root())) else {
        return false;
    };
    program.judge(&Environment::new(node), node) == Ok(Verdict::Holds)
}

/// Whether R4 itself has a rule of this key.
pub(crate) fn is_of_r4(key: &str) -> bool {
    static KEYS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let keys = || {
        let of = |t: &'static TypeDef| {
            let of_elements = t.elements.into_iter().flat_map(|e| e.constraints);
            t.constraints.iter().chain(of_elements).map(|c| c.key)
        };
        r4().types().iter().flat_map(of).collect()
    };
    KEYS.get_or_init(keys).contains(key)
}
