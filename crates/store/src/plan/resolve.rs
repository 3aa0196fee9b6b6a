//! Query → conditions: values become keys.

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::{Definitions, ParameterIx, ResourceType, SearchType};
use cresset_search::{Criterion, DateRange, Match, Prefix, Query, Test, TokenMatch, text};

use super::condition::{Atom, Condition, TextTest, Weight, text_after};
use super::lookups::{Lookups, Span};
use super::near;
use super::ranges::{dates, instants, numbers};
use crate::layout::WordsOf;
use crate::layout::encode::{Encoder, fold_code};
use crate::layout::parameters::{Own, Slot, own_column};
use crate::layout::sortable;

/// Turns the criteria of one query into conditions.
pub(crate) struct Resolver<'a, L> {
    pub(crate) definitions: &'static Definitions,
    pub(crate) encoder: &'a Encoder,
    pub(crate) lookups: &'a L,
    pub(crate) resource_type: ResourceType,
    /// Who asks; decides what may be found at the other end of a reference.
    pub(crate) access: Option<&'a Access>,
}

impl<L: Lookups> Resolver<'_, L> {
    pub(crate) fn query(&self, query: &Query) -> Result<Vec<Condition>, L::Error> {
        query
            .criteria
            .iter()
            .map(|criterion| self.criterion(criterion))
            .collect()
    }

    pub(crate) fn criterion(&self, criterion: &Criterion) -> Result<Condition, L::Error> {
        match criterion {
            Criterion::Values(parameter, Test::AnyOf(matches)) => {
                Ok(Condition::AnyOf(self.matches(*parameter, matches)?))
            }
            Criterion::Values(parameter, Test::NoneOf(matches)) => {
                Ok(Condition::NoneOf(self.matches(*parameter, matches)?))
            }
            Criterion::Values(parameter, Test::Missing(missing)) => {
                self.missing(*parameter, *missing)
            }
            Criterion::PointsTo(parameter, hops) => self.points_to(*parameter, hops),
            Criterion::PointedAt(parameter, hop) => self.pointed_at(*parameter, hop),
            Criterion::Any(criteria) => self.any(criteria),
            Criterion::All(criteria) => {
                let all = criteria.iter().map(|criterion| self.criterion(criterion));
                Ok(Condition::AnyGroup(vec![all.collect::<Result<_, _>>()?]))
            }
            Criterion::Not(criterion) => Ok(Condition::Not(Box::new(self.criterion(criterion)?))),
        }
    }

    /// Alternatives of several parameters; keys of them all are one condition, which can drive.
    fn any(&self, criteria: &[Criterion]) -> Result<Condition, L::Error> {
        let conditions = criteria.iter().map(|criterion| self.criterion(criterion));
        let conditions: Vec<Condition> = conditions.collect::<Result<_, _>>()?;
        let are_keys = |c: &Condition| matches!(c, Condition::AnyOf(_));
        if !conditions.iter().all(are_keys) {
            let groups = conditions.into_iter().map(|condition| vec![condition]);
            return Ok(Condition::AnyGroup(groups.collect()));
        }
        let atoms = conditions
            .into_iter()
            .flat_map(|condition| match condition {
                Condition::AnyOf(atoms) => atoms,
                _ => Vec::new(),
            });
        Ok(Condition::AnyOf(gathered(atoms.collect())))
    }

    fn missing(&self, parameter: ParameterIx, missing: bool) -> Result<Condition, L::Error> {
        // Every resource has an id and an instant of its last update.
        if matches!(self.code(parameter), "_id" | "_lastUpdated") {
            return Ok(if missing {
                Condition::AnyOf(Vec::new())
            } else {
                Condition::NoneOf(Vec::new())
            });
        }
        let number = self.encoder.parameters.number(parameter);
        let shapes = self.lookups.shapes(self.resource_type)?;
        let ids: Vec<i64> = shapes
            .iter()
            .filter(|shape| shape.numbers.binary_search(&number).is_err() == missing)
            .map(|shape| shape.id)
            .collect();
        let p = own_column(self.resource_type, Own::Shape);
        let atoms = if ids.is_empty() {
            Vec::new()
        } else {
            vec![Atom::Shape { p, ids }]
        };
        Ok(Condition::AnyOf(atoms))
    }

    fn matches(&self, parameter: ParameterIx, matches: &[Match]) -> Result<Vec<Atom>, L::Error> {
        let mut atoms = Vec::with_capacity(matches.len());
        for wanted in matches {
            self.atoms(parameter, wanted, &mut atoms)?;
        }
        Ok(gathered(atoms))
    }

    fn atoms(
        &self,
        parameter: ParameterIx,
        wanted: &Match,
        out: &mut Vec<Atom>,
    ) -> Result<(), L::Error> {
        let own = self.encoder.parameters.column(parameter, Slot::Own);
        let uri = self.encoder.parameters.column(parameter, Slot::Uri);
        let identifier = self.encoder.parameters.column(parameter, Slot::Identifier);
        match wanted {
            Match::Id(id) => out.extend(
                self.lookups
                    .rid(self.resource_type, id)?
                    .map(|rid| Atom::Rid(rid.0)),
            ),
            Match::Token(token) => self.tokens(own, token, out)?,
            Match::ReferenceIdentifier(token) => self.tokens(identifier, token, out)?,
            Match::Local(target, id) => self.local(parameter, *target, id, out)?,
            Match::Elsewhere(text) | Match::Uri(text) => {
                out.extend(self.lookups.uri(text)?.map(|id| point(uri, Span::one(id))));
            }
            Match::UriBelow(text) => self.below(uri, text, out)?,
            Match::UriAbove(text) => self.above(uri, text, out)?,
            Match::Said(folded) => {
                let p = self.encoder.parameters.column(parameter, Slot::Said);
                let ids = self.lookups.uris_beginning(folded)?;
                out.extend(ids.into_iter().map(|id| point(p, Span::one(id))));
            }
            Match::OfType(of, value) => {
                let p = self.encoder.parameters.column(parameter, Slot::OfType);
                let value = folded(&TokenMatch::NoSystem(value.clone()));
                let (of, value) = (
                    self.lookups.tokens(&folded(of))?,
                    self.lookups.tokens(&value)?,
                );
                let pairs = self.paired(&of, &value)?;
                out.extend(pairs.into_iter().map(|id| point(p, id)));
            }
            Match::Date(prefix, range) => self.date(parameter, *prefix, *range, out),
            Match::Number(prefix, range) => {
                out.extend(
                    numbers(*prefix, *range)
                        .into_iter()
                        .map(|v| range_atom(own, v, Weight::ANY)),
                );
            }
            Match::Quantity(prefix, range, unit) => {
                for (range, units) in self.measured(*range, unit.as_ref())? {
                    let w = units.map_or(Weight::ANY, Weight::OneOf);
                    let spans = numbers(*prefix, range).into_iter();
                    out.extend(spans.map(|v| range_atom(own, v, w.clone())));
                }
            }
            Match::TextStarts(_)
            | Match::TextContains(_)
            | Match::TextExact(_)
            | Match::TextIs(_)
            | Match::TextEnds(_) => {
                out.extend(text_atom(own, wanted));
            }
            Match::Word(word) => out.extend(self.word(parameter, word)),
            Match::Near(circle) => out.extend(near::bands(*circle).into_iter().map(|band| {
                let w = Weight::Within(band.longitude);
                range_atom(own, band.latitude, w)
            })),
            Match::Composite(parts) => self.composite(own, parts, out)?,
        }
        Ok(())
    }

    fn word(&self, parameter: ParameterIx, word: &str) -> Option<Atom> {
        let part = WordsOf::of_parameter(self.code(parameter))?;
        Some(Atom::Words {
            of: self.resource_type,
            part,
            word: word.to_owned(),
        })
    }

    fn date(&self, parameter: ParameterIx, prefix: Prefix, range: DateRange, out: &mut Vec<Atom>) {
        if self.code(parameter) == "_lastUpdated" {
            let p = own_column(self.resource_type, Own::Updated);
            out.extend(
                instants(prefix, range)
                    .into_iter()
                    .map(|v| Atom::Updated { p, v }),
            );
            return;
        }
        let p = self.encoder.parameters.column(parameter, Slot::Own);
        let long = Some(self.encoder.parameters.column(parameter, Slot::LongEnd));
        let ranges = dates(prefix, range).into_iter();
        out.extend(ranges.map(|(v, w)| Atom::Range {
            p,
            v,
            w: Weight::Within(w),
            long,
        }));
    }

    pub(crate) fn tokens(
        &self,
        p: i64,
        token: &TokenMatch,
        out: &mut Vec<Atom>,
    ) -> Result<(), L::Error> {
        out.extend(
            self.lookups
                .tokens(&folded(token))?
                .into_iter()
                .map(|v| point(p, v)),
        );
        Ok(())
    }

    fn local(
        &self,
        parameter: ParameterIx,
        target: Option<ResourceType>,
        id: &ResourceId,
        out: &mut Vec<Atom>,
    ) -> Result<(), L::Error> {
        let targets = match target {
            Some(target) => vec![target],
            None => self.targets(parameter),
        };
        for target in targets {
            if let Some(rid) = self.lookups.rid(target, id)? {
                out.push(point(self.holder(parameter, target), Span::one(rid.0)));
            }
        }
        Ok(())
    }

    fn targets(&self, parameter: ParameterIx) -> Vec<ResourceType> {
        let declared = self
            .definitions
            .search_parameter_at(parameter)
            .map_or(&[][..], |p| p.targets);
        if declared.is_empty() {
            ResourceType::all().collect()
        } else {
            declared.to_vec()
        }
    }

    fn below(&self, p: i64, uri: &str, out: &mut Vec<Atom>) -> Result<(), L::Error> {
        let base = uri.trim_end_matches('/');
        let mut ids = self.lookups.uris_beginning(&format!("{base}/"))?;
        ids.extend(self.lookups.uri(uri)?);
        ids.extend(self.lookups.uri(base)?);
        ids.sort_unstable();
        ids.dedup();
        out.extend(ids.into_iter().map(|id| point(p, Span::one(id))));
        Ok(())
    }

    fn above(&self, p: i64, uri: &str, out: &mut Vec<Atom>) -> Result<(), L::Error> {
        let ends = uri
            .match_indices('/')
            .flat_map(|(at, _)| [at, at + 1])
            .chain([uri.len()]);
        for end in ends {
            if let Some(id) = uri
                .get(..end)
                .map(|above| self.lookups.uri(above))
                .transpose()?
                .flatten()
            {
                out.push(point(p, Span::one(id)));
            }
        }
        Ok(())
    }

    /// Mirrors `encode::composite`: `v` names what must be equal, `w` is the second part's value.
    fn composite(&self, p: i64, parts: &[Match], out: &mut Vec<Atom>) -> Result<(), L::Error> {
        let [first, second, rest @ ..] = parts else {
            return Ok(());
        };
        let mut heads = self.part(first)?;
        for third in rest {
            heads = self.paired(&heads, &self.part(third)?)?;
        }
        match second {
            Match::Quantity(prefix, range, unit) => {
                for (range, units) in self.measured(*range, unit.as_ref())? {
                    let units = units.map_or_else(|| vec![Span::ALL], spans);
                    let heads = self.paired(&heads, &units)?;
                    compose(p, &heads, &numbers(*prefix, range), out);
                }
            }
            Match::Number(prefix, range) => compose(p, &heads, &numbers(*prefix, *range), out),
            Match::Date(prefix, range) => {
                for head in heads {
                    self.composite_date(p, head, &dates(*prefix, *range), out)?;
                }
            }
            _ => compose(p, &heads, &self.part(second)?, out),
        }
        Ok(())
    }

    fn composite_date(
        &self,
        p: i64,
        head: Span,
        ranges: &[(Span, Span)],
        out: &mut Vec<Atom>,
    ) -> Result<(), L::Error> {
        for (duration, v) in self.lookups.pairs(head)? {
            for (start, end) in ranges {
                let low = start.low.max(end.low.saturating_sub(duration));
                let high = start.high.min(end.high.saturating_sub(duration));
                if low <= high {
                    out.push(Atom::Point {
                        p,
                        v: Span::one(v),
                        w: Weight::Within(Span { low, high }),
                    });
                }
            }
        }
        Ok(())
    }

    fn paired(&self, heads: &[Span], seconds: &[Span]) -> Result<Vec<Span>, L::Error> {
        let mut paired = Vec::new();
        for head in heads {
            let pairs = self.lookups.pairs(*head)?;
            let hits = pairs
                .into_iter()
                .filter(|(second, _)| seconds.iter().any(|s| (s.low..=s.high).contains(second)));
            paired.extend(hits.map(|(_, id)| Span::one(id)));
        }
        Ok(paired)
    }

    fn part(&self, wanted: &Match) -> Result<Vec<Span>, L::Error> {
        Ok(match wanted {
            Match::Token(token) => self.lookups.tokens(&folded(token))?,
            Match::Local(Some(target), id) => {
                spans(self.lookups.rid(*target, id)?.map(|rid| rid.0))
            }
            Match::Elsewhere(uri) | Match::Uri(uri) => spans(self.lookups.uri(uri)?),
            Match::TextStarts(folded) => spans(self.lookups.uris_beginning(folded)?),
            Match::TextExact(text) => spans(self.lookups.uri(&text::fold(text))?),
            Match::Number(prefix, range) | Match::Quantity(prefix, range, _) => {
                numbers(*prefix, *range)
            }
            _ => Vec::new(),
        })
    }

    fn code(&self, parameter: ParameterIx) -> &'static str {
        self.definitions
            .search_parameter_at(parameter)
            .map_or("", |p| p.code)
    }

    /// What kind of values a parameter has.
    pub(crate) fn search_type(&self, parameter: ParameterIx) -> Option<SearchType> {
        self.definitions
            .search_parameter_at(parameter)
            .map(|p| p.search_type)
    }
}

