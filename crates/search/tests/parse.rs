//! What a search URL asks for, and what is refused in which words.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_base::{Limits, Timestamp};
use cresset_definitions::{ResourceType, r4};
use cresset_search::{
    Building, ConceptSet, Concepts, Context, Criterion, FaultKind, Handling, Match, Parsed, Prefix,
    SearchFault, Test, TokenMatch, Unindexed, parse,
};

fn run(search: &str, handling: Handling) -> Result<Parsed, SearchFault> {
    run_while(search, handling, Unindexed::NONE)
}

fn run_while(
    search: &str,
    handling: Handling,
    unindexed: &Unindexed,
) -> Result<Parsed, SearchFault> {
    let (name, query) = search.split_once('?').unwrap();
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|p| {
            p.split_once('=')
                .map_or((p.into(), String::new()), |(n, v)| (n.into(), v.into()))
        })
        .collect();
    let limits = Limits {
        criteria_max: 3,
        alternatives_max: 4,
        ..Limits::default()
    };
    let own = ["https://demo.example/fhir".to_owned()];
    let now: Timestamp = "2020-01-11T00:00:00Z".parse().unwrap();
    let context = Context {
        limits: &limits,
        now,
        own: &own,
        unindexed,
        handling,
        concepts: Concepts::NONE,
    };
    parse(ResourceType::parse(name).unwrap(), &pairs, &context)
}

/// Each criterion as `code: tests`; `code>Type` and `Type.code<` are references followed.
fn check(search: &str, expect: &[&str]) {
    let parsed = run(search, Handling::Strict).unwrap();
    let shown: Vec<String> = parsed.query.criteria.iter().map(criterion).collect();
    assert_eq!(shown, expect, "{search}");
}

fn criterion(of: &Criterion) -> String {
    let code = |ix| r4().search_parameter_at(ix).unwrap().code;
    let list = |matches: &[Match]| matches.iter().map(shown).collect::<Vec<_>>().join(" or ");
    match of {
        Criterion::Values(ix, Test::AnyOf(matches)) => format!("{}: {}", code(*ix), list(matches)),
        Criterion::Values(ix, Test::NoneOf(matches)) => {
            format!("{}: none of {}", code(*ix), list(matches))
        }
        Criterion::Values(ix, Test::Missing(missing)) => {
            format!("{}: missing {missing}", code(*ix))
        }
        Criterion::PointsTo(ix, hops) => {
            let each = hops
                .iter()
                .map(|h| format!("{}.{}", h.resource_type, criterion(&h.criterion)));
            format!("{}>{}", code(*ix), each.collect::<Vec<_>>().join(" / "))
        }
        Criterion::Any(criteria) => {
            let each: Vec<String> = criteria.iter().map(criterion).collect();
            format!("({})", each.join(" or "))
        }
        Criterion::All(criteria) => {
            let each: Vec<String> = criteria.iter().map(criterion).collect();
            format!("({})", each.join(" and "))
        }
        Criterion::Not(of) => format!("not ({})", criterion(of)),
        Criterion::PointedAt(ix, hop) => {
            let (of, rest) = (hop.resource_type, criterion(&hop.criterion));
            format!("{of}.{}<{rest}", code(*ix))
        }
    }
}

fn shown(of: &Match) -> String {
    let prefixed = |prefix: &Prefix, low: f64, high: f64| format!("{prefix:?} {low}..{high}");
    match of {
        Match::Id(id) => format!("id {id}"),
        Match::Token(t) => format!("token {}", token(t)),
        Match::Local(resource_type, id) => {
            format!(
                "local {}/{id}",
                resource_type.map_or("?", ResourceType::name)
            )
        }
        Match::Elsewhere(uri) => format!("elsewhere {uri}"),
        Match::ReferenceIdentifier(t) => format!("identifier {}", token(t)),
        Match::Date(prefix, range) => format!("{prefix:?} {}..{}", range.start_ms, range.end_ms),
        Match::Number(prefix, range) => prefixed(prefix, range.low, range.high),
        Match::Quantity(prefix, range, unit) => {
            let unit = unit.as_ref().map_or("any".into(), token);
            format!("{} {unit}", prefixed(prefix, range.low, range.high))
        }
        Match::TextStarts(text) => format!("starts '{text}'"),
        Match::TextContains(text) => format!("contains '{text}'"),
        Match::TextExact(text) => format!("exactly '{text}'"),
        Match::TextIs(text) => format!("is '{text}'"),
        Match::TextEnds(text) => format!("ends '{text}'"),
        Match::Said(text) => format!("said '{text}'"),
        Match::OfType(of, value) => format!("of type {} '{value}'", token(of)),
        Match::Uri(uri) => format!("uri {uri}"),
        Match::UriBelow(uri) => format!("below {uri}"),
        Match::UriAbove(uri) => format!("above {uri}"),
        Match::Word(word) => format!("word '{word}'"),
        Match::Near(circle) => format!(
            "within {:.0} of {} {}",
            circle.radius_m, circle.latitude, circle.longitude
        ),
        Match::Composite(parts) => parts.iter().map(shown).collect::<Vec<_>>().join(" + "),
    }
}

