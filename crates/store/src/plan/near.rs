//! A circle on the earth → stretches of keys.
//!
//! A place is kept as a key of two values, and a backend compares integers only. The circle is cut
//! into bands of latitude, each as wide as the circle is in its middle: what is found lies within the
//! asked distance give or take one hundredth of it, which the standard leaves to the server.

use std::f64::consts::PI;

use cresset_search::Circle;

use super::lookups::Span;
use crate::layout::sortable;

/// How many bands a circle is cut into.
const BANDS: u32 = 100;
/// Mean radius of the earth.
const EARTH_M: f64 = 6_371_008.8;

/// Places of these latitudes and longitudes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    pub(super) latitude: Span,
    pub(super) longitude: Span,
}

/// The bands that together make the circle.
pub(super) fn bands(circle: Circle) -> Vec<Band> {
    let radius = circle.radius_m / EARTH_M;
    let height = 2.0 * radius.to_degrees() / f64::from(BANDS);
    let south = circle.latitude - radius.to_degrees();
    let mut bands = Vec::with_capacity(BANDS as usize);
    for n in 0..BANDS {
        let low = south + f64::from(n) * height;
        let (low, high) = (low.max(-90.0), (low + height).min(90.0));
        if low > high {
            continue;
        }
        let Some(half) = half_width(circle.latitude, f64::midpoint(low, high), radius) else {
            continue;
        };
        let latitude = span(low, high);
        let longitudes = longitudes(circle.longitude, half).into_iter();
        bands.extend(longitudes.map(|longitude| Band {
            latitude,
            longitude,
        }));
    }
    bands
}

/// Half of the circle's width at a latitude, in degrees of longitude; `None` where it does not reach.
fn half_width(centre: f64, at: f64, radius: f64) -> Option<f64> {
    if radius >= PI {
        return Some(180.0);
    }
    let (centre, at) = (centre.to_radians(), at.to_radians());
    let cosine = (radius.cos() - centre.sin() * at.sin()) / (centre.cos() * at.cos());
    // Beyond -1, or at a pole, the whole parallel is inside.
    match cosine {
        c if c > 1.0 => None,
        c if c >= -1.0 => Some(c.acos().to_degrees()),
        _ => Some(180.0),
    }
}

/// A stretch to both sides of a longitude; two where it crosses the 180th.
fn longitudes(centre: f64, half: f64) -> Vec<Span> {
    let (west, east) = (centre - half, centre + half);
    if half >= 180.0 {
        vec![span(-180.0, 180.0)]
    } else if west < -180.0 {
        vec![span(west + 360.0, 180.0), span(-180.0, east)]
    } else if east > 180.0 {
        vec![span(west, 180.0), span(-180.0, east - 360.0)]
    } else {
        vec![span(west, east)]
    }
}

fn span(low: f64, high: f64) -> Span {
    Span {
        low: sortable::number(low),
        high: sortable::number(high),
    }
}
