//! A part of a tree as a tree of its own: the resource of a bundle's entry.

use super::{Element, Kind, Node, Span, Tree};

impl Element<'_> {
    /// A copy of this value and all below it, independent of the tree it comes from.
    pub fn to_tree(self) -> Tree {
        let end = self.node().map_or(self.at, |n| n.next);
        let nodes = self
            .tree
            .nodes
            .get(self.at as usize..end as usize)
            .unwrap_or_default();
        let mut source = Reach::default();
        let mut beyond = Reach::default();
        for span in nodes.iter().flat_map(spans) {
            let reach = if (span.start as usize) < self.tree.source_len {
                &mut source
            } else {
                &mut beyond
            };
            reach.add(span);
        }
        let mut text = String::with_capacity(source.len() + beyond.len());
        text.push_str(self.tree.text.get(source.range()).unwrap_or_default());
        let source_len = text.len();
        text.push_str(self.tree.text.get(beyond.range()).unwrap_or_default());

        let moved = |span: Span| {
            let start = if (span.start as usize) < self.tree.source_len {
                span.start.wrapping_sub(source.start)
            } else {
                span.start
                    .wrapping_sub(beyond.start)
                    .wrapping_add(source.end - source.start)
            };
            Span {
                start,
                len: span.len,
            }
        };
        let nodes = nodes.iter().enumerate().map(|(i, node)| Node {
            name: if i == 0 {
                Span::default()
            } else {
                moved(node.name)
            },
            value: if is_text(node) {
                moved(node.value)
            } else {
                node.value
            },
            next: node.next - self.at,
            kind: node.kind,
        });
        Tree {
            nodes: nodes.collect(),
            text,
            source_len,
        }
    }
}

/// The stretch of text that a set of spans covers.
#[derive(Default, Clone, Copy)]
struct Reach {
    start: u32,
    end: u32,
}

impl Reach {
    fn add(&mut self, span: Span) {
        let end = span.start + span.len;
        *self = if self.end == self.start {
            Self {
                start: span.start,
                end,
            }
        } else {
            Self {
                start: self.start.min(span.start),
                end: self.end.max(end),
            }
        };
    }

    fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

fn is_text(node: &Node) -> bool {
    !matches!(node.kind, Kind::Object | Kind::Array)
}

fn spans(node: &Node) -> impl Iterator<Item = Span> {
    let value = is_text(node).then_some(node.value);
    [Some(node.name), value]
        .into_iter()
        .flatten()
        .filter(|s| s.len > 0)
}
