//! The words of one resource.

use std::collections::BTreeSet;

use cresset_definitions::{Primitive, TypeKind, r4};
use cresset_fhirpath::Node;
use cresset_model::{Element, Kind, Tree};

use super::{each, of_narrative};

/// Bytes of all words that are kept of one part of a resource: PostgreSQL keeps up to 1 MB in one value.
const BYTES_MAX: usize = 800_000;

/// The words of a resource, each once, in order and joined by blanks; empty where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Those of the narrative.
    pub narrative: String,
    /// Those of all texts and codes, the narrative and contained resources included. Numbers, dates,
    /// addresses and attached data are no words.
    pub content: String,
}

impl Words {
    /// Of a resource of R4; nothing of anything else.
    pub fn of(tree: &Tree) -> Self {
        let Some(resource) = Node::resource(tree.root()) else {
            return Self::default();
        };
        let narrative = tree.root().get("text").and_then(|text| text.get("div"));
        let mut told = Gathered::default();
        if let Some(div) = narrative.and_then(Element::as_str) {
            told.add(&of_narrative(div));
        }
        let mut all = Gathered::default();
        all.walk(resource);
        Self {
            narrative: told.joined(),
            content: all.joined(),
        }
    }
}

#[derive(Default)]
struct Gathered {
    words: BTreeSet<String>,
    bytes: usize,
}

impl Gathered {
    fn add(&mut self, text: &str) {
        each(text, |word| {
            if self.bytes + word.len() < BYTES_MAX && self.words.insert(word.to_owned()) {
                self.bytes += word.len() + 1;
            }
        });
    }

    /// Without recursion: what is stored may be nested as deep as a body may be.
    fn walk(&mut self, resource: Node<'_>) {
        let mut open = vec![resource];
        while let Some(node) = open.pop() {
            if node.element.kind() == Kind::Array {
                open.extend(
                    node.element
                        .items()
                        .map(|item| Node::typed(item, node.type_ix)),
                );
                continue;
            }
            let type_ix = match Node::resource(node.element) {
                Some(resource) => resource.type_ix,
                None => node.type_ix,
            };
            let Some(of) = r4().type_at(type_ix) else {
                continue;
            };
            if let TypeKind::Primitive(primitive) = of.kind {
                self.primitive(primitive, node);
                continue;
            }
            for (name, member) in node.element.members() {
                // It changes with every version, and says nothing.
                if name == "versionId" {
                    continue;
                }
                if let Some(element) = of.element(name) {
                    open.push(Node::typed(member, element.type_ix));
                }
            }
        }
    }

    fn primitive(&mut self, primitive: Primitive, node: Node<'_>) {
        let Some(text) = node.element.as_str() else {
            return;
        };
        match primitive {
            Primitive::String | Primitive::Markdown | Primitive::Code | Primitive::Id => {
                self.add(text);
            }
            Primitive::Xhtml => self.add(&of_narrative(text)),
            _ => {}
        }
    }

    fn joined(self) -> String {
        let words: Vec<String> = self.words.into_iter().collect();
        words.join(" ")
    }
}
