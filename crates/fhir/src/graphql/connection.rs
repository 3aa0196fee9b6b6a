//! A page of a search as a Connection (R4, graphql.html 3.4): its matches, and where its neighbours are.

use cresset_model::Value;

use super::asked::{Asked, unknown_field};
use super::fields::{Way, leaf};
use super::known::Page;
use super::object::Object;
use super::place::Place;
use super::run::Run;
use crate::fault::Fault;

impl<'r> Run<'r> {
    /// The whole of a page.
    pub(super) fn connection(&mut self, page: &'r Page, asked: &Asked<'_>) -> Result<Value, Fault> {
        let name = &asked.field.name;
        let number = |number: Option<u64>| match number {
            Some(number) => Value::Number(number.to_string().into()),
            None => Value::Null,
        };
        let place = |sealed: &Option<String>| match sealed {
            Some(sealed) => Value::String(sealed.as_str().into()),
            None => Value::Null,
        };
        let mut connection = Object::default();
        asked.must_have_fields()?;
        for part in self.collected(&asked.sets, &|of| Ok(of == name))? {
            let field = part.field;
            let told = match field.name.as_str() {
                "__typename" => {
                    leaf(name, field, &mut connection, Way::PLAIN)?;
                    continue;
                }
                "count" => number(page.total),
                "pagesize" => number(Some(page.count.into())),
                "next" => place(&page.next),
                "previous" => place(&page.previous),
                // A page is found from its neighbour, not by its number.
                "offset" | "first" | "last" => Value::Null,
                "edges" => {
                    connection.expect(&field.key, true);
                    for loaded in &page.resources {
                        let edge = self.edge(Place::of(loaded), &part)?;
                        connection.add(&field.key, true, edge);
                    }
                    continue;
                }
                other => return Err(unknown_field(name, other)),
            };
            must_be_plain(&part)?;
            connection.add(&field.key, false, told);
        }
        connection.finished()
    }

    fn edge(&mut self, place: Option<Place<'r>>, asked: &Asked<'_>) -> Result<Value, Fault> {
        let mut edge = Object::default();
        for part in self.collected(&asked.sets, &|of| Ok(of == "Edge"))? {
            let key = &part.field.key;
            match (part.field.name.as_str(), place) {
                ("mode", _) => {
                    must_be_plain(&part)?;
                    edge.add(key, false, Value::String("match".into()));
                }
                ("score", _) => {
                    must_be_plain(&part)?;
                    edge.expect(key, false);
                }
                ("resource", Some(place)) => {
                    let mut resource = Object::default();
                    self.object(place, &part.sets, &mut resource, Way::PLAIN)?;
                    edge.add(key, false, resource.finished()?);
                }
                (other, _) => return Err(unknown_field("edges", other)),
            }
        }
        edge.finished()
    }
}

fn must_be_plain(asked: &Asked<'_>) -> Result<(), Fault> {
    let field = asked.field;
    field.arguments.only(&field.name, &[])?;
    asked.must_be_leaf()
}
