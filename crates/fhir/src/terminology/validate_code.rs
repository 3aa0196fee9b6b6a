//! `ValueSet/$validate-code` and `CodeSystem/$validate-code`

use cresset_access::Access;
use cresset_rules::Interaction;

use super::codes::Codes;
use super::member::Code;
use super::remembered::Remembered;
use super::set::Set;
use super::source::{Target, resource_type};
use crate::fault::{Fault, Kind};
use crate::operation::{Answer, Coding, Inputs};
use crate::service::Service;

const OF_VALUE_SET: [&str; 9] = [
    "url",
    "valueSet",
    "valueSetVersion",
    "code",
    "system",
    "version",
    "display",
    "coding",
    "codeableConcept",
];
const OF_CODE_SYSTEM: [&str; 7] = [
    "url",
    "codeSystem",
    "code",
    "version",
    "display",
    "coding",
    "codeableConcept",
];

/// What is found out about one code.
struct Verdict {
    /// What is wrong; nothing when it is right.
    message: Option<String>,
    display: Option<String>,
}

impl Service {
    /// Whether one of the codes is a member of the value set.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a value set that is not loaded; [`Kind::Required`] without a code, or
    /// for a code without its system.
    pub async fn validate_code_of_value_set(
        &self,
        access: &Access,
        target: Target<'_>,
        inputs: &Inputs,
    ) -> Result<Vec<u8>, Fault> {
        self.offer(Interaction::Read, resource_type("ValueSet")?)?;
        inputs.only(&OF_VALUE_SET)?;
        let asked = inputs.asked()?;
        let values = self.value_set(access, target, inputs).await?;
        let (from, set) = (Remembered::new(access.clone()), Set::of(&values));
        let mut verdicts = Vec::with_capacity(asked.len());
        for coding in &asked {
            let Some(system) = &coding.system else {
                let text = "Name the system of the code";
                return Err(Fault::new(Kind::Required, text));
            };
            let code = Code {
                system: Some(system),
                code: &coding.code,
            };
            verdicts.push(match self.member(&from, &set, code).await? {
                Some(member) => judged(coding, member.display, self.has_one_display(system)?),
                None => Verdict {
                    message: Some("The code is not in the value set".to_owned()),
                    display: None,
                },
            });
        }
        Ok(answer(verdicts))
    }

    /// Whether one of the codes is one of the code system.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a code system that is not loaded; [`Kind::Required`] without a code.
    pub async fn validate_code_of_code_system(
        &self,
        access: &Access,
        target: Target<'_>,
        inputs: &Inputs,
    ) -> Result<Vec<u8>, Fault> {
        self.offer(Interaction::Read, resource_type("CodeSystem")?)?;
        inputs.only(&OF_CODE_SYSTEM)?;
        let asked = inputs.asked()?;
        let codes = match (target, inputs.resource("codeSystem")) {
            (Target::Resource(id), _) => {
                Some(Codes::of(&self.held(access, "CodeSystem", id).await?))
            }
            (Target::Type, Some(sent)) => Some(Codes::of(sent)),
            (Target::Type, None) => match inputs.text("url") {
                Some(url) => Some(self.codes(access, url).await?),
                None => None,
            },
        };
        let mut verdicts = Vec::with_capacity(asked.len());
        for coding in &asked {
            let own = match (&codes, &coding.system) {
                (Some(_), _) => None,
                (None, Some(system)) => Some(self.codes(access, system).await?),
                (None, None) => {
                    let text = "Name the code system: url, or the system of a coding";
                    return Err(Fault::new(Kind::Required, text));
                }
            };
            if let Some(codes) = own.as_ref().or(codes.as_ref()) {
                verdicts.push(of_system(coding, codes)?);
            }
        }
        Ok(answer(verdicts))
    }

    /// Whether displays of a system can be judged: of a release, only one of several is kept.
    fn has_one_display(&self, system: &str) -> Result<bool, Fault> {
        Ok(self.code_systems().system(system)?.is_none())
    }
}

fn of_system(coding: &Coding, codes: &Codes) -> Result<Verdict, Fault> {
    let wrong = |text: &str| Verdict {
        message: Some(text.to_owned()),
        display: None,
    };
    if coding
        .system
        .as_deref()
        .is_some_and(|system| system != codes.url())
    {
        return Ok(wrong("The code is of another code system"));
    }
    Ok(match codes.known(&coding.code)? {
        Some(known) => judged(coding, known.display, codes.has_one_display()),
        None if codes.is_complete() => wrong("The code is not in the code system"),
        None => wrong("The code is not among those of the code system that are loaded"),
    })
}

/// A known code, with the display that was sent along judged where that can be done.
fn judged(coding: &Coding, display: Option<String>, has_one_display: bool) -> Verdict {
    let wrong = match (&coding.display, &display) {
        (Some(sent), Some(known)) => has_one_display && !sent.trim().eq_ignore_ascii_case(known),
        _ => false,
    };
    Verdict {
        message: wrong.then(|| "The display is not the one of this code".to_owned()),
        display,
    }
}

/// One right code is enough.
fn answer(verdicts: Vec<Verdict>) -> Vec<u8> {
    let right = verdicts
        .iter()
        .position(|verdict| verdict.message.is_none());
    let chosen = verdicts.into_iter().nth(right.unwrap_or(0));
    let (message, display) = chosen.map_or((None, None), |v| (v.message, v.display));
    Answer::default()
        .with("result", "valueBoolean", right.is_some())
        .with_some("message", "valueString", message)
        .with_some("display", "valueString", display)
        .into_json()
}
