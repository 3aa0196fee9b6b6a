//! `$meta`, `$meta-add`, `$meta-delete` (R4): the profiles, tags and security labels of a resource.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Element, Value};
use cresset_rules::Interaction;
use cresset_store::{Change, Error, Refusal, Unit, Written};

use crate::answer::Answer;
use crate::audited::Audited;
use crate::condition::WriteCondition;
use crate::fault::{Fault, Kind};
use crate::operation::Inputs;
use crate::patch::{may_see, outrun};
use crate::prepare;
use crate::read::present;
use crate::service::{Service, permit};

/// The lists of `meta` that callers may change.
const LISTS: [&str; 3] = ["profile", "security", "tag"];

/// What becomes of the labels that are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetaChange {
    /// They are added where they are not there.
    Add,
    /// They are taken away where they are.
    Delete,
}

impl Service {
    /// The `meta` of a resource as Parameters.
    ///
    /// # Errors
    /// Those of a read.
    pub async fn meta(
        &self,
        access: &Access,
        (of, id): (ResourceType, &ResourceId),
    ) -> Result<Answer, Fault> {
        let version = self.shown(access, of, id).await?;
        Ok(Answer {
            whose: self.whose(access, [&version])?,
            body: answer(prepare::parse(&version.body, self.limits())?.root()),
        })
    }

    /// Adds or takes away labels; a change makes a new version.
    ///
    /// # Errors
    /// Those of an update; [`Kind::Required`] without a parameter `meta`.
    pub async fn change_meta(
        &self,
        by: Audited<'_>,
        (of, id): (ResourceType, &ResourceId),
        (change, inputs): (MetaChange, &Inputs),
    ) -> Result<Vec<u8>, Fault> {
        self.offer(Interaction::Update, of)?;
        permit(by.access, Verb::Update, of)?;
        inputs.only(&["meta"])?;
        let missing = || Fault::new(Kind::Required, "The parameter meta must hold a Meta");
        let named = inputs.resource("meta").ok_or_else(missing)?;
        for _ in 0..self.limits().write_attempts_max {
            let found = self.store().basis(by.access, of, id).await?;
            let basis = present(found, of, id)?;
            let mut body = Value::of(prepare::parse(&basis.body, self.limits())?.root());
            changed(&mut body, named.root(), change);
            let mut bytes = Vec::new();
            body.write(&mut bytes);
            let tree = prepare::parse(&bytes, self.limits())?;
            let prepared = self.checked(by.access, &tree).await?.of_type(of)?;
            let mut precondition = WriteCondition::default().precondition(false);
            precondition.if_match = Some(vec![basis.version]);
            let unit = Unit {
                changes: vec![Change::Update(id.clone(), prepared.draft, precondition)],
                record: Some(by.record.clone()),
                ..Unit::default()
            };
            match self.store().commit_unit(by.access, unit).await {
                Err(Error::Refused(_, Refusal::PreconditionFailed)) => {}
                Err(error) => return Err(Fault::of_change(error, of, id)),
                Ok(written) => return self.told(by.access, written.into_iter().next()),
            }
        }
        Err(outrun())
    }

    fn told(&self, access: &Access, written: Option<Written>) -> Result<Vec<u8>, Fault> {
        let Some(Written::Updated(version) | Written::Unchanged(version)) = written else {
            return Err(Fault::internal("a change of labels was not an update"));
        };
        if !may_see(access, version.resource_type) {
            return Ok(b"{\"resourceType\":\"Parameters\"}".to_vec());
        }
        Ok(answer(prepare::parse(&version.body, self.limits())?.root()))
    }
}

/// The labels of a body with those named added or taken away.
fn changed(body: &mut Value, named: Element<'_>, change: MetaChange) {
    let mut meta = body
        .remove("meta")
        .unwrap_or_else(|| Value::Object(Vec::new()));
    for list in LISTS {
        let mut labels = match meta.remove(list) {
            Some(Value::Array(labels)) => labels,
            _ => Vec::new(),
        };
        let listed = named.get(list).into_iter().flat_map(Element::items);
        for label in listed.map(Value::of) {
            let is_there = labels.iter().any(|known| is_same(known, &label));
            match change {
                MetaChange::Add if !is_there => labels.push(label),
                MetaChange::Add => {}
                MetaChange::Delete => labels.retain(|known| !is_same(known, &label)),
            }
        }
        if !labels.is_empty() {
            meta.set(list, Value::Array(labels));
        }
    }
    body.set("meta", meta);
}

/// Profiles are the same by their URL, tags and security labels by system and code.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(_), Value::Object(_)) => {
            a.get("system") == b.get("system") && a.get("code") == b.get("code")
        }
        _ => a == b,
    }
}

fn answer(resource: Element<'_>) -> Vec<u8> {
    let mut out = b"{\"resourceType\":\"Parameters\"".to_vec();
    if let Some(meta) = resource.get("meta") {
        out.extend_from_slice(b",\"parameter\":[{\"name\":\"return\",\"valueMeta\":");
        meta.write(&mut out);
        out.extend_from_slice(b"}]");
    }
    out.push(b'}');
    out
}
