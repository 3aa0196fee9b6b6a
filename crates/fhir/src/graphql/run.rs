//! One run of a query over what is known.

use std::cell::Cell;
use std::collections::HashSet;

use cresset_base::{Limits, ResourceId};
use cresset_definitions::ResourceType;
use cresset_fhirpath::STEPS_MAX;
use cresset_model::{Element, Value};
use cresset_search::extract::reference::local;

use super::Root;
use super::asked::{Asked, Resources, pairs, unknown_field};
use super::document::{Document, Selection, too_costly, value};
use super::fields::{Way, leaf};
use super::known::{Known, Question, Search};
use super::object::Object;
use super::place::{Place, contained};
use crate::fault::{Fault, Kind};

/// What a run gave.
pub(super) struct Outcome {
    pub(super) answer: Value,
    /// What it would need to know yet.
    pub(super) wanted: Vec<Question>,
}

pub(super) struct Run<'r> {
    pub(super) known: &'r Known,
    own: &'r [String],
    wanted: Vec<Question>,
    /// The same, to find one among many.
    is_wanted: HashSet<Question>,
    questions_max: usize,
    errors: Vec<Value>,
    /// The keys that lead to where it is.
    pub(super) path: Vec<String>,
    fields_left: usize,
    /// Bytes that the answer, and what is asked for it, may yet take.
    bytes_left: usize,
    /// Steps that all paths have together.
    pub(super) steps: Cell<u64>,
}

impl<'r> Run<'r> {
    pub(super) fn new(known: &'r Known, own: &'r [String], limits: &Limits) -> Self {
        Self {
            known,
            own,
            wanted: Vec::new(),
            is_wanted: HashSet::new(),
            questions_max: limits.graphql_resources_max,
            errors: Vec::new(),
            path: Vec::new(),
            fields_left: limits.graphql_fields_max,
            bytes_left: limits.bundle_answer_bytes_max,
            steps: Cell::new(STEPS_MAX),
        }
    }

    /// Runs the whole.
    pub(super) fn whole(mut self, document: &Document, root: &Root) -> Result<Outcome, Fault> {
        let mut data = Object::default();
        let sets = [document.selections.as_slice()];
        match root {
            Root::System => self.system(&sets, &mut data)?,
            Root::Resource(of, id) => {
                let found = self.known.reads.get(&(*of, id.clone()));
                let found = found.and_then(|found| found.as_ref().ok());
                let place = found.and_then(|loaded| Place::of(loaded));
                let place = place.ok_or_else(|| Fault::unknown_resource(*of, id))?;
                self.object(place, &sets, &mut data, Way::PLAIN)?;
            }
        }
        let mut answer = vec![("data".into(), data.finished()?)];
        if !self.errors.is_empty() {
            answer.push(("errors".into(), Value::Array(self.errors)));
        }
        Ok(Outcome {
            answer: Value::Object(answer),
            wanted: self.wanted,
        })
    }

    fn system(&mut self, sets: &[&[Selection]], data: &mut Object) -> Result<(), Fault> {
        for asked in self.collected(sets, &|name| Ok(name == "Query"))? {
            let field = asked.field;
            match Resources::named(&field.name) {
                Some(Resources::One(of)) => self.one(of, &asked, data)?,
                Some(Resources::List(of)) => self.list((of, false), &asked, None, data)?,
                Some(Resources::Connection(of)) => self.list((of, true), &asked, None, data)?,
                None if field.name == "__typename" => leaf("Query", field, data, Way::PLAIN)?,
                None => return Err(unknown_field("the system", &field.name)),
            }
        }
        Ok(())
    }

    /// `Patient(id: "1")`
    fn one(&mut self, of: ResourceType, asked: &Asked<'_>, data: &mut Object) -> Result<(), Fault> {
        let arguments = &asked.field.arguments;
        arguments.only(&asked.field.name, &["id"])?;
        let id = arguments.text("id")?;
        let id = id.ok_or_else(|| Fault::new(Kind::Required, format!("{of} needs an id")))?;
        let id: ResourceId = id
            .parse()
            .map_err(|_| value("That is no id of a resource"))?;
        data.expect(&asked.field.key, false);
        let found = self.read((of, id), &asked.field.key, false)?;
        self.emit(
            found.into_iter().collect(),
            asked,
            false,
            (data, Way::PLAIN),
        )
    }

