//! Files of attachments: a signed address that gives one file of one version for ten minutes.
//!
//! The address is sealed with the instance's own key and names the version, the attachment, who
//! asked and with which scopes. Whoever follows it gets what those scopes give at that time: the
//! right is asked again, so a patient who left the resource takes the file along. It holds no more
//! than an address: nothing is granted that the one who asked could not read.

use cresset_access::{Access, Scope, ScopeSet, Target, Verb};
use cresset_base::ResourceId;
use cresset_definitions::{ResourceType, r4};
use cresset_model::{Element, Kind as JsonKind};
use cresset_store::{Cursor, Found, Version, Whose};

use crate::binary::tree_of;
use crate::content::Content;
use crate::fault::{Fault, Kind};
use crate::read::Read;
use crate::service::Service;
use crate::{ReadCondition, binary};

/// How long an address is good for, in seconds.
pub const LIFETIME_S: i64 = 600;

/// What sealed places of files are sealed for; no search is named so.
const PURPOSE: &str = "\0file";

/// Who asks for the address of a file.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// What it may see.
    pub access: &'a Access,
    /// The app.
    pub client_id: &'a str,
    /// The scopes of its token, space-separated.
    pub scopes: &'a str,
}

/// Which file of a resource: the `index`th attachment of an element of its first level.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// `content`, `presentedForm`, `photo`, …
    pub element: &'a str,
    /// From 0.
    pub index: usize,
}

/// A file that was asked for by its address.
#[derive(Debug)]
pub struct File {
    /// The bytes.
    pub content: Content,
    /// The type of the resource it belongs to.
    pub resource_type: ResourceType,
    /// The id of that resource.
    pub id: ResourceId,
    /// The patients whose records it is of.
    pub whose: Whose,
    /// The app that asked for the address.
    pub client_id: String,
}

/// What an address says: type, id, version, element, index, end, app, patient, scopes.
type Sealed = (
    String,
    String,
    u64,
    String,
    usize,
    i64,
    String,
    Option<String>,
    String,
);

impl Service {
    /// The address of a file of the current version, below the FHIR base.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is no such resource, or none the caller may see, or no such
    /// file in it.
    pub async fn file_address(
        &self,
        asker: Asker<'_>,
        (of, id): (ResourceType, &ResourceId),
        place: Place<'_>,
    ) -> Result<String, Fault> {
        let found = self
            .read(asker.access, of, id, &ReadCondition::default())
            .await?;
        let (Read::Version(version) | Read::NotModified(version)) = found;
        self.content_of(asker.access, &version, place).await?;
        let sealed: Sealed = (
            of.name().to_owned(),
            id.to_string(),
            version.version,
            place.element.to_owned(),
            place.index,
            self.now().as_second() + LIFETIME_S,
            asker.client_id.to_owned(),
            asker.access.patient().map(ToString::to_string),
            self.narrowed(asker.scopes, of)?.to_string(),
        );
        let sealed = serde_json::to_vec(&sealed)
            .map_err(|error| Fault::internal(format!("an address cannot be written: {error}")))?;
        let token = self.sealer().seal(PURPOSE, &Cursor(sealed));
        let mark = self.mark();
        Ok(format!("{}/files/{mark}{token}", self.settings().base_url))
    }

    /// What stands before the sealed part of an address: nothing at a base of its own.
    fn mark(&self) -> String {
        let mark = self.settings().mark.as_ref();
        mark.map_or_else(String::new, |mark| format!("{mark}."))
    }

