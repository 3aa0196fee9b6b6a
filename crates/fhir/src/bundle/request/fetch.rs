//! `GET` and `HEAD` inside a Bundle: what the address asks for, by the same interactions as alone.

use bytes::Bytes;
use cresset_access::Access;
use cresset_definitions::ResourceType;
use cresset_search::Handling;
use cresset_store::Whose;

use super::entry::Fetch;
use super::reply::Reply;
use crate::answer::Answer;
use crate::fault::{Fault, Kind};
use crate::history::Level;
use crate::pairs;
use crate::read::Read;
use crate::service::Service;
use crate::subset::Subset;
use crate::vread;

impl Service {
    pub(super) async fn fetch(&self, access: &Access, fetch: &Fetch) -> Result<Reply, Fault> {
        let (path, query) = fetch.url.split_once('?').unwrap_or((&fetch.url, ""));
        if query.len() > self.limits().query_bytes_max {
            return Err(Fault::new(
                Kind::TooLong,
                "The query of the URL is too long",
            ));
        }
        let pairs = pairs::decode(query.as_bytes())?;
        let parts: Vec<&str> = path.split('/').collect();
        let reply = match parts.as_slice() {
            ["metadata"] => Reply::Document(self.capabilities().await, Whose::default()),
            ["_history"] => self.versions(access, Level::System, &pairs).await?,
            [name] => {
                let page = self.search(access, known(name)?, pairs, Handling::Strict);
                document(page.await?)
            }
            [name, "_history"] => {
                let level = Level::Type(known(name)?);
                self.versions(access, level, &pairs).await?
            }
            [name, id] => {
                let (resource_type, id) = (known(name)?, legal(id)?);
                let subset = Subset::of_one(&pairs, resource_type)?;
                match self
                    .read(access, resource_type, &id, &fetch.condition)
                    .await?
                {
                    Read::Version(version) => {
                        let body = subset.of(&version);
                        Reply::Read(version, body)
                    }
                    Read::NotModified(version) => Reply::NotModified(version),
                }
            }
            [name, id, "_history"] => {
                let id = legal(id)?;
                let level = Level::Resource(known(name)?, &id);
                self.versions(access, level, &pairs).await?
            }
            [name, id, "_history", number] => {
                let (resource_type, id) = (known(name)?, legal(id)?);
                let number = number.parse();
                let number = number.map_err(|_| vread::unknown_version(resource_type, &id))?;
                let subset = Subset::of_one(&pairs, resource_type)?;
                let version = self.vread(access, resource_type, &id, number).await?;
                let body = subset.of(&version);
                Reply::Read(version, body)
            }
            _ => nothing_here()?,
        };
        Ok(if fetch.with_body {
            reply
        } else {
            reply.without_body()
        })
    }

    async fn versions(
        &self,
        access: &Access,
        level: Level<'_>,
        pairs: &[(String, String)],
    ) -> Result<Reply, Fault> {
        let page = self.history(access, level, pairs).await?;
        Ok(document(page))
    }
}

fn document(answer: Answer) -> Reply {
    Reply::Document(Bytes::from(answer.body), answer.whose)
}

fn known(name: &str) -> Result<ResourceType, Fault> {
    ResourceType::parse(name)
        .ok_or_else(|| Fault::new(Kind::NotFound, "The URL names no resource type"))
}

fn legal(id: &str) -> Result<cresset_base::ResourceId, Fault> {
    id.parse()
        .map_err(|invalid: cresset_base::InvalidName| Fault::new(Kind::Value, invalid.to_string()))
}

fn nothing_here() -> Result<Reply, Fault> {
    Err(Fault::new(
        Kind::NotFound,
        "There is nothing at this address",
    ))
}
