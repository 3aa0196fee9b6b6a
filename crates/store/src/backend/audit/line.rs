//! A record as one line of JSON, which is what is kept and what is sealed.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::audit::AuditRecord;
use crate::store::Error;
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
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    app: Option<Cow<'l, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    subject: Option<Cow<'l, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<u64>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    #[serde(rename = "ref", borrow)]
    correlation: Cow<'l, str>,
}

/// Appends a record and a line feed.
///
/// # Errors
/// [`Error::Failed`] when the record cannot be written as text.
pub fn write(record: &AuditRecord, out: &mut Vec<u8>) -> Result<(), Error> {
    let line = Line {
        at: instant::millis(record.at),
        did: (&record.interaction).into(),
        resource_type: record.resource_type.map(|of| of.name().into()),
        id: record.id.as_ref().map(|id| id.as_str().into()),
        patient: record.patient.as_ref().map(|id| id.as_str().into()),
        app: record.app.as_deref().map(Cow::Borrowed),
        subject: record.subject.as_deref().map(Cow::Borrowed),
        query: record.query.map(u64::from_be_bytes),
        status: record.status,
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
    Ok(AuditRecord {
        at: instant::timestamp(line.at),
        app: line.app.map(Cow::into_owned),
        subject: line.subject.map(Cow::into_owned),
        interaction: line.did.into_owned(),
        resource_type: line.resource_type.as_deref().map(of).transpose()?,
        id: id(line.id).map_err(|_| broken())?,
        patient: id(line.patient).map_err(|_| broken())?,
        query: line.query.map(u64::to_be_bytes),
        status: line.status,
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
