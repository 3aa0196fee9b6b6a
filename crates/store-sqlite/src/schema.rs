//! The tables, by version.

use cresset_definitions::{ResourceType, SearchType, r4};
use cresset_store::layout::{Slot, column_of};
use rusqlite::Connection;

const REFERENCES: &str = include_str!("schema/references.sql");

/// Each step takes a database from its position to the next; a step that was released never changes.
const STEPS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema/apps.sql"),
    REFERENCES,
    include_str!("schema/people.sql"),
    include_str!("schema/audit.sql"),
    include_str!("schema/history.sql"),
    include_str!("schema/assertions.sql"),
    include_str!("schema/reindex.sql"),
    include_str!("schema/registrations.sql"),
    include_str!("schema/keys.sql"),
    include_str!("schema/mail.sql"),
    include_str!("schema/words.sql"),
    include_str!("schema/passkeys.sql"),
    include_str!("schema/proof.sql"),
    include_str!("schema/logos.sql"),
    include_str!("schema/defined.sql"),
    include_str!("schema/attempts.sql"),
    include_str!("schema/jobs.sql"),
];

/// Brings a database to the newest version, all steps in one transaction.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let version = version(connection)?;
    let transaction = connection.transaction()?;
    for step in STEPS.iter().skip(version) {
        transaction.execute_batch(step)?;
        if *step == REFERENCES {
            fill_references(&transaction)?;
        }
    }
    transaction.pragma_update(None, "user_version", STEPS.len())?;
    transaction.commit()
}

/// Copies the references that are known already.
fn fill_references(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT number,type,code FROM parameter")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (number, of, code): (i64, u8, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let parameter = ResourceType::from_code(of).and_then(|of| r4().search_parameter(of, &code));
        if parameter.is_some_and(|p| p.search_type == SearchType::Reference) {
            connection.execute(
                "INSERT INTO ref(r,p,v) SELECT r,p,v FROM idx WHERE p=?",
                [column_of(number, Slot::Own)],
            )?;
        }
    }
    Ok(())
}

/// The version a database has.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whether a database is of a newer version than this build knows.
pub(crate) fn is_newer(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(version(connection)? > STEPS.len())
}

#[cfg(test)]
mod tests {
    use super::{REFERENCES, STEPS, migrate};
    use cresset_definitions::ResourceType;
    use cresset_store::layout::{Slot, column_of};
    use rusqlite::Connection;

    #[test]
    fn references_known_before_are_copied() {
        let mut connection = Connection::open_in_memory().unwrap();
        let earlier = STEPS.iter().take_while(|step| **step != REFERENCES);
        let version = earlier.clone().count();
        for step in earlier {
            connection.execute_batch(step).unwrap();
        }
        connection
            .pragma_update(None, "user_version", version)
            .unwrap();
        let of = ResourceType::parse("Observation").unwrap().code();
        for (number, code) in [(3, "subject"), (4, "code")] {
            connection
                .execute("INSERT INTO parameter VALUES(?,?,?)", (number, of, code))
                .unwrap();
            connection
                .execute(
                    "INSERT INTO idx(p,v,w,r) VALUES(?,7,0,9)",
                    [column_of(number, Slot::Own)],
                )
                .unwrap();
        }
        migrate(&mut connection).unwrap();
        let rows: Vec<(i64, i64, i64)> = connection
            .prepare("SELECT r,p,v FROM ref")
            .unwrap()
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(rows, [(9, column_of(3, Slot::Own), 7)]);
    }
}
