//! Includes → statements that give what is shown with the resources at hand.
//!
//! Each carries the caller's restriction on the type it shows: `r` on what is referred to, as a read
//! by its reference would need, and `s` on what refers here, which was searched for.

use cresset_access::{Access, Restriction, Verb};
use cresset_definitions::{ParameterIx, ResourceType, SearchParameter, SearchType};
use cresset_search::{Include, Shown};

use super::condition::Condition;
use super::hop::span;
use super::lookups::{Lookups, Span};
use super::statement::{Builder, Statement};
use super::{Planner, possible, probe};
use crate::layout::Rid;
use crate::layout::parameters::{Column, Slot};

/// What may be shown of some types: conditions within a span of integers.
type Gate = Vec<(Span, Vec<Condition>)>;

impl Planner<'_> {
    /// Statements that give the integers of what an include shows with `from`; the last argument of
    /// each, the number of rows wanted, is for the caller to add.
    ///
    /// # Errors
    /// Those of the lookups.
    pub fn included<L: Lookups>(
        &self,
        include: &Include,
        from: &[Rid],
        access: &Access,
        lookups: &L,
    ) -> Result<Vec<Statement>, L::Error> {
        match include.shown {
            Shown::Target => self.targets(include, from, access, lookups),
            Shown::Source => self.sources(include, from, access, lookups),
        }
    }

    fn targets<L: Lookups>(
        &self,
        include: &Include,
        from: &[Rid],
        access: &Access,
        lookups: &L,
    ) -> Result<Vec<Statement>, L::Error> {
        let of_source = |rid: &&Rid| {
            include
                .source
                .is_none_or(|source| rid.resource_type() == Some(source))
        };
        let from: Vec<Rid> = from.iter().filter(of_source).copied().collect();
        if from.is_empty() {
            return Ok(Vec::new());
        }
        let mut sources: Vec<ResourceType> =
            from.iter().filter_map(|rid| rid.resource_type()).collect();
        sources.sort_unstable();
        sources.dedup();
        let from: Vec<i64> = from.into_iter().map(|rid| rid.0).collect();
        let mut types = match (include.target, include.parameter) {
            (Some(target), _) => vec![target],
            (None, Some(parameter)) => self
                .definitions
                .search_parameter_at(parameter)
                .map(|p| p.targets.to_vec())
                .filter(|targets| !targets.is_empty())
                .unwrap_or_else(|| ResourceType::all().collect()),
            (None, None) => ResourceType::all().collect(),
        };
        // Who may read a `Binary` depends on its `securityContext`, which no statement looks at.
        types.retain(|of| of.name() != "Binary" || access.reads_everything());
        let gate = self.gate(&types, (access, Verb::Read), lookups)?;
        let columns = self.followed(include.parameter, &sources);
        if gate.is_empty() || columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Builder::new(self.dialect);
        sql.text("SELECT DISTINCT f.v AS r FROM ref f WHERE f.r")
            .among(from)
            // All there are of a resource are read one after the other, not looked up one by one.
            .text(include.parameter.map_or(" AND +f.p", |_| " AND f.p"))
            .among(columns);
        let alias = include.parameter;
        let alias = alias.and_then(|parameter| self.encoder.parameters.alias(parameter));
        if let Some(alias) = alias {
            probe::within(&mut sql, "f.v", span(alias.target));
        }
        probe::alive(&mut sql, "f.v");
        write(&mut sql, &gate, "f.v");
        sql.text(" LIMIT ");
        Ok(vec![sql.finish()])
    }

    fn sources<L: Lookups>(
        &self,
        include: &Include,
        from: &[Rid],
        access: &Access,
        lookups: &L,
    ) -> Result<Vec<Statement>, L::Error> {
        let mut statements = Vec::new();
        let sources: Vec<ResourceType> = match include.source {
            Some(source) => vec![source],
            None => ResourceType::all().collect(),
        };
        for source in sources {
            let gate = self.gate(&[source], (access, Verb::Search), lookups)?;
            let Some((_, conditions)) = gate.first() else {
                continue;
            };
            for at_hand in from.chunk_by(|a, b| a.resource_type() == b.resource_type()) {
                let of = at_hand.first().and_then(|rid| rid.resource_type());
                let Some(of) = of.filter(|of| include.target.is_none_or(|target| target == *of))
                else {
                    continue;
                };
                let columns = self.referring(include, source, of);
                if columns.is_empty() {
                    continue;
                }
                let mut sql = Builder::new(self.dialect);
                sql.text("SELECT DISTINCT b.r AS r FROM idx b WHERE b.p")
                    .among(columns)
                    .text(" AND b.v")
                    .among(at_hand.iter().map(|rid| rid.0))
                    .text(" AND b.w=0");
                probe::each(&mut sql, conditions, ("b.r", 0));
                sql.text(" LIMIT ");
                statements.push(sql.finish());
            }
        }
        Ok(statements)
    }

    /// All parameters of a type, those the instance defines among them.
    fn parameters_of(
        &self,
        source: ResourceType,
    ) -> impl Iterator<Item = &'static SearchParameter> + '_ {
        let defined = self.encoder.parameters.defined().iter();
        let defined = defined.filter_map(|(ix, _)| self.definitions.search_parameter_at(*ix));
        let every = self.definitions.search_parameters_of(source).iter();
        every.chain(defined.filter(move |p| p.resource_type == source))
    }

    /// The columns of a parameter's references, or of all that these types have: rows of a number that
    /// nobody keeps any more are not followed.
    fn followed(&self, parameter: Option<ParameterIx>, sources: &[ResourceType]) -> Vec<Column> {
        let parameters = &self.encoder.parameters;
        let column = |parameter| parameters.column(parameter, Slot::Own);
        let mut columns: Vec<Column> = if let Some(parameter) = parameter {
            let alias = parameters.alias(parameter).map(|alias| column(alias.of));
            std::iter::once(column(parameter)).chain(alias).collect()
        } else {
            let every = sources
                .iter()
                .flat_map(|source| self.parameters_of(*source));
            let referring = every.filter(|p| p.search_type == SearchType::Reference);
            referring.map(|p| column(p.ix)).collect()
        };
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The columns of `source` that can refer to resources of `of`.
    fn referring(&self, include: &Include, source: ResourceType, of: ResourceType) -> Vec<Column> {
        let parameters = &self.encoder.parameters;
        let wanted = self.parameters_of(source).filter(|p| {
            include
                .parameter
                .map_or(p.search_type == SearchType::Reference, |ix| ix == p.ix)
                && (p.targets.is_empty() || p.targets.contains(&of))
        });
        let mut columns: Vec<Column> = wanted
            .map(|p| {
                let alias = parameters.alias(p.ix).filter(|alias| alias.target == of);
                parameters.column(alias.map_or(p.ix, |alias| alias.of), Slot::Own)
            })
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// What the caller may touch of these types; neighbours of which everything may be are one span.
    fn gate<L: Lookups>(
        &self,
        types: &[ResourceType],
        (access, verb): (&Access, Verb),
        lookups: &L,
    ) -> Result<Gate, L::Error> {
        let mut gate: Gate = Vec::new();
        for of in types {
            let restriction = access.restriction(verb, *of);
            if restriction == Restriction::Nothing {
                continue;
            }
            let conditions = self
                .resolver(*of, lookups, None)
                .restriction(&restriction)?;
            let Some(conditions) = possible(conditions) else {
                continue;
            };
            match gate.last_mut() {
                Some((before, none))
                    if none.is_empty()
                        && conditions.is_empty()
                        && before.high + 2 >= span(*of).low =>
                {
                    before.high = span(*of).high;
                }
                _ => gate.push((span(*of), conditions)),
            }
        }
        Ok(gate)
    }
}

/// Writes ` AND (…)`: the resource is one that may be shown.
fn write(sql: &mut Builder<'_>, gate: &Gate, candidate: &str) {
    sql.text(" AND (1=0");
    for (span, conditions) in gate {
        sql.text(" OR (1=1");
        probe::within(sql, candidate, *span);
        probe::each(sql, conditions, (candidate, 0));
        sql.text(")");
    }
    sql.text(")");
}
