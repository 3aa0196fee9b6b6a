//! `$create-lab-report` of rule sets that have it.

mod call;

use cresset_access::Operation;
use cresset_definitions::ResourceType;
use cresset_model::Value;
use cresset_rules::lab_report::{self, Part};
use cresset_store::{AuditRecord, Error, Unit};

use crate::audited::Audited;
use crate::fault::{Fault, Kind};
use crate::instant;
use crate::operation::Answer;
use crate::patch::outrun;
use crate::ruled::Consequences;
use crate::service::Service;
use call::Sent;

impl Service {
    /// Stores the report and the values of a call, together or not at all, by the right of the
    /// operation's scope alone; answers with Parameters that name the report.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where the rule set has no such operation; [`Kind::Forbidden`] without its
    /// scope; everything that is wrong with the call at once.
    pub async fn create_lab_report(&self, by: Audited<'_>, body: &[u8]) -> Result<Vec<u8>, Fault> {
        self.permit_operation(
            by.access,
            (Part::Report.resource_type(), lab_report::OPERATION),
            Operation::CreateLabReport,
        )?;
        let call = Value::of(self.parsed(body)?.root());
        let mut sent = call::read(&call, self.limits().bundle_entries_max)?;
        self.judge_all(&by, &mut sent).await?;
        let now = instant::text(self.now());
        for _ in 0..self.limits().write_attempts_max {
            let (id, bodies) = self.laboratory(&sent, &now)?;
            let mut follows = Consequences::default();
            for body in &bodies {
                let prepared = self.checked(by.access, &self.planted(body)?).await?;
                self.written(by.access, (body, prepared), &[], &mut follows)
                    .await?;
            }
            let mut unit = Unit {
                record: Some(AuditRecord {
                    id: id.parse().ok(),
                    ..by.record.clone()
                }),
                ..Unit::default()
            };
            follows.join(&mut unit);
            match self.store().commit_unit(by.access, unit).await {
                Err(Error::Refused(..) | Error::Outdated) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => {
                    let reference =
                        serde_json::json!({ "reference": format!("DiagnosticReport/{id}") });
                    let answer = Answer::default().with("labReport", "valueReference", reference);
                    return Ok(answer.into_json());
                }
            }
        }
        Err(outrun())
    }

    /// Refuses an operation of a rule set to whom its scope was not given.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where the set does not have it; [`Kind::Forbidden`].
    pub fn permit_operation(
        &self,
        access: &cresset_access::Access,
        (of, name): (&str, &str),
        scope: Operation,
    ) -> Result<(), Fault> {
        let of_type = ResourceType::parse(of);
        if !of_type.is_some_and(|of| self.rules().has_operation(of, name)) {
            let text = format!("This practice has no operation ${name} of {of}");
            return Err(Fault::new(Kind::NotFound, text));
        }
        if access.permits_operation(scope) {
            return Ok(());
        }
        let text = format!("Authorization failed: the operation takes the scope {of}.{name}");
        Err(Fault::new(Kind::Forbidden, text))
    }

    /// Checks each resource of a call against its profile; all faults are told in one answer.
    async fn judge_all(&self, by: &Audited<'_>, sent: &mut [Sent]) -> Result<(), Fault> {
        let mut refused: Option<Fault> = None;
        for one in sent {
            one.part.admit(&mut one.body);
            let tree = self.planted(&one.body)?;
            let judged = self.against(by.access, &tree, one.part.profile()).await;
            let Err(mut fault) = judged else {
                continue;
            };
            if !fault.is_of_body() {
                return Err(fault);
            }
            for issue in &mut fault.issues {
                placed(&mut issue.text, one);
                if let Some(expression) = &mut issue.expression {
                    placed(expression, one);
                }
            }
            match &mut refused {
                Some(refused) => refused.join(fault),
                None => refused = Some(fault),
            }
        }
        refused.map_or(Ok(()), |fault| Err(self.worded(fault)))
    }

    /// What is stored: the values, then the report; and the id of the report.
    fn laboratory(&self, sent: &[Sent], now: &str) -> Result<(String, Vec<Value>), Fault> {
        let report = sent.iter().find(|one| one.part == Part::Report);
        let report = report.ok_or_else(|| Fault::internal("a call without a report"))?;
        let (mut bodies, mut ids) = (Vec::new(), Vec::new());
        for one in sent.iter().filter(|one| one.part == Part::Value) {
            let (id, mut body) = (self.new_id()?.to_string(), one.body.clone());
            lab_report::value(&mut body, &id, (&report.body, now));
            bodies.push(body);
            ids.push(id);
        }
        let (id, mut body) = (self.new_id()?.to_string(), report.body.clone());
        let base = &self.settings().base_url;
        let address = format!("{base}/DiagnosticReport/{id}/files/presentedForm");
        lab_report::report(&mut body, (&id, &ids), (&address, now));
        bodies.push(body);
        Ok((id, bodies))
    }
}

/// A place in a resource as a place in the call.
fn placed(text: &mut String, one: &Sent) {
    if let Some(rest) = text.strip_prefix(one.part.resource_type()) {
        *text = format!("{}{rest}", one.place);
    }
}
