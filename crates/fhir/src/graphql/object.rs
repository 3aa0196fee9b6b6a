//! An object of the answer while it is put together.

use std::collections::HashMap;

use cresset_model::Value;

use super::document::value;
use crate::fault::Fault;

/// Its fields in order.
#[derive(Default)]
pub(super) struct Object {
    fields: Vec<Field>,
    /// Where each stands, to find one among many.
    places: HashMap<String, usize>,
}

struct Field {
    key: String,
    is_list: bool,
    values: Vec<Value>,
}

impl Object {
    /// Adds a value to a field, which is made where it is not there.
    pub(super) fn add(&mut self, key: &str, is_list: bool, value: Value) {
        if let Some(field) = self.field(key, is_list) {
            field.values.push(value);
        }
    }

    /// Makes a field that may stay without a value: `null`, or of a list `[]`.
    pub(super) fn expect(&mut self, key: &str, is_list: bool) {
        self.field(key, is_list);
    }

    fn field(&mut self, key: &str, is_list: bool) -> Option<&mut Field> {
        let at = if let Some(at) = self.places.get(key) {
            *at
        } else {
            let at = self.fields.len();
            self.places.insert(key.to_owned(), at);
            self.fields.push(Field {
                key: key.to_owned(),
                is_list: false,
                values: Vec::new(),
            });
            at
        };
        let field = self.fields.get_mut(at)?;
        field.is_list |= is_list;
        Some(field)
    }

    /// The object as it is answered.
    pub(super) fn finished(self) -> Result<Value, Fault> {
        let mut members = Vec::with_capacity(self.fields.len());
        for mut field in self.fields {
            let value = match (field.is_list, field.values.len()) {
                (false, 0) => Value::Null,
                (true, _) => Value::Array(field.values),
                (false, 1) => field.values.pop().unwrap_or(Value::Null),
                (false, _) => {
                    // Behind the point stands a value of the resource.
                    let name = field.key.split('.').next().unwrap_or_default();
                    let text = format!(
                        "{name} has several values and is no list here; add @first or leave out @singleton"
                    );
                    return Err(value(text));
                }
            };
            members.push((field.key.into(), value));
        }
        Ok(Value::Object(members))
    }
}
