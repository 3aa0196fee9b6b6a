//! The nine bodies, each as small as an ordinary one is.

use std::collections::HashMap;
use std::fmt::Write;

/// The order in which they can be created: what is referred to first.
pub(super) const ORDER: [&str; 9] = [
    "Organization",
    "Location",
    "Practitioner",
    "Patient",
    "Encounter",
    "Observation",
    "MedicationRequest",
    "Claim",
    "ExplanationOfBenefit",
];

/// Resources of one iteration and the ids they were given.
pub(super) struct Linked {
    number: u64,
    ids: HashMap<&'static str, String>,
}

impl Linked {
    pub(super) fn new(number: u64) -> Self {
        Self {
            number,
            ids: HashMap::new(),
        }
    }

    /// Notes the id of one of them.
    pub(super) fn note(&mut self, of: &'static str, id: &str) {
        self.ids.insert(of, id.to_owned());
    }

    /// The body of one of them; `id` is empty before it has one, `word` differs between versions.
    pub(super) fn body(&self, of: &str, id: &str, word: &str) -> String {
        let mut body = format!(r#"{{"resourceType":"{of}""#);
        if !id.is_empty() {
            // Writing to a String does not fail.
            let _ = write!(body, r#","id":"{id}""#);
        }
        body.push_str(&self.rest(of, word));
        body.push('}');
        body
    }

    fn to(&self, of: &str) -> String {
        let id = self.ids.get(of).map_or("unknown", String::as_str);
        format!(r#"{{"reference":"{of}/{id}"}}"#)
    }

    fn rest(&self, of: &str, word: &str) -> String {
        let n = self.number;
        let (day, month, year) = (n % 28 + 1, n % 12 + 1, 1940 + n % 80);
        let [patient, practitioner, organization, location, encounter] = [
            "Patient",
            "Practitioner",
            "Organization",
            "Location",
            "Encounter",
        ]
        .map(|of| self.to(of));
        match of {
            "Organization" => format!(
                r#","active":true,"name":"Practice {n} {word}","identifier":[{{"system":"urn:bench:organization","value":"{n}"}}],"telecom":[{{"system":"phone","value":"555-{n:07}"}}],"address":[{{"line":["{n} Main Street"],"city":"Springfield","state":"MA","postalCode":"01101"}}]"#
            ),
            "Location" => format!(
                r#","status":"active","name":"Room {n} {word}","managingOrganization":{organization},"address":{{"city":"Springfield","state":"MA"}}"#
            ),
            "Practitioner" => format!(
                r#","active":true,"identifier":[{{"system":"urn:bench:practitioner","value":"{n}"}}],"name":[{{"family":"Doctor{n}","given":["{word}"]}}]"#
            ),
            "Patient" => format!(
                r#","active":true,"identifier":[{{"system":"urn:bench:patient","value":"{n}"}}],"name":[{{"family":"Family{n}","given":["Given","{word}"]}}],"gender":"female","birthDate":"{year}-{month:02}-{day:02}","telecom":[{{"system":"email","value":"p{n}@example.org"}}],"address":[{{"line":["{n} Elm Street"],"city":"Springfield","state":"MA","postalCode":"01101"}}],"managingOrganization":{organization}"#
            ),
            "Encounter" => format!(
                r#","status":"finished","class":{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}},"type":[{{"text":"visit {word}"}}],"subject":{patient},"participant":[{{"individual":{practitioner}}}],"period":{{"start":"2024-{month:02}-{day:02}T08:00:00Z","end":"2024-{month:02}-{day:02}T08:30:00Z"}},"location":[{{"location":{location}}}],"serviceProvider":{organization}"#
            ),
            "Observation" => format!(
                r#","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}],"text":"heart rate {word}"}},"subject":{patient},"encounter":{encounter},"effectiveDateTime":"2024-{month:02}-{day:02}T08:10:00Z","valueQuantity":{{"value":{},"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"}}"#,
                50 + n % 90
            ),
            "MedicationRequest" => format!(
                r#","status":"active","intent":"order","medicationCodeableConcept":{{"coding":[{{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}}],"text":"metformin {word}"}},"subject":{patient},"encounter":{encounter},"authoredOn":"2024-{month:02}-{day:02}","requester":{practitioner}"#
            ),
            "Claim" => format!(
                r#","status":"active","type":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}}],"text":"{word}"}},"use":"claim","patient":{patient},"created":"2024-{month:02}-{day:02}","provider":{organization},"priority":{{"coding":[{{"code":"normal"}}]}},"insurance":[{{"sequence":1,"focal":true,"coverage":{{"display":"Plan A"}}}}],"total":{{"value":{n}.50,"currency":"USD"}}"#
            ),
            _ => format!(
                r#","status":"active","type":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}}],"text":"{word}"}},"use":"claim","patient":{patient},"created":"2024-{month:02}-{day:02}","insurer":{{"display":"Plan A"}},"provider":{organization},"claim":{},"outcome":"complete","insurance":[{{"focal":true,"coverage":{{"display":"Plan A"}}}}]"#,
                self.to("Claim")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Linked, ORDER};

    #[test]
    fn every_body_is_json_and_refers_to_its_fellows() {
        let mut linked = Linked::new(7);
        for of in ORDER {
            let body: serde_json::Value =
                serde_json::from_str(&linked.body(of, "x", "first")).unwrap();
            assert_eq!(body["resourceType"], of);
            assert!(!body.to_string().contains("unknown"), "{body}");
            linked.note(of, &format!("{of}-1"));
        }
        assert!(linked.body("Claim", "", "").contains("Patient/Patient-1"));
    }
}
