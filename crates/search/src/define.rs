//! A `SearchParameter` resource into the parameters it defines for its instance.

mod composite;

use cresset_definitions::{Definition, ResourceType, SearchType, TypeIx, r4};
use cresset_fhirpath::{Node, Program};
use cresset_model::{Element, Tree};

use crate::extract::shape::Shape;

/// Longest expression, in bytes; the longest of R4 for one type has some hundred.
const EXPRESSION_MAX: usize = 1_024;
/// Longest code, in bytes.
const CODE_MAX: usize = 64;
/// Longest URL, in bytes.
const URL_MAX: usize = 255;

/// Why a `SearchParameter` cannot be searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionFault {
    /// The element, as a FHIRPath of the resource.
    pub path: String,
    /// What to change.
    pub sentence: String,
}

/// The parameters a `SearchParameter` defines, one for each of its base types: none unless it is
/// active, and none of those types where it is the very definition this program has of its own.
///
/// # Errors
/// Everything for which it cannot be searched by. What is not shaped as a `SearchParameter` is not
/// looked for here.
pub fn define(tree: &Tree) -> Result<Vec<Definition>, Vec<DefinitionFault>> {
    let root = tree.root();
    let is_active = text(root, "status") == Some("active");
    if tree.resource_type() != Some("SearchParameter") || !is_active {
        return Ok(Vec::new());
    }
    let mut reading = Reading {
        root,
        faults: Vec::new(),
    };
    let definitions = reading.definitions();
    if reading.faults.is_empty() {
        Ok(definitions)
    } else {
        Err(reading.faults)
    }
}

/// A `SearchParameter` while it is read, and what was found wrong with it.
struct Reading<'t> {
    root: Element<'t>,
    faults: Vec<DefinitionFault>,
}

impl<'t> Reading<'t> {
    fn definitions(&mut self) -> Vec<Definition> {
        let url = self.bounded("url", URL_MAX).unwrap_or_default().to_owned();
        let code = self.code();
        let bases = self.bases(&code, &url);
        if bases.is_empty() {
            return Vec::new();
        }
        let targets = self.targets();
        let (Some(search_type), Some(expression)) = (self.search_type(), self.expression()) else {
            return Vec::new();
        };
        let each = bases.into_iter().filter_map(|resource_type| {
            let mut definition = Definition {
                resource_type,
                code: code.clone(),
                url: url.clone(),
                search_type,
                expression: expression.clone(),
                targets: targets.clone(),
                components: Vec::new(),
            };
            self.values(&mut definition)?;
            Some(definition)
        });
        each.collect()
    }

    fn code(&mut self) -> String {
        let code = self.bounded("code", CODE_MAX).unwrap_or_default();
        let is_name = code.starts_with(|c: char| c.is_ascii_alphabetic())
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_name {
            self.fault(
                "code",
                "The code of a search parameter is made of letters, digits and hyphens and begins with a letter.",
            );
        }
        code.to_owned()
    }

    /// The types it is to be defined for.
    fn bases(&mut self, code: &str, url: &str) -> Vec<ResourceType> {
        let mut bases = Vec::new();
        for (at, name) in strings(self.root, "base").enumerate() {
            let path = format!("base[{at}]");
            let Some(of) = ResourceType::parse(name) else {
                self.fault(
                    &path,
                    "Name each resource type; a parameter of all types cannot be defined here.",
                );
                continue;
            };
            match r4().search_parameter(of, code) {
                Some(own) if own.url == url => {}
                Some(_) => {
                    let what =
                        format!("{of} has a search parameter {code} already; choose another code.");
                    self.fault("code", &what);
                }
                None if bases.contains(&of) => {}
                None => bases.push(of),
            }
        }
        bases
    }

    fn search_type(&mut self) -> Option<SearchType> {
        let found = match text(self.root, "type").unwrap_or_default() {
            "number" => SearchType::Number,
            "date" => SearchType::Date,
            "string" => SearchType::String,
            "token" => SearchType::Token,
            "reference" => SearchType::Reference,
            "composite" => SearchType::Composite,
            "quantity" => SearchType::Quantity,
            "uri" => SearchType::Uri,
            _ => {
                self.fault(
                    "type",
                    "What a parameter of this type finds is not said by its definition; choose another type.",
                );
                return None;
            }
        };
        Some(found)
    }

    fn targets(&mut self) -> Vec<ResourceType> {
        let mut targets = Vec::new();
        for (at, name) in strings(self.root, "target").enumerate() {
            match ResourceType::parse(name) {
                Some(of) => targets.push(of),
                // Any resource: as if none were named.
                None if name == "Resource" => return Vec::new(),
                None => self.fault(&format!("target[{at}]"), "There is no such resource type."),
            }
        }
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    fn expression(&mut self) -> Option<String> {
        let Some(expression) = self.bounded("expression", EXPRESSION_MAX) else {
            self.fault(
                "expression",
                "Give the FHIRPath expression of the values to search by.",
            );
            return None;
        };
        if let Err(fault) = Program::compile(expression) {
            self.fault("expression", &format!("The expression is wrong: {fault}"));
            return None;
        }
        Some(expression.to_owned())
    }

    /// Looks whether the expression gives values that can be found, and completes what follows from it.
    fn values(&mut self, definition: &mut Definition) -> Option<()> {
        let start = Node::type_of(definition.resource_type)?;
        let program = Program::compile(&definition.expression).ok()?;
        if definition.search_type == SearchType::Composite {
            definition.components = self.components(definition, &program, start)?;
            return Some(());
        }
        let Some(ends) = program.ends(start) else {
            return Some(());
        };
        let of = definition.resource_type;
        let what = if ends.is_empty() {
            format!("The expression gives nothing of {of}.")
        } else if !any_fits(&ends, definition.search_type) {
            format!(
                "The expression gives values of {of} that a parameter of this type cannot find: {}.",
                names(&ends)
            )
        } else {
            return Some(());
        };
        self.fault("expression", &what);
        None
    }

    /// A text, unless it is missing or too long.
    fn bounded(&mut self, name: &str, most: usize) -> Option<&'t str> {
        let found = text(self.root, name)?;
        if found.len() > most {
            self.fault(name, &format!("This may have at most {most} bytes."));
        }
        Some(found)
    }

    fn fault(&mut self, element: &str, sentence: &str) {
        self.faults.push(DefinitionFault {
            path: format!("SearchParameter.{element}"),
            sentence: sentence.to_owned(),
        });
    }
}

fn any_fits(ends: &[TypeIx], search_type: SearchType) -> bool {
    ends.iter().any(|end| Shape::of(*end).fits(search_type))
}

fn names(types: &[TypeIx]) -> String {
    let named = types.iter().filter_map(|ix| r4().type_at(*ix));
    named.map(|t| t.name).collect::<Vec<_>>().join(", ")
}

fn text<'t>(element: Element<'t>, name: &str) -> Option<&'t str> {
    element.get(name).and_then(Element::as_str)
}

fn strings<'t>(element: Element<'t>, name: &str) -> impl Iterator<Item = &'t str> {
    let items = element.get(name).into_iter().flat_map(Element::items);
    items.filter_map(Element::as_str)
}
