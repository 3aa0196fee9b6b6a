//! What is done to what is written, type by type, in words: what no profile can say.

/// Type and words, sorted; `docs/rules.md` holds the same table.
pub(super) static NOTES: &[(&str, &str)] = &[
    (
        "AllergyIntolerance",
        "`recordedDate` is the present; statuses and the unknown manifestation are told in words; an update marks it as entered in error and changes nothing else; `clinicalStatus` need not be sent then, and goes (R4 `ait-2`)",
    ),
    (
        "Appointment",
        "`connectionType` and `payloadType` of the Endpoint may be empty and are filled; instants may leave out seconds and zone; participants are `accepted`; one reason, or `No description given`; identifiers have defaults; kind, reason and time are checked against the catalogues of the practice, where it has some, and of an update those that change; an update keeps what it leaves out and cannot change the patient",
    ),
    (
        "CareTeam",
        "under the patient's id, made by the first update; named after the patient; the lead stays unless the body speaks of one; organizations have no role",
    ),
    (
        "Claim",
        "begins in the queue `NeedsCodingReview`; built-in queues get their names; value sets sent as systems become the code systems; `created` is an instant; insurance that is not focal is ignored; an update moves the queue and changes nothing else",
    ),
    (
        "Communication",
        "stored as `completed`, about its patient; `sent` is the present unless said",
    ),
    (
        "Condition",
        "`ICD-10` becomes `http://hl7.org/fhir/sid/icd-10-cm`; `verificationStatus` is `confirmed`; statuses and categories are told in words; any update marks it as entered in error",
    ),
    (
        "Consent",
        "`scope` may be empty and is read back as `Unknown`; `dateTime` is the present; the attachment has an address; an active one whose period is past is `inactive`; a second one of the same patient and category, known by its code or its display, renews the first under its id, where the token may search and update consents",
    ),
    (
        "Coverage",
        "`period.start` is the day it was first stored unless said; the relationship is told in the words of the claim form; one that takes the `order` of another active one of the patient moves it, and those below, down to at most 5",
    ),
    ("CoverageEligibilityRequest", "`insurer` may be empty"),
    (
        "DetectedIssue",
        "mitigations are put in the order of their dates, and their rules mean that order; evidence and mitigations have ids that an update keeps",
    ),
    (
        "DocumentReference",
        "`date` is the present; `clinical-note` is added to the categories of clinical documents; `format` and `priority` are filled; the attachment has an address beside its data",
    ),
    (
        "Group",
        "`actual` is true; characteristics do not exclude; `quantity` counts the members; a responsibility belongs to one team",
    ),
    (
        "Immunization",
        "an update marks it as entered in error and changes nothing else",
    ),
    (
        "Media",
        "a note and an encounter sent together must belong together, as with everything that is charted; the picture has an address",
    ),
    (
        "MedicationStatement",
        "`effectivePeriod.start` and `dateAsserted` are the present; one dosage; a reference becomes the concept of its Medication where the token may read it; an update marks it as entered in error and changes nothing else",
    ),
    (
        "Observation",
        "stored as `final`; `vital-signs`; units have defaults and UCUM codes; a value and a reason for its absence exclude each other; a panel holds each sign once; a sign without either was `not-performed`; a create of `59408-5` brings `2708-6` with it; a sign without `derivedFrom` gets a panel; a panel takes its members from the panels they were in, and what else they are derived from stays; members that are panels, or of another subject, are left as they are",
    ),
    (
        "Patient",
        "`gender` follows the gender identity; `url` is stored as `other`, `sms` as `phone`; contacts keep the text of their name, one phone, one email address; languages are of `urn:ietf:bcp:47`; race and ethnicity get the text US Core asks for; a new patient gets a record number, the id without its dashes; one photo, with an address, whose kind its first bytes tell where it is not sent; entries have ids; an update removes telecom, address, contact and preferred pharmacy it does not send and keeps the rest",
    ),
    (
        "PaymentNotice",
        "`payment` and `recipient` may be empty and are read back as `unused`; `created` is the present; the currency is USD; `paid`",
    ),
    (
        "Practitioner",
        "username and email address do not change; a signature may leave its kind to its first bytes; an update removes the other extensions it does not send",
    ),
    (
        "QuestionnaireResponse",
        "`authored` is the present unless said; answers are checked against the Questionnaire, which the token must be able to read; a scored form, one whose options carry `ordinalValue` or `itemWeight`, needs every answer that depends on no other; answers to questions coded in LOINC or SNOMED CT, at most 99, become Observations of `social-history` where they are a `valueCoding`, a `valueString` or a `valueDecimal`, several to one question as components, and the score of a scored form, where an answer has a weight, one of `survey` under the code of the form; only a Patient, Group, Device or Location is observed so; each of these Observations carries the tag `questionnaire-response` of `https://cresset.example/fhir/CodeSystem/canvas-origin`; an update marks the response and the Observations it made as entered in error and changes nothing else; an import shows an empty display as `<no display available>`",
    ),
    (
        "Task",
        "an update clears `description`, `owner`, `restriction`, `input` and notes it does not send and keeps the group and `authoredOn`; `lastModified` is the present; the names of older apps are refused with the new ones",
    ),
];
