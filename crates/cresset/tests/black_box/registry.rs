//! Nodes that find their instances in a registry: what an operator does is known to all of them.

use std::process::Command;
use std::time::{Duration, Instant};

use cresset_testkit::postgres;
use reqwest::Method;

use crate::client::Client;
use crate::server::{Operator, Server};

/// How long after a change a node may not know it, on a machine that does much else.
const BOUND: Duration = Duration::from_secs(20);

/// How long a busy machine may take to stop a server.
const PATIENCE: Duration = Duration::from_secs(20);

/// Longer than what a node heard holds.
const AWHILE: Duration = Duration::from_secs(3);

/// Settings of nodes of a platform of its own.
fn platform(server: &postgres::Server) -> [(&'static str, String); 2] {
    let url = server.url().to_owned();
    [
        ("CRESSET_REGISTRY", url.clone()),
        ("CRESSET_CLUSTERS__EAST__URL", url),
    ]
}

/// Waits until it is so; longer than nodes may take is too long.
async fn within_bound(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    loop {
        // What was begun in time may answer late on a busy machine.
        let is_late = begun.elapsed() > BOUND;
        if is_so().await {
            return;
        }
        assert!(!is_late, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn status(caller: &Client, path: &str) -> u16 {
    let request = caller.plain(Method::GET, path);
    caller.send(request).await.status
}

/// Matches on the first page of a search that says nothing of its size.
async fn default_page(caller: &Client) -> usize {
    let found = caller.get("Patient").await.expect_status(200);
    found.json()["entry"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_does_reaches_every_node() {
    let server = tokio::task::block_in_place(postgres::Server::start);
    let platform = platform(&server);
    let settings: Vec<_> = platform.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let (one, two) = (Server::node(&settings).await, Server::node(&settings).await);
    let operator = Operator::new(&settings);
    let strangers = [one.nobody("sunrise"), two.nobody("sunrise")];
    for stranger in &strangers {
        assert_eq!(status(stranger, "/fhir/metadata").await, 404);
    }
    operator.run(&["instance", "create", "sunrise"]);
    for stranger in &strangers {
        let is_served = async || status(stranger, "/fhir/metadata").await == 200;
        within_bound("it is not served", is_served).await;
    }
    assert!(operator.run(&["instance", "list"]).contains("sunrise"));
    let said = operator.refuse(&["instance", "create", "sunrise"]);
    assert!(said.contains("exists already"), "{said}");

    let here = operator.caller(&one, "sunrise").await;
    let there = two.nobody("sunrise");
    let there = there.bearing(here.token.as_deref().expect("a token"));
    for at in 0..4 {
        let body = format!(r#"{{"resourceType":"Patient","id":"p{at}"}}"#);
        here.put(&format!("Patient/p{at}"), body)
            .await
            .expect_status(201);
    }
    for caller in [&here, &there] {
        assert_eq!(default_page(caller).await, 4);
    }
    operator.run(&["instance", "set", "sunrise", "page_default=3"]);
    for caller in [&here, &there] {
        let is_changed = async || default_page(caller).await == 3;
        within_bound("its page is as before", is_changed).await;
    }
    let shown = operator.run(&["instance", "show", "sunrise", "--json"]);
    assert!(shown.contains(r#""page_default": 3"#), "{shown}");

    operator.run(&["instance", "delete", "sunrise", "--yes"]);
    for stranger in &strangers {
        let is_gone = async || status(stranger, "/fhir/metadata").await == 404;
        within_bound("it is still served", is_gone).await;
    }
    // Another practice of the name has nothing of the one before.
    operator.run(&["instance", "create", "sunrise"]);
    let again = operator.caller(&two, "sunrise").await;
    assert_eq!(again.count("Patient").await, 0);
    assert_eq!(there.get("Patient").await.status, 401);
}

/// What `psql` prints of a database.
fn asked(url: &str, text: &str) -> String {
    let said = Command::new("psql").args([url, "-Atqc", text]).output();
    let said = said.expect("psql runs");
    assert!(said.status.success(), "{said:?}");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// What is open is served on, and the node stays well; what would have to be asked for waits.
#[tokio::test(flavor = "multi_thread")]
async fn practices_go_on_while_the_registry_is_away() {
    let registry = tokio::task::block_in_place(postgres::Server::start);
    let url = registry.url().to_owned();
    let settings = [
        ("CRESSET_REGISTRY", url.as_str()),
        ("CRESSET_STORE", postgres::server().url()),
    ];
    let operator = Operator::new(&settings);
    operator.run(&["instance", "create", "goes-on"]);
    let node = Server::node(&settings[..1]).await;
    let caller = operator.caller(&node, "goes-on").await;
    caller.get("Patient").await.expect_status(200);
    assert!(caller.is_well().await);
    let told = caller.told().await;
    assert!(told.contains(r#""registry":"reachable""#), "{told}");
    drop(registry);
    let begun = Instant::now();
    let is_away = || {
        !Command::new("psql")
            .args([&url, "-c", ""])
            .output()
            .is_ok_and(|said| said.status.success())
    };
    while !is_away() {
        assert!(begun.elapsed() < PATIENCE, "the registry stays");
    }
    let begun = Instant::now();
    while begun.elapsed() < AWHILE {
        caller.get("Patient").await.expect_status(200);
        assert!(caller.is_well().await);
    }
    let told = caller.told().await;
    assert!(told.contains(r#""registry":"away""#), "{told}");
    let unknown = node.nobody("unheard-of");
    assert_eq!(status(&unknown, "/fhir/metadata").await, 503);
}

/// Commands read the nodes' file, wherever its name comes from.
#[test]
fn commands_have_the_settings_of_the_nodes() {
    let server = postgres::Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cresset.toml");
    let text = format!(
        "registry = '{url}'\n[clusters.east]\nurl = '{url}'\n",
        url = server.url()
    );
    std::fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("its name");
    let by_variable = Operator::new(&[("CRESSET_CONFIG", file), ("CRESSET_STORE", "east")]);
    by_variable.run(&["instance", "create", "sunrise"]);
    let by_flag = Operator::new(&[]);
    let listed = by_flag.run(&["instance", "list", "--config", file]);
    assert!(listed.contains("sunrise"), "{listed}");
    assert!(
        !by_flag
            .run(&["instance", "list", "--json", "--config", file])
            .contains("postgres:")
    );
}

#[test]
fn new_instances_go_where_the_fewest_are() {
    let server = postgres::Server::start();
    let databases = ["east", "north", "west"].map(|name| {
        asked(server.url(), &format!("CREATE DATABASE {name}"));
        server.url().replace("/postgres", &format!("/{name}"))
    });
    let [east, north, west] = databases.each_ref().map(String::as_str);
    let operator = Operator::new(&[
        ("CRESSET_REGISTRY", server.url()),
        ("CRESSET_CLUSTERS__EAST__URL", east),
        ("CRESSET_CLUSTERS__NORTH__URL", north),
        ("CRESSET_CLUSTERS__NORTH__CLOSED", "true"),
        ("CRESSET_CLUSTERS__WEST__URL", west),
    ]);
    let held = || {
        let count = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'cresset\\_%'";
        [east, north, west].map(|url| asked(url, count))
    };
    for (name, expected) in [
        ("a", ["1", "0", "0"]),
        ("b", ["1", "0", "1"]),
        ("c", ["2", "0", "1"]),
        ("d", ["2", "0", "2"]),
    ] {
        operator.run(&["instance", "create", name]);
        assert_eq!(held(), expected, "{name}");
    }
    // Who names one has it, closed or not.
    operator.run(&["instance", "create", "e", "--store", "north"]);
    assert_eq!(held(), ["2", "1", "2"]);
    operator.run(&["instance", "delete", "c", "--yes"]);
    operator.run(&["instance", "create", "f"]);
    assert_eq!(held(), ["2", "1", "2"]);
    let said = operator.refuse(&["instance", "create", "g", "--store", "south"]);
    assert!(said.contains("name no cluster `south`"), "{said}");
    let listed = operator.run(&["instance", "list"]);
    for name in ["a", "b", "d", "e", "f"] {
        assert!(
            listed
                .lines()
                .any(|line| line.starts_with(&format!("{name} "))),
            "{listed}"
        );
    }
    assert_eq!(
        operator
            .run(&["instance", "show", "e", "--json"])
            .matches("\"e\"")
            .count(),
        1
    );
}

/// A node that could not make or reach what it is to serve does not begin.
#[test]
fn a_node_does_not_start_half() {
    let server = postgres::Server::start();
    asked(server.url(), "CREATE ROLE weak LOGIN");
    let weak = server.url().replace("cresset@", "weak@");
    let url = server.url();
    for (settings, said) in [
        (
            ("CRESSET_CLUSTERS__EAST__URL", weak.as_str()),
            "may not make roles",
        ),
        (("CRESSET_REGISTRY", weak.as_str()), "permission denied"),
        (
            ("CRESSET_REGISTRY", "mysql://x"),
            "no URL of a PostgreSQL server",
        ),
    ] {
        let operator = Operator::new(&[settings]);
        let refused = operator.refuse(&["serve", "--port", "0"]);
        assert!(refused.contains(said), "{refused}");
    }
    let operator = Operator::new(&[("CRESSET_REGISTRY", url)]);
    operator.run(&["instance", "list"]);
    asked(url, "INSERT INTO cresset.step(done) VALUES(99)");
    let refused = operator.refuse(&["serve", "--port", "0"]);
    assert!(refused.contains("newer version"), "{refused}");
}

/// A registry behind an address where nobody listens.
const AWAY: [(&str, &str); 1] = [("CRESSET_REGISTRY", "postgres://nobody@127.0.0.1:9/x")];

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_in_service_while_the_registry_is_away() {
    // It is waited for until it says that it is well.
    let node = Server::node(&AWAY).await;
    let stranger = node.nobody("sunrise");
    assert_eq!(status(&stranger, "/fhir/metadata").await, 503);
}

#[test]
fn code_systems_are_loaded_without_the_registry() {
    let listed = Operator::new(&AWAY).run(&["terminology", "list", "--json"]);
    assert_eq!(listed.trim(), "[]");
}

#[test]
fn an_instance_that_no_node_would_serve_is_not_made() {
    let server = postgres::Server::start();
    let operator = Operator::new(&[("CRESSET_REGISTRY", server.url())]);
    let said = operator.refuse(&["instance", "create", "sunrise"]);
    assert!(said.contains("would not know"), "{said}");
    assert!(!operator.run(&["instance", "list"]).contains("sunrise"));
}

/// Practices behind a front are served there by every node as soon as an operator placed them.
#[tokio::test(flavor = "multi_thread")]
async fn every_node_serves_a_front() {
    let server = tokio::task::block_in_place(postgres::Server::start);
    let platform = platform(&server);
    let settings: Vec<_> = platform.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let (one, two) = (Server::node(&settings).await, Server::node(&settings).await);
    let operator = Operator::new(&settings);
    operator.run(&["instance", "create", "clinics", "--front"]);
    for name in ["sunrise", "sunset"] {
        operator.run(&["instance", "create", name]);
        operator.run(&["instance", "set", name, "behind=clinics"]);
    }
    for (refused, why) in [
        (
            ["instance", "set", "sunset", "behind=sunrise"],
            "is no front",
        ),
        (
            ["instance", "set", "sunset", "rules=canvas"],
            "rules differs",
        ),
        (
            ["instance", "set", "clinics", "behind=clinics"],
            "behind no other",
        ),
        (["instance", "set", "sunset", "behind=sundown"], "sundown"),
        (
            ["instance", "set", "clinics", "front=false"],
            "stands behind",
        ),
        (
            ["instance", "set", "clinics", "deletes=never"],
            "deletes would differ",
        ),
        (["instance", "delete", "clinics", "--yes"], "stands behind"),
    ] {
        let said = operator.refuse(&refused);
        assert!(said.contains(why), "{said}");
    }
    let fronts = [one.nobody("clinics"), two.nobody("clinics")];
    let sunrise = operator.caller_at(&fronts[0], "sunrise").await;
    let sunset = operator.caller_at(&fronts[1], "sunset").await;
    let body = r#"{"resourceType":"Patient","id":"a"}"#;
    sunrise.put("Patient/a", body).await.expect_status(201);
    for front in &fronts {
        let token = |of: &Client| of.token.clone().expect("a token");
        let (first, second) = (token(&sunrise), token(&sunset));
        assert_eq!(front.bearing(&first).count("Patient").await, 1);
        assert_eq!(front.bearing(&second).count("Patient").await, 0);
        assert_eq!(front.get("Patient").await.status, 401);
    }
    let at_home = two.nobody("sunrise");
    let at_home = at_home.bearing(sunrise.token.as_deref().expect("a token"));
    assert_eq!(at_home.get("Patient/a").await.status, 401);
    operator.run(&["instance", "set", "sunrise", "behind=null"]);
    for front in &fronts {
        let caller = front.bearing(sunrise.token.as_deref().expect("a token"));
        let has_left = async || caller.get("Patient/a").await.status == 401;
        within_bound("it is still served", has_left).await;
        let other = front.bearing(sunset.token.as_deref().expect("a token"));
        assert_eq!(other.count("Patient").await, 0);
    }
    // Placed there again, its apps go on.
    operator.run(&["instance", "set", "sunrise", "behind=clinics"]);
    let is_back = async || sunrise.get("Patient/a").await.status == 200;
    within_bound("it is not served", is_back).await;
}
