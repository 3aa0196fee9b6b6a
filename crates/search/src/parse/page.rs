//! `_count`, `_sort`, `_total`, `_summary`.

use cresset_definitions::{ResourceType, SearchType};

use super::Context;
use super::fault::SearchFault;
use super::nearness;
use crate::query::{Order, SortKey, Summary, Total};
use crate::unindexed::Unindexed;

/// Most sort keys; more say nothing that the first ones have not decided.
const SORT_KEYS_MAX: usize = 8;

/// What was asked of the page so far.
#[derive(Default)]
pub(super) struct Page {
    pub(super) count: Option<u32>,
    pub(super) sort: Option<Vec<SortKey>>,
    pub(super) total: Option<Total>,
    pub(super) summary: Option<Summary>,
}

impl Page {
    pub(super) fn knows(name: &str) -> bool {
        matches!(name, "_count" | "_sort" | "_total" | "_summary")
    }

    /// Takes one of its pairs; the value as served where it differs.
    pub(super) fn set(
        &mut self,
        resource_type: ResourceType,
        context: &Context<'_>,
        (name, value): (&str, &str),
    ) -> Result<Option<String>, SearchFault> {
        match name {
            "_count" => {
                let served = count(value)?.min(context.limits.page_max);
                once(name, &mut self.count, served)?;
                return Ok(Some(served.to_string()));
            }
            "_sort" => once(name, &mut self.sort, sort(resource_type, value, context)?)?,
            "_total" => once(name, &mut self.total, total(value)?)?,
            _ => once(name, &mut self.summary, summary(value)?)?,
        }
        Ok(None)
    }
}

impl Page {
    /// Takes the order back where one of its keys cannot be sorted by yet.
    pub(super) fn sorted_by(&mut self, unindexed: &Unindexed) -> Result<(), SearchFault> {
        let mut keys = self.sort.iter().flatten();
        let building = keys.find_map(|key| unindexed.find(key.parameter));
        building.map_or(Ok(()), |building| {
            self.sort = None;
            Err(SearchFault::unindexed("_sort", building))
        })
    }
}

fn once<T>(name: &str, slot: &mut Option<T>, value: T) -> Result<(), SearchFault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(SearchFault::value(
            name,
            "The parameter occurs twice; give it once.",
        )),
    }
}

fn count(value: &str) -> Result<u32, SearchFault> {
    if !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SearchFault::value(
            "_count",
            "Give the number of resources on a page as 0 or a positive integer.",
        ));
    }
    // What does not fit is above every page size.
    Ok(value.parse().unwrap_or(u32::MAX))
}

fn total(value: &str) -> Result<Total, SearchFault> {
    match value {
        "none" => Ok(Total::None),
        "estimate" => Ok(Total::Estimate),
        "accurate" => Ok(Total::Accurate),
        _ => Err(SearchFault::value(
            "_total",
            "Give none, estimate or accurate.",
        )),
    }
}

fn summary(value: &str) -> Result<Summary, SearchFault> {
    match value {
        // Which part of a match is shown is no matter of the query.
        "false" | "true" | "text" | "data" => Ok(Summary::False),
        "count" => Ok(Summary::Count),
        _ => Err(SearchFault::value(
            "_summary",
            "Give true, text, data, count or false.",
        )),
    }
}

fn sort(
    resource_type: ResourceType,
    value: &str,
    context: &Context<'_>,
) -> Result<Vec<SortKey>, SearchFault> {
    let mut keys: Vec<SortKey> = Vec::new();
    for key in value.split(',') {
        let (code, order) = match key.strip_prefix('-') {
            Some(code) => (code, Order::Descending),
            None => (key, Order::Ascending),
        };
        let key = SortKey {
            parameter: sortable(resource_type, code, context)?,
            order,
        };
        if keys.iter().any(|k| k.parameter == key.parameter) {
            return Err(SearchFault::value(
                "_sort",
                "A key occurs twice; name each parameter once.",
            ));
        }
        if keys.len() == SORT_KEYS_MAX {
            return Err(SearchFault::too_many("_sort", "sort keys", SORT_KEYS_MAX));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn sortable(
    resource_type: ResourceType,
    code: &str,
    context: &Context<'_>,
) -> Result<cresset_definitions::ParameterIx, SearchFault> {
    let unknown = || {
        let unknown = nearness::unknown(resource_type, code, context);
        SearchFault::value("_sort", unknown.sentence)
    };
    let parameter = context.parameter(resource_type, code).ok_or_else(unknown)?;
    match parameter.search_type {
        SearchType::Composite | SearchType::Special => Err(SearchFault::unsupported(
            "_sort",
            format!("Results cannot be sorted by {}.", parameter.code),
        )),
        _ => Ok(parameter.ix),
    }
}