fn token(of: &TokenMatch) -> String {
    match of {
        TokenMatch::Code(code) => code.clone(),
        TokenMatch::SystemAndCode(system, code) => format!("{system}|{code}"),
        TokenMatch::NoSystem(code) => format!("|{code}"),
        TokenMatch::System(system) => format!("{system}|"),
    }
}

#[test]
fn tokens() {
    check("Patient?gender=female", &["gender: token female"]);
    check(
        "Patient?gender=male,female",
        &["gender: token male or token female"],
    );
    check(
        "Patient?identifier=urn:mrn|7",
        &["identifier: token urn:mrn|7"],
    );
    check(
        "Patient?identifier=|7&identifier=urn:mrn|",
        &["identifier: token |7", "identifier: token urn:mrn|"],
    );
    check(
        r"Patient?identifier=a\|b|c\,d\$\\",
        &[r"identifier: token a|b|c,d$\"],
    );
    check(
        "Patient?gender=http://hl7.org/fhir/administrative-gender|male",
        &["gender: token |male"],
    );
    check(
        "Observation?code=http://hl7.org/fhir/administrative-gender|male",
        &["code: token http://hl7.org/fhir/administrative-gender|male"],
    );
    check(
        "Patient?gender:not=male,other",
        &["gender: none of token male or token other"],
    );
    check("Patient?gender:missing=true", &["gender: missing true"]);
    check("Patient?active=true", &["active: token true"]);
    check(
        "Patient?_tag=x&_security=s|R",
        &["_tag: token x", "_security: token s|R"],
    );
}

#[test]
fn ids() {
    check("Patient?_id=a,b.2", &["_id: id a or id b.2"]);
    check("Patient?_id=Patient/a", &["_id: id a"]);
}

#[test]
fn references() {
    check("Observation?patient=1", &["patient: local Patient/1"]);
    check("Observation?subject=1", &["subject: local ?/1"]);
    check(
        "Observation?subject:Patient=1",
        &["subject: local Patient/1"],
    );
    check("Observation?subject=Group/1", &["subject: local Group/1"]);
    check(
        "Observation?subject=Patient/1/_history/4",
        &["subject: local Patient/1"],
    );
    check(
        "Observation?patient=https://demo.example/fhir/Patient/1",
        &["patient: local Patient/1"],
    );
    check(
        "Observation?patient=https://a.example/Patient/1",
        &["patient: elsewhere https://a.example/Patient/1"],
    );
    check(
        "Observation?subject=urn:uuid:0",
        &["subject: elsewhere urn:uuid:0"],
    );
    check(
        "Observation?subject:identifier=urn:mrn|7",
        &["subject: identifier urn:mrn|7"],
    );
    check(
        "MeasureReport?measure=http://a.example/M|2",
        &["measure: elsewhere http://a.example/M|2"],
    );
}

#[test]
fn dates() {
    check("Patient?birthdate=1970", &["birthdate: Eq 0..31535999999"]);
    check(
        "Patient?birthdate=ge1970-01-01&birthdate=lt1970-02",
        &[
            "birthdate: Ge 0..86399999",
            "birthdate: Lt 2678400000..5097599999",
        ],
    );
    check(
        "Patient?_lastUpdated=gt1970-01-01T01:00:00+01:00",
        &["_lastUpdated: Gt 0..999"],
    );
    check(
        "Patient?_lastUpdated=gt1970-01-01T01:00:00 01:00",
        &["_lastUpdated: Gt 0..999"],
    );
    check(
        "Patient?_lastUpdated=sa1970-01-01T00:01",
        &["_lastUpdated: Sa 60000..119999"],
    );
    // Ten days before the present: a day more on each side.
    check(
        "Patient?_lastUpdated=ap2020-01-01T00:00:00.000Z",
        &["_lastUpdated: Ap 1577750400000..1577923200000"],
    );
}

#[test]
fn numbers_and_quantities() {
    check(
        "RiskAssessment?probability=100",
        &["probability: Eq 99.5..100.5"],
    );
    check(
        "RiskAssessment?probability=gt0.8",
        &["probability: Gt 0.75..0.8500000000000001"],
    );
    check(
        "RiskAssessment?probability=1e2",
        &["probability: Eq 95..105"],
    );
    check(
        "RiskAssessment?probability=-5.00",
        &["probability: Eq -5.005..-4.995"],
    );
    check(
        "RiskAssessment?probability=ap100",
        &["probability: Ap 90..110"],
    );
    check(
        "Observation?value-quantity=5.4|http://unitsofmeasure.org|mg",
        &["value-quantity: Eq 5.3500000000000005..5.45 http://unitsofmeasure.org|mg"],
    );
    check(
        "Observation?value-quantity=le5||mg",
        &["value-quantity: Le 4.5..5.5 mg"],
    );
    check(
        "Observation?value-quantity=5",
        &["value-quantity: Eq 4.5..5.5 any"],
    );
}

#[test]
fn strings_and_uris() {
    check(
        "Patient?name=Müller,  de  la",
        &["name: starts 'muller' or starts 'de la'"],
    );
    check("Patient?name:exact=Müller", &["name: exactly 'Müller'"]);
    check("Patient?name:contains=ÜLL", &["name: contains 'ull'"]);
    check(
        "ValueSet?url=http://a.example/x",
        &["url: uri http://a.example/x"],
    );
    check(
        "ValueSet?url:below=http://a.example/",
        &["url: below http://a.example/"],
    );
    check(
        "ValueSet?url:above=http://a.example/",
        &["url: above http://a.example/"],
    );
    check("Patient?_profile=http://p", &["_profile: uri http://p"]);
}

#[test]
fn composites() {
    check(
        "Observation?code-value-quantity=http://loinc.org|8480-6$gt140||mm[Hg]",
        &["code-value-quantity: token http://loinc.org|8480-6 + Gt 139.5..140.5 mm[Hg]"],
    );
}

#[test]
fn the_page() {
    let query = |search: &str| run(search, Handling::Strict).unwrap();
    let plain = query("Patient?");
    assert_eq!((plain.query.count, plain.query.sort.len()), (10, 0));
    assert!(plain.applied.is_empty());
    let large = query("Patient?_count=99999999999999&gender=male&_pretty=true");
    assert_eq!(large.query.count, 100);
    let applied: Vec<String> = large
        .applied
        .iter()
        .map(|(n, v)| format!("{n}={v}"))
        .collect();
    assert_eq!(applied, ["_count=100", "gender=male", "_pretty=true"]);
    assert_eq!(query("Patient?_count=0").query.count, 0);
    let sorted = query("Patient?_sort=-birthdate,family,_id&_total=accurate&_summary=count").query;
    let keys: Vec<String> = sorted
        .sort
        .iter()
        .map(|k| {
            format!(
                "{} {:?}",
                r4().search_parameter_at(k.parameter).unwrap().code,
                k.order
            )
        })
        .collect();
    assert_eq!(
        keys,
        ["birthdate Descending", "family Ascending", "_id Ascending"]
    );
    assert_eq!(
        format!("{:?} {:?}", sorted.total, sorted.summary),
        "Accurate Count"
    );
}

fn refuse(search: &str, expect: &str) {
    assert_eq!(
        run(search, Handling::Strict)
            .map(|_| ())
            .unwrap_err()
            .to_string(),
        expect,
        "{search}"
    );
}

#[test]
fn a_parameter_nobody_knows_is_named_with_what_was_meant() {
    refuse(
        "Patient?brithdate=1970",
        "brithdate: Patient has no search parameter 'brithdate'. Did you mean 'birthdate'?",
    );
    refuse(
        "Patient?Gender=x",
        "Gender: Patient has no search parameter 'Gender'. Did you mean 'gender'?",
    );
    refuse(
        "Patient?postalcode=x",
        "postalcode: Patient has no search parameter 'postalcode'. Did you mean 'address-postalcode'?",
    );
    refuse(
        "Patient?xyzzy=x",
        "xyzzy: Patient has no search parameter 'xyzzy'. The capability statement lists those it has.",
    );
}

#[test]
fn references_are_followed() {
    check(
        "Observation?subject:Patient.family=x",
        &["subject>Patient.family: starts 'x'"],
    );
    check(
        "Observation?patient.general-practitioner:Practitioner.name:exact=X",
        &["patient>Patient.general-practitioner>Practitioner.name: exactly 'X'"],
    );
    check(
        "Observation?subject.name=x",
        &["subject>Patient.name: starts 'x' / Location.name: starts 'x'"],
    );
    check(
        "Patient?_has:Observation:patient:code:not=x",
        &["Observation.patient<code: none of token x"],
    );
    check(
        "Patient?_has:Observation:patient:_has:Provenance:target:agent:Practitioner.active=true",
        &["Observation.patient<Provenance.target<agent>Practitioner.active: token true"],
    );
    check(
        "Encounter?patient._has:Group:member:_id=102",
        &["patient>Patient.Group.member<_id: id 102"],
    );
}

#[test]
fn a_chain_that_leads_nowhere_is_named() {
    for (search, expect) in [
        (
            "Observation?subject.nmae=x",
            "subject.nmae: Patient has no search parameter 'nmae'. Did you mean 'name'?",
        ),
        (
            "Observation?code.name=x",
            "code.name: Observation's code is no reference; only references can be followed.",
        ),
        (
            "Observation?subject:Practitioner.name=x",
            "subject:Practitioner.name: subject does not point to 'Practitioner'.",
        ),
        (
            "Observation?subject.birthdate=tomorrow",
            "subject.birthdate: Give a date as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with time zone, with or without one of the prefixes eq ne gt lt ge le sa eb ap.",
        ),
        (
            "Patient?_has:Observation:patient=x",
            "_has:Observation:patient: Write _has:Type:reference:parameter, for example _has:Observation:patient:code.",
        ),
        (
            "Patient?_has:Observaton:patient:code=x",
            "_has:Observaton:patient:code: There is no resource type 'Observaton'.",
        ),
        (
            "Patient?_has:Observation:encounter:code=x",
            "_has:Observation:encounter:code: Observation's encounter does not point to Patient.",
        ),
        (
            "Provenance?target.subject.name=x",
            "target.subject.name: A search takes at most 64 references followed, each type they may lead to counted; name the type, as in subject:Patient.name.",
        ),
        (
            "Patient?link:Patient.link:Patient.link:Patient.link:Patient.link:Patient.link:Patient.link:Patient.name=x",
            "link:Patient.link:Patient.link:Patient.l…: A search takes at most 6 references one after the other.",
        ),
    ] {
        refuse(search, expect);
    }
}

fn includes(search: &str, expect: &[&str]) {
    let parsed = run(search, Handling::Strict).unwrap();
    let name = |of: Option<ResourceType>| of.map_or("*", ResourceType::name);
    let shown = parsed.query.includes.iter().map(|i| {
        let code = i
            .parameter
            .map_or("*", |ix| r4().search_parameter_at(ix).unwrap().code);
        let (source, target) = (name(i.source), name(i.target));
        format!("{:?} {source}:{code}:{target} {:?}", i.shown, i.from)
    });
    assert_eq!(shown.collect::<Vec<_>>(), expect, "{search}");
}

#[test]
fn includes_name_a_reference_and_its_ends() {
    includes(
        "MedicationRequest?_include=MedicationRequest:medication&_revinclude=Provenance:target",
        &[
            "Target MedicationRequest:medication:* Matches",
            "Source Provenance:target:* Matches",
        ],
    );
    includes(
        "Observation?_include=Observation:subject:Patient&_include:iterate=Patient:general-practitioner&_include=*&_revinclude:recurse=Provenance:*",
        &[
            "Target Observation:subject:Patient Matches",
            "Target Patient:general-practitioner:* Everything",
            "Target Observation:*:* Matches",
            "Source Provenance:*:* Everything",
        ],
    );
    for (search, expect) in [
        (
            "Patient?_include=x",
            "_include: Write Type:reference, Type:reference:TargetType, Type:* or *.",
        ),
        (
            "Patient?_include=Pateint:link",
            "_include: There is no resource type 'Pateint'.",
        ),
        (
            "Patient?_revinclude=Observation:pateint",
            "_revinclude: Observation has no search parameter 'pateint'. Did you mean 'patient'?",
        ),
        (
            "Patient?_include=Patient:name",
            "_include: Patient's name is no reference; only references can be followed.",
        ),
        (
            "Patient?_include=Observation:encounter:Patient",
            "_include: Observation's encounter does not point to Patient.",
        ),
        (
            "Patient?_include:twice=Patient:link",
            "_include:twice: The modifier :twice is unknown here; _include takes :iterate.",
        ),
    ] {
        refuse(search, expect);
    }
}

#[test]
fn a_parameter_this_server_does_not_offer_is_named() {
    refuse(
        "Patient?_contained=true",
        "_contained: This server does not offer this parameter; leave it out.",
    );
}

#[test]
fn a_place_is_a_circle() {
    check("Location?near=1.5|-2", &["near: within 10000 of 1.5 -2"]);
    check("Location?near=1|2|3", &["near: within 3000 of 1 2"]);
    check("Location?near=1|2|3|m", &["near: within 3 of 1 2"]);
    check(
        "Location?near=1|2|3|[mi_i],-90|180|4|km",
        &["near: within 4828 of 1 2 or within 4000 of -90 180"],
    );
    for (circle, expect) in [
        (
            "1",
            "Give latitude|longitude|distance|units, for example 42.25|-83.69|11|km.",
        ),
        ("91|2", "Give the latitude in degrees, from -90 to 90."),
        ("1|-181", "Give the longitude in degrees, from -180 to 180."),
        ("1|2|0", "Give the distance as a number above 0."),
        (
            "1|2|3|mg",
            "Give the units of the distance as a UCUM code of a length, for example km, m or [mi_us].",
        ),
    ] {
        refuse(
            &format!("Location?near={circle}"),
            &format!("near: {expect}"),
        );
    }
    refuse(
        "Location?near:exact=1|2",
        "near:exact: The modifier :exact is unknown here; near takes :missing.",
    );
}

#[test]
fn a_list_is_asked_for_what_it_names() {
    check("Patient?_list=a,List/b", &["List.item<_id: id a or id b"]);
    check(
        "Observation?patient._list=a",
        &["patient>Patient.List.item<_id: id a"],
    );
    refuse("Patient?_list:not=a", "_list:not: _list takes no modifier.");
    refuse(
        "Patient?_list=$current-problems",
        "_list: Functional lists are not kept here; give the id of a List.",
    );
}

#[test]
fn words_are_joined() {
    check(
        "Condition?_text=Left  HIP",
        &["_text: word 'left'", "_text: word 'hip'"],
    );
    check(
        "Condition?_content=(bone OR liver) and metastases",
        &[
            "(_content: word 'bone' or _content: word 'liver')",
            "_content: word 'metastases'",
        ],
    );
    check(
        "Condition?_text=a or b not c",
        &["(_text: word 'a' or (_text: word 'b' and _text: none of word 'c'))"],
    );
    check(
        "Condition?_text=a b,c",
        &["((_text: word 'a' and _text: word 'b') or _text: word 'c')"],
    );
    for (words, expect) in [
        ("---", "Give words, joined by and, or, not and parentheses."),
        (
            "a or",
            "Give words, joined by and, or, not and parentheses.",
        ),
        ("(a", "A parenthesis is not closed."),
        ("a) b", "A parenthesis is closed that was not opened."),
        ("a b c d", "A search takes at most 3 words."),
        (&"(".repeat(17), "At most 16 parentheses may be open."),
    ] {
        refuse(
            &format!("Condition?_text={words}"),
            &format!("_text: {expect}"),
        );
    }
    refuse(
        "Condition?_text:not=a",
        "_text:not: _text takes no modifier.",
    );
    let wordless = Unindexed::default().without_words();
    let refused = run_while("Condition?_text=a", Handling::Strict, &wordless).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "_text: This instance keeps no words of its resources; leave the parameter out."
    );
    let left_out = run_while("Condition?_text=a", Handling::Lenient, &wordless).unwrap();
    assert_eq!(left_out.ignored, ["_text"]);
}

