//! The planner's questions, answered from one snapshot.
//!
//! The planner asks while it plans and cannot wait. So it plans with what is known; what it asked
//! beyond that is fetched, all at once, and it plans again, until it asks nothing new.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::TokenMatch;
use cresset_store::Error;
use cresset_store::layout::Rid;
use cresset_store::plan::{ColumnFacts, Lookups, Shape, Span, Statement, text_after};
use deadpool_postgres::Transaction;
use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;

use crate::catalog::{BLOCK_BITS, Catalog};
use crate::deadline::Deadline;
use crate::fault::store_error;
use crate::row::get;
use crate::shared::{Shared, stored_type};
use crate::snapshot::{query, query_opt};
use crate::value::{Bound, TEXT_CHARS, stored_id};

/// How often a question may lead to further ones: a composite's parts are paired one by one, and
/// the sizes of drivers are asked for one after the other.
const ROUNDS: usize = 512;

/// What the planner may ask.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Question {
    Rid(ResourceType, ResourceId),
    Tokens(TokenMatch),
    Uri(String),
    UrisBeginning(String),
    Units(TokenMatch),
    Pairs(Span),
    Size(Statement),
}

impl Question {
    /// Whether it asks for a text that cannot be stored, and so was not.
    fn is_of_no_text(&self) -> bool {
        match self {
            Self::Tokens(
                TokenMatch::Code(text)
                | TokenMatch::SystemAndCode(_, text)
                | TokenMatch::NoSystem(text),
            )
            | Self::Uri(text)
            | Self::UrisBeginning(text) => text.contains('\0'),
            _ => false,
        }
    }
}

#[derive(Debug, Clone)]
enum Answer {
    Ids(Vec<i64>),
    Spans(Vec<Span>),
    Pairs(Vec<(i64, i64)>),
    Units(Vec<(i64, String)>),
    Rows(u64),
}

/// A question without which the plan cannot go on.
pub(crate) struct NotYet;

/// What is known of one snapshot.
pub(crate) struct Answers<'s> {
    shared: &'s Shared,
    catalog: Arc<Catalog>,
    generation: u64,
    /// Whether what is found was committed, so that it may be remembered.
    is_committed: bool,
    known: HashMap<Question, Answer>,
    asked: RefCell<HashSet<Question>>,
    /// When what is planned must have ended.
    deadline: Option<Arc<Deadline>>,
}

impl<'s> Answers<'s> {
    /// Nothing yet, of a snapshot with this catalog.
    pub(crate) fn new(shared: &'s Shared, catalog: Arc<Catalog>, generation: u64) -> Self {
        Self {
            shared,
            catalog,
            generation,
            is_committed: true,
            known: HashMap::new(),
            asked: RefCell::default(),
            deadline: None,
        }
    }

    /// The same for a search that must end then.
    pub(crate) fn ending(self, deadline: Option<Arc<Deadline>>) -> Self {
        Self { deadline, ..self }
    }

    /// The same within a transaction that may yet be taken back.
    pub(crate) fn uncommitted(self) -> Self {
        Self {
            is_committed: false,
            ..self
        }
    }

    /// Runs a plan until everything it asks is known.
    pub(crate) async fn plan<T>(
        &mut self,
        snapshot: &Transaction<'_>,
        plan: impl Fn(&Self) -> Result<T, NotYet>,
    ) -> Result<T, Error> {
        for _ in 0..ROUNDS {
            if let Some(deadline) = &self.deadline {
                deadline.hold(snapshot).await?;
            }
            let planned = plan(self);
            let asked = std::mem::take(self.asked.get_mut());
            if asked.is_empty()
                && let Ok(planned) = planned
            {
                return Ok(planned);
            }
            let catalog = self.catalog.clone();
            let answers = asked.into_iter().map(|question| {
                let catalog = &catalog;
                async move {
                    let answer = answer(catalog, snapshot, &question).await?;
                    Ok::<_, Error>((question, answer))
                }
            });
            for (question, answer) in try_join_all(answers).await? {
                if let (Question::Size(statement), Answer::Rows(rows)) = (&question, &answer) {
                    self.shared.sizes.keep(statement, self.generation, *rows);
                }
                if self.is_committed {
                    remember(self.shared, &question, &answer);
                }
                self.known.insert(question, answer);
            }
        }
        Err(Error::failed("a plan asks without end"))
    }

    /// The answer, or a note that it is wanted.
    fn find(&self, question: Question) -> Option<&Answer> {
        let known = self.known.get(&question);
        if known.is_none() {
            self.asked.borrow_mut().insert(question);
        }
        known
    }

