//! `GET [base]/[type]/[id]/files/[element]` and `GET [base]/files/[address]`

use axum::Extension;
use axum::extract::{RawPathParams, State};
use axum::response::Response;
use cresset_auth::front::mark_before;
use cresset_fhir::Kind;
use cresset_fhir::file::{Asker, Place};
use cresset_store::AuditRecord;
use http::header::{LOCATION, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::audit::Trail;
use crate::content::content;
use crate::extract::{Ask, Instance, OneResource, Pairs, Range};
use crate::failure::Failure;
use crate::render;

/// 307 to an address that gives the file to whoever holds it, for ten minutes.
pub(crate) async fn file_address(
    ask: Ask,
    OneResource(resource_type, id): OneResource,
    Pairs(pairs): Pairs,
    params: RawPathParams,
) -> Result<Response, Failure> {
    let element = last(&params);
    let place = Place {
        element,
        index: index(&pairs)?,
    };
    let asker = Asker {
        access: ask.access(),
        client_id: &ask.caller.client_id,
        scopes: &ask.caller.scopes,
    };
    let fhir = &ask.instance.fhir;
    let address = fhir
        .file_address(asker, (resource_type, &id), place)
        .await?;
    let mut response = render::empty(StatusCode::TEMPORARY_REDIRECT);
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(LOCATION, address);
    }
    let no_referrer = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(REFERRER_POLICY, no_referrer);
    Ok(response)
}

/// The file itself; the address is the permission.
pub(crate) async fn file(
    State(app): State<App>,
    Instance(at): Instance,
    Extension(trail): Extension<Trail>,
    params: RawPathParams,
    range: Range,
) -> Result<Response, Failure> {
    let address = last(&params);
    let mark = || mark_before(address).map(str::to_owned);
    let instance = app.instances().behind(at, mark).await?;
    let file = instance.fhir.file(address).await?;
    let response = content(file.content, &range);
    let record = AuditRecord {
        app: Some(file.client_id),
        interaction: "file".to_owned(),
        resource_type: Some(file.resource_type),
        id: Some(file.id),
        whose: file.whose,
        ..trail.draft(&app, response.status())
    };
    instance.record(record).await?;
    Ok(response)
}

fn last(params: &RawPathParams) -> &str {
    params.iter().last().map_or("", |(_, value)| value)
}

/// Which of several attachments: `index`, from 0.
fn index(pairs: &[(String, String)]) -> Result<usize, Failure> {
    match pairs {
        [] => Ok(0),
        [(name, value)] if name == "index" => value.parse().map_err(|_| {
            let text = "The value of index must be a whole number from 0";
            Failure::new(Kind::Value, text)
        }),
        _ => {
            let text = "A file is asked for with index only, once";
            Err(Failure::new(Kind::Value, text))
        }
    }
}