#[test]
fn practitioners_with_a_schedule_are_asked_for() {
    let name = "include-non-schedulable-practitioners";
    check(
        &format!("Practitioner?{name}=false"),
        &["Schedule.actor<()"],
    );
    check(&format!("Practitioner?{name}=true"), &[]);
    refuse(
        &format!("Practitioner?{name}=x"),
        &format!("{name}: Give true or false."),
    );
}

#[test]
fn a_modifier_is_refused_with_those_that_work() {
    refuse(
        "Patient?gender:exact=x",
        "gender:exact: The modifier :exact is unknown here; gender takes :missing, :not, :text, :in, :not-in, :above and :below.",
    );
    refuse(
        "Patient?name:not=x",
        "name:not: The modifier :not is unknown here; name takes :missing, :exact and :contains.",
    );
    refuse(
        "Patient?gender:missing=yes",
        "gender:missing: Give true or false.",
    );
    refuse("Patient?_id:not=x", "_id:not: _id takes no modifier.");
    refuse(
        "Observation?subject:Practitioner=1",
        "subject:Practitioner: subject does not point to Practitioner; it points to Device, Group, Location, Patient.",
    );
    refuse(
        "Observation?subject:Patient=Group/1",
        "subject:Patient: The modifier asks for Patient, the value for Group; name one type.",
    );
}

