//! The parts of an address: instance, type, id, version.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_fhir::search_types::{Compartment, Place};
use cresset_fhir::{Kind, vread};
use http::request::Parts;

use crate::app::App;
use crate::failure::Failure;
use crate::instance::OpenInstance;
use crate::path;

/// The instance the route names, opened.
pub struct Instance(pub Arc<OpenInstance>);

/// `[base]/[type]`
pub struct OneType(pub ResourceType);

/// `[base]/[type]/[id]`
pub struct OneResource(pub ResourceType, pub ResourceId);

/// `[base]/[type]/[id]/_history/[vid]`
pub struct OneVersion(pub ResourceType, pub ResourceId, pub u64);

/// `[base]/[type]/[id]/[member]`: a compartment and what of it is searched, a type or `*`.
pub struct Member(pub Place);

impl FromRequestParts<App> for Instance {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        // The name is the first part of every such path; it needs no decoding, or it is no name.
        let name = path::parts(parts.uri.path()).nth(1).unwrap_or_default();
        app.instances().open(name).await.map(Self)
    }
}

impl FromRequestParts<App> for OneType {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        resource_type(&params(parts).await?).map(Self)
    }
}

impl FromRequestParts<App> for OneResource {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let params = params(parts).await?;
        Ok(Self(resource_type(&params)?, id(&params)?))
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let params = params(parts).await?;
        let compartment = Compartment {
            owner: resource_type(&params)?,
            id: id(&params)?,
        };
        let member = value(&params, "member");
        if member == "*" {
            return Ok(Self(Place::Within(compartment)));
        }
        let nothing = || Failure::new(Kind::NotFound, "There is nothing at this address");
        let of = ResourceType::parse(member).ok_or_else(nothing)?;
        Ok(Self(Place::TypeWithin(compartment, of)))
    }
}

impl FromRequestParts<App> for OneVersion {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let params = params(parts).await?;
        let (resource_type, id) = (resource_type(&params)?, id(&params)?);
        let version = value(&params, "version").parse();
        let version = version.map_err(|_| vread::unknown_version(resource_type, &id))?;
        Ok(Self(resource_type, id, version))
    }
}

async fn params(parts: &mut Parts) -> Result<RawPathParams, Failure> {
    let refused = |_| Failure::new(Kind::Invalid, "The address is not valid UTF-8");
    RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(refused)
}

fn value<'p>(params: &'p RawPathParams, name: &str) -> &'p str {
    params
        .iter()
        .find_map(|(key, value)| (key == name).then_some(value))
        .unwrap_or_default()
}

fn resource_type(params: &RawPathParams) -> Result<ResourceType, Failure> {
    let name = value(params, "type");
    ResourceType::parse(name).ok_or_else(|| {
        let shown: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(40)
            .collect();
        Failure::new(Kind::NotFound, format!("Unknown resource type '{shown}'"))
    })
}

fn id(params: &RawPathParams) -> Result<ResourceId, Failure> {
    value(params, "id")
        .parse()
        .map_err(|invalid| Failure::new(Kind::Value, format!("{invalid}")))
}
