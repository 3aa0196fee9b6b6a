//! Functions that look beyond the focus: extensions, references, the clock, terminology, profiles.

use std::borrow::Cow;

use cresset_model::Element;

use super::{Focus, Items, Run};
use crate::environment::Halt;
use crate::function::Function;
use crate::item::{Item, Node};
use crate::program::StepIx;
use crate::reference;

impl<'a> Run<'_, 'a> {
    pub(super) fn extensions(
        &self,
        function: Function,
        url: Option<StepIx>,
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let url = url.map_or(Ok(None), |u| self.single(u, at))?;
        let Some(Item::String(url)) = url else {
            return Ok(());
        };
        let mut all = Vec::new();
        for item in at.items {
            if let Item::Node(node) = item {
                node.children("extension", true, &mut all);
            }
        }
        self.charge(all.len())?;
        all.retain(|item| match item {
            Item::Node(node) => {
                node.element.get("url").and_then(Element::as_str) == Some(url.as_ref())
            }
            _ => false,
        });
        if function == Function::Extension {
            out.append(&mut all);
        } else {
            out.push(Item::Boolean(!all.is_empty()));
        }
        Ok(())
    }

    pub(super) fn clock(&self, function: Function) -> Result<Item<'a>, Halt> {
        let now = self.environment.now.ok_or(Halt::Unavailable)?;
        Ok(Item::Temporal(match function {
            Function::Today => now.date(),
            Function::TimeOfDay => now.time(),
            _ => now,
        }))
    }

    pub(super) fn outward(
        &self,
        function: Function,
        argument: Option<StepIx>,
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        if function == Function::Resolve {
            out.extend(at.items.iter().filter_map(|item| self.resolve(item)));
            return Ok(());
        }
        let host = self.environment.host;
        if function == Function::HtmlChecks {
            let checks = |item: &Item<'a>| match item.plain() {
                Some(Item::String(text)) => host.is_none_or(|h| h.html_checks(&text)),
                _ => true,
            };
            out.push(Item::Boolean(at.items.iter().all(checks)));
            return Ok(());
        }
        let [item] = at.items else {
            return if at.items.is_empty() {
                Ok(())
            } else {
                Err(Halt::NotSingle)
            };
        };
        let url = argument.map_or(Ok(None), |u| self.single(u, at))?;
        let Some(Item::String(url)) = url else {
            return Ok(());
        };
        let host = host.ok_or(Halt::Unavailable)?;
        let answer = match (function, item) {
            (Function::MemberOf, item) => host.member_of(item, &url),
            (_, Item::Node(node)) => host.conforms_to(*node, &url),
            _ => None,
        };
        out.push(Item::Boolean(answer.ok_or(Halt::Unavailable)?));
        Ok(())
    }

    /// The contained resource, one that is at hand, or what the text of the reference tells of one
    /// elsewhere.
    fn resolve(&self, item: &Item<'a>) -> Option<Item<'a>> {
        let (text, named) = match item {
            Item::Node(node) => {
                let text = node.element.as_str();
                let within = || node.element.get("reference")?.as_str();
                (text.or_else(within).map(Cow::Borrowed), Some(node.element))
            }
            Item::String(text) => (Some(text.clone()), None),
            _ => return None,
        };
        if let Some(id) = text.as_deref().and_then(|t| t.strip_prefix('#')) {
            return self.contained(id).map(Item::Node);
        }
        if let (Some(host), Some(text)) = (self.environment.host, text.as_deref())
            && let Some(found) = host.resolve(text)
        {
            return Some(Item::Node(found));
        }
        let resource_type = match (named, text.as_deref()) {
            (Some(element), None) => reference::target_type(element),
            (Some(element), Some(_)) if element.as_str().is_none() => {
                reference::target_type(element)
            }
            (_, Some(uri)) => reference::literal_type(uri),
            (None, None) => None,
        };
        Some(Item::Remote(resource_type))
    }

    fn contained(&self, id: &str) -> Option<Node<'a>> {
        let root = self.environment.root;
        if id.is_empty() {
            return Some(root);
        }
        let mut all = root.element.get("contained")?.items();
        all.find(|c| c.get("id").and_then(Element::as_str) == Some(id))
            .and_then(Node::resource)
    }
}
