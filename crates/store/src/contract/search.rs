//! Every kind of search parameter, every prefix and modifier, alone and together.

use super::world::World;

/// All checks of this file.
pub async fn all(fresh: &impl Fn() -> World) {
    tokens(fresh()).await;
    references(fresh()).await;
    dates(fresh()).await;
    periods(fresh()).await;
    numbers_and_quantities(fresh()).await;
    strings(fresh()).await;
    uris(fresh()).await;
    composites(fresh()).await;
    missing_and_together(fresh()).await;
    ids_and_last_updates(fresh()).await;
    no_text(fresh()).await;
}

fn observation(id: &str, rest: &str) -> String {
    format!(r#"{{"resourceType":"Observation","id":"{id}","status":"final",{rest}}}"#)
}

pub(super) async fn observations(world: &World, each: &[(&str, &str)]) {
    for (id, rest) in each {
        world.put(&[&observation(id, rest)]).await;
        (world.advance)(1);
    }
}

async fn tokens(world: World) {
    observations(
        &world,
        &[
            ("a", r#""code":{"coding":[{"system":"http://loinc.org","code":"8867-4"},{"system":"urn:local","code":"HR"}]}"#),
            ("b", r#""code":{"coding":[{"system":"http://loinc.org","code":"8310-5"}]}"#),
            ("c", r#""code":{"coding":[{"code":"hr"}]}"#),
            ("d", r#""code":{"text":"no coding"}"#),
        ],
    )
    .await;
    world
        .check_each(&[
            ("Observation?code=8867-4", &["a"]),
            ("Observation?code=hr", &["a", "c"]),
            ("Observation?code=http://loinc.org|8867-4", &["a"]),
            ("Observation?code=urn:local|8867-4", &[]),
            ("Observation?code=|hr", &["c"]),
            ("Observation?code=http://loinc.org|", &["a", "b"]),
            ("Observation?code=urn:nowhere|", &[]),
            ("Observation?code=8867-4,8310-5,unknown", &["a", "b"]),
            ("Observation?code=8867-4&code=hr", &["a"]),
            ("Observation?code:not=8867-4", &["b", "c", "d"]),
            ("Observation?code:not=unknown", &["a", "b", "c", "d"]),
            ("Observation?code:not=http://loinc.org|", &["c", "d"]),
            ("Observation?status=final&code:not=hr,8310-5", &["d"]),
        ])
        .await;
}

async fn references(world: World) {
    observations(
        &world,
        &[
            ("a", r#""code":{"text":"x"},"subject":{"reference":"Patient/1"},"performer":[{"reference":"Practitioner/7"}]"#),
            ("b", r#""code":{"text":"x"},"subject":{"reference":"Group/1"}"#),
            ("c", r#""code":{"text":"x"},"subject":{"reference":"http://elsewhere.example/Patient/1"}"#),
            ("d", r#""code":{"text":"x"},"subject":{"identifier":{"system":"urn:mrn","value":"M-1"}}"#),
            ("e", r#""code":{"text":"x"},"subject":{"reference":"Patient/1/_history/3"}"#),
        ],
    )
    .await;
    world
        .check_each(&[
            ("Observation?subject=Patient/1", &["a", "e"]),
            ("Observation?subject=1", &["a", "b", "e"]),
            ("Observation?subject:Group=1", &["b"]),
            ("Observation?patient=1", &["a", "e"]),
            ("Observation?patient=Patient/1", &["a", "e"]),
            ("Observation?patient=2", &[]),
            (
                "Observation?subject=http://elsewhere.example/Patient/1",
                &["c"],
            ),
            ("Observation?subject:identifier=urn:mrn|M-1", &["d"]),
            ("Observation?subject:identifier=m-1", &["d"]),
            ("Observation?performer=Practitioner/7", &["a"]),
            ("Observation?patient=1&performer=Practitioner/7", &["a"]),
            (
                "Observation?patient:missing=false&subject=Patient/1",
                &["a", "e"],
            ),
        ])
        .await;
}

fn on(effective: &str) -> String {
    format!(r#""code":{{"text":"x"}},{effective}"#)
}

async fn dates(world: World) {
    let each = [
        ("year", on(r#""effectiveDateTime":"2023""#)),
        ("month", on(r#""effectiveDateTime":"2023-05""#)),
        ("day", on(r#""effectiveDateTime":"2023-05-10""#)),
        ("noon", on(r#""effectiveDateTime":"2023-05-10T12:00:00Z""#)),
        (
            "next",
            on(r#""effectiveDateTime":"2023-05-11T00:30:00+01:00""#),
        ),
        ("later", on(r#""effectiveDateTime":"2024-01-01""#)),
        ("none", r#""code":{"text":"x"}"#.to_owned()),
    ];
    let each: Vec<(&str, &str)> = each.iter().map(|(id, rest)| (*id, rest.as_str())).collect();
    observations(&world, &each).await;
    world
        .check_each(&[
            ("Observation?date=2023-05-10", &["day", "noon", "next"]),
            (
                "Observation?date=2023-05",
                &["month", "day", "noon", "next"],
            ),
            (
                "Observation?date=2023",
                &["year", "month", "day", "noon", "next"],
            ),
            ("Observation?date=2023-05-10T12:00:00Z", &["noon"]),
            ("Observation?date=ne2023-05-10", &["year", "month", "later"]),
            ("Observation?date=gt2023-05-10", &["year", "month", "later"]),
            (
                "Observation?date=ge2023-05-10",
                &["year", "month", "day", "noon", "next", "later"],
            ),
            ("Observation?date=lt2023-05-10", &["year", "month"]),
            (
                "Observation?date=le2023-05-10",
                &["year", "month", "day", "noon", "next"],
            ),
            ("Observation?date=sa2023-05-10", &["later"]),
            (
                "Observation?date=sa2023-04-30",
                &["month", "day", "noon", "next", "later"],
            ),
            ("Observation?date=eb2023-05-10", &[]),
            (
                "Observation?date=eb2024-01-01",
                &["year", "month", "day", "noon", "next"],
            ),
            (
                "Observation?date=ge2023-05-10&date=lt2024",
                &["year", "month", "day", "noon", "next"],
            ),
            (
                "Observation?date=2023-05-10,2024",
                &["day", "noon", "next", "later"],
            ),
            ("Observation?date:missing=true", &["none"]),
        ])
        .await;
}

async fn periods(world: World) {
    let each = [
        (
            "short",
            r#""period":{"start":"2023-05-10T08:00:00Z","end":"2023-05-10T09:00:00Z"}"#,
        ),
        (
            "long",
            r#""period":{"start":"2022-01-01","end":"2023-12-31"}"#,
        ),
        ("open", r#""period":{"start":"2021-01-01"}"#),
        ("until", r#""period":{"end":"2020-12-31"}"#),
    ];
    for (id, period) in each {
        let body = format!(
            r#"{{"resourceType":"Encounter","id":"{id}","status":"finished","class":{{"code":"AMB"}},{period}}}"#
        );
        world.put(&[&body]).await;
    }
    world
        .check_each(&[
            ("Encounter?date=gt2023-05-10", &["long", "open"]),
            ("Encounter?date=ge2023-05-10", &["short", "long", "open"]),
            ("Encounter?date=ge2030", &["open"]),
            ("Encounter?date=lt2021-06", &["open", "until"]),
            ("Encounter?date=2023-05", &["short"]),
            ("Encounter?date=2022,2023", &["short"]),
            ("Encounter?date=sa2021-12-31", &["short", "long"]),
            ("Encounter?date=eb2023-05-11", &["short", "until"]),
            ("Encounter?date=eb2021", &["until"]),
            (
                "Encounter?date=le2023-05-10",
                &["short", "long", "open", "until"],
            ),
        ])
        .await;
}

fn quantity(value: &str) -> String {
    format!(r#""code":{{"text":"x"}},"valueQuantity":{value}"#)
}

async fn numbers_and_quantities(world: World) {
    let each = [
        (
            "a",
            quantity(
                r#"{"value":5.4,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"}"#,
            ),
        ),
        (
            "b",
            quantity(
                r#"{"value":5.40,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}"#,
            ),
        ),
        ("c", quantity(r#"{"value":-3,"unit":"mg"}"#)),
        ("d", quantity(r#"{"value":120}"#)),
    ];
    let each: Vec<(&str, &str)> = each.iter().map(|(id, rest)| (*id, rest.as_str())).collect();
    observations(&world, &each).await;
    world
        .check_each(&[
            ("Observation?value-quantity=5.4", &["a", "b"]),
            (
                "Observation?value-quantity=5.4|http://unitsofmeasure.org|mg",
                &["b"],
            ),
            ("Observation?value-quantity=5.4||mg", &["b"]),
            ("Observation?value-quantity=gt-4||mg", &["b", "c"]),
            ("Observation?value-quantity=gt5.4", &["d"]),
            ("Observation?value-quantity=ge5.4", &["a", "b", "d"]),
            ("Observation?value-quantity=lt5.4", &["c"]),
            ("Observation?value-quantity=le5.4", &["a", "b", "c"]),
            ("Observation?value-quantity=ne5.4", &["c", "d"]),
            ("Observation?value-quantity=ap118", &["d"]),
            ("Observation?value-quantity=5.4||furlong", &[]),
        ])
        .await;
    for (id, score) in [("r1", "0.25"), ("r2", "0.5")] {
        let body = format!(
            r#"{{"resourceType":"RiskAssessment","id":"{id}","status":"final","subject":{{"reference":"Patient/1"}},"prediction":[{{"probabilityDecimal":{score}}}]}}"#
        );
        world.put(&[&body]).await;
    }
    world
        .check_each(&[
            ("RiskAssessment?probability=0.25", &["r1"]),
            ("RiskAssessment?probability=gt0.25", &["r2"]),
        ])
        .await;
}

async fn strings(world: World) {
    for (id, family, given) in [
        ("a", "Müller", "Änne"),
        ("b", "Muller", "Bo"),
        ("c", "McMullen", "Cy"),
    ] {
        let body = format!(
            r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}","given":["{given}","Second"]}}]}}"#
        );
        world.put(&[&body]).await;
    }
    world
        .check_each(&[
            ("Patient?family=mull", &["a", "b"]),
            ("Patient?family=MÜLL", &["a", "b"]),
            ("Patient?family:exact=Müller", &["a"]),
            ("Patient?family:exact=muller", &[]),
            ("Patient?family:exact=Mull", &[]),
            ("Patient?family:contains=mull", &["a", "b", "c"]),
            ("Patient?family:contains=LEN", &["c"]),
            ("Patient?given=anne", &["a"]),
            ("Patient?given=second", &["a", "b", "c"]),
            ("Patient?name=second", &["a", "b", "c"]),
            ("Patient?name=bo,cy", &["b", "c"]),
            ("Patient?family=mull&given=bo", &["b"]),
            ("Patient?family=%", &[]),
            ("Patient?family:contains=_", &[]),
        ])
        .await;
}

async fn uris(world: World) {
    for (id, url) in [
        ("a", "http://x.example/fhir/VS/one"),
        ("b", "http://x.example/fhir/VS"),
        ("c", "http://x.example/fhirs"),
    ] {
        let body =
            format!(r#"{{"resourceType":"ValueSet","id":"{id}","status":"active","url":"{url}"}}"#);
        world.put(&[&body]).await;
    }
    world
        .check_each(&[
            ("ValueSet?url=http://x.example/fhir/VS", &["b"]),
            ("ValueSet?url=http://x.example/fhir/vs", &[]),
            ("ValueSet?url:below=http://x.example/fhir", &["a", "b"]),
            (
                "ValueSet?url:above=http://x.example/fhir/VS/one",
                &["a", "b"],
            ),
        ])
        .await;
}

async fn composites(world: World) {
    let coded = |code: &str, value: &str| {
        format!(r#""code":{{"coding":[{{"system":"http://loinc.org","code":"{code}"}}]}},{value}"#)
    };
    let pressure = |systolic: u32, diastolic: u32| {
        coded(
            "85354-9",
            &format!(
                r#""component":[{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8480-6"}}]}},"valueQuantity":{{"value":{systolic},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}},{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8462-4"}}]}},"valueQuantity":{{"value":{diastolic},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}}]"#
            ),
        )
    };
    let each = [
        ("low", pressure(110, 70)),
        ("high", pressure(150, 95)),
        (
            "blood",
            coded(
                "883-9",
                r#""valueCodeableConcept":{"coding":[{"system":"urn:abo","code":"A"}]}"#,
            ),
        ),
        (
            "text",
            coded("8251-1", r#""valueString":"Feels Well today""#),
        ),
        ("when", coded("8665-2", r#""valueDateTime":"2023-05-10""#)),
    ];
    let each: Vec<(&str, &str)> = each.iter().map(|(id, rest)| (*id, rest.as_str())).collect();
    observations(&world, &each).await;
    world
        .check_each(&[
            (
                "Observation?component-code-value-quantity=http://loinc.org|8480-6$gt140",
                &["high"],
            ),
            (
                "Observation?component-code-value-quantity=8480-6$lt100",
                &[],
            ),
            (
                "Observation?component-code-value-quantity=8480-6$ge95||mm[Hg]",
                &["low", "high"],
            ),
            (
                "Observation?component-code-value-quantity=8480-6$ge95||kPa",
                &[],
            ),
            (
                "Observation?component-code-value-quantity=8462-4$gt90,8480-6$110",
                &["low", "high"],
            ),
            ("Observation?code-value-concept=883-9$urn:abo|A", &["blood"]),
            ("Observation?code-value-concept=883-9$urn:abo|B", &[]),
            ("Observation?code-value-string=8251-1$feels", &["text"]),
            ("Observation?code-value-date=8665-2$2023-05", &["when"]),
            ("Observation?code-value-date=8665-2$gt2023-05-10", &[]),
        ])
        .await;
}

async fn missing_and_together(world: World) {
    observations(
        &world,
        &[
            ("a", r#""code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2023-05-10""#),
            ("b", r#""code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2024-05-10""#),
            ("c", r#""code":{"coding":[{"code":"y"}]},"subject":{"reference":"Patient/2"}"#),
        ],
    )
    .await;
    world
        .check_each(&[
            ("Observation", &["a", "b", "c"]),
            ("Observation?date:missing=true", &["c"]),
            ("Observation?date:missing=false", &["a", "b"]),
            ("Observation?encounter:missing=true", &["a", "b", "c"]),
            ("Observation?encounter:missing=false", &[]),
            ("Observation?patient=1&code=x&date=gt2023-12", &["b"]),
            (
                "Observation?patient=1,2&status=final&date:missing=true",
                &["c"],
            ),
            ("Observation?patient=1&code=y", &[]),
            (
                "Observation?patient=1&code:not=y&status=final,amended&date=lt2024",
                &["a"],
            ),
        ])
        .await;
}

async fn ids_and_last_updates(world: World) {
    observations(
        &world,
        &[
            ("a", r#""code":{"text":"x"}"#),
            ("b", r#""code":{"text":"x"}"#),
            ("c", r#""code":{"text":"x"}"#),
        ],
    )
    .await;
    world
        .check_each(&[
            ("Observation?_id=a", &["a"]),
            ("Observation?_id=a,c,nobody", &["a", "c"]),
            ("Observation?_id=a&_id=b", &[]),
            ("Observation?_id=a&status=final", &["a"]),
            ("Observation?_id=a&status=amended", &[]),
        ])
        .await;
    let page = world
        .page(&super::world::everything(), "Observation?_id=b", None)
        .await;
    let second = page.matches[0].last_updated.to_string();
    world
        .check(&format!("Observation?_lastUpdated=gt{second}"), &["c"])
        .await;
    world
        .check(&format!("Observation?_lastUpdated=ge{second}"), &["b", "c"])
        .await;
    world
        .check(
            &format!("Observation?_lastUpdated=lt{second}&status=final"),
            &["a"],
        )
        .await;
    world.check("Observation?_lastUpdated=gt2100", &[]).await;
    world
        .check_order("Observation?_sort=-_lastUpdated", &["c", "b", "a"])
        .await;
}

/// A NUL is in no text of a resource, and finds nothing whatever the kind of parameter.
async fn no_text(world: World) {
    world
        .put(&[
            r#"{"resourceType":"Patient","id":"p","name":[{"family":"Reed"}],"identifier":[{"system":"urn:s","value":"v"}],"meta":{"profile":["urn:profile"]}}"#,
        ])
        .await;
    for url in [
        "Patient?name=Reed\0",
        "Patient?name=\0",
        "Patient?name:exact=Reed\0",
        "Patient?name:contains=\0eed",
        "Patient?identifier=v\0",
        "Patient?identifier=urn:s|v\0",
        "Patient?identifier=urn:s\0|v",
        "Patient?identifier=urn:s\0|",
        "Patient?identifier=|\0",
        "Patient?_profile=urn:profile\0",
        "Patient?_profile:below=urn:\0",
        "Patient?_has:Observation:subject:value-quantity=1|urn:s\0|v",
    ] {
        world.check(url, &[]).await;
    }
}
