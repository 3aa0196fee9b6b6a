//! The searches of conditional interactions.

use axum::extract::FromRequestParts;
use cresset_definitions::ResourceType;
use cresset_fhir::{Criteria, Kind};
use http::HeaderName;
use http::request::Parts;

use super::{OneType, Pairs};
use crate::app::App;
use crate::failure::Failure;

const IF_NONE_EXIST: HeaderName = HeaderName::from_static("if-none-exist");

/// `[base]/[type]?criteria` of a conditional update, patch or delete.
pub struct Matching(pub Criteria);

/// `If-None-Exist` of a create (R4 3.1.0.8.1).
pub struct IfNoneExist(Option<String>);

impl FromRequestParts<App> for Matching {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let OneType(resource_type) = OneType::from_request_parts(parts, app).await?;
        let Pairs(pairs) = Pairs::from_request_parts(parts, app).await?;
        Ok(Self(Criteria::new(resource_type, pairs)))
    }
}

impl FromRequestParts<App> for IfNoneExist {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let mut values = parts.headers.get_all(IF_NONE_EXIST).iter();
        let (first, second) = (values.next(), values.next());
        let Some(value) = first else {
            return Ok(Self(None));
        };
        let is_long = value.len() > app.limits().query_bytes_max;
        match value.to_str() {
            Ok(query) if second.is_none() && !is_long => Ok(Self(Some(query.to_owned()))),
            _ => {
                let text = "If-None-Exist must occur once and hold search parameters such as identifier=urn:x|1";
                Err(Failure::new(Kind::Value, text))
            }
        }
    }
}

impl IfNoneExist {
    /// The criteria for resources of this type, if the caller set any.
    ///
    /// # Errors
    /// 400 when they are for another type.
    pub fn of_type(self, resource_type: ResourceType) -> Result<Option<Criteria>, Failure> {
        let criteria = self.0.map(|query| Criteria::parse(resource_type, &query));
        Ok(criteria.transpose()?)
    }
}
