//! Bodies, read within their bounds.

use std::io::Read;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use cresset_base::Limits;
use cresset_fhir::{Fault, Kind};
use cresset_model::Bounds;
use cresset_xml::FaultKind;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::media;
use super::raw::Raw;
use crate::app::App;
use crate::failure::Failure;
use crate::render::Format;

/// The body of a create, update or transaction as JSON, decompressed, whatever it was sent as.
pub struct FhirBody(pub Bytes);

impl FromRequest<App> for FhirBody {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let raw = Raw::of(&request);
        let format = match media::of_body(request.headers()) {
            Ok(format) => Some(format),
            Err(_) if raw.is_some() => None,
            Err(failure) => return Err(failure),
        };
        let bytes = unpacked(request, app).await?;
        match (format, raw) {
            (Some(Format::Xml), _) => from_xml(&bytes, app.limits()).map(Self),
            (None, Some(raw)) => raw.wrapped(&bytes).map(Self),
            (Some(Format::Json) | None, _) => Ok(Self(bytes)),
        }
    }
}

/// The body of a request, decompressed.
///
/// # Errors
/// 413 when it is longer than the limits allow, 415 for a packing that is not known, 400 when it
/// breaks off.
pub(super) async fn unpacked(request: Request, app: &App) -> Result<Bytes, Failure> {
    let encoding = Encoding::of(request.headers())?;
    let max = app.limits().body_bytes_max;
    let bytes = read(request.into_body(), max).await?;
    match encoding {
        Encoding::Identity => Ok(bytes),
        Encoding::Gzip => gunzip(&bytes, max),
    }
}

/// A resource sent as XML, in the form the server works with.
pub(super) fn from_xml(xml: &[u8], limits: &Limits) -> Result<Bytes, Failure> {
    let read = cresset_xml::read(xml, Bounds::from(limits));
    read.map(Bytes::from).map_err(|fault| {
        let kind = match fault.kind {
            FaultKind::Empty => Kind::Required,
            FaultKind::TooDeep | FaultKind::TooManyValues => Kind::TooLong,
            _ => Kind::Structure,
        };
        let text = fault.to_string();
        let told = Fault::new(kind, text);
        if fault.path.is_empty() {
            told.into()
        } else {
            told.at(fault.path).into()
        }
    })
}

/// Reads a body of at most `max` bytes, whether or not it says its length.
///
/// # Errors
/// 413 when it is longer, 400 when it breaks off.
pub async fn read(body: Body, max: usize) -> Result<Bytes, Failure> {
    match Limited::new(body, max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_long(max)),
        Err(_) => Err(Failure::new(
            Kind::Invalid,
            "The body broke off before its end",
        )),
    }
}

/// How the body is packed.
enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        let (first, second) = (values.next(), values.next());
        let refused = || {
            let text = "A body may be packed once with Content-Encoding: gzip, or not at all";
            Failure::new(Kind::UnsupportedMediaType, text)
        };
        if second.is_some() {
            return Err(refused());
        }
        match first
            .map(|value| value.as_bytes().to_ascii_lowercase())
            .as_deref()
        {
            None | Some(b"identity") => Ok(Self::Identity),
            Some(b"gzip" | b"x-gzip") => Ok(Self::Gzip),
            Some(_) => Err(refused()),
        }
    }
}

/// Unpacks at most `max` bytes: a bomb costs no more than an honest body.
fn gunzip(packed: &[u8], max: usize) -> Result<Bytes, Failure> {
    let bound = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(packed)
        .take(bound)
        .read_to_end(&mut unpacked)
        .map_err(|_| Failure::new(Kind::Invalid, "The body is not valid gzip"))?;
    if unpacked.len() > max {
        return Err(too_long(max));
    }
    Ok(Bytes::from(unpacked))
}

fn too_long(max: usize) -> Failure {
    Failure::new(Kind::TooLong, format!("A body is at most {max} bytes long"))
}
