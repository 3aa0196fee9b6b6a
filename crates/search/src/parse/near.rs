//! `near`: `latitude|longitude|distance|units` (R4 Location, 8.7.5).

use super::escape::{split, unescape};
use crate::number;
use crate::unit;
use crate::value::Circle;

/// The name of the parameter.
pub(super) const NAME: &str = "near";
/// What is near when no distance is given, in kilometres.
const DISTANCE_KM: f64 = 10.0;
/// Half way round the earth: nothing is farther away.
const RADIUS_MAX_M: f64 = 20_037_508.0;

/// The circle that `text` asks for, or what to write instead.
pub(super) fn circle(text: &str) -> Result<Circle, String> {
    let parts: Vec<&str> = split(text, '|').collect();
    let (latitude, longitude, distance, units) = match parts.as_slice() {
        [latitude, longitude] => (latitude, longitude, "", ""),
        [latitude, longitude, distance] => (latitude, longitude, *distance, ""),
        [latitude, longitude, distance, units] => (latitude, longitude, *distance, *units),
        _ => {
            return Err(
                "Give latitude|longitude|distance|units, for example 42.25|-83.69|11|km.".into(),
            );
        }
    };
    let degrees = |text: &str, most: f64| number::parse(text).filter(|d| d.abs() <= most);
    let latitude =
        degrees(latitude, 90.0).ok_or("Give the latitude in degrees, from -90 to 90.")?;
    let longitude =
        degrees(longitude, 180.0).ok_or("Give the longitude in degrees, from -180 to 180.")?;
    let distance = match distance {
        "" => DISTANCE_KM,
        given => number::parse(given)
            .filter(|distance| *distance > 0.0)
            .ok_or("Give the distance as a number above 0.")?,
    };
    let radius_m = metres(distance, &unescape(units)).ok_or(
        "Give the units of the distance as a UCUM code of a length, for example km, m or [mi_us].",
    )?;
    Ok(Circle {
        latitude,
        longitude,
        radius_m: radius_m.min(RADIUS_MAX_M),
    })
}

fn metres(distance: f64, units: &str) -> Option<f64> {
    match units {
        "" => Some(distance * 1000.0),
        code => unit::convert(distance, code, "m"),
    }
}