    fn ids(&self, question: Question) -> Vec<i64> {
        match self.find(question) {
            Some(Answer::Ids(ids)) => ids.clone(),
            _ => Vec::new(),
        }
    }
}

pub(crate) fn block_span(block: i64) -> Span {
    Span {
        low: block << BLOCK_BITS,
        high: ((block + 1) << BLOCK_BITS) - 1,
    }
}

impl Lookups for Answers<'_> {
    type Error = NotYet;

    fn rid(&self, of: ResourceType, id: &ResourceId) -> Result<Option<Rid>, NotYet> {
        let key = (of.code(), id.clone());
        if let Some(rid) = self.shared.names.identities.get(&key) {
            return Ok(Some(Rid(rid)));
        }
        let ids = self.ids(Question::Rid(of, id.clone()));
        Ok(ids.first().copied().map(Rid))
    }

    fn tokens(&self, wanted: &TokenMatch) -> Result<Vec<Span>, NotYet> {
        let blocks = |system: &str| {
            let blocks = self.catalog.systems.get(system);
            blocks.map(Vec::as_slice).unwrap_or_default()
        };
        let (system, code) = match wanted {
            TokenMatch::System(system) => {
                let blocks = blocks(system).iter();
                return Ok(blocks.map(|block| block_span(*block)).collect());
            }
            TokenMatch::SystemAndCode(system, code) => (system.as_str(), code),
            TokenMatch::NoSystem(code) => ("", code),
            TokenMatch::Code(_) => {
                return Ok(self.spans(Question::Tokens(wanted.clone())));
            }
        };
        if blocks(system).is_empty() {
            return Ok(Vec::new());
        }
        let key = (system.to_owned(), code.clone());
        if let Some(id) = self.shared.names.tokens.get(&key) {
            return Ok(vec![Span::one(id)]);
        }
        Ok(self.spans(Question::Tokens(wanted.clone())))
    }

    fn uri(&self, uri: &str) -> Result<Option<i64>, NotYet> {
        if let Some(id) = self.shared.names.uris.get(uri) {
            return Ok(Some(id));
        }
        Ok(self.ids(Question::Uri(uri.to_owned())).first().copied())
    }

    fn uris_beginning(&self, prefix: &str) -> Result<Vec<i64>, NotYet> {
        Ok(self.ids(Question::UrisBeginning(prefix.to_owned())))
    }

    fn units(&self, wanted: &TokenMatch) -> Result<Vec<(i64, String)>, NotYet> {
        Ok(match self.find(Question::Units(wanted.clone())) {
            Some(Answer::Units(units)) => units.clone(),
            _ => Vec::new(),
        })
    }

    fn pairs(&self, first: Span) -> Result<Vec<(i64, i64)>, NotYet> {
        Ok(match self.find(Question::Pairs(first)) {
            Some(Answer::Pairs(pairs)) => pairs.clone(),
            _ => Vec::new(),
        })
    }

    fn shapes(&self, of: ResourceType) -> Result<Arc<Vec<Shape>>, NotYet> {
        let shapes = self.catalog.shapes.get(&of.code());
        Ok(shapes.cloned().unwrap_or_default())
    }

    fn facts(&self, column: i64) -> ColumnFacts {
        let facts = self.catalog.facts.get(&column);
        facts.copied().unwrap_or_default()
    }

    fn size(&self, statement: &Statement) -> Result<u64, NotYet> {
        if let Some(rows) = self.shared.sizes.get(statement, self.generation) {
            return Ok(rows);
        }
        match self.find(Question::Size(statement.clone())) {
            Some(Answer::Rows(rows)) => Ok(*rows),
            _ => Err(NotYet),
        }
    }
}

impl Answers<'_> {
    fn spans(&self, question: Question) -> Vec<Span> {
        match self.find(question) {
            Some(Answer::Spans(spans)) => spans.clone(),
            _ => Vec::new(),
        }
    }
}

/// Keeps what will be so for ever.
fn remember(shared: &Shared, question: &Question, answer: &Answer) {
    let names = &shared.names;
    match (question, answer) {
        (Question::Rid(of, id), Answer::Ids(ids)) => {
            if let [rid] = ids.as_slice() {
                names.identities.insert((of.code(), id.clone()), *rid);
            }
        }
        (Question::Uri(uri), Answer::Ids(ids)) => {
            if let [id] = ids.as_slice() {
                names.uris.insert(uri.clone(), *id);
            }
        }
        (Question::Tokens(wanted), Answer::Spans(spans)) => {
            let key = match wanted {
                TokenMatch::SystemAndCode(system, code) => (system.clone(), code.clone()),
                TokenMatch::NoSystem(code) => (String::new(), code.clone()),
                TokenMatch::Code(_) | TokenMatch::System(_) => return,
            };
            if let [one] = spans.as_slice() {
                names.tokens.insert(key, one.low);
            }
        }
        _ => {}
    }
}

