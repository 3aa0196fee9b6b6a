//! A JSON value of its own, for those who edit: a patch.
//!
//! A [`Tree`](crate::Tree) is made to be read; this is made to be taken apart and put together. It
//! keeps what the tree keeps: member order and the digits of numbers. Both of its walks recurse, as
//! deep as the tree it comes from, which [`Bounds`](crate::Bounds) limit; whoever nests values into
//! each other keeps to the same limit.

use crate::element::{Element, Kind};
use crate::write;

/// An editable JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `{…}`, members in order.
    Object(Vec<(Box<str>, Value)>),
    /// `[…]`
    Array(Vec<Value>),
    /// `"…"`, unescaped.
    String(Box<str>),
    /// A number as written.
    Number(Box<str>),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
}

/// How to get from a value to one of its children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The member of this name.
    Member(Box<str>),
    /// The item at this position, from 0.
    Item(usize),
}

impl Value {
    /// A copy of what the cursor points at.
    pub fn of(element: Element<'_>) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().into();
        match element.kind() {
            Kind::Object => Self::Object(
                element
                    .members()
                    .map(|(name, value)| (name.into(), Self::of(value)))
                    .collect(),
            ),
            Kind::Array => Self::Array(element.items().map(Self::of).collect()),
            Kind::String => Self::String(text(element.as_str())),
            Kind::Number => Self::Number(text(element.number())),
            Kind::Bool => Self::Bool(element.as_bool().unwrap_or_default()),
            Kind::Null => Self::Null,
        }
    }

    /// Appends this value as compact JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Object(members) => {
                out.push(b'{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    write::string(name, out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
            Self::Array(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::String(text) => write::string(text, out),
            Self::Number(text) => out.extend_from_slice(text.as_bytes()),
            Self::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Self::Null => out.extend_from_slice(b"null"),
        }
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        members
            .iter()
            .find_map(|(member, value)| (**member == *name).then_some(value))
    }

    /// The member of this name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Self::Object(members) = self else {
            return None;
        };
        members
            .iter_mut()
            .find_map(|(member, value)| (**member == *name).then_some(value))
    }

    /// The value these steps lead to.
    pub fn at_mut(&mut self, steps: &[Step]) -> Option<&mut Self> {
        steps.iter().try_fold(self, |value, step| match step {
            Step::Member(name) => value.get_mut(name),
            Step::Item(at) => match value {
                Self::Array(items) => items.get_mut(*at),
                _ => None,
            },
        })
    }

    /// Makes the member of this name hold `value`, in its place or as the last; `false` when this is
    /// no object.
    pub fn set(&mut self, name: &str, value: Self) -> bool {
        if let Some(place) = self.get_mut(name) {
            *place = value;
            return true;
        }
        match self {
            Self::Object(members) => {
                members.push((name.into(), value));
                true
            }
            _ => false,
        }
    }

    /// Takes the member of this name away.
    pub fn remove(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let at = members.iter().position(|(member, _)| **member == *name)?;
        Some(members.remove(at).1)
    }

    /// Deepest nesting of objects and arrays; 0 for a value that is neither.
    pub fn depth(&self) -> usize {
        self.children()
            .map(|child| child.depth() + 1)
            .max()
            .unwrap_or(usize::from(self.is_container()))
    }

    /// How many values it holds, itself included.
    pub fn values(&self) -> usize {
        1 + self.children().map(Self::values).sum::<usize>()
    }

    /// Bytes of its texts and names.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| name.len() + value.bytes())
                .sum(),
            Self::Array(items) => items.iter().map(Self::bytes).sum(),
            Self::String(text) | Self::Number(text) => text.len(),
            Self::Bool(_) | Self::Null => 4,
        }
    }

    fn is_container(&self) -> bool {
        matches!(self, Self::Object(_) | Self::Array(_))
    }

    fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Object(members) => Box::new(members.iter().map(|(_, value)| value)),
            Self::Array(items) => Box::new(items.iter()),
            _ => Box::new(std::iter::empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, Value};
    use crate::parse::{Bounds, parse};

    fn value(text: &str) -> Value {
        Value::of(parse(text.as_bytes(), Bounds::default()).unwrap().root())
    }

    fn text(value: &Value) -> String {
        let mut out = Vec::new();
        value.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_value_is_written_as_it_was_read() {
        let source = r#"{"b":1.00,"a":["\n\"é",true,null,-0,1e5],"c":{},"d":[]}"#;
        assert_eq!(text(&value(source)), source);
        assert_eq!((value(source).depth(), value(source).values()), (2, 10));
        assert_eq!((value("1").depth(), value("[[1]]").depth()), (0, 2));
    }

    #[test]
    fn steps_of_a_place_lead_to_its_value() {
        let source = r#"{"a":[1,{"b":[2,3]}]}"#;
        let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
        let inner = tree.root().get("a").and_then(|a| a.items().nth(1)).unwrap();
        let inner = inner.get("b").and_then(|b| b.items().nth(1)).unwrap();
        let steps = tree.steps_to(inner.place());
        let member = |name: &str| Step::Member(name.into());
        assert_eq!(
            steps,
            [member("a"), Step::Item(1), member("b"), Step::Item(1)]
        );
        let mut value = value(source);
        *value.at_mut(&steps).unwrap() = Value::Bool(true);
        assert_eq!(text(&value), r#"{"a":[1,{"b":[2,true]}]}"#);
        assert!(value.at_mut(&[Step::Item(0)]).is_none());
    }
}
