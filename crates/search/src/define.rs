//! A `SearchParameter` resource into the parameters it defines for its instance.

mod composite;

use cresset_definitions::{Definition, ResourceType, SearchParameter, SearchType, TypeIx, r4};
use cresset_fhirpath::{Gives, Node, Program};
use cresset_model::{Element, Tree};

use crate::extract::shape::Shape;

/// Longest expression, in bytes; the longest of R4 for one type has some hundred.
const EXPRESSION_MAX: usize = 1_024;
/// Longest code, in bytes.
const CODE_MAX: usize = 64;
/// Longest URL, in bytes.
const URL_MAX: usize = 255;
/// Most types one resource defines a parameter for.
const BASES_MAX: usize = 64;
/// Where the definitions of R4 and of its guides lie.
const HL7: &str = "http://hl7.org/fhir/";

/// Why a `SearchParameter` cannot be searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionFault {
    /// The element, as a FHIRPath of the resource.
    pub path: String,
    /// What to change.
    pub sentence: String,
}

/// The parameters a `SearchParameter` defines, one for each of its base types: none unless it is
/// active, and none of those types where it is the definition this program has of its own, or one that
/// R4's guides derive from it.
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
        let bases = self.bases();
        if bases.is_empty() && self.faults.is_empty() {
            return Vec::new();
        }
        let url = self.bounded("url", URL_MAX).unwrap_or_default().to_owned();
        let code = self.code();
        let targets = self.targets();
        let (Some(search_type), Some(expression)) = (self.search_type(), self.expression()) else {
            return Vec::new();
        };
        // Not more is compiled of what is refused anyway, and nothing more than once.
        let Some(program) = self.program(&expression).filter(|_| self.faults.is_empty()) else {
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
            self.values(&mut definition, &program)?;
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
    fn bases(&mut self) -> Vec<ResourceType> {
        let code = text(self.root, "code").unwrap_or_default();
        let mut bases = Vec::new();
        for (at, name) in strings(self.root, "base").enumerate() {
            if at == BASES_MAX {
                let what = format!("A search parameter is for at most {BASES_MAX} types.");
                self.fault("base", &what);
                return Vec::new();
            }
            match ResourceType::parse(name) {
                None if self.is_of_all_types(name, code) => {}
                None => self.fault(
                    &format!("base[{at}]"),
                    "Name each resource type; a parameter of all types cannot be defined here.",
                ),
                Some(of) => match r4().search_parameter(of, code) {
                    Some(own) if self.repeats(own) => {}
                    Some(_) => {
                        let what = format!(
                            "{of} has a search parameter {code} already; choose another code."
                        );
                        self.fault("code", &what);
                    }
                    None if bases.contains(&of) => {}
                    None => bases.push(of),
                },
            }
        }
        bases
    }

    /// Whether it is a definition of R4 or its guides for a parameter this program has of its own.
    fn repeats(&self, own: &SearchParameter) -> bool {
        let url = text(self.root, "url").unwrap_or_default();
        let derived_from = text(self.root, "derivedFrom").unwrap_or_default();
        let derived_from = derived_from.split('|').next().unwrap_or_default();
        url == own.url || url.starts_with(HL7) || derived_from == own.url
    }

    /// The same of one for all types (`_id`), which those of patients stand for.
    fn is_of_all_types(&self, base: &str, code: &str) -> bool {
        let patient = ResourceType::parse("Patient");
        let own = patient.and_then(|patient| r4().search_parameter(patient, code));
        matches!(base, "Resource" | "DomainResource") && own.is_some_and(|own| self.repeats(own))
    }

    fn search_type(&mut self) -> Option<SearchType> {
        let found = text(self.root, "type").and_then(SearchType::parse);
        let found = found.filter(|found| *found != SearchType::Special);
        if found.is_none() {
            let text = "What a parameter of this type finds is not said by its definition; choose another type.";
            self.fault("type", text);
        }
        found
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
        if text(self.root, "expression").is_none() {
            self.fault(
                "expression",
                "Give the FHIRPath expression of the values to search by.",
            );
        }
        let expression = self.bounded("expression", EXPRESSION_MAX)?;
        Some(expression.to_owned())
    }

    fn program(&mut self, expression: &str) -> Option<Program> {
        let program = Program::compile_unmatching(expression);
        if let Err(fault) = &program {
            self.fault("expression", &format!("The expression is wrong: {fault}"));
        }
        program.ok()
    }

    /// Looks whether the expression gives values that can be found, and completes what follows from it.
    fn values(&mut self, definition: &mut Definition, program: &Program) -> Option<()> {
        let start = Node::type_of(definition.resource_type)?;
        let (of, search_type) = (definition.resource_type, definition.search_type);
        if search_type == SearchType::Composite {
            definition.components = self.components(definition, program, start)?;
            return Some(());
        }
        let what = match (program.ends(start), program.gives()) {
            (Some(ends), _) if ends.is_empty() => format!("The expression gives nothing of {of}."),
            (Some(ends), _) if !any_fits(&ends, search_type) => format!(
                "The expression gives values of {of} that a parameter of this type cannot find: {}.",
                names(&ends)
            ),
            (Some(_), _) | (None, Gives::Elements) => return Some(()),
            (None, Gives::Truth) if search_type == SearchType::Token => return Some(()),
            (None, _) => format!(
                "The expression must lead to elements of {of}; what it computes is not kept, but for what is true or false in a parameter of type token."
            ),
        };
        self.fault("expression", &what);
        None
    }

    /// A text, unless it is missing or too long.
    fn bounded(&mut self, name: &str, most: usize) -> Option<&'t str> {
        let found = text(self.root, name)?;
        if found.len() > most {
            self.fault(name, &format!("This may have at most {most} bytes."));
            return None;
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
