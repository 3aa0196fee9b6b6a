//! Resources that belong together.

use crate::concept::Profile;
use crate::datatype::Ref;
use crate::id::Id;
use crate::json::Json;

/// One resource of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    /// Its type, spelled as in FHIR R4.
    pub resource_type: &'static str,
    /// Its logical id: 36 characters in the shape of a UUID, equal to the `id` member of the body.
    pub id: &'a str,
    /// Its body as compact JSON.
    pub json: &'a [u8],
}

/// The resources of one patient, of the practice, or of the groups; each stands after those that
/// made it necessary, but a resource may refer to a later one of the same chart.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    pub(crate) json: Json,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    this: Ref,
    start: usize,
    end: usize,
}

impl Chart {
    /// The resources in the order they were written.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = Resource<'_>> {
        self.entries.iter().map(|entry| Resource {
            resource_type: entry.this.resource_type,
            id: entry.this.id.as_str(),
            json: self
                .json
                .bytes()
                .get(entry.start..entry.end)
                .unwrap_or_default(),
        })
    }

    /// How many resources there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a resource: its type, id and profile are written here, the rest by `body`.
    pub(crate) fn add(&mut self, this: Ref, profile: Profile, body: impl FnOnce(&mut Json)) {
        let start = self.json.len();
        self.json.start();
        self.json.text("resourceType", this.resource_type);
        self.json.text("id", this.id.as_str());
        if let Some(canonical) = profile.canonical() {
            self.json
                .object("meta", |j| j.array("profile", |j| j.text_item(&canonical)));
        }
        body(&mut self.json);
        self.json.finish();
        self.entries.push(Entry {
            this,
            start,
            end: self.json.len(),
        });
    }
}

/// Gives out the ids of one chart in order.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    seed: u64,
    chart: u64,
    position: u64,
}

impl Ids {
    /// The ids of chart number `chart`.
    pub(crate) fn of(seed: u64, chart: u64) -> Self {
        Self {
            seed,
            chart,
            position: 0,
        }
    }

    /// The reference of the next resource, which is of this type.
    pub(crate) fn next(&mut self, resource_type: &'static str) -> Ref {
        let id = Id::of(self.seed, self.chart, self.position);
        self.position += 1;
        Ref { resource_type, id }
    }
}
