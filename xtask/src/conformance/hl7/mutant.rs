//! A copy of a resource with one thing broken at random.

use serde_json::{Value, json};

/// Numbers that are the same in every run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides.max(1)
    }
}

/// What can be broken.
#[derive(Clone, Copy)]
enum Harm {
    LeftOut,
    WrongType,
    Empty,
    Unknown,
    ForeignCode,
    NoDate,
    ListForOne,
}

const HARMS: [Harm; 7] = [
    Harm::LeftOut,
    Harm::WrongType,
    Harm::Empty,
    Harm::Unknown,
    Harm::ForeignCode,
    Harm::NoDate,
    Harm::ListForOne,
];

/// The mutant, and what was done to it.
pub(super) fn of(resource: &Value, dice: &mut Dice) -> (Value, String) {
    let mut places = Vec::new();
    collect(resource, "", &mut places);
    loop {
        let Some(harm) = HARMS.get(dice.roll(HARMS.len())) else {
            continue;
        };
        let fitting: Vec<&String> = places
            .iter()
            .filter(|place| resource.pointer(place).is_some_and(|v| harm.fits(v)))
            .collect();
        let Some(place) = fitting.get(dice.roll(fitting.len())) else {
            continue;
        };
        let mut mutant = resource.clone();
        harm.does(&mut mutant, place);
        return (mutant, format!("{} {place}", harm.name()));
    }
}

/// The JSON pointers of all values but the type.
fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| *name != "resourceType") {
                let place = format!("{at}/{name}");
                collect(value, &place, places);
                places.push(place);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let place = format!("{at}/{index}");
                collect(value, &place, places);
                places.push(place);
            }
        }
        _ => {}
    }
}

impl Harm {
    fn name(self) -> &'static str {
        match self {
            Self::LeftOut => "left out",
            Self::WrongType => "wrong JSON type of",
            Self::Empty => "empty",
            Self::Unknown => "unknown element in",
            Self::ForeignCode => "foreign code in",
            Self::NoDate => "impossible date in",
            Self::ListForOne => "list instead of",
        }
    }

    fn fits(self, value: &Value) -> bool {
        let text = value.as_str().unwrap_or_default();
        match self {
            Self::LeftOut | Self::WrongType | Self::Empty => true,
            Self::Unknown => value.is_object(),
            Self::ForeignCode => !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase()),
            Self::NoDate => {
                text.len() >= 10 && text.get(4..5) == Some("-") && text.starts_with(['1', '2'])
            }
            Self::ListForOne => !value.is_array(),
        }
    }

    fn does(self, mutant: &mut Value, place: &str) {
        if let Self::LeftOut = self {
            let (above, name) = place.rsplit_once('/').unwrap_or_default();
            match mutant.pointer_mut(above) {
                Some(Value::Object(members)) => drop(members.remove(name)),
                Some(Value::Array(items)) => drop(items.remove(name.parse().unwrap_or_default())),
                _ => {}
            }
            return;
        }
        let Some(value) = mutant.pointer_mut(place) else {
            return;
        };
        *value = match self {
            Self::LeftOut => Value::Null,
            Self::WrongType if value.is_string() => json!(7),
            Self::WrongType => json!("x"),
            Self::Empty if value.is_array() => json!([]),
            Self::Empty if value.is_object() => json!({}),
            Self::Empty => json!(""),
            Self::Unknown => {
                let mut more = value.clone();
                if let Some(members) = more.as_object_mut() {
                    members.insert("noSuchElement".to_owned(), json!("x"));
                }
                more
            }
            Self::ForeignCode => json!("no-such-code"),
            Self::NoDate => json!("2026-02-31"),
            Self::ListForOne => json!([value.clone()]),
        };
    }
}
