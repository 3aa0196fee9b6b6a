//! Expressions that are plain paths, known before any resource is.
//!
//! Most expressions of search parameters only name members, types and alternatives. Their JSON
//! properties and types follow from the definitions alone, so that whoever extracts many parameters
//! can walk a resource once for all of them instead of evaluating each expression.

use cresset_definitions::{Element, ResourceType, TypeIx, TypeKind, r4};

use crate::function::Function;
use crate::item::{Node, is_a};
use crate::program::{Joint, Program, Step, StepIx, TypeName};

/// One way from a type to a value.
#[derive(Debug, Clone)]
pub struct Route {
    /// The elements to pass, outermost first, each by its property (`valueQuantity`); empty for the
    /// starting type itself.
    pub elements: Vec<&'static Element>,
    /// The type at the end.
    pub type_ix: TypeIx,
    /// What must hold at the end.
    pub condition: Option<Condition>,
}

/// What must hold of the value at the end of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `where(resolve() is Type)`
    PointsTo(ResourceType),
    /// Any other `where(…)`; [`Program::meets`] decides.
    Criterion(CriterionIx),
}

/// A criterion inside its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CriterionIx(StepIx);

impl Program {
    /// The routes of this expression from `start`, alternatives in order; `None` when it is more
    /// than paths, looks at extensions or passes through a resource of any type.
    pub fn routes(&self, start: TypeIx) -> Option<Vec<Route>> {
        if self.companions {
            return None;
        }
        let root = Route {
            elements: Vec::new(),
            type_ix: start,
            condition: None,
        };
        let mut routes = self.routes_of(self.root, &[root])?;
        let mut at = 0;
        while let Some(route) = routes.get(at) {
            let repeated = routes.iter().take(at).any(|before| before.is_same(route));
            if repeated {
                routes.remove(at);
            } else {
                at += 1;
            }
        }
        Some(routes)
    }

