//! The codes a search asks for by naming a value set or a place in a hierarchy.

use std::collections::BTreeSet;

use cresset_access::Access;
use cresset_search::{ConceptSet, TokenMatch};

use super::codes::Codes;
use super::source::Values;
use crate::fault::{Fault, Kind};
use crate::service::Service;

impl Service {
    /// The codes of a set, each with its system.
    ///
    /// # Errors
    /// [`Kind::Value`] for what is not loaded here; those of an expansion.
    pub(crate) async fn concepts(
        &self,
        access: &Access,
        set: &ConceptSet,
    ) -> Result<Vec<TokenMatch>, Fault> {
        let found = match set {
            ConceptSet::ValueSet(url) => self.of_value_set(access, url).await,
            ConceptSet::Below { system, code } => {
                self.of_hierarchy(access, (system, code), below).await
            }
            ConceptSet::Above { system, code } => {
                self.of_hierarchy(access, (system, code), above).await
            }
        };
        // To the search it is a value that is wrong; its own address was found.
        found.map_err(|fault| match fault.kind {
            Kind::NotFound => Fault {
                kind: Kind::Value,
                ..fault
            },
            _ => fault,
        })
    }

    async fn of_value_set(&self, access: &Access, url: &str) -> Result<Vec<TokenMatch>, Fault> {
        let values = match url.strip_prefix("ValueSet/").map(str::parse) {
            Some(Ok(id)) => Values::Composed(self.held(access, "ValueSet", &id).await?),
            _ => self.values(access, url).await?,
        };
        let members = self.members(access, &values).await?;
        let each = members
            .into_keys()
            .map(|(system, code)| TokenMatch::SystemAndCode(system, code));
        Ok(each.collect())
    }

    async fn of_hierarchy(
        &self,
        access: &Access,
        (system, code): (&str, &str),
        others: impl Fn(&Codes, &str, usize) -> Result<Vec<String>, Fault> + Send,
    ) -> Result<Vec<TokenMatch>, Fault> {
        let codes = self.codes(access, system).await?;
        if codes.known(code)?.is_none() {
            let text = "The code is not in what is loaded of its code system";
            return Err(Fault::new(Kind::NotFound, text));
        }
        let most = self.limits().expansion_codes_max;
        let mut found = others(&codes, code, most)?;
        found.push(code.to_owned());
        if found.len() > most {
            let text =
                format!("More than {most} codes belong there, which is more than is searched");
            return Err(Fault::coded(Kind::BusinessRule, "too-costly", text));
        }
        let each = found.into_iter();
        Ok(each
            .map(|other| TokenMatch::SystemAndCode(system.to_owned(), other))
            .collect())
    }
}

/// The codes that a code subsumes, `most` of them or fewer.
fn below(codes: &Codes, code: &str, most: usize) -> Result<Vec<String>, Fault> {
    let listed = codes.listed(Some(code), most)?;
    Ok(listed.into_iter().map(|known| known.code).collect())
}

/// The codes that subsume a code, `most` of them or a few more.
fn above(codes: &Codes, code: &str, most: usize) -> Result<Vec<String>, Fault> {
    let mut found = BTreeSet::new();
    let mut open = vec![code.to_owned()];
    while let Some(here) = open.pop().filter(|_| found.len() < most) {
        for parent in codes.known(&here)?.unwrap_or_default().parents {
            // A circle is a mistake of the code system, not a reason to run for ever.
            if parent != code && found.insert(parent.clone()) {
                open.push(parent);
            }
        }
    }
    Ok(found.into_iter().collect())
}
