//! A part of a tree as a tree of its own: the resource of a bundle's entry.

use super::{Element, Kind, Node, Span, Tree};

impl Element<'_> {
    /// A copy of this value and all below it, independent of the tree it comes from. Costs what the
    /// part is long, not what the whole is.
    pub fn to_tree(self) -> Tree {
        let end = self.node().map_or(self.at, |n| n.next);
        let nodes = self
            .tree
            .nodes
            .get(self.at as usize..end as usize)
            .unwrap_or_default();
        let mut part = Part::of(self.tree, nodes);
        let mut copied = Vec::with_capacity(nodes.len());
        for node in nodes {
            let name = if copied.is_empty() {
                Span::default()
            } else {
                part.moved(node.name)
            };
            let value = if is_text(node) {
                part.moved(node.value)
            } else {
                node.value
            };
            copied.push(Node {
                name,
                value,
                next: node.next - self.at,
                kind: node.kind,
            });
        }
        Tree {
            nodes: copied,
            text: part.text,
            source_len: part.source_len,
        }
    }
}

/// The text of a part while it is collected.
struct Part<'t> {
    tree: &'t Tree,
    /// Where the part begins in the tree's source.
    start: u32,
    text: String,
    source_len: usize,
}

impl<'t> Part<'t> {
    /// The stretch of source that the part's spans cover. In document order they never go back, so
    /// the first and the last bound it.
    fn of(tree: &'t Tree, nodes: &[Node]) -> Self {
        let in_source = |span: &Span| span.len > 0 && (span.start as usize) < tree.source_len;
        let mut spans = nodes.iter().flat_map(spans).filter(in_source);
        let first = spans.next().unwrap_or_default();
        let last = spans.last().unwrap_or(first);
        let range = first.start as usize..last.range().end;
        let text = tree.text.get(range).unwrap_or_default().to_owned();
        Self {
            tree,
            start: first.start,
            source_len: text.len(),
            text,
        }
    }

    /// The place of a span in the part; what lies beyond the source is appended.
    fn moved(&mut self, span: Span) -> Span {
        if span.len == 0 {
            return Span::default();
        }
        if (span.start as usize) < self.tree.source_len {
            return Span {
                start: span.start - self.start,
                len: span.len,
            };
        }
        let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.push_str(self.tree.slice(span));
        Span {
            start,
            len: span.len,
        }
    }
}

fn is_text(node: &Node) -> bool {
    !matches!(node.kind, Kind::Object | Kind::Array)
}

fn spans(node: &Node) -> impl Iterator<Item = Span> {
    let value = is_text(node).then_some(node.value);
    [Some(node.name), value].into_iter().flatten()
}