    /// The properties of `start` without any of which this expression gives nothing; `None` when it
    /// may give something whatever the start holds.
    pub fn entries(&self, start: TypeIx) -> Option<Vec<&'static str>> {
        self.entries_of(self.root, start)
    }

    /// Whether the criterion of a route of this program holds at `node`.
    pub fn meets<'a>(&'a self, criterion: CriterionIx, resource: Node<'a>, node: Node<'a>) -> bool {
        self.holds(criterion.0, resource, node)
    }

    fn entries_of(&self, ix: StepIx, start: TypeIx) -> Option<Vec<&'static str>> {
        match self.step(ix) {
            Step::Invoke(left, right)
                if matches!(self.step(*left), Step::This | Step::OfFocus(_)) =>
            {
                self.entries_of(*right, start)
            }
            // What says something of nothing (`empty()`) gives it without the property as well.
            Step::Invoke(left, right) if self.gives_nothing_of_nothing(*right) => {
                self.entries_of(*left, start)
            }
            Step::Position(left, _) | Step::As(left, _) => self.entries_of(*left, start),
            Step::Member(name) => self.properties(start, name),
            Step::Call(Function::Extension, _) => self.properties(start, "extension"),
            Step::Join(Joint::Union, left, right) => {
                let mut entries = self.entries_of(*left, start)?;
                entries.extend(self.entries_of(*right, start)?);
                Some(entries)
            }
            _ => None,
        }
    }

    /// Whether a step that is run with an empty focus is known to give nothing.
    fn gives_nothing_of_nothing(&self, ix: StepIx) -> bool {
        match self.step(ix) {
            Step::Member(_) | Step::This | Step::OfFocus(_) => true,
            Step::Position(left, _) | Step::As(left, _) => self.gives_nothing_of_nothing(*left),
            Step::Call(function, _) => matches!(
                function,
                Function::Where
                    | Function::Select
                    | Function::First
                    | Function::Last
                    | Function::Tail
                    | Function::Skip
                    | Function::Take
                    | Function::Single
                    | Function::Distinct
                    | Function::Extension
                    | Function::Children
                    | Function::Descendants
                    | Function::Resolve
            ),
            _ => false,
        }
    }

    /// The properties of a member; `None` when a `_name` beside them could count as well.
    fn properties(&self, start: TypeIx, name: &str) -> Option<Vec<&'static str>> {
        let found = elements_of(start, name)?;
        let primitive = |e: &&Element| {
            r4().type_at(e.type_ix)
                .is_some_and(|t| matches!(t.kind, TypeKind::Primitive(_)))
        };
        let hidden = self.companions && found.iter().any(primitive);
        (!hidden).then(|| found.iter().map(|e| e.name).collect())
    }

    fn routes_of(&self, ix: StepIx, from: &[Route]) -> Option<Vec<Route>> {
        match self.step(ix) {
            Step::This => Some(from.to_vec()),
            Step::OfFocus(wanted) => Some(of_type(from.to_vec(), *wanted)),
            Step::Member(name) => {
                let longer = from
                    .iter()
                    .map(|route| route.members(name))
                    .collect::<Option<Vec<_>>>()?;
                Some(longer.into_iter().flatten().collect())
            }
            Step::Invoke(left, right) => self.routes_of(*right, &self.routes_of(*left, from)?),
            Step::As(left, TypeName::Fhir(wanted)) => {
                Some(of_type(self.routes_of(*left, from)?, *wanted))
            }
            Step::Join(Joint::Union, left, right) => {
                let mut routes = self.routes_of(*left, from)?;
                routes.extend(self.routes_of(*right, from)?);
                Some(routes)
            }
            Step::Call(Function::Where, arguments) => {
                let criterion = *arguments.first()?;
                let condition = self
                    .points_to(criterion)
                    .unwrap_or(Condition::Criterion(CriterionIx(criterion)));
                from.iter().map(|route| route.under(condition)).collect()
            }
            _ => None,
        }
    }

    fn points_to(&self, criterion: StepIx) -> Option<Condition> {
        let Step::Is(subject, TypeName::Fhir(wanted)) = self.step(criterion) else {
            return None;
        };
        let Step::Call(Function::Resolve, _) = self.step(*subject) else {
            return None;
        };
        match r4().type_at(*wanted)?.kind {
            TypeKind::Resource(target) => Some(Condition::PointsTo(target)),
            _ => None,
        }
    }
}

impl Route {
    /// The routes one member further; `None` when the type or the condition leaves that open.
    fn members(&self, name: &str) -> Option<Vec<Self>> {
        if self.condition.is_some() {
            return None;
        }
        let further = |element: &'static Element| {
            let mut elements = self.elements.clone();
            elements.push(element);
            Self {
                elements,
                type_ix: element.type_ix,
                condition: None,
            }
        };
        let found: Vec<Self> = elements_of(self.type_ix, name)?
            .into_iter()
            .map(further)
            .collect();
        let open = found
            .iter()
            .any(|route| r4().is_any_resource(route.type_ix));
        (!open).then_some(found)
    }

    fn under(&self, condition: Condition) -> Option<Self> {
        self.condition.is_none().then(|| Self {
            condition: Some(condition),
            ..self.clone()
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        let mine = self.elements.iter().map(|e| e.name);
        let theirs = other.elements.iter().map(|e| e.name);
        self.condition == other.condition && mine.eq(theirs)
    }
}

/// The elements a member of a type may be: one, or each type of a choice.
pub(crate) fn elements_of(start: TypeIx, name: &str) -> Option<Vec<&'static Element>> {
    let definition = r4().type_at(start)?;
    Some(match definition.element(name) {
        Some(element) => vec![element],
        None => definition.choices(name).collect(),
    })
}

fn of_type(mut routes: Vec<Route>, wanted: TypeIx) -> Vec<Route> {
    routes.retain(|route| is_a(route.type_ix, wanted));
    routes
}
