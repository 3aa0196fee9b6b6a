//! `_filter`: one expression that joins tests of parameters (R4 3.1.3.3).
//!
//! [`grammar`] makes a tree of the text, [`term`] says what one test asks; here the tree meets the
//! type that is searched. `and` and `or` are of equal weight and read from left to right.

mod grammar;
mod term;

use cresset_definitions::ResourceType;

use super::Context;
use super::chain::{Chain, Count};
use super::fault::SearchFault;
use crate::query::{Criterion, Hop};
use grammar::{Node, Step, Term};

/// The name of the parameter.
pub(super) const NAME: &str = "_filter";

impl Chain<'_> {
    /// The criterion of the whole filter for resources of `of`.
    pub(super) fn filter(
        &self,
        of: ResourceType,
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        let limits = self.context.limits;
        let node = grammar::parse(self.value, limits.filter_depth_max, limits.criteria_max)
            .map_err(|fault| fault.of(self.name))?;
        self.node(of, &node, count)
    }

    fn node(
        &self,
        of: ResourceType,
        node: &Node<'_>,
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        let mut each = |nodes: &[Node<'_>]| -> Result<Vec<Criterion>, SearchFault> {
            nodes.iter().map(|n| self.node(of, n, count)).collect()
        };
        match node {
            Node::All(nodes) => Ok(Criterion::All(each(nodes)?)),
            Node::Any(nodes) => Ok(Criterion::Any(each(nodes)?)),
            Node::Not(node) => Ok(self.node(of, node, count)?.negated()),
            Node::Term(term) => self.path(of, &term.path, term, count),
        }
    }

    /// What is left of a term's path, for resources of `of`.
    fn path(
        &self,
        of: ResourceType,
        path: &[Step<'_>],
        term: &Term<'_>,
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        let Some((step, rest)) = path.split_first() else {
            return Err(SearchFault::value(self.name, "Name a parameter."));
        };
        let here = |fault: SearchFault| fault.or_at(step.at);
        if rest.is_empty() || is_one_name(of, path, self.context) {
            let whole: Vec<&str> = path.iter().map(|step| step.name).collect();
            let parameter = self.searchable(of, &whole.join(".")).map_err(here)?;
            return term::criterion(parameter, term, self);
        }
        let parameter = self.reference(of, step.name).map_err(here)?;
        let targets = super::chain::possible_targets(parameter, self.context);
        let found = self.each_target(targets, count, &mut |target, count| {
            let narrowed = step.filter.as_ref();
            let narrowed = narrowed.map(|node| self.node(target, node, count));
            let reached = self.path(target, rest, term, count)?;
            Ok(match narrowed.transpose()? {
                Some(narrowed) => Criterion::All(vec![narrowed, reached]),
                None => reached,
            })
        });
        let hops: Vec<Hop> = found.map_err(here)?;
        Ok(Criterion::PointsTo(parameter.ix, hops))
    }
}

/// Some parameters have a point in their own name.
fn is_one_name(of: ResourceType, path: &[Step<'_>], context: &Context<'_>) -> bool {
    let is_plain = path.iter().all(|step| step.filter.is_none());
    let whole: Vec<&str> = path.iter().map(|step| step.name).collect();
    is_plain && context.parameter(of, &whole.join(".")).is_some()
}
