//! A query in the form in which it is run: variables and fragments in their places.

use std::collections::HashMap;

use cresset_base::Limits;
use graphql_parser::query::{
    Definition, Document as Parsed, FragmentDefinition, OperationDefinition, Query,
    Selection as Written, SelectionSet, TypeCondition, VariableDefinition, parse_query,
};
use graphql_parser::schema::Type;

use super::Request;
use super::arguments::{Arguments, Directives, Variables};
use crate::fault::{Fault, Kind};

/// A query.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) selections: Vec<Selection>,
}

/// One part of what is asked of an object.
#[derive(Debug)]
pub(super) enum Selection {
    Field(Field),
    /// What is asked of objects of this type alone.
    On(Option<String>, Vec<Selection>),
}

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name in the answer.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) arguments: Arguments,
    pub(super) directives: Directives,
    pub(super) selections: Vec<Selection>,
}

impl Document {
    /// Reads the text of a query.
    pub(super) fn read(request: &Request, limits: &Limits) -> Result<Self, Fault> {
        if request.query.len() > limits.query_bytes_max {
            let most = limits.query_bytes_max;
            let text = format!("A query is at most {most} bytes long");
            return Err(Fault::new(Kind::TooLong, text));
        }
        let parsed: Parsed<'_, String> = parse_query(&request.query).map_err(|error| {
            // In one line, as the text of an issue.
            let told = error.to_string();
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            Fault::new(Kind::Structure, format!("The query cannot be read: {told}"))
        })?;
        let mut fragments = HashMap::new();
        let mut operations = Vec::new();
        for definition in &parsed.definitions {
            match definition {
                Definition::Fragment(fragment) => {
                    if fragments.insert(fragment.name.as_str(), fragment).is_some() {
                        return Err(value(format!(
                            "The fragment {} is defined twice",
                            fragment.name
                        )));
                    }
                }
                Definition::Operation(operation) => operations.push(operation),
            }
        }
        let operation = chosen(&operations, request.operation.as_deref())?;
        let variables = Variables::given(
            operation.variables(),
            &request.variables,
            limits.body_bytes_max,
        )?;
        let mut reader = Reader {
            fragments,
            variables,
            depth_max: limits.graphql_depth_max,
            fields_left: limits.graphql_fields_max,
        };
        Ok(Self {
            selections: reader.selections(operation.selection_set(), 0)?,
        })
    }
}

pub(super) fn value(text: impl Into<String>) -> Fault {
    Fault::new(Kind::Value, text)
}

pub(super) fn too_costly(text: impl Into<String>) -> Fault {
    Fault::coded(Kind::Invalid, "too-costly", text)
}

/// The operation that is meant.
#[derive(Clone, Copy)]
struct Operation<'d> {
    query: Option<&'d Query<'d, String>>,
    set: &'d SelectionSet<'d, String>,
}

impl<'d> Operation<'d> {
    fn of(definition: &'d OperationDefinition<'d, String>) -> Result<Self, Fault> {
        match definition {
            OperationDefinition::SelectionSet(set) => Ok(Self { query: None, set }),
            OperationDefinition::Query(query) => Ok(Self {
                query: Some(query),
                set: &query.selection_set,
            }),
            OperationDefinition::Mutation(_) | OperationDefinition::Subscription(_) => {
                let text = "$graphql reads; for changes use the RESTful interactions";
                Err(Fault::coded(Kind::Invalid, "not-supported", text))
            }
        }
    }

    fn name(self) -> Option<&'d str> {
        self.query?.name.as_deref()
    }

    fn variables(self) -> &'d [VariableDefinition<'d, String>] {
        self.query.map_or(&[], |query| &query.variable_definitions)
    }

    fn selection_set(self) -> &'d SelectionSet<'d, String> {
        self.set
    }
}

fn chosen<'d>(
    operations: &[&'d OperationDefinition<'d, String>],
    name: Option<&str>,
) -> Result<Operation<'d>, Fault> {
    let operations = operations.iter().map(|operation| Operation::of(operation));
    let operations: Vec<Operation<'d>> = operations.collect::<Result<_, _>>()?;
    match (operations.as_slice(), name) {
        ([only], None) => Ok(*only),
        ([], _) => Err(value("The text holds no query")),
        (_, None) => Err(value(
            "The text holds several queries; name one in operationName",
        )),
        (all, Some(name)) => {
            let found = all.iter().find(|operation| operation.name() == Some(name));
            let text = || value(format!("The text holds no query named {name}"));
            found.copied().ok_or_else(text)
        }
    }
}

struct Reader<'d> {
    fragments: HashMap<&'d str, &'d FragmentDefinition<'d, String>>,
    variables: Variables,
    depth_max: usize,
    /// Fields that may yet be written: fragments within fragments multiply.
    fields_left: usize,
}

impl<'d> Reader<'d> {
    fn selections(
        &mut self,
        set: &'d SelectionSet<'d, String>,
        depth: usize,
    ) -> Result<Vec<Selection>, Fault> {
        // A fragment that holds itself ends here too.
        if depth > self.depth_max {
            let most = self.depth_max;
            return Err(too_costly(format!("A query is at most {most} levels deep")));
        }
        let mut selections = Vec::with_capacity(set.items.len());
        for item in &set.items {
            self.fields_left = self.fields_left.checked_sub(1).ok_or_else(|| {
                too_costly("The query asks for more fields than one may, its fragments written out")
            })?;
            selections.extend(self.selection(item, depth)?);
        }
        Ok(selections)
    }

    fn selection(
        &mut self,
        item: &'d Written<'d, String>,
        depth: usize,
    ) -> Result<Option<Selection>, Fault> {
        let (written, on, set) = match item {
            Written::Field(field) => {
                let directives = Directives::read(&field.directives, &self.variables)?;
                if directives.is_left_out {
                    return Ok(None);
                }
                let key = field.alias.as_ref().unwrap_or(&field.name);
                return Ok(Some(Selection::Field(Field {
                    key: self.variables.copied(key)?,
                    name: self.variables.copied(&field.name)?,
                    arguments: Arguments::read(&field.arguments, &self.variables)?,
                    directives,
                    selections: self.selections(&field.selection_set, depth + 1)?,
                })));
            }
            Written::InlineFragment(fragment) => (
                &fragment.directives,
                fragment.type_condition.as_ref(),
                &fragment.selection_set,
            ),
            Written::FragmentSpread(spread) => {
                let name = spread.fragment_name.as_str();
                let fragment = self.fragments.get(name).copied();
                let fragment =
                    fragment.ok_or_else(|| value(format!("There is no fragment named {name}")))?;
                (
                    &spread.directives,
                    Some(&fragment.type_condition),
                    &fragment.selection_set,
                )
            }
        };
        if Directives::read(written, &self.variables)?.is_left_out {
            return Ok(None);
        }
        let on = on.map(|TypeCondition::On(name)| self.variables.copied(name));
        let on = on.transpose()?;
        Ok(Some(Selection::On(on, self.selections(set, depth + 1)?)))
    }
}

/// Whether a variable of this type must have a value.
pub(super) fn is_required(of: &Type<'_, String>) -> bool {
    matches!(of, Type::NonNullType(_))
}
