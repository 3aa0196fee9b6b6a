//! `$graphql` (R4, graphql.html): what an app needs of several resources, in one answer of its own form.
//!
//! A query is read into its own form ([`document`]), with variables and fragments in their places, and
//! then run over the trees of resources ([`run`]). The run cannot wait: where it needs a resource or a
//! search it notes the question ([`known`]) and goes on; when it is through, all questions are
//! answered, each with the caller's own right to read or to search, and it runs again, until it asks
//! nothing new. So it takes as many rounds as references follow each other.

mod arguments;
mod asked;
mod connection;
mod document;
mod elements;
mod fields;
mod known;
mod object;
mod place;
mod run;

use bytes::Bytes;
use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::Whose;
use serde_json::Map;

use crate::fault::{Fault, Kind};
use crate::service::Service;
use document::Document;
use known::Known;
use run::Run;

/// A query as it was sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The text of the query.
    pub query: String,
    /// Which of its operations is meant.
    pub operation: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, serde_json::Value>,
}

impl Request {
    /// Of the parameters of a URL.
    ///
    /// # Errors
    /// [`Kind::Required`] without a query; [`Kind::Invalid`] for a parameter that is not one of its own.
    pub fn of_pairs(pairs: &[(String, String)]) -> Result<Self, Fault> {
        let mut request = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "query" => request.query.clone_from(value),
                "operationName" => request.operation = Some(value.clone()),
                "variables" => request.variables = object(value.as_bytes(), "variables")?,
                "_format" | "_pretty" => {}
                _ => {
                    let text = format!(
                        "$graphql does not take '{name}'; it takes query, operationName and variables"
                    );
                    return Err(Fault::new(Kind::Invalid, text));
                }
            }
        }
        request.complete()
    }

    /// Of a body of JSON.
    ///
    /// # Errors
    /// [`Kind::Structure`] for what is no such object, [`Kind::Required`] without a query.
    pub fn of_json(body: &[u8]) -> Result<Self, Fault> {
        let mut members = object(body, "The body")?;
        let mut request = Self::default();
        if let Some(serde_json::Value::String(query)) = members.remove("query") {
            request.query = query;
        }
        match members.remove("operationName") {
            None | Some(serde_json::Value::Null) => {}
            Some(serde_json::Value::String(name)) => request.operation = Some(name),
            Some(_) => {
                return Err(Fault::new(
                    Kind::Structure,
                    "operationName must be a string",
                ));
            }
        }
        match members.remove("variables") {
            None | Some(serde_json::Value::Null) => {}
            Some(serde_json::Value::Object(variables)) => request.variables = variables,
            Some(_) => return Err(Fault::new(Kind::Structure, "variables must be an object")),
        }
        request.complete()
    }

    /// Of a body that is the query itself.
    ///
    /// # Errors
    /// [`Kind::Structure`] when it is no UTF-8, [`Kind::Required`] when it is empty.
    pub fn of_text(body: Bytes) -> Result<Self, Fault> {
        let query = String::from_utf8(body.into())
            .map_err(|_| Fault::new(Kind::Structure, "The query must be UTF-8"))?;
        let request = Self {
            query,
            ..Self::default()
        };
        request.complete()
    }

    fn complete(self) -> Result<Self, Fault> {
        if self.query.trim().is_empty() {
            let text = "Send a query, for example {PatientList(name:\"lee\"){id}}";
            return Err(Fault::new(Kind::Required, text));
        }
        Ok(self)
    }
}

fn object(text: &[u8], what: &str) -> Result<Map<String, serde_json::Value>, Fault> {
    serde_json::from_slice(text)
        .map_err(|_| Fault::new(Kind::Structure, format!("{what} must be a JSON object")))
}

/// What a query is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `[base]/$graphql`
    System,
    /// `[base]/[type]/[id]/$graphql`
    Resource(ResourceType, ResourceId),
}

impl Service {
    /// What a query asks for, a JSON object with `data`, and `errors` for what was not found; and whose
    /// resources it looked at, however it ended.
    ///
    /// # Errors
    /// Beside whose they are:
    /// Those of a read of the resource it is asked of and of the searches in it; [`Kind::Structure`]
    /// and [`Kind::Value`] for a query that cannot be understood; `too-costly` for one that is deeper,
    /// answers more or reads more than the limits allow.
    pub async fn graphql(
        &self,
        access: &Access,
        root: &Root,
        request: &Request,
    ) -> (Whose, Result<Vec<u8>, Fault>) {
        let mut known = Known::default();
        let body = self.rounds(access, (root, request), &mut known).await;
        match self.whose(access, known.versions()) {
            Ok(whose) => (whose, body),
            Err(fault) => (Whose::default(), Err(fault)),
        }
    }

    async fn rounds(
        &self,
        access: &Access,
        (root, request): (&Root, &Request),
        known: &mut Known,
    ) -> Result<Vec<u8>, Fault> {
        let document = Document::read(request, self.limits())?;
        if let Root::Resource(of, id) = root {
            // Not found there is not found, as for a read.
            self.must_know(access, (*of, id), known).await?;
        }
        loop {
            let outcome = Run::new(known, self.own(), self.limits()).whole(&document, root)?;
            if outcome.wanted.is_empty() {
                let mut body = Vec::new();
                outcome.answer.write(&mut body);
                return Ok(body);
            }
            for question in outcome.wanted {
                self.find_out(access, question, known).await?;
            }
        }
    }
}