    /// The file at an address.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for an address that was altered, is of another instance or has ended, and
    /// for a file that may not be read any more: the same answer for all.
    pub async fn file(&self, token: &str) -> Result<File, Fault> {
        let token = token.strip_prefix(&self.mark()).ok_or_else(ended)?;
        let sealed = self.sealer().open(PURPOSE, token).ok_or_else(ended)?;
        let sealed: Sealed = serde_json::from_slice(&sealed.0).map_err(|_| ended())?;
        let (of, id, version, element, index, end_s, client_id, patient, scopes) = sealed;
        if self.now().as_second() >= end_s {
            return Err(ended());
        }
        let of = ResourceType::parse(&of).ok_or_else(ended)?;
        let id: ResourceId = id.parse().map_err(|_| ended())?;
        let patient = patient
            .map(|p| p.parse())
            .transpose()
            .map_err(|_| ended())?;
        let scopes = ScopeSet::parse(&scopes, self.limits()).map_err(|_| ended())?;
        let access = Access::from_scopes(&scopes, patient);
        let Found::Version(version) = self.store().version(&access, of, &id, version).await? else {
            return Err(ended());
        };
        let place = Place {
            element: &element,
            index,
        };
        let content = self.content_of(&access, &version, place).await;
        Ok(File {
            whose: self.whose(&access, [&version])?,
            content: content.map_err(|_| ended())?,
            resource_type: of,
            id,
            client_id,
        })
    }

    /// The content of an attachment: held inline, or by a `Binary` of this instance.
    async fn content_of(
        &self,
        access: &Access,
        version: &Version,
        place: Place<'_>,
    ) -> Result<Content, Fault> {
        let binary = {
            let tree = tree_of(version)?;
            let attachment = attachment(version.resource_type, tree.root(), place)?;
            if let Some(content) = Content::of(attachment)? {
                return Ok(content);
            }
            let url = attachment.get("url").and_then(Element::as_str);
            url.and_then(|url| self.local(url))
        };
        match binary {
            Some((of, id)) if of.name() == "Binary" => {
                let found = self
                    .read(access, of, &id, &ReadCondition::default())
                    .await?;
                let (Read::Version(version) | Read::NotModified(version)) = found;
                binary::content(&version)
            }
            _ => Err(Fault::new(
                Kind::NotFound,
                "The attachment holds no content that is stored here",
            )),
        }
    }

    /// The scopes that matter for reading a file of a resource of this type.
    fn narrowed(&self, scopes: &str, of: ResourceType) -> Result<ScopeSet, Fault> {
        let scopes = ScopeSet::parse(scopes, self.limits())
            .map_err(|error| Fault::internal(format!("scopes of a token: {error}")))?;
        Ok(scopes.retain(|scope| match scope {
            Scope::Resource(scope) => {
                scope.permission.verbs().contains(Verb::Read)
                    && match scope.target {
                        Target::Any => true,
                        Target::Type(t) => t == of || t.name() == "Binary",
                    }
            }
            Scope::Operation(..) | Scope::Named(_) => false,
        }))
    }
}

/// The attachment at a place of a resource.
fn attachment<'t>(
    of: ResourceType,
    resource: Element<'t>,
    place: Place<'_>,
) -> Result<Element<'t>, Fault> {
    let held = resource
        .get(place.element)
        .filter(|_| is_attached(of, place.element));
    let held = held.ok_or_else(|| no_file(of))?;
    let one = match held.kind() {
        JsonKind::Array => held.items().nth(place.index),
        _ => Some(held).filter(|_| place.index == 0),
    };
    let one = one.ok_or_else(|| no_file(of))?;
    Ok(one.get("attachment").unwrap_or(one))
}

/// Whether an element is an `Attachment`, or holds one under that name.
fn is_attached(of: ResourceType, element: &str) -> bool {
    let named = |ix| r4().type_at(ix);
    let of = r4().resource(of).and_then(|of| of.element(element));
    let Some(of) = of.and_then(|element| named(element.type_ix)) else {
        return false;
    };
    let inner = of
        .element("attachment")
        .and_then(|element| named(element.type_ix));
    [Some(of), inner]
        .into_iter()
        .flatten()
        .any(|of| of.name == "Attachment")
}

fn no_file(of: ResourceType) -> Fault {
    Fault::new(
        Kind::NotFound,
        format!("The {of} has no file at this place"),
    )
}

fn ended() -> Fault {
    Fault::new(
        Kind::NotFound,
        "The address of the file has ended or was altered; ask for the file again",
    )
}
