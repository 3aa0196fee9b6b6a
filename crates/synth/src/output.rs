//! Charts as files: NDJSON by type and transaction bundles.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::chart::Chart;
use crate::population::Population;

/// Writes the whole population as newline-delimited JSON, one stream per resource type.
///
/// `open` is called once for each type when its first resource comes. Gives back how many
/// resources of each type were written.
///
/// # Errors
/// What `open` or a stream reports; nothing is written after the first error.
pub fn write_ndjson<W: Write>(
    population: &Population,
    mut open: impl FnMut(&'static str) -> io::Result<W>,
) -> io::Result<BTreeMap<&'static str, u64>> {
    let mut streams: BTreeMap<&'static str, (W, u64)> = BTreeMap::new();
    for chart in population.charts() {
        for resource in chart.resources() {
            let (stream, written) = match streams.entry(resource.resource_type) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(new) => {
                    new.insert((open(resource.resource_type)?, 0))
                }
            };
            stream.write_all(resource.json)?;
            stream.write_all(b"\n")?;
            *written += 1;
        }
    }
    let mut counts = BTreeMap::new();
    for (resource_type, (mut stream, written)) in streams {
        stream.flush()?;
        counts.insert(resource_type, written);
    }
    Ok(counts)
}

/// Writes one chart as a transaction `Bundle`: every entry a `PUT` to the resource's own id, so
/// that sending it twice changes nothing.
///
/// # Errors
/// What the stream reports.
pub fn write_bundle(chart: &Chart, stream: &mut impl Write) -> io::Result<()> {
    stream.write_all(br#"{"resourceType":"Bundle","type":"transaction""#)?;
    for (at, resource) in chart.resources().enumerate() {
        stream.write_all(if at == 0 { br#","entry":["# } else { b"," })?;
        let (resource_type, id) = (resource.resource_type, resource.id);
        write!(stream, r#"{{"fullUrl":"urn:uuid:{id}","resource":"#)?;
        stream.write_all(resource.json)?;
        write!(
            stream,
            r#","request":{{"method":"PUT","url":"{resource_type}/{id}"}}}}"#
        )?;
    }
    stream.write_all(if chart.is_empty() { b"}" } else { b"]}" })
}
