//! What US Core 6.1.0 calls must-support, profile by profile.
//!
//! A word is a path of member names. `name[text]` narrows to elements that mention the text as a
//! code or as the end of a URL; alternatives are divided by `|`. `name*` is a choice of any type.
//! `=value` demands a value, `->profile` a reference that resolves to a resource of the profile.
//! What a longer path implies is left out.

/// Profiles and their paths.
pub(crate) const TABLE: &[(&str, &str)] = &[
    (
        "us-core-allergyintolerance",
        "clinicalStatus verificationStatus code patient->us-core-patient reaction/manifestation",
    ),
    (
        "us-core-careplan",
        "text/status text/div status intent subject->us-core-patient category[assess-plan]",
    ),
    (
        "us-core-careteam",
        "status subject->us-core-patient participant/role \
         participant/member->us-core-practitioner participant/member->us-core-practitionerrole \
         participant/member->us-core-relatedperson",
    ),
    (
        "us-core-condition-encounter-diagnosis",
        "code subject->us-core-patient encounter->us-core-encounter abatementDateTime \
         recordedDate category[encounter-diagnosis]",
    ),
    (
        "us-core-condition-problems-health-concerns",
        "clinicalStatus verificationStatus code subject->us-core-patient onsetDateTime \
         abatementDateTime recordedDate category[problem-list-item|health-concern] \
         category[sdoh|functional-status|disability-status|cognitive-status] \
         extension[condition-assertedDate]",
    ),
    (
        "us-core-coverage",
        "identifier[MB]/type status type subscriberId beneficiary->us-core-patient relationship \
         period payor->us-core-organization class[group]/value class[plan]/value class[plan]/name",
    ),
    (
        "us-core-implantable-device",
        "udiCarrier/deviceIdentifier udiCarrier/carrierHRF distinctIdentifier manufactureDate \
         expirationDate lotNumber serialNumber type patient->us-core-patient",
    ),
    (
        "us-core-diagnosticreport-note",
        "status code subject->us-core-patient encounter->us-core-encounter effectiveDateTime \
         issued performer->us-core-practitioner performer->us-core-organization \
         result->us-core-observation-lab result->us-core-observation-clinical-result \
         presentedForm category[LP29684-5|LP29708-2|LP7839-6]",
    ),
    (
        "us-core-diagnosticreport-lab",
        "status code subject->us-core-patient effectiveDateTime issued \
         performer->us-core-practitioner result->us-core-observation-lab category[LAB]",
    ),
    (
        "us-core-documentreference",
        "identifier status type subject->us-core-patient date author->us-core-practitioner \
         content/attachment/contentType content/attachment/data content/attachment/url \
         content/format context/encounter->us-core-encounter context/period \
         category[clinical-note]",
    ),
    (
        "us-core-encounter",
        "identifier/system identifier/value status class type subject->us-core-patient \
         participant/type participant/period participant/individual->us-core-practitioner period \
         reasonCode reasonReference->us-core-condition-problems-health-concerns \
         reasonReference->us-core-condition-encounter-diagnosis \
         hospitalization/dischargeDisposition location/location \
         serviceProvider->us-core-organization",
    ),
    (
        "us-core-goal",
        "lifecycleStatus description subject->us-core-patient startDate target/dueDate",
    ),
    (
        "us-core-immunization",
        "status statusReason vaccineCode patient->us-core-patient occurrenceDateTime \
         primarySource",
    ),
    (
        "us-core-location",
        "status name telecom address/line address/city address/state address/postalCode \
         managingOrganization->us-core-organization",
    ),
    ("us-core-medication", "code"),
    (
        "us-core-medicationdispense",
        "status medication* subject->us-core-patient performer/actor->us-core-organization \
         authorizingPrescription->us-core-medicationrequest type quantity whenHandedOver \
         dosageInstruction/text dosageInstruction/timing \
         dosageInstruction/doseAndRate/doseQuantity",
    ),
    (
        "us-core-medicationrequest",
        "status intent reportedBoolean reportedReference->us-core-practitioner medication* \
         subject->us-core-patient encounter->us-core-encounter authoredOn \
         requester->us-core-practitioner reasonCode reasonReference dosageInstruction/text \
         dosageInstruction/timing dosageInstruction/doseAndRate/doseQuantity \
         dispenseRequest/numberOfRepeatsAllowed dispenseRequest/quantity \
         category[inpatient|outpatient|community|discharge]",
    ),
    (
        "us-core-observation-lab",
        "status code subject->us-core-patient effectiveDateTime valueQuantity \
         valueCodeableConcept valueString specimen->us-core-specimen category[laboratory]",
    ),
    (
        "us-core-observation-pregnancystatus",
        "status code/coding/code=82810-3 subject->us-core-patient effectiveDateTime \
         valueCodeableConcept category[social-history]",
    ),
    (
        "us-core-observation-pregnancyintent",
        "status code/coding/code=86645-9 subject->us-core-patient effectiveDateTime \
         valueCodeableConcept category[social-history]",
    ),
    (
        "us-core-observation-occupation",
        "status code/coding/code=11341-5 subject->us-core-patient component[86188-0]/code \
         component[86188-0]/value* effectivePeriod valueCodeableConcept category[social-history]",
    ),
    (
        "us-core-respiratory-rate",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=9279-1 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code=/min",
    ),
    (
        "us-core-simple-observation",
        "status code subject->us-core-patient effectiveDateTime performer valueQuantity \
         valueCodeableConcept valueString valueBoolean derivedFrom \
         category[sdoh|functional-status|disability-status|cognitive-status|social-history|vital-signs|imaging|laboratory|procedure|survey|exam|therapy|activity]",
    ),
    (
        "us-core-heart-rate",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=8867-4 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code=/min",
    ),
    (
        "us-core-body-temperature",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=8310-5 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code",
    ),
    (
        "pediatric-weight-for-height",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=77606-2 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code=%",
    ),
    (
        "us-core-pulse-oximetry",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs subject->us-core-patient effectiveDateTime \
         valueQuantity/value valueQuantity/unit valueQuantity/system=http://unitsofmeasure.org \
         valueQuantity/code=% component/code component/valueQuantity component[3151-8]/code \
         component[3151-8]/valueQuantity/value component[3151-8]/valueQuantity/unit \
         component[3151-8]/valueQuantity/system=http://unitsofmeasure.org \
         component[3151-8]/valueQuantity/code=L/min component[3150-0]/code \
         component[3150-0]/valueQuantity/value component[3150-0]/valueQuantity/unit \
         component[3150-0]/valueQuantity/system=http://unitsofmeasure.org \
         component[3150-0]/valueQuantity/code=% code/coding[59408-5] code/coding[2708-6]",
    ),
    (
        "us-core-smokingstatus",
        "status code subject->us-core-patient valueCodeableConcept effective* \
         category[social-history]",
    ),
    (
        "us-core-observation-sexual-orientation",
        "status code/coding/code=76690-7 subject->us-core-patient effectiveDateTime \
         valueCodeableConcept",
    ),
    (
        "us-core-head-circumference",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=9843-4 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code",
    ),
    (
        "us-core-body-height",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=8302-2 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code",
    ),
    (
        "us-core-bmi",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=39156-5 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code=kg/m2",
    ),
    (
        "us-core-observation-screening-assessment",
        "status code subject->us-core-patient effectiveDateTime performer valueQuantity \
         valueCodeableConcept valueString hasMember->us-core-observation-screening-assessment \
         derivedFrom->us-core-observation-screening-assessment \
         derivedFrom->us-core-questionnaireresponse category[survey] \
         category[sdoh|functional-status|disability-status|cognitive-status]",
    ),
    (
        "us-core-blood-pressure",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=85354-9 \
         subject->us-core-patient effectiveDateTime component/code component/valueQuantity \
         component/dataAbsentReason component[8480-6]/code component[8480-6]/valueQuantity/value \
         component[8480-6]/valueQuantity/unit \
         component[8480-6]/valueQuantity/system=http://unitsofmeasure.org \
         component[8480-6]/valueQuantity/code=mm[Hg] component[8480-6]/dataAbsentReason \
         component[8462-4]/code component[8462-4]/valueQuantity/value \
         component[8462-4]/valueQuantity/unit \
         component[8462-4]/valueQuantity/system=http://unitsofmeasure.org \
         component[8462-4]/valueQuantity/code=mm[Hg] component[8462-4]/dataAbsentReason",
    ),
    (
        "us-core-observation-clinical-result",
        "status code subject->us-core-patient effectiveDateTime valueQuantity \
         valueCodeableConcept valueString \
         category[laboratory|exam|therapy|imaging|procedure|vital-signs|activity]",
    ),
    (
        "pediatric-bmi-for-age",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=59576-9 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code=%",
    ),
    (
        "head-occipital-frontal-circumference-percentile",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=8289-1 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code=%",
    ),
    (
        "us-core-body-weight",
        "status \
         category[vital-signs]/coding/system=http://terminology.hl7.org/CodeSystem/observation-category \
         category[vital-signs]/coding/code=vital-signs code/coding/code=29463-7 \
         subject->us-core-patient effectiveDateTime valueQuantity/value valueQuantity/unit \
         valueQuantity/system=http://unitsofmeasure.org valueQuantity/code",
    ),
    (
        "us-core-organization",
        "identifier/system identifier/value active name telecom/system telecom/value address/line \
         address/city address/state address/postalCode address/country identifier[us-npi]",
    ),
    (
        "us-core-patient",
        "identifier/system identifier/value name/use=old name/family name/given name/suffix \
         name/period/end telecom/system telecom/value telecom/use gender birthDate \
         deceasedDateTime address/use=old address/line address/city address/state \
         address/postalCode address/period/end communication/language extension[us-core-race] \
         extension[us-core-ethnicity] extension[us-core-tribal-affiliation] \
         extension[us-core-sex]",
    ),
    (
        "us-core-practitioner",
        "identifier/system identifier/value name/family telecom/system telecom/value \
         identifier[us-npi]",
    ),
    (
        "us-core-practitionerrole",
        "practitioner->us-core-practitioner organization->us-core-organization code specialty \
         location telecom/system telecom/value endpoint",
    ),
    (
        "us-core-procedure",
        "basedOn status code subject->us-core-patient performedDateTime",
    ),
    (
        "us-core-provenance",
        "target/reference recorded agent/type agent/who->us-core-organization \
         agent/onBehalfOf->us-core-organization agent[author]/type agent[transmitter]/type",
    ),
    (
        "us-core-questionnaireresponse",
        "identifier questionnaire status subject->us-core-patient authored \
         author->us-core-practitioner item/linkId item/text item/answer/valueDecimal \
         item/answer/valueString item/answer/valueCoding item/answer/item item/item \
         _questionnaire/extension[display] \
         _questionnaire/extension[us-core-extension-questionnaire-uri]",
    ),
    (
        "us-core-relatedperson",
        "active patient->us-core-patient relationship name telecom address",
    ),
    (
        "us-core-servicerequest",
        "status intent code subject->us-core-patient occurrencePeriod authoredOn \
         requester->us-core-practitioner reasonCode reasonReference \
         category[sdoh|functional-status|disability-status|cognitive-status|386053000|410606002|108252007|363679005|409063005|409073007|387713003]",
    ),
    ("us-core-specimen", "type subject->us-core-patient"),
];
