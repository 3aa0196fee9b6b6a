//! Fields of a place, into an object of the answer.

use cresset_fhirpath::{Environment, Halt, Item, Node, Program, Verdict};
use cresset_model::Value;

use super::asked::{Asked, Resources, parameter, unknown_field};
use super::document::{Field, Selection, too_costly, value};
use super::elements::{Shape, is_of, is_resource, named, shape, text_of};
use super::object::Object;
use super::place::Place;
use super::run::Run;
use crate::fault::{Fault, Kind};

/// How the fields of an object are written.
#[derive(Clone, Copy)]
pub(super) struct Way<'w> {
    /// They come from several objects, and so are lists.
    pub(super) are_lists: bool,
    /// What is put behind their names.
    pub(super) suffix: &'w str,
}

impl Way<'_> {
    pub(super) const PLAIN: Self = Self {
        are_lists: false,
        suffix: "",
    };
}

impl<'r> Run<'r> {
    /// Writes what is asked of one place.
    pub(super) fn object(
        &mut self,
        place: Place<'r>,
        sets: &[&[Selection]],
        target: &mut Object,
        way: Way<'_>,
    ) -> Result<(), Fault> {
        for asked in self.collected(sets, &|name| is_of(place.node, name))? {
            self.spend_bytes(way.suffix.len())?;
            self.field(place, &asked, (target, way))?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        place: Place<'r>,
        asked: &Asked<'_>,
        (target, way): (&mut Object, Way<'_>),
    ) -> Result<(), Fault> {
        let field = asked.field;
        let of = place.node.type_name();
        match field.name.as_str() {
            "__typename" => return leaf(of, field, target, way),
            "resourceType" if is_resource(place.node) => return leaf(of, field, target, way),
            "resource" if of == "Reference" => {
                return self.reference(place, asked, (target, way));
            }
            _ => {}
        }
        let (of, is_paged) = match Resources::named(&field.name) {
            Some(Resources::List(of)) => (of, false),
            Some(Resources::Connection(of)) => (of, true),
            Some(Resources::One(_)) | None => {
                return self.element(place, asked, (target, way));
            }
        };
        if !place.is_whole() {
            return Err(unknown_field(place.node.type_name(), &field.name));
        }
        let code = field.arguments.text("_reference")?;
        let code = code.ok_or_else(|| {
            let text = format!(
                "{} needs _reference, the parameter that leads here",
                field.name
            );
            Fault::new(Kind::Required, text)
        })?;
        let here = &place.within.version;
        let here = format!("{}/{}", here.resource_type, here.id);
        self.list((of, is_paged), asked, Some((parameter(code), here)), target)
    }

    fn element(
        &mut self,
        place: Place<'r>,
        asked: &Asked<'_>,
        (target, way): (&mut Object, Way<'_>),
    ) -> Result<(), Fault> {
        let field = asked.field;
        if field.name.starts_with("__") {
            return Err(unknown_field(place.node.type_name(), &field.name));
        }
        let found = named(place.node, &field.name)?;
        match found.shape {
            Shape::Object => asked.must_have_fields()?,
            Shape::Leaf => asked.must_be_leaf()?,
            Shape::Either => {}
        }
        if !found.is_list && !field.arguments.is_empty() {
            return Err(value(format!(
                "{} is no list and takes no arguments",
                field.name
            )));
        }
        let mut places: Vec<Place<'r>> = found
            .nodes
            .into_iter()
            .map(|node| Place { node, ..place })
            .collect();
        if !field.arguments.is_empty() {
            let known = |name: &str| {
                let element = found.of.and_then(|of| of.element(name));
                element.is_some_and(|element| shape(element.type_ix) == Shape::Leaf)
            };
            places = self.those(places, field, &known)?;
        }
        if !field.directives.flatten && field.directives.slice.is_none() {
            target.expect(&format!("{}{}", field.key, way.suffix), false);
        }
        self.emit(places, asked, found.is_list, (target, way))
    }

    /// Those of a list that the arguments ask for.
    fn those(
        &mut self,
        mut places: Vec<Place<'r>>,
        field: &Field,
        is_element: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Place<'r>>, Fault> {
        // Each place is compared with each value.
        let cost = field.arguments.bytes().saturating_mul(places.len());
        self.spend_bytes(cost)?;
        for (name, texts) in &field.arguments.0 {
            match name.as_str() {
                "_count" | "_offset" => {}
                "fhirpath" => {
                    let path = field.arguments.text(name)?.unwrap_or_default();
                    let program = compiled(path)?;
                    let mut kept = Vec::new();
                    for place in places {
                        if self.holds(&program, place)? {
                            kept.push(place);
                        }
                    }
                    places = kept;
                }
                name if is_element(name) => places.retain(|place| {
                    let found = place.node.element.get(name).and_then(text_of);
                    found.is_some_and(|found| texts.contains(&found))
                }),
                _ => return Err(value(format!("{} takes no argument {name}", field.name))),
            }
        }
        let skipped = field.arguments.number("_offset")?.unwrap_or(0);
        let count = field.arguments.number("_count")?.unwrap_or(usize::MAX);
        Ok(places.into_iter().skip(skipped).take(count).collect())
    }

    /// Writes values of one field.
    pub(super) fn emit(
        &mut self,
        mut places: Vec<Place<'r>>,
        asked: &Asked<'_>,
        is_list: bool,
        (target, way): (&mut Object, Way<'_>),
    ) -> Result<(), Fault> {
        let directives = &asked.field.directives;
        if directives.first {
            places.truncate(1);
        }
        let repeats = is_list && !directives.first && !directives.singleton;
        for (at, place) in places.into_iter().enumerate() {
            let suffix = match &directives.slice {
                Some(path) => format!("{}{}", way.suffix, self.slice(path, place, at)?),
                None => way.suffix.to_owned(),
            };
            self.spend_bytes(asked.field.key.len() + suffix.len() + size_of::<Value>())?;
            self.path.push(asked.field.key.clone());
            let inner = Way {
                are_lists: way.are_lists || (repeats && directives.slice.is_none()),
                suffix: &suffix,
            };
            if directives.flatten {
                self.object(place, &asked.sets, target, inner)?;
            } else {
                let is_sliced = directives.slice.as_deref() == Some(INDEX);
                let is_list = !directives.singleton && !is_sliced && (is_list || way.are_lists);
                let written = self.written(place, asked)?;
                target.add(&format!("{}{suffix}", asked.field.key), is_list, written);
            }
            self.path.pop();
        }
        Ok(())
    }

    fn written(&mut self, place: Place<'r>, asked: &Asked<'_>) -> Result<Value, Fault> {
        if shape(place.node.type_ix) == Shape::Leaf {
            let element = place.node.element;
            let text = element.as_str().or_else(|| element.number());
            self.spend_bytes(text.map_or(0, str::len))?;
            return Ok(Value::of(element));
        }
        asked.must_have_fields()?;
        let mut object = Object::default();
        self.object(place, &asked.sets, &mut object, Way::PLAIN)?;
        object.finished()
    }

    /// What is put behind the name of one item.
    fn slice(&mut self, path: &str, place: Place<'r>, at: usize) -> Result<String, Fault> {
        if path == INDEX {
            return Ok(format!(".{at}"));
        }
        self.spend_bytes(path.len())?;
        let program = compiled(path)?;
        let items = program.run(&self.environment(place)?, place.node);
        let items = items.map_err(halted)?;
        let text = items
            .first()
            .and_then(Item::plain)
            .and_then(|item| match item {
                Item::String(text) => Some(text.into_owned()),
                Item::Boolean(flag) => Some(flag.to_string()),
                Item::Integer(number) => Some(number.to_string()),
                Item::Decimal(number) => Some(number.to_string()),
                _ => None,
            });
        Ok(text.map(|text| format!(".{text}")).unwrap_or_default())
    }

    fn holds(&self, program: &Program, place: Place<'r>) -> Result<bool, Fault> {
        let verdict = program.judge(&self.environment(place)?, place.node);
        Ok(verdict.map_err(halted)? == Verdict::Holds)
    }

    fn environment(&self, place: Place<'r>) -> Result<Environment<'_, 'r>, Fault> {
        let root = Node::resource(place.within.tree.root());
        let root = root.ok_or_else(|| Fault::internal("a stored resource is of no type"))?;
        Ok(Environment {
            steps_left: Some(&self.steps),
            ..Environment::new(root)
        })
    }
}

/// The path by which items are named after their position.
const INDEX: &str = "$index";

fn compiled(path: &str) -> Result<Program, Fault> {
    Program::compile(path).map_err(|fault| value(format!("The path cannot be read: {fault}")))
}

fn halted(halt: Halt) -> Fault {
    match halt {
        Halt::Budget => too_costly("The paths of the query take more steps than they may"),
        halt => value(format!("A path of the query gives nothing: {halt}")),
    }
}

/// Adds a value that has no fields.
pub(super) fn leaf(
    text: &str,
    field: &Field,
    target: &mut Object,
    way: Way<'_>,
) -> Result<(), Fault> {
    field.arguments.only(&field.name, &[])?;
    if !field.selections.is_empty() {
        return Err(value(format!("{} has no fields", field.name)));
    }
    let key = format!("{}{}", field.key, way.suffix);
    target.add(&key, way.are_lists, Value::String(text.into()));
    Ok(())
}
