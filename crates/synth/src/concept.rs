//! Codes with their systems, units and profiles: the vocabulary of the tables in this room.

/// Base of the US Core canonical URLs.
const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";

/// One code of a code system with the display its system gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Concept {
    /// The canonical URL of the code system.
    pub(crate) system: &'static str,
    /// The code.
    pub(crate) code: &'static str,
    /// The words for it.
    pub(crate) display: &'static str,
}

/// A code of any system.
pub(crate) const fn concept(
    system: &'static str,
    code: &'static str,
    display: &'static str,
) -> Concept {
    Concept {
        system,
        code,
        display,
    }
}

/// A LOINC code.
pub(crate) const fn loinc(code: &'static str, display: &'static str) -> Concept {
    concept("http://loinc.org", code, display)
}

/// A SNOMED CT code.
pub(crate) const fn snomed(code: &'static str, display: &'static str) -> Concept {
    concept("http://snomed.info/sct", code, display)
}

/// An RxNorm code.
pub(crate) const fn rxnorm(code: &'static str, display: &'static str) -> Concept {
    concept("http://www.nlm.nih.gov/research/umls/rxnorm", code, display)
}

/// A vaccine code (CVX).
pub(crate) const fn cvx(code: &'static str, display: &'static str) -> Concept {
    concept("http://hl7.org/fhir/sid/cvx", code, display)
}

/// An ICD-10-CM code.
pub(crate) const fn icd10(code: &'static str, display: &'static str) -> Concept {
    concept("http://hl7.org/fhir/sid/icd-10-cm", code, display)
}

/// A code of one of HL7's terminology systems, named by the last part of its URL.
macro_rules! hl7 {
    ($system:literal, $code:literal, $display:literal) => {
        $crate::concept::concept(
            concat!("http://terminology.hl7.org/CodeSystem/", $system),
            $code,
            $display,
        )
    };
}
pub(crate) use hl7;

/// A code of one of US Core's own systems.
macro_rules! us_core {
    ($system:literal, $code:literal, $display:literal) => {
        $crate::concept::concept(
            concat!("http://hl7.org/fhir/us/core/CodeSystem/", $system),
            $code,
            $display,
        )
    };
}
pub(crate) use us_core;

/// A UCUM unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Unit {
    /// The unit as people write it.
    pub(crate) shown: &'static str,
    /// Its UCUM code.
    pub(crate) code: &'static str,
}

/// A unit that is written as its code.
pub(crate) const fn unit(code: &'static str) -> Unit {
    Unit { shown: code, code }
}

/// A unit with its own spelling.
pub(crate) const fn unit_shown(code: &'static str, shown: &'static str) -> Unit {
    Unit { shown, code }
}

/// The US Core profile a resource claims: the last part of its canonical URL, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Profile(Option<&'static str>);

impl Profile {
    /// No US Core profile exists or applies.
    pub(crate) const NONE: Self = Self(None);

    /// The profile with this name, for example `us-core-patient`.
    pub(crate) const fn us_core(name: &'static str) -> Self {
        Self(Some(name))
    }

    /// The canonical URL.
    pub(crate) fn canonical(self) -> Option<String> {
        self.0.map(|name| [US_CORE, name].concat())
    }

    /// Whether there is a profile.
    pub(crate) fn is_some(self) -> bool {
        self.0.is_some()
    }
}
