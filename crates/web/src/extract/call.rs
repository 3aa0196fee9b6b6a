//! A call of an operation: who asks, of what, with which parameters.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use cresset_base::ResourceId;
use cresset_fhir::operation::Inputs;
use cresset_fhir::terminology::Target;
use cresset_fhir::{Kind, prepare};
use http::Method;

use super::{Ask, FhirBody, Pairs};
use crate::app::App;
use crate::failure::Failure;

/// An operation that is called, by GET with parameters in the URL or by POST with more in a body.
pub struct Call {
    /// Who asks.
    pub ask: Ask,
    /// The parameters of URL and body.
    pub inputs: Inputs,
    /// The resource it is called of.
    pub id: Option<ResourceId>,
}

impl Call {
    /// What it is called of.
    pub fn target(&self) -> Target<'_> {
        self.id.as_ref().map_or(Target::Type, Target::Resource)
    }
}

impl FromRequest<App> for Call {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let ask = Ask::from_request_parts(&mut parts, app).await?;
        let Pairs(pairs) = Pairs::from_request_parts(&mut parts, app).await?;
        let params = RawPathParams::from_request_parts(&mut parts, app).await;
        let params = params.map_err(|_| Failure::new(Kind::Invalid, "The address is not UTF-8"))?;
        let id = params.iter().find(|(name, _)| *name == "id");
        let id = id.map(|(_, id)| id.parse::<ResourceId>()).transpose();
        let id = id.map_err(|invalid| Failure::new(Kind::Value, invalid.to_string()))?;
        let mut inputs = Inputs::of_pairs(pairs);
        if parts.method == Method::POST {
            let request = Request::from_parts(parts, body);
            let FhirBody(body) = FhirBody::from_request(request, app).await?;
            inputs.add(&prepare::parse(&body, app.limits())?)?;
        }
        Ok(Self { ask, inputs, id })
    }
}
