//! The functions.

use cresset_model::Element;

use super::Run;
use super::logic::{self, Truth};
use crate::function::Function;
use crate::item::{Item, Node};
use crate::program::StepIx;
use crate::reference;

impl<'a> Run<'a> {
    pub(super) fn call(
        &self,
        function: Function,
        arguments: &'a [StepIx],
        focus: &[Item<'a>],
        out: &mut Vec<Item<'a>>,
    ) {
        let argument = arguments.first().copied();
        let matching =
            |item: &&Item<'a>| argument.is_none_or(|a| self.holds(a, std::slice::from_ref(*item)));
        match function {
            Function::Where => out.extend(focus.iter().filter(matching)),
            Function::Select => {
                for item in focus {
                    if let Some(argument) = argument {
                        self.step(argument, std::slice::from_ref(item), out);
                    }
                }
            }
            Function::Exists => out.push(Item::Boolean(focus.iter().any(|item| matching(&item)))),
            Function::Empty => out.push(Item::Boolean(focus.is_empty())),
            Function::All => out.push(Item::Boolean(focus.iter().all(|item| matching(&item)))),
            Function::Not => match logic::truth(focus) {
                Truth::Unknown => {}
                truth => out.push(Item::Boolean(truth == Truth::False)),
            },
            Function::Count => out.push(Item::Integer(
                i64::try_from(focus.len()).unwrap_or(i64::MAX),
            )),
            Function::First => out.extend(focus.first()),
            Function::Last => out.extend(focus.last()),
            Function::Tail => out.extend(focus.iter().skip(1)),
            Function::Extension => self.extensions(argument, focus, out),
            Function::HasExtension => {
                let mut found = Vec::new();
                self.extensions(argument, focus, &mut found);
                out.push(Item::Boolean(!found.is_empty()));
            }
            Function::Resolve => out.extend(focus.iter().filter_map(|item| self.resolve(item))),
        }
    }

    fn extensions(&self, url: Option<StepIx>, focus: &[Item<'a>], out: &mut Vec<Item<'a>>) {
        let url = url.map(|u| self.collect(u, focus)).unwrap_or_default();
        let [Item::String(url)] = url.as_slice() else {
            return;
        };
        let mut all = Vec::new();
        for item in focus {
            if let Item::Node(node) = item {
                node.children("extension", true, &mut all);
            }
        }
        out.extend(all.into_iter().filter(|item| match item {
            Item::Node(node) => node.element.get("url").and_then(Element::as_str) == Some(*url),
            _ => false,
        }));
    }

    /// The contained resource, or what the text of the reference tells of one elsewhere.
    fn resolve(&self, item: &Item<'a>) -> Option<Item<'a>> {
        let Item::Node(node) = item else { return None };
        let text = node
            .element
            .as_str()
            .or_else(|| node.element.get("reference")?.as_str());
        if let Some(id) = text.and_then(|t| t.strip_prefix('#')) {
            return self.contained(id).map(Item::Node);
        }
        let resource_type = match node.element.as_str() {
            Some(uri) => reference::literal_type(uri),
            None => reference::target_type(node.element),
        };
        Some(Item::Remote(resource_type))
    }

    fn contained(&self, id: &str) -> Option<Node<'a>> {
        if id.is_empty() {
            return Some(self.resource);
        }
        let mut all = self.resource.element.get("contained")?.items();
        all.find(|c| c.get("id").and_then(Element::as_str) == Some(id))
            .and_then(Node::resource)
    }
}
