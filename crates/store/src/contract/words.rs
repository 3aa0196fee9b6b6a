//! Words of narratives and of whole resources (`_text`, `_content`).

use super::world::{World, draft, everything, id, of, scopes};
use crate::write::{Change, Precondition};

/// All checks of this file; the stores must keep words.
pub async fn all(fresh: &impl Fn() -> World) {
    expressions(fresh()).await;
    kept_in_step(fresh()).await;
    together_or_not_at_all(fresh()).await;
    seen(fresh()).await;
    many(fresh()).await;
}

fn condition(id: &str, patient: &str, narrative: &str, note: &str) -> String {
    format!(
        r#"{{"resourceType":"Condition","id":"{id}","text":{{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">{narrative}</div>"}},"subject":{{"reference":"Patient/{patient}"}},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"22298006","display":"Myocardial infarction"}}]}},"note":[{{"text":"{note}"}}]}}"#
    )
}

async fn conditions(world: &World) {
    for (id, patient, narrative, note) in [
        (
            "bone",
            "ann",
            "<p>Metastases in the <b>bone</b></p>",
            "left hip",
        ),
        (
            "liver",
            "ann",
            "Metastases &amp; cysts in the liver",
            "Straße 7",
        ),
        ("skin", "bob", "A mole of the skin", "benign 70"),
    ] {
        world.put(&[&condition(id, patient, narrative, note)]).await;
    }
    world
        .put(&[r#"{"resourceType":"Patient","id":"bone","name":[{"text":"Bone Liver"}]}"#])
        .await;
}

async fn expressions(world: World) {
    conditions(&world).await;
    world
        .check_each(&[
            ("Condition?_text=metastases", &["bone", "liver"]),
            ("Condition?_text=METASTASES bone", &["bone"]),
            ("Condition?_text=metas", &["bone", "liver"]),
            ("Condition?_text=stases", &[]),
            ("Condition?_text=(bone OR skin) and metastases", &["bone"]),
            ("Condition?_text=bone or skin", &["bone", "skin"]),
            ("Condition?_text=bone,skin", &["bone", "skin"]),
            ("Condition?_text=metastases not liver", &["bone"]),
            ("Condition?_text=not (bone or liver)", &["skin"]),
            ("Condition?_text=metastases&_text=cysts", &["liver"]),
            // No markup is a word, and nothing outside of the narrative.
            ("Condition?_text=div", &[]),
            ("Condition?_text=myocardial", &[]),
            (
                "Condition?_content=myocardial infarction",
                &["bone", "liver", "skin"],
            ),
            ("Condition?_content=strasse", &["liver"]),
            // A single character is a whole word.
            ("Condition?_content=7", &["liver"]),
            ("Condition?_content=70", &["skin"]),
            ("Condition?_content=22298006 mole", &["skin"]),
            ("Condition?_content=bone", &["bone"]),
            // Addresses of systems are no words.
            ("Condition?_content=snomed", &[]),
            ("Condition?_content=metastases&_id=liver", &["liver"]),
            ("Patient?_content=liver", &["bone"]),
            ("Patient?_text=liver", &[]),
        ])
        .await;
    world
        .check_order(
            "Condition?_content=infarction&_sort=-_id&_count=2",
            &["skin", "liver", "bone"],
        )
        .await;
}

async fn kept_in_step(world: World) {
    conditions(&world).await;
    world
        .put(&[&condition("bone", "ann", "Healed", "left hip")])
        .await;
    world
        .check_each(&[
            ("Condition?_text=metastases", &["liver"]),
            ("Condition?_text=healed", &["bone"]),
            ("Condition?_content=hip", &["bone"]),
            ("Condition?_content=metastases", &["liver"]),
        ])
        .await;
    // Without a narrative there are no words of it.
    world
        .put(&[r#"{"resourceType":"Condition","id":"bone","subject":{"reference":"Patient/ann"}}"#])
        .await;
    world.check("Condition?_text=healed", &[]).await;
    let gone = Change::Delete(of("Condition"), id("liver"), Precondition::default());
    world.change(&everything(), gone).await.unwrap();
    world
        .check_each(&[
            ("Condition?_text=metastases", &[]),
            ("Condition?_content=strasse", &[]),
        ])
        .await;
    world
        .put(&[&condition("liver", "ann", "Back again", "x")])
        .await;
    world.check("Condition?_text=again", &["liver"]).await;
}

/// Words of a unit that is refused are not found, and those it would have taken away still are.
async fn together_or_not_at_all(world: World) {
    conditions(&world).await;
    let changed = condition("bone", "ann", "Changed", "x");
    let changed = Change::Update(id("bone"), draft(&changed), Precondition::default());
    let twice = condition("liver", "ann", "Twice", "x");
    let twice = Change::Create(id("liver"), draft(&twice));
    let access = everything();
    let unit = world.store.commit(&access, vec![changed, twice]);
    assert!(unit.await.is_err());
    world
        .check_each(&[
            ("Condition?_text=changed", &[]),
            ("Condition?_text=bone", &["bone"]),
            ("Condition?_text=twice", &[]),
        ])
        .await;
}

/// Words find nothing a caller may not see, nor count it.
async fn seen(world: World) {
    conditions(&world).await;
    let ann = scopes("patient/Condition.rs", Some("ann"));
    world
        .check_as(&ann, "Condition?_content=infarction", &["bone", "liver"])
        .await;
    world.check_as(&ann, "Condition?_text=mole", &[]).await;
    world
        .check_as(&ann, "Condition?_text=not mole", &["bone", "liver"])
        .await;
}

/// More matches than a page, walked along other conditions.
async fn many(world: World) {
    let mut expect = Vec::new();
    for n in 0..30 {
        let name = format!("c{n:02}");
        let said = if n % 3 == 0 { "rare common" } else { "common" };
        world.put(&[&condition(&name, "ann", said, "x")]).await;
        if n % 3 == 0 {
            expect.push(name);
        }
    }
    let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
    for url in [
        "Condition?_text=rare&_count=4",
        "Condition?_text=common rare&_count=4",
        "Condition?_text=rare&subject=Patient/ann&_count=4",
        "Condition?_content=rare&_text=common&_sort=_lastUpdated&_count=4",
    ] {
        world.check(url, &expect).await;
    }
}
