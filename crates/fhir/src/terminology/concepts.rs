//! The codes a search asks for by naming a value set or a place in a hierarchy.

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
                let is_below = |codes: &Codes, other: &str| codes.subsumes(code, other);
                self.of_hierarchy(access, (system, code), is_below).await
            }
            ConceptSet::Above { system, code } => {
                let is_above = |codes: &Codes, other: &str| codes.subsumes(other, code);
                self.of_hierarchy(access, (system, code), is_above).await
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
        belongs: impl Fn(&Codes, &str) -> bool + Send,
    ) -> Result<Vec<TokenMatch>, Fault> {
        let codes = self.codes(access, system).await?;
        if codes.known(code).is_none() {
            let text = "The code is not in what is loaded of its code system";
            return Err(Fault::new(Kind::NotFound, text));
        }
        let all = codes.all().into_iter();
        let found: Vec<TokenMatch> = all
            .filter(|other| *other == code || belongs(&codes, other))
            .map(|other| TokenMatch::SystemAndCode(system.to_owned(), other.to_owned()))
            .collect();
        let most = self.limits().expansion_codes_max;
        if found.len() > most {
            let text =
                format!("More than {most} codes belong there, which is more than is searched");
            return Err(Fault::coded(Kind::BusinessRule, "too-costly", text));
        }
        Ok(found)
    }
}