/// What one list can hold, side by side.
fn gathered(mut atoms: Vec<Atom>) -> Vec<Atom> {
    atoms.sort_by_key(|atom| match atom {
        Atom::Point { p, v, w } if v.is_one() && *w == Weight::NONE => (0, *p),
        Atom::Rid(_) => (1, 0),
        _ => (2, 0),
    });
    atoms.dedup();
    atoms
}

fn folded(token: &TokenMatch) -> TokenMatch {
    let fold = |code: &str| fold_code(code).into_owned();
    match token {
        TokenMatch::Code(code) => TokenMatch::Code(fold(code)),
        TokenMatch::SystemAndCode(system, code) => {
            TokenMatch::SystemAndCode(system.clone(), fold(code))
        }
        TokenMatch::NoSystem(code) => TokenMatch::NoSystem(fold(code)),
        TokenMatch::System(system) => TokenMatch::System(system.clone()),
    }
}

pub(crate) fn point(p: i64, v: Span) -> Atom {
    Atom::Point {
        p,
        v,
        w: Weight::NONE,
    }
}

fn range_atom(p: i64, v: Span, w: Weight) -> Atom {
    Atom::Range {
        p,
        v,
        w,
        long: None,
    }
}

fn text_atom(p: i64, wanted: &Match) -> Option<Atom> {
    let test = match wanted {
        Match::TextStarts(folded) => TextTest::Starts(folded.clone(), text_after(folded)),
        Match::TextContains(folded) => TextTest::Contains(folded.clone()),
        Match::TextIs(folded) => TextTest::Is(folded.clone()),
        Match::TextEnds(folded) => TextTest::Ends(folded.clone()),
        Match::TextExact(original) => {
            let folded = text::fold(original);
            let hash = if folded == *original {
                0
            } else {
                sortable::text_hash(original)
            };
            TextTest::Exact(folded, hash)
        }
        _ => return None,
    };
    Some(Atom::Text { p, test })
}

fn spans(ids: impl IntoIterator<Item = i64>) -> Vec<Span> {
    ids.into_iter().map(Span::one).collect()
}

fn compose(p: i64, heads: &[Span], weights: &[Span], out: &mut Vec<Atom>) {
    for v in heads {
        out.extend(weights.iter().map(|w| Atom::Point {
            p,
            v: *v,
            w: Weight::Within(*w),
        }));
    }
}
