//! The parameters of every type that find a resource by its words.
//!
//! They have no expression: their values are no elements, and the stores keep them apart.

use crate::{ParameterIx, ResourceType, SearchParameter, SearchType};

/// The words of the narrative (R4 3.1.1.4.6).
pub const NARRATIVE: &str = "_text";
/// The words of the whole resource (R4 3.1.1.4.7).
pub const CONTENT: &str = "_content";

/// Whether a parameter asks for words; a few types have one of the same name that asks for something else.
pub fn asks_for_words(parameter: &SearchParameter) -> bool {
    parameter.search_type == SearchType::Special && matches!(parameter.code, NARRATIVE | CONTENT)
}

/// Both, of all types: a search of several types asks them alike.
pub(crate) fn parameters() -> Vec<SearchParameter> {
    let narrative = "http://hl7.org/fhir/SearchParameter/DomainResource-text";
    let content = "http://hl7.org/fhir/SearchParameter/Resource-content";
    let each = ResourceType::all().flat_map(|of| {
        [
            parameter(of, NARRATIVE, narrative),
            parameter(of, CONTENT, content),
        ]
    });
    each.collect()
}

fn parameter(of: ResourceType, code: &'static str, url: &'static str) -> SearchParameter {
    SearchParameter {
        ix: ParameterIx::default(),
        resource_type: of,
        code,
        url,
        search_type: SearchType::Special,
        expression: "",
        targets: &[],
        components: &[],
    }
}