#[test]
fn a_value_is_refused_with_the_form_it_must_have() {
    refuse(
        "Patient?gender=",
        "gender: The parameter has no value; give one or leave it out.",
    );
    refuse(
        "Patient?gender",
        "gender: The parameter has no value; give one or leave it out.",
    );
    refuse(
        "Patient?gender=male,",
        "gender, character 6: One of the alternatives is empty; remove the comma too many.",
    );
    refuse(
        "Patient?identifier=|",
        "identifier: Give a code, system|code, |code or system|.",
    );
    refuse(
        "Patient?_id=a/b",
        "_id: An id is 1 to 64 characters of A-Z, a-z, 0-9, '-' and '.'.",
    );
    refuse(
        "Patient?birthdate=1970-02-30",
        "birthdate: Give a date as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with time zone, with or without one of the prefixes eq ne gt lt ge le sa eb ap.",
    );
    refuse(
        "RiskAssessment?probability=NaN",
        "probability: Give a number, with or without one of the prefixes eq ne gt lt ge le sa eb ap.",
    );
    refuse(
        "Observation?value-quantity=5|mg",
        "value-quantity: Give number, number|system|code or number||code, with or without a prefix.",
    );
    refuse(
        "Observation?patient=a/b",
        "patient: Give an id, a reference such as Patient/123, or an absolute URL.",
    );
    refuse(
        "Observation?code-value-quantity=a",
        "code-value-quantity: Give the parts code$value-quantity joined by $.",
    );
}

