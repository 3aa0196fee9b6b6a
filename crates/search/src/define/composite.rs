//! The parts of a composite that an instance defines.

use cresset_definitions::defined::Part;
use cresset_definitions::{Definition, SearchParameter, SearchType, TypeIx, r4};
use cresset_fhirpath::{Program, Route};
use cresset_model::Element;

use super::{EXPRESSION_MAX, Reading, any_fits, names, text};

/// Most parts, as many as those of R4 have.
const PARTS_MAX: usize = 3;

impl Reading<'_> {
    /// The parts, each of a parameter that this program has of its own for the type.
    pub(super) fn components(
        &mut self,
        definition: &Definition,
        program: &Program,
        start: TypeIx,
    ) -> Option<Vec<Part>> {
        let of = definition.resource_type;
        let places = program.routes(start).filter(|routes| are_paths(routes));
        let Some(places) = places.filter(|places| !places.is_empty()) else {
            let what = format!(
                "The expression of a composite must be a path to elements of {of}, or {of} itself."
            );
            self.fault("expression", &what);
            return None;
        };
        let places: Vec<TypeIx> = places.iter().map(|place| place.type_ix).collect();
        let items = self.root.get("component");
        let items: Vec<Element<'_>> = items.into_iter().flat_map(Element::items).collect();
        if !(2..=PARTS_MAX).contains(&items.len()) {
            let what = format!("A composite has 2 to {PARTS_MAX} components.");
            self.fault("component", &what);
            return None;
        }
        let each = items.into_iter().enumerate();
        let each = each.map(|(at, item)| self.component(definition, (at, item), &places));
        let each: Vec<Option<Part>> = each.collect();
        each.into_iter().collect()
    }

    fn component(
        &mut self,
        definition: &Definition,
        (at, item): (usize, Element<'_>),
        places: &[TypeIx],
    ) -> Option<Part> {
        let own = r4().search_parameters_of(definition.resource_type).iter();
        let url = text(item, "definition").unwrap_or_default();
        let url = url.split('|').next().unwrap_or_default();
        let is_part = |p: &&SearchParameter| {
            p.url == url && !matches!(p.search_type, SearchType::Composite | SearchType::Special)
        };
        let Some(part) = { own }.find(is_part) else {
            let what = format!(
                "This is none of the search parameters this server has of its own for {}.",
                definition.resource_type
            );
            self.fault(&format!("component[{at}].definition"), &what);
            return None;
        };
        let place = format!("component[{at}].expression");
        let expression = text(item, "expression").unwrap_or_default();
        let is_short = expression.len() <= EXPRESSION_MAX;
        let program = is_short.then(|| Program::compile_unmatching(expression));
        let what = match program {
            None => format!("This may have at most {EXPRESSION_MAX} bytes."),
            Some(Err(fault)) => format!("The expression is wrong: {fault}"),
            Some(Ok(program)) => match ends(&program, places) {
                None => "The expression of a component must be a path.".to_owned(),
                Some(ends) if any_fits(&ends, part.search_type) => {
                    return Some(Part {
                        expression: expression.to_owned(),
                        search_type: part.search_type,
                        code: part.code.to_owned(),
                    });
                }
                Some(ends) if ends.is_empty() => "The expression gives nothing here.".to_owned(),
                Some(ends) => format!(
                    "The expression gives values that {} cannot find: {}.",
                    part.code,
                    names(&ends)
                ),
            },
        };
        self.fault(&place, &what);
        None
    }
}

/// Where the paths of a component lead from any of these places; `None` when they are no paths.
fn ends(program: &Program, places: &[TypeIx]) -> Option<Vec<TypeIx>> {
    let mut ends = Vec::new();
    for place in places {
        let routes = program.routes(*place).filter(|routes| are_paths(routes))?;
        ends.extend(routes.iter().map(|route| route.type_ix));
    }
    Some(ends)
}

fn are_paths(routes: &[Route]) -> bool {
    routes.iter().all(|route| route.condition.is_none())
}
