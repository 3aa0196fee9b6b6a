//! A `Parameters` resource as the answer of an operation.

use serde_json::{Value, json};

/// Parameters in order.
#[derive(Debug, Default)]
pub struct Answer(Vec<Value>);

impl Answer {
    /// Adds `{"name":…,"value[type]":…}`; `of` is the name of the value's member.
    #[must_use]
    pub fn with(mut self, name: &str, of: &str, value: impl Into<Value>) -> Self {
        self.0.push(json!({ "name": name, of: value.into() }));
        self
    }

    /// The same where there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, of: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, of, value),
            None => self,
        }
    }

    /// Adds a parameter made of parts.
    #[must_use]
    pub fn with_parts(mut self, name: &str, parts: &Self) -> Self {
        self.0.push(json!({ "name": name, "part": parts.0 }));
        self
    }

    /// The resource, as JSON.
    pub fn into_json(self) -> Vec<u8> {
        json!({ "resourceType": "Parameters", "parameter": self.0 })
            .to_string()
            .into_bytes()
    }
}