async fn answer(
    catalog: &Catalog,
    snapshot: &Transaction<'_>,
    question: &Question,
) -> Result<Answer, Error> {
    if question.is_of_no_text() {
        return Ok(Answer::Ids(Vec::new()));
    }
    match question {
        Question::Rid(of, id) => {
            let text = "SELECT r FROM identity WHERE type=$1 AND id=$2";
            let key = (stored_type(*of), stored_id(id.as_str()));
            ids(snapshot, text, &[&key.0, &key.1])
                .await
                .map(Answer::Ids)
        }
        Question::Tokens(wanted) => tokens(catalog, snapshot, wanted).await,
        Question::Uri(uri) => {
            let text = "SELECT id FROM uri WHERE left(uri,500)=left($1,500) AND uri=$1";
            ids(snapshot, text, &[uri]).await.map(Answer::Ids)
        }
        Question::UrisBeginning(prefix) => {
            let short: String = prefix.chars().take(TEXT_CHARS).collect();
            let after = text_after(&short);
            let text = "SELECT id FROM uri WHERE left(uri,500)>=$1 \
                        AND ($2::text IS NULL OR left(uri,500)<$2) AND starts_with(uri,$3)";
            Ok(Answer::Ids(
                ids(snapshot, text, &[&short, &after, prefix]).await?,
            ))
        }
        Question::Units(wanted) => units(snapshot, wanted).await,
        Question::Pairs(first) => {
            let text = "SELECT b,id FROM pair WHERE a BETWEEN $1 AND $2";
            let rows = query(snapshot, text, &[&first.low, &first.high]).await;
            let rows = rows.map_err(|e| store_error(&e))?;
            let pairs = rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?)));
            Ok(Answer::Pairs(pairs.collect::<Result<_, Error>>()?))
        }
        Question::Size(statement) => {
            let rows = number(snapshot, statement).await?;
            Ok(Answer::Rows(u64::try_from(rows).unwrap_or_default()))
        }
    }
}

/// The number a statement gives.
pub(crate) async fn number(
    snapshot: &Transaction<'_>,
    statement: &Statement,
) -> Result<i64, Error> {
    let args: Vec<Bound<'_>> = statement.args.iter().map(Bound).collect();
    let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as _).collect();
    let row = query_opt(snapshot, &statement.text, &args).await?;
    row.map_or(Ok(0), |row| get(&row, 0))
}

async fn ids(
    snapshot: &Transaction<'_>,
    text: &str,
    args: &[&(dyn ToSql + Sync)],
) -> Result<Vec<i64>, Error> {
    let rows = query(snapshot, text, args)
        .await
        .map_err(|e| store_error(&e))?;
    rows.iter().map(|row| get(row, 0)).collect()
}

async fn tokens(
    catalog: &Catalog,
    snapshot: &Transaction<'_>,
    wanted: &TokenMatch,
) -> Result<Answer, Error> {
    let (system, code) = match wanted {
        TokenMatch::Code(code) => (None, code),
        TokenMatch::SystemAndCode(system, code) => (Some(system.as_str()), code),
        TokenMatch::NoSystem(code) => (Some(""), code),
        TokenMatch::System(_) => return Ok(Answer::Spans(Vec::new())),
    };
    let text = "SELECT id FROM token WHERE left(folded,500)=left($1,500) AND folded=$1";
    let mut ids = ids(snapshot, text, &[code]).await?;
    if let Some(system) = system {
        let blocks = catalog.systems.get(system);
        let blocks = blocks.map(Vec::as_slice).unwrap_or_default();
        ids.retain(|id| blocks.contains(&(id >> BLOCK_BITS)));
    }
    Ok(Answer::Spans(ids.into_iter().map(Span::one).collect()))
}

async fn units(snapshot: &Transaction<'_>, wanted: &TokenMatch) -> Result<Answer, Error> {
    let rows = query(snapshot, "SELECT id,system,code,unit FROM unit", &[]).await;
    let rows = rows.map_err(|e| store_error(&e))?;
    let mut units = Vec::new();
    for row in &rows {
        let unit = [get(row, 1)?, get(row, 2)?, get(row, 3)?];
        if wanted.is_unit(unit) {
            units.push((get(row, 0)?, get(row, 2)?));
        }
    }
    Ok(Answer::Units(units))
}
