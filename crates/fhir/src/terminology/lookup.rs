//! `CodeSystem/$lookup` and `CodeSystem/$subsumes`

use cresset_access::Access;
use cresset_rules::Interaction;

use super::codes::Codes;
use super::source::{Target, resource_type};
use crate::fault::{Fault, Kind};
use crate::operation::{Answer, Coding, Inputs};
use crate::service::Service;

impl Service {
    /// What is known of a code.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a system that is not loaded and for a code it does not have.
    pub async fn lookup(&self, access: &Access, inputs: &Inputs) -> Result<Vec<u8>, Fault> {
        self.offer(Interaction::Read, resource_type("CodeSystem")?)?;
        inputs.only(&["code", "system", "version", "coding", "property"])?;
        let asked = inputs.asked()?;
        let Some(Coding {
            system: Some(system),
            code,
            version,
            ..
        }) = asked.first()
        else {
            return Err(Fault::new(Kind::Required, "Name the system of the code"));
        };
        let url = match version {
            Some(version) => format!("{system}|{version}"),
            None => system.clone(),
        };
        let codes = self.codes(access, &url).await?;
        let Some(known) = codes.known(code)? else {
            let text = "The code system does not have this code";
            return Err(Fault::new(Kind::NotFound, text));
        };
        let mut answer = Answer::default()
            .with("name", "valueString", codes.name())
            .with_some("version", "valueString", codes.version())
            .with(
                "display",
                "valueString",
                known.display.unwrap_or(known.code),
            )
            .with_some("definition", "valueString", known.definition);
        if let Some(active) = known.active {
            let parts = Answer::default()
                .with("code", "valueCode", "inactive")
                .with("value", "valueBoolean", !active);
            answer = answer.with_parts("property", &parts);
        }
        for parent in known.parents {
            let parts = Answer::default().with("code", "valueCode", "parent").with(
                "value",
                "valueCode",
                parent,
            );
            answer = answer.with_parts("property", &parts);
        }
        Ok(answer.into_json())
    }

    /// How two codes of one system stand to each other.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a system that is not loaded and for a code it does not have.
    pub async fn subsumes(
        &self,
        access: &Access,
        target: Target<'_>,
        inputs: &Inputs,
    ) -> Result<Vec<u8>, Fault> {
        self.offer(Interaction::Read, resource_type("CodeSystem")?)?;
        inputs.only(&["codeA", "codeB", "system", "version", "codingA", "codingB"])?;
        let a = one(inputs, "codeA", "codingA")?;
        let b = one(inputs, "codeB", "codingB")?;
        let codes = match (target, a.system.as_deref().or(b.system.as_deref())) {
            (Target::Resource(id), _) => Codes::of(&self.held(access, "CodeSystem", id).await?),
            (Target::Type, Some(system)) => self.codes(access, system).await?,
            (Target::Type, None) => {
                return Err(Fault::new(Kind::Required, "Name the system of the codes"));
            }
        };
        for coding in [&a, &b] {
            let foreign = coding.system.as_deref().is_some_and(|s| s != codes.url());
            if foreign || codes.known(&coding.code)?.is_none() {
                let text = "The code system does not have both codes";
                return Err(Fault::new(Kind::NotFound, text));
            }
        }
        let outcome = if a.code == b.code {
            "equivalent"
        } else if codes.subsumes(&a.code, &b.code)? {
            "subsumes"
        } else if codes.subsumes(&b.code, &a.code)? {
            "subsumed-by"
        } else {
            "not-subsumed"
        };
        Ok(Answer::default()
            .with("outcome", "valueCode", outcome)
            .into_json())
    }
}

fn one(inputs: &Inputs, code: &str, coding: &str) -> Result<Coding, Fault> {
    if let Some(coding) = inputs.codings(coding).and_then(<[Coding]>::first) {
        return Ok(coding.clone());
    }
    Ok(Coding {
        system: inputs.text("system").map(str::to_owned),
        code: inputs.required(code)?.to_owned(),
        ..Coding::default()
    })
}
