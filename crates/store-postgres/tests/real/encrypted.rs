//! A server that speaks with nobody who does not encrypt.

use cresset_base::Limits;
use cresset_store_postgres::{Cluster, ClusterError};
use cresset_testkit::postgres::Server;

use crate::instance::Instance;

fn error(url: &str) -> String {
    let said = Cluster::parse(url, &Limits::default()).map(drop);
    said.unwrap_err().to_string()
}

async fn refusal(url: &str) -> String {
    match Cluster::parse(url, &Limits::default())
        .unwrap()
        .check()
        .await
    {
        Err(ClusterError::Unreachable(said) | ClusterError::Failed(said)) => said,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_spoken_with_where_it_proves_its_name() {
    let server = tokio::task::block_in_place(Server::encrypted);
    let url = server.url();
    let roots = server.authority();
    let sound = format!("{url}?sslmode=verify-full&sslrootcert={}", roots.display());
    let instance = Instance::create(&sound).await;
    let world = instance.open("one", "2026-03-01T12:00:00Z").await;
    world.put(&[r#"{"resourceType":"Patient","id":"p"}"#]).await;
    world.check("Patient", &["p"]).await;
    let said = refusal(url).await;
    assert!(said.contains("no encryption"), "{said}");
    let said = refusal(&sound.replace("localhost", "127.0.0.1")).await;
    assert!(said.contains("certificate"), "{said}");
    let said = error(&format!(
        "{url}?sslmode=verify-full&sslrootcert=/nowhere.pem"
    ));
    assert!(said.contains("/nowhere.pem"), "{said}");
}
