//! A record as one line of JSON, which is what is kept and what is sealed.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::audit::{AuditRecord, Whose};
use crate::store::Error;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;

use crate::backend::instant;

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    at: i64,
    #[serde(borrow)]
    did: Cow<'l, str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", borrow)]
    resource_type: Option<Cow<'l, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    id: Option<Cow<'l, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    patient: Option<Cow<'l, str>>,
    /// Where there are several, in place of the one.
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    patients: Vec<Cow<'l, str>>,
    #[serde(default, skip_serializing_if = "is_zero")]
    unnamed: u64,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    app: Option<Cow<'l, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    subject: Option<Cow<'l, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<u64>,
    status: u16,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    times: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    #[serde(rename = "ref", borrow)]
    correlation: Cow<'l, str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out a reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn once() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out a reference"
)]
fn is_once(times: &u32) -> bool {
    *times == 1
}

/// Appends a record and a line feed.
///
/// # Errors
/// [`Error::Failed`] when the record cannot be written as text.
pub fn write(record: &AuditRecord, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut patients: Vec<Cow<'_, str>> =
        record.whose.named().map(|id| id.as_str().into()).collect();
    let patient = patients.pop_if(|_| record.whose.named().len() == 1);
    let line = Line {
        at: instant::millis(record.at),
        did: (&record.interaction).into(),
        resource_type: record.resource_type.map(|of| of.name().into()),
        id: record.id.as_ref().map(|id| id.as_str().into()),
        patient,
        patients,
        unnamed: record.whose.unnamed(),
        app: record.app.as_deref().map(Cow::Borrowed),
        subject: record.subject.as_deref().map(Cow::Borrowed),
        query: record.query.map(u64::from_be_bytes),
        status: record.status,
        times: record.times,
        address: record.address,
        correlation: (&record.correlation_id).into(),
    };
    serde_json::to_writer(&mut *out, &line).map_err(|e| Error::failed(e.to_string()))?;
    out.push(b'\n');
    Ok(())
}

/// The record of a line, without its line feed.
///
/// # Errors
/// [`Error::Failed`] when the text is no record.
pub fn read(text: &[u8]) -> Result<AuditRecord, Error> {
    let broken = || Error::failed("a record of the audit trail cannot be read");
    let line: Line<'_> = serde_json::from_slice(text).map_err(|_| broken())?;
    let id = |text: Option<Cow<'_, str>>| text.map(|text| text.parse()).transpose();
    let of = |name: &str| ResourceType::parse(name).ok_or_else(broken);
    let patients = line.patient.into_iter().chain(line.patients);
    let patients: Result<Vec<ResourceId>, _> = patients.map(|text| text.parse()).collect();
    Ok(AuditRecord {
        at: instant::timestamp(line.at),
        app: line.app.map(Cow::into_owned),
        subject: line.subject.map(Cow::into_owned),
        interaction: line.did.into_owned(),
        resource_type: line.resource_type.as_deref().map(of).transpose()?,
        id: id(line.id).map_err(|_| broken())?,
        whose: Whose::kept(patients.map_err(|_| broken())?, line.unnamed),
        query: line.query.map(u64::to_be_bytes),
        status: line.status,
        times: line.times,
        address: line.address,
        correlation_id: line.correlation.into_owned(),
    })
}

/// Just when it was.
pub fn millis(text: &[u8]) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct When {
        at: i64,
    }
    as_written(text).or_else(|| serde_json::from_slice(text).ok().map(|when: When| when.at))
}

/// The same where it stands as [`write()`] puts it, which spares reading the line as JSON.
fn as_written(text: &[u8]) -> Option<i64> {
    let rest = text.strip_prefix(br#"{"at":"#)?;
    let digits = rest.split(|byte| *byte == b',').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
