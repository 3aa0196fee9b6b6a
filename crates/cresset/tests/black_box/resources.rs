//! Small bodies to write.

/// A patient with this family name.
pub(crate) fn patient(family: &str) -> String {
    format!(r#"{{"resourceType":"Patient","name":[{{"family":"{family}"}}],"gender":"female"}}"#)
}

/// The same patient under an id.
pub(crate) fn patient_with_id(id: &str, family: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{family}"}}],"gender":"female"}}"#
    )
}

/// A body weight of a patient.
pub(crate) fn weight(patient: &str, kilograms: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"29463-7"}}]}},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2024-05-06T07:08:09Z","valueQuantity":{{"value":{kilograms},"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}}}"#
    )
}
