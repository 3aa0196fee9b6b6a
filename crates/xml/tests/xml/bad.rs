//! XML that is no resource: what is wrong and where, and never more work than its bounds.

use cresset_model::Bounds;
use cresset_xml::read;

fn refuse(xml: &str, expect: &str) {
    let fault = read(xml.as_bytes(), Bounds::default()).unwrap_err();
    assert_eq!(fault.to_string(), expect, "{xml}");
}

/// The same for what stands inside a Patient.
fn refuse_inside(inside: &str, expect: &str) {
    let xml = format!(r#"<Patient xmlns="http://hl7.org/fhir">{inside}</Patient>"#);
    let fault = read(xml.as_bytes(), Bounds::default())
        .unwrap_err()
        .to_string();
    let (before, after) = fault.split_once(" (line 1, column ").unwrap();
    let path = after.split_once(") at ").map_or("", |(_, path)| path);
    assert_eq!(format!("{before} at {path}"), expect, "{xml}");
}

#[test]
fn no_document_type_and_no_entities() {
    refuse(
        r#"<!DOCTYPE Patient SYSTEM "file:///etc/passwd"><Patient xmlns="http://hl7.org/fhir"/>"#,
        "a document type declaration is not accepted (line 1, column 47)",
    );
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Patient xmlns="http://hl7.org/fhir"><language value="&b;"/></Patient>"#;
    let fault = read(bomb.as_bytes(), Bounds::default()).unwrap_err();
    assert!(fault.to_string().starts_with("a document type"), "{fault}");
    let entities = "only the entities of XML itself are accepted: &amp; &lt; &gt; &quot; &apos; and numbers at ";
    refuse_inside(
        r#"<language value="&nbsp;"/>"#,
        &format!("{entities}Patient.language"),
    );
    refuse_inside(
        r#"<text><div xmlns="http://www.w3.org/1999/xhtml">&nbsp;</div></text>"#,
        &format!("{entities}Patient.text.div"),
    );
    refuse_inside(
        "<?php echo 1 ?>",
        "processing instructions are not accepted at Patient",
    );
}

#[test]
fn every_element_has_its_namespace() {
    let words = "this element must be in the namespace http://hl7.org/fhir (the text of a narrative in http://www.w3.org/1999/xhtml)";
    refuse("<Patient/>", &format!("{words} (line 1, column 11)"));
    refuse(
        r#"<Patient xmlns="http://example.org"/>"#,
        &format!("{words} (line 1, column 38)"),
    );
    refuse_inside(
        r#"<active xmlns="" value="true"/>"#,
        &format!("{words} at Patient"),
    );
    refuse_inside(
        "<text><div>x</div></text>",
        &format!("{words} at Patient.text[0]").replace("[0]", ""),
    );
    refuse_inside(
        r#"<text><div xmlns="http://www.w3.org/1999/xhtml"><b xmlns="http://hl7.org/fhir"/></div></text>"#,
        &format!("{words} at Patient.text.div"),
    );
}

#[test]
fn only_what_the_definition_knows_may_stand_there() {
    refuse_inside(
        "<nickname value=\"x\"/>",
        "there is no element 'nickname' here at Patient",
    );
    refuse_inside(
        "<name><family value=\"x\" lang=\"en\"/></name>",
        "there is no attribute 'lang' here at Patient.name[0].family",
    );
    refuse_inside(
        "<name value=\"x\"/>",
        "there is no attribute 'value' here at Patient.name[0]",
    );
    refuse_inside(
        "<name><id value=\"x\"/></name>",
        "there is no element 'id' here at Patient.name[0]",
    );
    refuse_inside(
        "<name url=\"x\"/>",
        "there is no attribute 'url' here at Patient.name[0]",
    );
    refuse_inside(
        "x",
        "text stands in the attribute 'value', not between elements at Patient",
    );
    refuse_inside(
        "<active><![CDATA[true]]></active>",
        "text stands in the attribute 'value', not between elements at Patient.active",
    );
    refuse_inside(
        "<active/>",
        "this element needs a value or an extension at Patient.active",
    );
    refuse_inside(
        r#"<active value="true"/><active value="true"/>"#,
        "this element may occur once at Patient.active",
    );
    refuse_inside(
        r#"<birthDate value="1980"/><active value="true"/>"#,
        "'active' must come before 'birthDate' at Patient",
    );
    refuse_inside(
        "<contained/>",
        "exactly one resource must stand here at Patient.contained[0]",
    );
    refuse_inside(
        "<contained><Basic/><Basic/></contained>",
        "exactly one resource must stand here at Patient.contained[0]",
    );
    refuse_inside(
        "<contained><Nothing/></contained>",
        "'Nothing' is not a resource type of FHIR R4 at Patient.contained[0]",
    );
}

#[test]
fn broken_documents_are_named() {
    refuse("", "there is no content");
    refuse("  <!-- nothing --> ", "there is no content");
    refuse_inside(
        "<active value=\"true\">",
        "this is not well-formed XML at Patient.active",
    );
    refuse_inside(
        "<active value=\"true\" value=\"false\"/>",
        "this is not well-formed XML at Patient.active",
    );
    refuse_inside(
        "<active value=true/>",
        "this is not well-formed XML at Patient.active",
    );
    refuse(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Patient xmlns=\"http://hl7.org/fhir\"/>",
        "the content is not UTF-8 (line 1, column 44)",
    );
    let two = r#"<Patient xmlns="http://hl7.org/fhir"/><Patient xmlns="http://hl7.org/fhir"/>"#;
    refuse(two, "this is not well-formed XML (line 1, column 77)");
    assert!(read(b"<Patient \xff/>", Bounds::default()).is_err());
}

#[test]
fn depth_and_number_are_bounded() {
    let deep = |n: usize| {
        let open = r#"<extension url="x">"#.repeat(n);
        let close = "</extension>".repeat(n);
        format!(r#"<Patient xmlns="http://hl7.org/fhir">{open}{close}</Patient>"#)
    };
    let fault = read(deep(100_000).as_bytes(), Bounds::default()).unwrap_err();
    assert!(
        fault
            .to_string()
            .starts_with("the content is nested too deeply")
    );
    let narrative = format!(
        r#"<Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml">{}</div></text></Patient>"#,
        "<b>".repeat(100_000)
    );
    let fault = read(narrative.as_bytes(), Bounds::default()).unwrap_err();
    assert!(
        fault
            .to_string()
            .starts_with("the content is nested too deeply")
    );
    let bounds = Bounds {
        values_max: 10,
        ..Bounds::default()
    };
    let many = format!(
        r#"<Patient xmlns="http://hl7.org/fhir">{}</Patient>"#,
        "<name/>".repeat(20)
    );
    let fault = read(many.as_bytes(), bounds).unwrap_err();
    assert!(
        fault
            .to_string()
            .starts_with("the content holds too many values")
    );
}

#[test]
fn names_that_xml_does_not_have() {
    for div in [
        r#"<p a@b="c"/>"#,
        r#"<p a&amp;b="c"/>"#,
        r#"<p -a="c"/>"#,
        r"<p><a&lt;b/></p>",
        r"<p<q/>",
    ] {
        let inside =
            format!(r#"<text><div xmlns="http://www.w3.org/1999/xhtml">{div}</div></text>"#);
        refuse_inside(&inside, "this is not well-formed XML at Patient.text.div");
    }
}
