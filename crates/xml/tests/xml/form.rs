//! What the XML of a resource looks like, and what JSON comes of XML.

use cresset_model::{Bounds, parse};
use cresset_xml::{Layout, read, write};

fn to_xml(json: &str, expect: &str) {
    let tree = parse(json.as_bytes(), Bounds::default()).unwrap();
    let xml = String::from_utf8(write(&tree, Layout::Compact).unwrap()).unwrap();
    let head = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    assert_eq!(xml.strip_prefix(head).unwrap(), expect);
}

fn to_json(xml: &str, expect: &str) {
    let json = read(xml.as_bytes(), Bounds::default()).unwrap();
    assert_eq!(String::from_utf8(json).unwrap(), expect);
}

#[test]
fn elements_stand_in_the_order_of_their_definition() {
    to_xml(
        r#"{"resourceType":"Patient","birthDate":"1980","active":true,"id":"a","multipleBirthInteger":2}"#,
        r#"<Patient xmlns="http://hl7.org/fhir"><id value="a"/><active value="true"/><birthDate value="1980"/><multipleBirthInteger value="2"/></Patient>"#,
    );
    to_xml(
        r#"{"resourceType":"Observation","valueQuantity":{"value":1.500e2},"status":"final"}"#,
        r#"<Observation xmlns="http://hl7.org/fhir"><status value="final"/><valueQuantity><value value="1.500e2"/></valueQuantity></Observation>"#,
    );
}

#[test]
fn ids_urls_and_what_stands_beside_a_primitive() {
    to_xml(
        r#"{"resourceType":"Patient","name":[{"id":"n","given":["A",null],"_given":[null,{"id":"g","extension":[{"url":"http://x","valueCode":"y"}]}]}]}"#,
        r#"<Patient xmlns="http://hl7.org/fhir"><name id="n"><given value="A"/><given id="g"><extension url="http://x"><valueCode value="y"/></extension></given></name></Patient>"#,
    );
    to_xml(
        r#"{"resourceType":"Basic","_language":{"id":"l"},"contained":[{"resourceType":"Basic","id":"c"}]}"#,
        r#"<Basic xmlns="http://hl7.org/fhir"><language id="l"/><contained><Basic><id value="c"/></Basic></contained></Basic>"#,
    );
}

#[test]
fn values_are_escaped_so_that_every_reader_gives_them_back() {
    to_xml(
        r#"{"resourceType":"Patient","language":"a\"<&>'\n\t\r é"}"#,
        r#"<Patient xmlns="http://hl7.org/fhir"><language value="a&quot;&lt;&amp;&gt;'&#10;&#9;&#13; é"/></Patient>"#,
    );
    to_json(
        "<Patient xmlns=\"http://hl7.org/fhir\"><language value='a&quot;&lt;&amp;lt;&#10;b\nc'/></Patient>",
        r#"{"resourceType":"Patient","language":"a\"<&lt;\nb c"}"#,
    );
}

#[test]
fn a_narrative_is_taken_over_as_it_is() {
    to_xml(
        r#"{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a&nbsp;b &amp; c &#160; d & e<br/></div>"}}"#,
        "<Patient xmlns=\"http://hl7.org/fhir\"><text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">a\u{a0}b &amp; c &#160; d &amp; e<br/></div></text></Patient>",
    );
    to_json(
        r#"<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"> a <b class='x"y'>b</b><!-- kept --> <br/><![CDATA[<&]]> &gt;<p></p></div></text></Patient>"#,
        r#"{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"> a <b class=\"x&quot;y\">b</b><!-- kept --> <br/>&lt;&amp; &gt;<p></p></div>"}}"#,
    );
}

#[test]
fn prefixes_comments_and_declarations_are_no_matter() {
    to_json(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- c --><f:Patient xmlns:f=\"http://hl7.org/fhir\" xmlns:h=\"http://www.w3.org/1999/xhtml\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\"><f:text><f:status value=\"empty\"/><h:div><h:p>x</h:p></h:div></f:text><f:active value=\"false\"/></f:Patient>\n",
        r#"{"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</p></div>"},"active":false}"#,
    );
}

#[test]
fn values_of_the_wrong_kind_are_left_to_validation() {
    to_json(
        r#"<Patient xmlns="http://hl7.org/fhir"><active value="yes"/><multipleBirthInteger value="02"/></Patient>"#,
        r#"{"resourceType":"Patient","active":"yes","multipleBirthInteger":"02"}"#,
    );
    to_json(
        r#"<Patient xmlns="http://hl7.org/fhir"><name/></Patient>"#,
        r#"{"resourceType":"Patient","name":[{}]}"#,
    );
}

#[test]
fn what_xml_cannot_say_is_refused() {
    for json in [
        r#"{"resourceType":"Patient","language":"\u0001"}"#,
        r#"{"resourceType":"Patient","nickname":"x"}"#,
        r#"{"resourceType":"Nothing"}"#,
        r#"{"resourceType":"Patient","name":{"family":"x"}}"#,
        "[]",
    ] {
        let tree = parse(json.as_bytes(), Bounds::default()).unwrap();
        assert!(write(&tree, Layout::Compact).is_err(), "{json}");
    }
}
