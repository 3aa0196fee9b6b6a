//! An instance whose schema was made by an earlier version of the program, with data.

use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::Error;
use cresset_store::contract::world::{World, everything, names};
use cresset_store_postgres::{Cluster, PostgresStore};
use cresset_testkit::{ManualClock, postgres};

use crate::instance::{Instance, options};

const AT: &str = "2026-03-01T12:00:00Z";

/// The steps before local references became marked rows of the index.
const STEPS: [&str; 5] = [
    include_str!("../../src/schema/first.sql"),
    include_str!("../../src/schema/reindex.sql"),
    include_str!("../../src/schema/registrations.sql"),
    include_str!("../../src/schema/keys.sql"),
    include_str!("../../src/schema/indexing.sql"),
];

const RESOURCES: [&str; 6] = [
    r#"{"resourceType":"Practitioner","id":"d1","name":[{"family":"Stone"}]}"#,
    r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Reed","given":["Ada","Bea"]}],"birthDate":"1950-05","generalPractitioner":[{"reference":"Practitioner/d1"}]}"#,
    r#"{"resourceType":"Patient","id":"p2","name":[{"family":"Moss"}],"birthDate":"1960"}"#,
    r#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"urn:c","code":"a"}]},"subject":{"reference":"Patient/p1"},"effectivePeriod":{"start":"2020-01-01","end":"2020-03-01"}}"#,
    r#"{"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"system":"urn:c","code":"b"}]},"subject":{"reference":"Patient/p2"},"effectiveDateTime":"2021-01-01","hasMember":[{"reference":"Observation/o1"}]}"#,
    r#"{"resourceType":"Observation","id":"o3","status":"final","code":{"coding":[{"system":"urn:c","code":"a"}]},"subject":{"reference":"https://elsewhere.example/Patient/p1"}}"#,
];

const SEARCHES: [&str; 9] = [
    "Patient?name=reed",
    "Patient?general-practitioner.name=stone",
    "Patient?_has:Observation:subject:code=urn:c|a",
    "Observation?subject.name=moss&_include=Observation:subject",
    "Observation?_include=Observation:has-member&_include:iterate=Observation:subject",
    "Patient?_id=p1&_revinclude=Observation:subject&_include=Patient:*",
    "Observation?_sort=-date",
    "Observation?date=lt2020-02-01",
    "Patient?_sort=family&birthdate=lt1955",
];

/// What is found, with what is shown beside.
async fn answers(world: &World) -> Vec<(&'static str, Vec<String>, Vec<String>)> {
    let mut answers = Vec::new();
    for url in SEARCHES {
        let page = world.page(&everything(), url, None).await;
        let included = page.included.iter();
        let mut included: Vec<String> = included.map(|v| v.id.to_string()).collect();
        included.sort();
        assert!(!page.matches.is_empty(), "{url} finds nothing");
        answers.push((url, names(&page), included));
    }
    answers
}

/// Copies the rows of every table into an instance of the earlier schema.
async fn earlier_copy(of: &Instance) -> Instance {
    let copy = Instance::create(postgres::server().url()).await;
    let tables = copy.tables().await;
    let act = format!(
        "DO $$ BEGIN EXECUTE format('SET ROLE %I', (SELECT rolname FROM pg_roles r \
         JOIN pg_namespace n ON n.nspowner=r.oid WHERE nspname='{}')); END $$",
        copy.schema()
    );
    tables.batch_execute(&act).await.unwrap();
    tables
        .batch_execute("CREATE TABLE step(done integer NOT NULL)")
        .await
        .unwrap();
    for (at, step) in STEPS.iter().enumerate() {
        tables.batch_execute(step).await.unwrap();
        let done = format!("INSERT INTO step(done) VALUES({})", at + 1);
        tables.batch_execute(&done).await.unwrap();
    }
    let names = "SELECT t.table_name::text,\
                 (SELECT string_agg(quote_ident(column_name::text),',') FROM information_schema.columns c \
                  WHERE c.table_schema=t.table_schema AND c.table_name=t.table_name) \
                 FROM information_schema.tables t WHERE t.table_schema=current_schema() \
                 AND t.table_type='BASE TABLE' AND t.table_name<>'step'";
    let listed = tables.query(names, &[]).await.unwrap();
    tables
        .batch_execute("RESET ROLE; DELETE FROM writer")
        .await
        .unwrap();
    for row in &listed {
        let (table, columns): (String, String) = (row.get(0), row.get(1));
        let text = format!(
            "INSERT INTO {table}({columns}) SELECT {columns} FROM \"{}\".{table}",
            of.schema()
        );
        tables.batch_execute(&text).await.unwrap();
    }
    copy
}

/// It may hold what this program does not understand.
#[tokio::test]
async fn one_of_a_later_version_is_not_opened() {
    let instance = Instance::create(postgres::server().url()).await;
    drop(instance.open("one", AT).await);
    let tables = instance.tables().await;
    let later = "INSERT INTO step(done) VALUES(99)";
    tables.batch_execute(later).await.unwrap();
    let cluster = Cluster::parse(postgres::server().url(), &Limits::default()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(AT.parse().unwrap()));
    let options = options("one", directory.path(), clock);
    let opened = PostgresStore::open(&cluster, &instance.name, options).await;
    let Err(Error::Failed(said)) = opened.map(drop) else {
        panic!("it was opened");
    };
    assert!(said.contains("newer version"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opens_and_answers_the_same() {
    let instance = Instance::create(postgres::server().url()).await;
    let world = instance.open("one", AT).await;
    world.put(&RESOURCES).await;
    let expected = answers(&world).await;
    let copy = earlier_copy(&instance).await;
    let references = "SELECT count(*) FROM ref";
    let tables = copy.tables().await;
    let before: i64 = tables.query_one(references, &[]).await.unwrap().get(0);
    assert!(before > 0);
    let converted = copy.open("one", AT).await;
    let after: i64 = tables.query_one(references, &[]).await.unwrap().get(0);
    assert_eq!(after, before);
    assert_eq!(answers(&converted).await, expected);
    // A program of the version before adds a reference to both of its tables.
    tables
        .batch_execute(
            "BEGIN; CREATE TEMP TABLE added AS SELECT p,v,w,r FROM idx WHERE f LIMIT 1; \
             DELETE FROM idx USING added a WHERE idx.p=a.p AND idx.v=a.v AND idx.w=a.w AND idx.r=a.r; \
             INSERT INTO idx(p,v,w,r) SELECT p,v,w,r FROM added; \
             INSERT INTO ref(r,p,v) SELECT r,p,v FROM added; COMMIT",
        )
        .await
        .unwrap();
    assert_eq!(answers(&converted).await, expected);
    // And both go on.
    converted.put(&[RESOURCES[1]]).await;
    let moved = RESOURCES[3].replace("Patient/p1", "Patient/p2");
    converted.put(&[&moved]).await;
    converted
        .check("Observation?subject.name=moss", &["o1", "o2"])
        .await;
    let including = "Observation?_id=o1&_include=Observation:subject";
    let page = converted.page(&everything(), including, None).await;
    assert_eq!(page.included.len(), 1);
}
