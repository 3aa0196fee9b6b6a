//! What an expression gives.

use std::borrow::Cow;

use cresset_definitions::{Definitions, Primitive, ResourceType, TypeIx, TypeKind, r4};
use cresset_model::{Element, Kind};
use rust_decimal::Decimal;

use crate::quantity::Quantity;
use crate::temporal::{Temporal, TemporalKind};

/// A place in a resource and its FHIR type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node<'a> {
    /// The value; `null` where a primitive has only an id or extensions.
    pub element: Element<'a>,
    /// Its type: for a choice the type chosen, for any resource the type it says it is.
    pub type_ix: TypeIx,
    /// The `_name` member beside a primitive, where the expression can ask for it.
    pub(crate) companion: Option<Element<'a>>,
}

/// One member of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Item<'a> {
    /// A place in the resource.
    Node(Node<'a>),
    /// What `resolve()` knows of a resource elsewhere: its type, if the reference tells.
    Remote(Option<ResourceType>),
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with its decimal places.
    Decimal(Decimal),
    /// A text.
    String(Cow<'a, str>),
    /// A date, time or moment.
    Temporal(Temporal),
    /// A number with a unit.
    Quantity(Quantity<'a>),
    /// What `type()` gives: a name in `FHIR` or `System`.
    Type(&'static str, &'static str),
}

impl<'a> Item<'a> {
    /// The value of the System type that stands for it; `None` for a structure, a resource
    /// elsewhere, and a primitive without value.
    pub fn plain(&self) -> Option<Item<'a>> {
        match self {
            Self::Node(node) => node.plain(),
            Self::Remote(_) | Self::Type(..) => None,
            value => Some(value.clone()),
        }
    }
}

impl<'a> Node<'a> {
    /// The root of a resource; `None` when its `resourceType` is not one of R4.
    pub fn resource(element: Element<'a>) -> Option<Self> {
        let name = element.get("resourceType")?.as_str()?;
        let type_ix = Self::type_of(ResourceType::parse(name)?)?;
        Some(Self {
            element,
            type_ix,
            companion: None,
        })
    }

    /// The place of a resource type in the tables of types.
    pub fn type_of(resource_type: ResourceType) -> Option<TypeIx> {
        r4().resource_ix(resource_type)
    }

    /// The place of any type in the tables, by its name.
    pub fn type_called(name: &str) -> Option<TypeIx> {
        type_ix(r4(), name)
    }

    /// Whether it is of a type or one that specialises it.
    pub fn is(self, wanted: TypeIx) -> bool {
        is_a(self.type_ix, wanted)
    }

    /// A primitive with what lies in its `_name` member.
    pub fn beside(element: Element<'a>, companion: Option<Element<'a>>, type_ix: TypeIx) -> Self {
        Self {
            element,
            type_ix,
            companion,
        }
    }

    /// A value whose type is known from where it stands, for example from a [`crate::Route`].
    pub fn typed(element: Element<'a>, type_ix: TypeIx) -> Self {
        Self {
            element,
            type_ix,
            companion: None,
        }
    }

    /// The name of its type: `Quantity`, `code`, `Patient.contact`.
    pub fn type_name(self) -> &'static str {
        r4().type_at(self.type_ix).map_or("", |t| t.name)
    }

    /// The value as a System type.
    fn plain(self) -> Option<Item<'a>> {
        let element = self.element;
        let TypeKind::Primitive(primitive) = r4().type_at(self.type_ix)?.kind else {
            return self.quantity();
        };
        let temporal = |kind| Temporal::parse(element.as_str()?, kind).map(Item::Temporal);
        match primitive {
            Primitive::Boolean => element.as_bool().map(Item::Boolean),
            Primitive::Integer | Primitive::UnsignedInt | Primitive::PositiveInt => {
                element.number()?.parse().ok().map(Item::Integer)
            }
            Primitive::Decimal => decimal(element.number()?).map(Item::Decimal),
            Primitive::Date => temporal(TemporalKind::Date),
            Primitive::DateTime | Primitive::Instant => temporal(TemporalKind::DateTime),
            Primitive::Time => temporal(TemporalKind::Time),
            _ => element
                .as_str()
                .map(|text| Item::String(Cow::Borrowed(text))),
        }
    }

    /// Whether its type is a primitive one.
    pub(crate) fn is_primitive(self) -> bool {
        is_primitive(self.type_ix)
    }

    /// Whether it is a Quantity or one of its kinds.
    pub(crate) fn is_quantity(self) -> bool {
        quantity_type().is_some_and(|wanted| is_a(self.type_ix, wanted))
    }

    /// A FHIR Quantity by its code, or its unit where it has no code.
    fn quantity(self) -> Option<Item<'a>> {
        if !self.is_quantity() {
            return None;
        }
        let value = decimal(self.element.get("value")?.number()?)?;
        let unit = self
            .element
            .get("code")
            .or_else(|| self.element.get("unit"));
        let unit = unit.and_then(Element::as_str).unwrap_or("1");
        Some(Item::Quantity(Quantity::new(value, unit)))
    }

    /// Whether it has a value of its own: a primitive with one.
    pub(crate) fn has_value(self) -> bool {
        !matches!(self.element.kind(), Kind::Object | Kind::Array | Kind::Null)
    }

    /// Appends every child in the order of the document.
    pub(crate) fn every_child(self, out: &mut Vec<Item<'a>>) {
        let Some(definition) = r4().type_at(self.type_ix) else {
            return;
        };
        let holder = if self.element.kind() == Kind::Object {
            Some(self.element)
        } else {
            self.companion
        };
        let Some(holder) = holder else { return };
        for (name, _) in holder.members() {
            let beside = name.strip_prefix('_');
            // A companion comes with its value, unless it stands alone.
            if beside.is_some_and(|value| holder.get(value).is_some()) {
                continue;
            }
            if let Some(element) = definition.element(beside.unwrap_or(name)) {
                self.property(element, true, out);
            }
        }
    }

    /// Appends the values of a child: one, or each item of an array.
    ///
    /// `name` is the property without the type of a choice (`value`) or with it (`valueQuantity`).
    pub(crate) fn children(self, name: &str, with_companions: bool, out: &mut Vec<Item<'a>>) {
        let tables = r4();
        let Some(definition) = tables.type_at(self.type_ix) else {
            return;
        };
        if let Some(element) = definition.element(name) {
            self.property(element, with_companions, out);
            return;
        }
        for element in definition.choices(name) {
            self.property(element, with_companions, out);
        }
    }

    fn property(
        self,
        definition: &'static cresset_definitions::Element,
        with_companions: bool,
        out: &mut Vec<Item<'a>>,
    ) {
        let holder = if self.element.kind() == Kind::Object {
            Some(self.element)
        } else {
            self.companion
        };
        let Some(holder) = holder else { return };
        let (value, companion) = if with_companions && is_primitive(definition.type_ix) {
            holder.get_with_companion(definition.name)
        } else {
            (holder.get(definition.name), None)
        };
        let Some(listed) = value.or(companion) else {
            return;
        };
        if listed.kind() != Kind::Array {
            out.extend(Self::child(listed, companion, definition.type_ix));
            return;
        }
        let mut companions = companion.map(Element::items);
        for item in listed.items() {
            let companion = companions.as_mut().and_then(Iterator::next);
            out.extend(Self::child(item, companion, definition.type_ix));
        }
    }

    fn child(
        element: Element<'a>,
        companion: Option<Element<'a>>,
        type_ix: TypeIx,
    ) -> Option<Item<'a>> {
        let companion = companion.filter(|c| c.kind() == Kind::Object);
        if element.kind() == Kind::Null && companion.is_none() {
            return None;
        }
        if r4().is_any_resource(type_ix) {
            return Node::resource(element).map(Item::Node);
        }
        Some(Item::Node(Self {
            element,
            type_ix,
            companion,
        }))
    }
}

fn is_primitive(type_ix: TypeIx) -> bool {
    r4().type_at(type_ix)
        .is_some_and(|t| matches!(t.kind, TypeKind::Primitive(_)))
}

/// A JSON number, which may have an exponent.
fn decimal(text: &str) -> Option<Decimal> {
    text.parse()
        .ok()
        .or_else(|| Decimal::from_scientific(text).ok())
}

fn quantity_type() -> Option<TypeIx> {
    static IX: std::sync::OnceLock<Option<TypeIx>> = std::sync::OnceLock::new();
    *IX.get_or_init(|| type_ix(r4(), "Quantity"))
}

/// The place of a type in the tables.
pub(crate) fn type_ix(tables: &Definitions, name: &str) -> Option<TypeIx> {
    let at = tables.types().binary_search_by(|t| t.name.cmp(name)).ok()?;
    u16::try_from(at).ok().map(TypeIx)
}

/// Whether `type_ix` is `wanted` or specialises it.
pub(crate) fn is_a(type_ix: TypeIx, wanted: TypeIx) -> bool {
    let mut at = Some(type_ix);
    while let Some(ix) = at {
        if ix == wanted {
            return true;
        }
        at = r4().type_at(ix).and_then(|t| t.base);
    }
    false
}
