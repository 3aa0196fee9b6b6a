//! `$validate` (R4 §3.2.0.1): what is wrong with a resource, without storing it.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Tree;
use cresset_rules::Interaction;
use cresset_validate::{Ask, Detail, Severity};

use crate::binary::tree_of;
use crate::condition::ReadCondition;
use crate::fault::{Fault, Issue, Kind};
use crate::operation::Inputs;
use crate::read::Read;
use crate::service::{Service, permit};
use crate::{outcome, prepare};

/// What a resource is to be valid for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Any,
    Create,
    Update,
    Delete,
    Profile,
}

impl Mode {
    /// The write whose rules the resource must hold.
    fn interaction(self) -> Option<Interaction> {
        match self {
            Self::Create => Some(Interaction::Create),
            Self::Update => Some(Interaction::Update),
            Self::Any | Self::Delete | Self::Profile => None,
        }
    }
}

impl Service {
    /// An `OperationOutcome` about `body`, or about what is stored when there is none. `body` is the
    /// resource itself, or `Parameters` with a parameter `resource`.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a resource that is not there or not visible; [`Kind::Structure`] for
    /// a body that cannot be read; [`Kind::Value`] and [`Kind::Required`] for wrong parameters.
    pub async fn validate(
        &self,
        access: &Access,
        of: (ResourceType, Option<&ResourceId>),
        body: Option<&[u8]>,
        mut inputs: Inputs,
    ) -> Result<Vec<u8>, Fault> {
        let sent = body
            .map(|body| prepare::parse(body, self.limits()))
            .transpose()?;
        let sent = match sent {
            Some(tree) if is_call(&tree, of.0) => {
                inputs.add(&tree)?;
                inputs.resource("resource").cloned()
            }
            sent => sent,
        };
        self.offer(Interaction::Read, of.0)?;
        inputs.only(&["resource", "mode", "profile"])?;
        let mode = mode(inputs.text("mode"))?;
        if mode == Mode::Delete {
            return self.validate_delete(access, of).await;
        }
        let tree = match (sent, of.1) {
            (Some(tree), _) => tree,
            (None, Some(id)) => self.visible_tree(access, of.0, id).await?,
            (None, None) => {
                return Err(Fault::new(
                    Kind::Required,
                    "There is no resource to validate",
                ));
            }
        };
        let mut issues = Vec::new();
        addressed(&tree, of, mode, &mut issues);
        let asked = inputs.text("profile");
        if mode == Mode::Profile && asked.is_none() {
            return Err(Fault::new(Kind::Required, "mode=profile needs a profile"));
        }
        let tree = match mode.interaction() {
            Some(_) => self.admitted(tree)?,
            None => tree,
        };
        let enforced = self.enforced(&tree, mode);
        let profiles = asked.into_iter().chain(enforced.iter().map(String::as_str));
        let profiles: Vec<&str> = profiles.collect();
        let ask = Ask {
            profiles: &profiles,
            detail: Detail::Everything,
        };
        let judged = self.judged(access, &tree, &ask).await?;
        issues.extend(judged.into_iter().map(graded));
        if !issues
            .iter()
            .any(|(severity, _)| *severity == Severity::Error.code())
        {
            issues.push(("information", valid()));
        }
        Ok(outcome::of_graded(
            issues.iter().map(|(severity, issue)| (*severity, issue)),
        ))
    }

    /// The profiles the instance enforces on a resource, and on a write of this kind.
    fn enforced(&self, tree: &Tree, mode: Mode) -> Vec<String> {
        let of_write = tree
            .resource_type()
            .and_then(ResourceType::parse)
            .zip(mode.interaction())
            .and_then(|(of, interaction)| self.rules().profile(of, interaction));
        let mut all = self.profiles_for(tree);
        all.extend(of_write.map(str::to_owned));
        all
    }

    async fn visible_tree(
        &self,
        access: &Access,
        of: ResourceType,
        id: &ResourceId,
    ) -> Result<Tree, Fault> {
        let found = self.read(access, of, id, &ReadCondition::default()).await?;
        let (Read::Version(version) | Read::NotModified(version)) = found;
        tree_of(&version)
    }

    /// Whether the caller could delete the resource.
    async fn validate_delete(
        &self,
        access: &Access,
        (of, id): (ResourceType, Option<&ResourceId>),
    ) -> Result<Vec<u8>, Fault> {
        let id = id.ok_or_else(|| {
            Fault::new(
                Kind::Required,
                "mode=delete is asked of one resource: [type]/[id]/$validate",
            )
        })?;
        permit(access, Verb::Delete, of)?;
        self.visible_tree(access, of, id).await?;
        let issue = valid();
        Ok(outcome::of_graded(std::iter::once(("information", &issue))))
    }
}

/// `Parameters` is a call, unless `Parameters` itself is what is validated.
fn is_call(tree: &Tree, of: ResourceType) -> bool {
    let holds_resource = || {
        let parameters = tree.root().get("parameter").into_iter();
        let mut parameters = parameters.flat_map(cresset_model::Element::items);
        parameters.any(|p| p.get("resource").is_some())
    };
    tree.resource_type() == Some("Parameters") && (of.name() != "Parameters" || holds_resource())
}

fn mode(text: Option<&str>) -> Result<Mode, Fault> {
    match text {
        None => Ok(Mode::Any),
        Some("create") => Ok(Mode::Create),
        Some("update") => Ok(Mode::Update),
        Some("delete") => Ok(Mode::Delete),
        Some("profile") => Ok(Mode::Profile),
        Some(_) => {
            let text = "mode must be create, update, delete or profile";
            Err(Fault::new(Kind::Value, text))
        }
    }
}

/// Whether the resource is of the type, and under the id, of its address.
fn addressed(
    tree: &Tree,
    (of, id): (ResourceType, Option<&ResourceId>),
    mode: Mode,
    issues: &mut Vec<(&'static str, Issue)>,
) {
    let mut wrong = |code, text: String, at: String| {
        let expression = Some(at);
        issues.push((
            "error",
            Issue {
                code,
                text,
                expression,
            },
        ));
    };
    if tree.resource_type().is_some_and(|name| name != of.name()) {
        wrong(
            "invalid",
            format!("The resource is not a {of}, as the URL says"),
            "resourceType".to_owned(),
        );
    }
    let differs = id.is_some_and(|id| tree.id() != Some(id.as_str()));
    if mode == Mode::Update && differs {
        let text = "Logical Id in URL must match logical Id in resource".to_owned();
        wrong("invalid", text, format!("{of}.id"));
    }
}

fn graded(issue: cresset_validate::Issue) -> (&'static str, Issue) {
    let told = Issue {
        code: issue.code.code(),
        text: issue.text,
        expression: Some(issue.path),
    };
    (issue.severity.code(), told)
}

fn valid() -> Issue {
    Issue {
        code: "informational",
        text: "Nothing stands against it".to_owned(),
        expression: None,
    }
}
