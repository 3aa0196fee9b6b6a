//! `$docref` of US Core: the documents of a patient, by default the newest summary of care.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::Handling;
use cresset_store::SearchPage;

use crate::answer::Answer;
use crate::bundle::searchset::searchset;
use crate::fault::{Fault, Kind};
use crate::operation::Inputs;
use crate::read::present;
use crate::service::{Service, permit};

/// Summary of episode note: what a call without a type asks for.
const SUMMARY_OF_CARE: &str = "http://loinc.org|34133-9";

impl Service {
    /// The `DocumentReference`s of a patient as a Bundle of type `searchset`: of the type asked for,
    /// about care between `start` and `end`; without either the newest summary of care. Documents
    /// are stored, not made on demand, so `on-demand=true` finds none.
    ///
    /// # Errors
    /// [`Kind::Required`] without a patient, [`Kind::NotFound`] for one the caller may not see,
    /// [`Kind::Forbidden`]; [`Kind::Value`].
    pub async fn docref(&self, access: &Access, inputs: &Inputs) -> Result<Answer, Fault> {
        inputs.only(&["patient", "start", "end", "type", "on-demand"])?;
        let is_on_demand = match inputs.text("on-demand") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(Fault::new(Kind::Value, "on-demand must be true or false")),
        };
        let patient = self
            .patient_named(access, inputs.required("patient")?)
            .await?;
        let mut pairs = vec![("patient".to_owned(), format!("Patient/{patient}"))];
        let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
        add("type", document_type(inputs));
        add("_sort", "-date".to_owned());
        for (bound, prefix) in [("start", "ge"), ("end", "le")] {
            if let Some(date) = inputs.text(bound) {
                add("period", format!("{prefix}{date}"));
            }
        }
        if ["start", "end", "type"]
            .iter()
            .all(|name| !is_given(inputs, name))
        {
            add("_count", "1".to_owned());
            add("_total", "none".to_owned());
        }
        let documents = known("DocumentReference")?;
        if is_on_demand {
            permit(access, Verb::Search, documents)?;
            let none = SearchPage::default();
            return Ok(Answer {
                body: searchset(&none, &[], &self.settings().base_url),
                ..Answer::default()
            });
        }
        self.search(access, documents, pairs, Handling::Strict)
            .await
    }

    /// The patient a parameter names as `1` or `Patient/1`, who must be one the caller may know of.
    async fn patient_named(&self, access: &Access, named: &str) -> Result<ResourceId, Fault> {
        let id = named.strip_prefix("Patient/").unwrap_or(named);
        let id: ResourceId = id
            .parse()
            .map_err(|_| Fault::new(Kind::Value, "patient must be the id of a patient"))?;
        let patients = known("Patient")?;
        if access.permits(Verb::Read, patients) {
            present(
                self.store().read(access, patients, &id).await?,
                patients,
                &id,
            )?;
        } else if access.patient().is_some_and(|own| *own != id) {
            return Err(Fault::unknown_resource(patients, &id));
        }
        Ok(id)
    }
}

fn is_given(inputs: &Inputs, name: &str) -> bool {
    inputs.text(name).is_some() || inputs.codings(name).is_some()
}

/// The type as a search takes it.
fn document_type(inputs: &Inputs) -> String {
    let coding = inputs.codings("type").and_then(<[_]>::first);
    match (coding, inputs.text("type")) {
        (Some(coding), _) => match &coding.system {
            Some(system) => format!("{system}|{}", coding.code),
            None => coding.code.clone(),
        },
        (None, Some(token)) => token.to_owned(),
        (None, None) => SUMMARY_OF_CARE.to_owned(),
    }
}

/// A type of R4.
pub(crate) fn known(name: &str) -> Result<ResourceType, Fault> {
    ResourceType::parse(name).ok_or_else(|| Fault::internal(format!("R4 has no {name}")))
}
