//! The tree and the cursor that walks it.

mod steps;
mod subtree;

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number, kept as text.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

/// A range of the tree's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Span {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.len as usize
    }
}

/// One value. Nodes lie in document order, so a container's first child is the next node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// The member name; empty for an item of an array.
    pub(crate) name: Span,
    /// Text of a string (unescaped), number or literal; for a container `len` counts its children.
    pub(crate) value: Span,
    /// The node after this one's subtree.
    pub(crate) next: u32,
    pub(crate) kind: Kind,
}

/// A parsed JSON document.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The source, followed by every string that had to be unescaped or was replaced.
    pub(crate) text: String,
    /// Where the source ends: a string before this needs no escaping when written.
    pub(crate) source_len: usize,
    pub(crate) nodes: Vec<Node>,
}

impl Tree {
    /// The outermost value.
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, at: 0 }
    }

    /// The root's `resourceType`, when it is a string.
    pub fn resource_type(&self) -> Option<&str> {
        self.root().get("resourceType")?.as_str()
    }

    /// The root's `id`, when it is a string.
    pub fn id(&self) -> Option<&str> {
        self.root().get("id")?.as_str()
    }

    /// Replaces every string value for which `replace` answers; says how many were replaced.
    ///
    /// Member names stay. This is how a transaction turns `urn:uuid:` into `Type/id`.
    pub fn replace_strings(&mut self, replace: &dyn Fn(&str) -> Option<String>) -> usize {
        let mut replaced = 0;
        for node in self.nodes.iter_mut().filter(|n| n.kind == Kind::String) {
            let Some(new) = self.text.get(node.value.range()).and_then(replace) else {
                continue;
            };
            let (Ok(start), Ok(len)) = (u32::try_from(self.text.len()), u32::try_from(new.len()))
            else {
                continue;
            };
            self.text.push_str(&new);
            node.value = Span { start, len };
            replaced += 1;
        }
        replaced
    }

    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn bytes(&self, span: Span) -> &[u8] {
        self.text.as_bytes().get(span.range()).unwrap_or_default()
    }
}

/// A cheap cursor at one value of a [`Tree`].
#[derive(Clone, Copy)]
pub struct Element<'t> {
    pub(crate) tree: &'t Tree,
    pub(crate) at: u32,
}

impl<'t> Element<'t> {
    /// What the value is.
    pub fn kind(self) -> Kind {
        self.node().map_or(Kind::Null, |n| n.kind)
    }

    /// How many members or items it has; 0 for anything but an object or array.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a container without children is judged by its len alone"
    )]
    pub fn len(self) -> usize {
        match self.node() {
            Some(n) if matches!(n.kind, Kind::Object | Kind::Array) => n.value.len as usize,
            _ => 0,
        }
    }

    /// The member of this name; `None` as well when this is not an object.
    pub fn get(self, name: &str) -> Option<Element<'t>> {
        self.children_of(Kind::Object)
            .find(|child| child.is_called(name))
    }

    /// The member of this name, and the one of the same name after an underscore, which says more of a
    /// primitive value (R4 2.6.2.3).
    pub fn get_with_companion(self, name: &str) -> (Option<Element<'t>>, Option<Element<'t>>) {
        let (mut value, mut companion) = (None, None);
        for child in self.children_of(Kind::Object) {
            if value.is_none() && child.is_called(name) {
                value = Some(child);
            } else if companion.is_none() && child.is_companion_of(name) {
                companion = Some(child);
            }
            if value.is_some() && companion.is_some() {
                break;
            }
        }
        (value, companion)
    }

    /// The members in document order; nothing when this is not an object.
    pub fn members(self) -> impl Iterator<Item = (&'t str, Element<'t>)> {
        self.children_of(Kind::Object)
            .map(|child| (child.name(), child))
    }

    /// The items of an array; nothing when this is not an array.
    pub fn items(self) -> impl Iterator<Item = Element<'t>> {
        self.children_of(Kind::Array)
    }

    /// The text of a string, unescaped.
    pub fn as_str(self) -> Option<&'t str> {
        self.text_of(Kind::String)
    }

    /// The text of a number exactly as written.
    pub fn number(self) -> Option<&'t str> {
        self.text_of(Kind::Number)
    }

    /// The value of `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        self.text_of(Kind::Bool).map(|text| text == "true")
    }

    /// The name under which this value is a member; empty for an item of an array and for the root.
    pub fn name(self) -> &'t str {
        self.node().map_or("", |n| self.tree.slice(n.name))
    }

    /// Its place in document order, which no other value of the tree shares.
    pub fn place(self) -> u32 {
        self.at
    }

    /// Appends this value as compact JSON: member order and numbers as written, strings with the
    /// fewest escapes JSON allows.
    pub fn write(self, out: &mut Vec<u8>) {
        crate::write::write(self, out);
    }

    /// Whether it is the member of this name. Lengths tell most names apart.
    fn is_called(self, name: &str) -> bool {
        self.node().is_some_and(|node| {
            node.name.len as usize == name.len() && self.tree.bytes(node.name) == name.as_bytes()
        })
    }

    fn is_companion_of(self, name: &str) -> bool {
        self.node().is_some_and(|node| {
            node.name.len as usize == name.len() + 1
                && self.tree.bytes(node.name).strip_prefix(b"_") == Some(name.as_bytes())
        })
    }

    pub(crate) fn node(self) -> Option<&'t Node> {
        self.tree.nodes.get(self.at as usize)
    }

    fn text_of(self, kind: Kind) -> Option<&'t str> {
        self.node()
            .filter(|n| n.kind == kind)
            .map(|n| self.tree.slice(n.value))
    }

    fn children_of(self, kind: Kind) -> Children<'t> {
        let (at, end) = match self.node() {
            Some(n) if n.kind == kind => (self.at + 1, n.next),
            _ => (0, 0),
        };
        Children {
            tree: self.tree,
            at,
            end,
        }
    }
}

impl PartialEq for Element<'_> {
    /// Same place in the same tree.
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && std::ptr::eq(self.tree, other.tree)
    }
}

impl std::fmt::Debug for Element<'_> {
    /// Shows shape only: a resource's values do not belong in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}({} at {})", self.kind(), self.name(), self.at)
    }
}

struct Children<'t> {
    tree: &'t Tree,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Element<'t>;

    fn next(&mut self) -> Option<Element<'t>> {
        if self.at >= self.end {
            return None;
        }
        let child = Element {
            tree: self.tree,
            at: self.at,
        };
        self.at = child.node()?.next;
        Some(child)
    }
}
