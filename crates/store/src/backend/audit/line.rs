//! A record as one line of JSON, which is what is kept and what is sealed.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write;
use std::net::IpAddr;

use crate::audit::{AuditRecord, Whose};
use crate::store::Error;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::write_string;

use crate::backend::instant;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    at: i64,
    #[serde(borrow)]
    did: Cow<'l, str>,
    #[serde(rename = "type", borrow)]
    resource_type: Option<Cow<'l, str>>,
    #[serde(borrow)]
    id: Option<Cow<'l, str>>,
    #[serde(borrow)]
    patient: Option<Cow<'l, str>>,
    /// Where there are several, in place of the one.
    #[serde(default, borrow)]
    patients: Vec<Cow<'l, str>>,
    #[serde(default)]
    unnamed: u64,
    #[serde(borrow)]
    app: Option<Cow<'l, str>>,
    #[serde(borrow)]
    subject: Option<Cow<'l, str>>,
    query: Option<u64>,
    status: u16,
    #[serde(default = "once")]
    times: u32,
    address: Option<IpAddr>,
    #[serde(rename = "ref", borrow)]
    correlation: Cow<'l, str>,
}

fn once() -> u32 {
    1
}

/// Appends a record and a line feed.
///
/// # Errors
/// [`Error::Failed`] when the record cannot be written as text.
pub fn write(record: &AuditRecord, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut line = Writing { out };
    line.number("{\"at\":", instant::millis(record.at))?;
    line.text(",\"did\":", &record.interaction);
    line.maybe(",\"type\":", record.resource_type.map(ResourceType::name));
    line.maybe(",\"id\":", record.id.as_ref().map(ResourceId::as_str));
    line.patients(&record.whose)?;
    line.maybe(",\"app\":", record.app.as_deref());
    line.maybe(",\"subject\":", record.subject.as_deref());
    if let Some(query) = record.query {
        line.number(",\"query\":", u64::from_be_bytes(query))?;
    }
    line.number(",\"status\":", record.status)?;
    if record.times != 1 {
        line.number(",\"times\":", record.times)?;
    }
    if let Some(address) = record.address {
        line.text(",\"address\":", &address.to_string());
    }
    line.text(",\"ref\":", &record.correlation_id);
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// A line being written: every read writes one, so nothing is looked at twice.
struct Writing<'o> {
    out: &'o mut Vec<u8>,
}

impl Writing<'_> {
    fn patients(&mut self, whose: &Whose) -> Result<(), Error> {
        let mut named = whose.named();
        if named.len() == 1 {
            self.maybe(",\"patient\":", named.next().map(ResourceId::as_str));
        } else {
            for (at, id) in named.enumerate() {
                let before = if at == 0 { ",\"patients\":[" } else { "," };
                self.text(before, id.as_str());
            }
            if whose.named().len() > 1 {
                self.out.push(b']');
            }
        }
        if whose.unnamed() > 0 {
            self.number(",\"unnamed\":", whose.unnamed())?;
        }
        Ok(())
    }

    fn maybe(&mut self, before: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(before, text);
        }
    }

    fn text(&mut self, before: &str, text: &str) {
        self.out.extend_from_slice(before.as_bytes());
        write_string(text, self.out);
    }

    fn number(&mut self, before: &str, number: impl Display) -> Result<(), Error> {
        let written = write!(self.out, "{before}{number}");
        written.map_err(|e| Error::failed(e.to_string()))
    }
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

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use cresset_definitions::ResourceType;

    use super::{read, write};
    use crate::audit::{AuditRecord, Whose};

    fn record() -> AuditRecord {
        AuditRecord {
            at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            app: None,
            subject: None,
            interaction: "read".to_owned(),
            resource_type: None,
            id: None,
            whose: Whose::default(),
            query: None,
            status: 200,
            times: 1,
            address: None,
            correlation_id: "c".to_owned(),
        }
    }

    fn check(record: &AuditRecord, expect: &str) {
        let mut line = Vec::new();
        write(record, &mut line).unwrap();
        let text = line.strip_suffix(b"\n").unwrap();
        assert_eq!(std::str::from_utf8(text).unwrap(), expect);
        assert_eq!(read(text).unwrap(), *record);
    }

    #[test]
    fn a_line_is_read_as_what_was_written() {
        let at = r#"{"at":1767323045678,"did":"read""#;
        check(&record(), &format!(r#"{at},"status":200,"ref":"c"}}"#));
        let ids = |of: &[&str]| of.iter().map(|id| id.parse().unwrap()).collect::<Vec<_>>();
        let whose = Whose::kept(ids(&["p"]), 0);
        let one = AuditRecord {
            whose,
            resource_type: ResourceType::parse("Patient"),
            id: Some("p".parse().unwrap()),
            ..record()
        };
        let expect = r#","type":"Patient","id":"p","patient":"p","status":200,"ref":"c"}"#;
        check(&one, &format!("{at}{expect}"));
        let all = AuditRecord {
            whose: Whose::kept(ids(&["q", "p"]), 7),
            app: Some("a \"quoted\" \\ name\n\u{1}".to_owned()),
            subject: Some("Ärztin".to_owned()),
            query: Some(u64::MAX.to_be_bytes()),
            times: 3,
            address: Some(Ipv6Addr::LOCALHOST.into()),
            ..record()
        };
        let expect = r#","patients":["p","q"],"unnamed":7,"app":"a \"quoted\" \\ name\n\u0001","subject":"Ärztin","query":18446744073709551615,"status":200,"times":3,"address":"::1","ref":"c"}"#;
        check(&all, &format!("{at}{expect}"));
    }
}