#[test]
fn the_page_is_refused_in_words() {
    refuse(
        "Patient?_count=-1",
        "_count: Give the number of resources on a page as 0 or a positive integer.",
    );
    refuse(
        "Patient?_count=ten",
        "_count: Give the number of resources on a page as 0 or a positive integer.",
    );
    refuse(
        "Patient?_count=1&_count=2",
        "_count: The parameter occurs twice; give it once.",
    );
    refuse(
        "Patient?_sort=birthdat",
        "_sort: Patient has no search parameter 'birthdat'. Did you mean 'birthdate'?",
    );
    refuse(
        "Patient?_sort=name,-name",
        "_sort: A key occurs twice; name each parameter once.",
    );
    refuse(
        "Patient?_total=all",
        "_total: Give none, estimate or accurate.",
    );
    refuse(
        "Patient?_summary=all",
        "_summary: Give true, text, data, count or false.",
    );
}

#[test]
fn a_search_is_bounded() {
    refuse(
        "Patient?gender=a&gender=b&gender=c&gender=d",
        "gender: A search takes at most 3 criteria.",
    );
    refuse(
        "Patient?gender=a,b,c,d,e",
        "gender: A search takes at most 4 alternatives of one parameter.",
    );
}

#[test]
fn a_long_name_is_cut() {
    let fault = run(&format!("Patient?{}=1", "ä".repeat(500)), Handling::Strict).unwrap_err();
    assert_eq!(fault.parameter.chars().count(), 41);
    assert!(fault.to_string().chars().count() < 200);
}