    /// A resource, if it is known and shown. One that is not shown is an error, unless it may be missing.
    fn read(
        &mut self,
        name: (ResourceType, ResourceId),
        key: &str,
        is_optional: bool,
    ) -> Result<Option<Place<'r>>, Fault> {
        match self.known.reads.get(&name) {
            Some(Ok(loaded)) => return Ok(Place::of(loaded)),
            Some(Err(text)) if !is_optional => self.note(key, text)?,
            Some(Err(_)) => {}
            None => self.want(Question::Read(name.0, name.1))?,
        }
        Ok(None)
    }

    fn want(&mut self, question: Question) -> Result<(), Fault> {
        if !self.is_wanted.insert(question.clone()) {
            return Ok(());
        }
        self.wanted.push(question);
        let most = self.questions_max;
        if self.known.answered() + self.wanted.len() > most {
            return Err(too_costly(format!(
                "The query asks for more than {most} resources and lists; ask for fewer"
            )));
        }
        Ok(())
    }

    /// Notes an error beside the data.
    fn note(&mut self, key: &str, text: &str) -> Result<(), Fault> {
        let lengths = self.path.iter().map(|step| step.len() + size_of::<Value>());
        self.spend_bytes(lengths.sum::<usize>() + key.len() + text.len())?;
        let steps = self.path.iter().map(String::as_str).chain([key]);
        let path = steps.map(|step| Value::String(step.into())).collect();
        self.errors.push(Value::Object(vec![
            ("message".into(), Value::String(text.into())),
            ("path".into(), Value::Array(path)),
        ]));
        Ok(())
    }

    /// Takes one field from what a query may ask.
    pub(super) fn spend(&mut self) -> Result<(), Fault> {
        let left = self.fields_left.checked_sub(1);
        self.fields_left = left.ok_or_else(|| {
            too_costly("The answer has more fields than one may; ask for fewer resources or fields")
        })?;
        Ok(())
    }

    /// Takes bytes from what an answer may hold.
    pub(super) fn spend_bytes(&mut self, bytes: usize) -> Result<(), Fault> {
        let left = self.bytes_left.checked_sub(bytes);
        self.bytes_left = left.ok_or_else(|| {
            too_costly("The answer has more bytes than one may; ask for fewer resources or fields")
        })?;
        Ok(())
    }

    /// All matches of a search, or a page of them; with what must hold besides.
    pub(super) fn list(
        &mut self,
        (of, is_paged): (ResourceType, bool),
        asked: &Asked<'_>,
        besides: Option<(String, String)>,
        target: &mut Object,
    ) -> Result<(), Fault> {
        let is_reverse = besides.is_some();
        self.spend_bytes(asked.field.arguments.bytes())?;
        let mut pairs = pairs(&asked.field.arguments, is_paged, is_reverse)?;
        pairs.extend(besides);
        let search = Search {
            of,
            pairs,
            is_paged,
        };
        let key = &asked.field.key;
        target.expect(key, !is_paged && !asked.field.directives.singleton);
        let Some(page) = self.known.pages.get(&search) else {
            return self.want(Question::Search(search));
        };
        if is_paged {
            let connection = self.connection(page, asked)?;
            target.add(key, false, connection);
            return Ok(());
        }
        let places = page.resources.iter().filter_map(|loaded| Place::of(loaded));
        self.emit(places.collect(), asked, true, (target, Way::PLAIN))
    }

    /// What a Reference leads to.
    pub(super) fn reference(
        &mut self,
        place: Place<'r>,
        asked: &Asked<'_>,
        (target, way): (&mut Object, Way<'_>),
    ) -> Result<(), Fault> {
        let arguments = &asked.field.arguments;
        arguments.only("resource", &["optional", "type"])?;
        let is_optional = arguments.flag("optional")?;
        let wanted = arguments.text("type")?;
        let key = format!("{}{}", asked.field.key, way.suffix);
        target.expect(&key, way.are_lists);
        let text = place.node.element.get("reference");
        let Some(text) = text.and_then(Element::as_str) else {
            return Ok(());
        };
        let found = if let Some(id) = text.strip_prefix('#') {
            let found = contained(place.within, id);
            if found.is_none() && !is_optional {
                self.note(&key, "The reference leads to nothing that is contained")?;
            }
            found
        } else if let Some((of, id)) = local(text, self.own) {
            if wanted.is_some_and(|wanted| wanted != of.name()) {
                return Ok(());
            }
            self.read((of, id), &key, is_optional)?
        } else {
            if !is_optional {
                self.note(&key, "The reference leads out of this practice")?;
            }
            None
        };
        let is_it = |found: &Place<'_>| wanted.is_none_or(|of| of == found.node.type_name());
        let found = found.filter(is_it).into_iter().collect();
        self.emit(found, asked, false, (target, way))
    }
}
