//! Group under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, updated, with};

fn team(responsibilities: &[&str]) -> Value {
    let mut body = json!({
        "resourceType": "Group", "type": "practitioner", "actual": true, "name": "Team",
        "member": [{"entity": {"reference": "Practitioner/1"}}, {"entity": {"reference": "Practitioner/2"}}]
    });
    if !responsibilities.is_empty() {
        let one = |name: &&str| json!({"code": {"text": "responsibility"}, "valueCodeableConcept": {"text": name}});
        body["characteristic"] = responsibilities.iter().map(one).collect();
    }
    body
}

#[tokio::test]
async fn a_group_counts_its_members_and_its_characteristics_do_not_exclude() {
    let practice = canvas().await;
    let person = with(&team(&["REVIEW_COVERAGES"]), "/type", json!("person"));
    refused(
        &practice,
        &person,
        400,
        "must be of type practitioner to have responsibilities",
    )
    .await;
    let read = stored(&practice, &team(&["REVIEW_COVERAGES"])).await;
    assert_eq!(
        (&read["quantity"], &read["characteristic"][0]["exclude"]),
        (&json!(2), &json!(false))
    );
}

#[tokio::test]
async fn a_responsibility_belongs_to_one_team() {
    let practice = canvas().await;
    let first = stored(&practice, &team(&["PROCESS_REFILL_REQUESTS"])).await;
    let second = team(&["REVIEW_COVERAGES", "PROCESS_REFILL_REQUESTS"]);
    let answer = practice.ask("POST /Group", &second.to_string()).await;
    answer.refuses(
        422,
        "business-rule This responsibility belongs to another team",
    );
    assert_eq!(
        answer.json()["issue"][0]["expression"][0],
        "Group.characteristic[1]"
    );
    updated(&practice, &first["id"], &team(&["PROCESS_REFILL_REQUESTS"])).await;
    updated(&practice, &first["id"], &team(&[])).await;
    stored(&practice, &second).await;
}

#[tokio::test]
async fn a_responsibility_belongs_to_one_team_of_a_transaction() {
    let practice = canvas().await;
    let first = stored(&practice, &team(&["PROCESS_REFILL_REQUESTS"])).await;
    let create = json!({"resource": team(&["REVIEW_COVERAGES"]), "request": {"method": "POST", "url": "Group"}});
    let address = format!("Group/{}", first["id"].as_str().unwrap());
    let taken = with(&team(&["REVIEW_COVERAGES"]), "/id", first["id"].clone());
    let update = json!({"resource": taken, "request": {"method": "PUT", "url": address}});
    let bundle =
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [create, update]});
    let answer = practice.ask("POST /", &bundle.to_string()).await;
    answer.refuses(422, "This responsibility belongs to another team");
}