#[test]
fn lenient_handling_leaves_out_what_is_unknown_and_says_so() {
    let parsed = run(
        "Patient?colour=red&gender=male&_score=x&_query=name&family=",
        Handling::Lenient,
    )
    .unwrap();
    assert_eq!(parsed.ignored, ["colour", "_score", "_query", "family"]);
    assert_eq!(parsed.applied, [("gender".to_owned(), "male".to_owned())]);
    for wrong in [
        "Patient?birthdate=x",
        "Patient?gender:exact=x",
        "Patient?_count=x",
    ] {
        assert!(run(wrong, Handling::Lenient).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_not_indexed_yet_is_refused_or_left_out() {
    let of = |name: &str, code: &str| {
        let of = ResourceType::parse(name).unwrap();
        r4().search_parameter(of, code).unwrap().ix
    };
    let building =
        [of("Patient", "family"), of("Observation", "subject")].map(|parameter| Building {
            parameter,
            percent: 37,
        });
    let unindexed = Unindexed::new(building.to_vec());
    for (search, name) in [
        ("Patient?family=x", "family"),
        ("Patient?_sort=-family", "_sort"),
        ("Observation?patient.family=x", "patient.family"),
        (
            "Patient?_has:Observation:subject:code=x",
            "_has:Observation:subject:code",
        ),
        ("Observation?_include=Observation:subject", "_include"),
        ("Observation?_include=*", "_include"),
        ("Patient?_filter=gender eq male and family eq x", "_filter"),
        ("Patient?_filter=gender eq male or family eq x", "_filter"),
        ("Observation?_filter=not (patient.family eq x)", "_filter"),
        ("Observation?_filter=not (subject re Patient/x)", "_filter"),
        (
            "Observation?patient._filter=family pr false",
            "patient._filter",
        ),
    ] {
        let fault = run_while(search, Handling::Strict, &unindexed).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unindexed, "{search}");
        assert!(fault.sentence.contains("37 %"), "{search}: {fault}");
        let lenient = run_while(search, Handling::Lenient, &unindexed).unwrap();
        assert_eq!(lenient.ignored, [name]);
        assert!(lenient.query.criteria.is_empty() && lenient.query.sort.is_empty());
    }
    assert!(
        run_while(
            "Patient?name=x&_sort=birthdate",
            Handling::Strict,
            &unindexed
        )
        .is_ok()
    );
}

#[test]
fn modifiers_of_tokens() {
    check("Condition?code:text=As Thma", &["code: said 'as thma'"]);
    check(
        "Patient?identifier:of-type=http://v2|MR|7,|x|8",
        &["identifier: of type http://v2|MR '7' or of type |x '8'"],
    );
    refuse(
        "Patient?identifier:of-type=MR|7",
        "identifier:of-type: Give system|code|value: the type of the identifier and its value.",
    );
    refuse(
        "Patient?gender:of-type=a|b|c",
        "gender:of-type: The modifier :of-type is unknown here; gender takes :missing, :not, :text, :in, :not-in, :above and :below.",
    );
    refuse(
        "Condition?code:below=a",
        "code:below: Name the code system: give system|code.",
    );
}

#[test]
fn a_set_of_codes_is_asked_for_once_and_then_searched() {
    let asked = |search: &str| run(search, Handling::Lenient).unwrap_err().asks;
    let below = |system: &str, code: &str| ConceptSet::Below {
        system: system.into(),
        code: code.into(),
    };
    for (search, set) in [
        (
            "Condition?code:in=http://x",
            ConceptSet::ValueSet("http://x".into()),
        ),
        (
            "Observation?subject.gender:not-in=ValueSet/1",
            ConceptSet::ValueSet("ValueSet/1".into()),
        ),
        ("Condition?code:below=s|a", below("s", "a")),
        ("Condition?_filter=code ss s|a", below("s", "a")),
        (
            "Patient?gender:below=male",
            below("http://hl7.org/fhir/administrative-gender", "male"),
        ),
    ] {
        assert_eq!(asked(search), Some(Box::new(set)), "{search}");
    }
    let mut concepts = Concepts::default();
    let codes = ["a", "b"].map(|code| TokenMatch::SystemAndCode("s".into(), code.into()));
    concepts.keep(below("s", "a"), codes.to_vec());
    let limits = Limits::default();
    let context = Context {
        limits: &limits,
        now: Timestamp::UNIX_EPOCH,
        own: &[],
        unindexed: Unindexed::NONE,
        handling: Handling::Strict,
        concepts: &concepts,
    };
    let pairs = [("code:below".to_owned(), "s|a".to_owned())];
    let parsed = parse(ResourceType::parse("Condition").unwrap(), &pairs, &context).unwrap();
    let found: Vec<String> = parsed.query.criteria.iter().map(criterion).collect();
    assert_eq!(found, ["code: token s|a or token s|b"]);
}

#[test]
fn filters() {
    check(
        r#"Patient?_filter=name co "Pét, er" and birthdate ge 1970"#,
        &["name: contains 'pet, er'", "birthdate: Ge 0..31535999999"],
    );
    check(
        "Patient?_filter=gender eq male and active eq true or family sw L",
        &["((gender: token male and active: token true) or family: starts 'l')"],
    );
    check(
        "Patient?_filter=gender eq male and (active eq true or family ew ee)",
        &[
            "gender: token male",
            "(active: token true or family: ends 'ee')",
        ],
    );
    check(
        "Patient?_filter=not (gender eq male and family eq Lee)",
        &["(gender: none of token male or family: none of is 'lee')"],
    );
    check(
        "Patient?_filter=gender ne male or gender pr false",
        &["((gender: missing false and gender: none of token male) or gender: missing true)"],
    );
    check(
        "Encounter?_filter=date po 1970-01-01",
        &["date: Ap 0..86399999"],
    );
    check(
        "Observation?_filter=value-quantity lt 5|s|mg",
        &["value-quantity: Lt 4.5..5.5 s|mg"],
    );
}

#[test]
fn filters_follow_references() {
    check(
        "Observation?_filter=patient[gender eq male].name eq Lee",
        &["patient>Patient.(gender: token male and name: is 'lee')"],
    );
    check(
        "Observation?_filter=not (patient.name eq Lee)",
        &["not (patient>Patient.name: is 'lee')"],
    );
    check(
        "Observation?_filter=subject re Patient/1",
        &["subject: local Patient/1"],
    );
    check(
        "Observation?patient._filter=gender eq male or gender eq female",
        &["patient>Patient.(gender: token male or gender: token female)"],
    );
}

#[test]
fn filters_are_refused_at_a_character() {
    for (filter, expect) in [
        (
            "gender",
            "7: Write a blank and an operator after the parameter.",
        ),
        (
            "gender eq",
            "10: Write an operator such as eq, a blank and a value.",
        ),
        (
            "gender eq male birthdate",
            "16: Join tests with and or or; close what was opened.",
        ),
        ("(gender eq male", "16: Expected and, or or a closing )."),
        (
            "gender eq male and",
            "19: Expected the name of a search parameter.",
        ),
        (
            "not gender eq male",
            "5: Write what must not hold in parentheses: not (…).",
        ),
        (
            "name co \"Lee",
            "9: This string has no closing quotation mark.",
        ),
        (
            "name co \"\\q\"",
            "9: This string is not written as JSON writes strings.",
        ),
        (
            "name is Lee",
            "6: name takes no 'is' here but eq, ne, co, sw, ew, pr.",
        ),
        (
            "gender eq male and birthdate ge x",
            "33: Give a date as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with time zone, with or without one of the prefixes eq ne gt lt ge le sa eb ap.",
        ),
        (
            "active eq true and colour eq red",
            "20: Patient has no search parameter 'colour'. The capability statement lists those it has.",
        ),
        (
            "gender[active eq true].name eq x",
            "1: Patient's gender is no reference; only references can be followed.",
        ),
        (
            "organization[active eq true] eq x",
            "29: Name what is tested after the brackets: reference[…].name.",
        ),
        ("gender pr maybe", "11: Give true or false."),
    ] {
        refuse(
            &format!("Patient?_filter={filter}"),
            &format!("_filter, character {expect}"),
        );
    }
    let deep = format!("{}gender eq male{}", "(".repeat(16), ")".repeat(16));
    refuse(
        &format!("Patient?_filter={deep}"),
        "_filter, character 17: A search takes at most 16 filters inside one another.",
    );
    refuse(
        "Patient?_filter=gender eq a or gender eq b or gender eq c or gender eq d",
        "_filter, character 46: A search takes at most 3 tests in one filter.",
    );
    refuse(
        "Patient?_filter:not=gender eq male",
        "_filter:not: _filter takes no modifier.",
    );
}
