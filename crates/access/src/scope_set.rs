//! Several scopes: what an app asks for, may have, or was given.

use std::collections::{HashMap, HashSet};
use std::fmt;

use cresset_base::Limits;

use crate::restriction::{TokenFilter, Verbs};
use crate::scope::{Context, InvalidScope, Permission, ResourceScope, Scope, Target};

/// Scopes in the order they were asked for, each once. Shown, they are separated by single spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeSet(Vec<Scope>);

/// Why a text is not a scope set. Shown, it is fit for OAuth's `error_description`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScopeSet {
    /// Longer than [`Limits::scope_bytes_max`].
    #[error("the scope parameter is longer than {0} bytes")]
    TooLong(usize),
    /// More than [`Limits::scopes_max`].
    #[error("there are more than {0} scopes")]
    TooMany(usize),
    /// RFC 6749 §3.3: one space between scopes and none around them.
    #[error("scopes are separated by one space each, without spaces before or after")]
    Spacing,
    /// One of them is not a scope.
    #[error(transparent)]
    Scope(#[from] InvalidScope),
}

impl ScopeSet {
    /// The scopes in an OAuth `scope` parameter. The empty text is the empty set.
    ///
    /// # Errors
    /// At the first thing that is not exactly as the grammar says; linear in the text.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, InvalidScopeSet> {
        if text.len() > limits.scope_bytes_max {
            return Err(InvalidScopeSet::TooLong(limits.scope_bytes_max));
        }
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.split(' ').any(str::is_empty) {
            return Err(InvalidScopeSet::Spacing);
        }
        if text.split(' ').nth(limits.scopes_max).is_some() {
            return Err(InvalidScopeSet::TooMany(limits.scopes_max));
        }
        let scopes = text
            .split(' ')
            .map(str::parse)
            .collect::<Result<Vec<Scope>, _>>()?;
        Ok(scopes.into_iter().collect())
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this very scope is in it.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// These and those.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    /// Those that `keep` says.
    #[must_use]
    pub fn retain(&self, keep: impl Fn(&Scope) -> bool) -> Self {
        Self(self.iter().filter(|s| keep(s)).cloned().collect())
    }

    /// Whether each right that `other` gives is also given by this.
    pub fn covers(&self, other: &Self) -> bool {
        other.iter().all(|scope| self.covers_scope(scope))
    }

    fn covers_scope(&self, scope: &Scope) -> bool {
        let Scope::Resource(asked) = scope else {
            return self.contains(scope);
        };
        self.verbs_over(asked).covers(asked.permission.verbs())
    }

    /// The verbs given for everything that `asked` is about.
    fn verbs_over(&self, asked: &ResourceScope) -> Verbs {
        self.resource_scopes()
            .filter(|mine| reaches(mine, asked))
            .fold(Verbs::NONE, |verbs, mine| {
                verbs.union(mine.permission.verbs())
            })
    }

    /// What of this `allowed` gives as well: the scopes of this that are wholly allowed as they
    /// were written, the rest cut down to what both give. Never more than either.
    ///
    /// Where each side names a different value after `?`, what both give cannot be said in one
    /// scope of this grammar and is left out.
    #[must_use]
    pub fn narrow(&self, allowed: &Self) -> Self {
        let named: HashSet<&Scope> = allowed.iter().collect();
        let mut kept = Vec::new();
        for scope in self.iter() {
            match scope {
                Scope::Resource(_) if allowed.covers_scope(scope) => kept.push(scope.clone()),
                Scope::Resource(asked) => kept.extend(allowed.meet(asked)),
                Scope::Named(_) | Scope::Operation(..) if named.contains(scope) => {
                    kept.push(scope.clone());
                }
                Scope::Named(_) | Scope::Operation(..) => {}
            }
        }
        kept.into_iter().collect()
    }

    /// What both this and `asked` give.
    fn meet(&self, asked: &ResourceScope) -> Vec<Scope> {
        let mut pieces: Vec<(Target, &[TokenFilter])> = Vec::new();
        let mut verbs: HashMap<(Target, &[TokenFilter]), Verbs> = HashMap::new();
        for mine in self
            .resource_scopes()
            .filter(|mine| mine.context == asked.context)
        {
            let smaller = if reaches(mine, asked) {
                asked
            } else if reaches(asked, mine) {
                mine
            } else {
                continue;
            };
            let both = mine
                .permission
                .verbs()
                .intersection(asked.permission.verbs());
            let piece = (smaller.target, smaller.tokens.as_slice());
            let known = verbs.entry(piece).or_insert_with(|| {
                pieces.push(piece);
                Verbs::NONE
            });
            *known = known.union(both);
        }
        let scope = |piece: (Target, &[TokenFilter])| {
            let verbs = verbs.get(&piece).copied().filter(|v| !v.is_empty())?;
            let permission = Permission::Letters(verbs);
            Some(resource_scope(asked.context, piece, permission))
        };
        pieces.into_iter().filter_map(scope).collect()
    }

    fn resource_scopes(&self) -> impl Iterator<Item = &ResourceScope> {
        self.iter().filter_map(|scope| match scope {
            Scope::Resource(scope) => Some(scope),
            Scope::Named(_) | Scope::Operation(..) => None,
        })
    }
}

fn resource_scope(
    context: Context,
    (target, tokens): (Target, &[TokenFilter]),
    permission: Permission,
) -> Scope {
    Scope::Resource(ResourceScope {
        context,
        target,
        permission,
        tokens: tokens.to_vec(),
    })
}

/// Whether every resource that `inner` is about is one that `outer` is about; verbs aside.
fn reaches(outer: &ResourceScope, inner: &ResourceScope) -> bool {
    outer.context == inner.context
        && (outer.target == Target::Any || outer.target == inner.target)
        && outer.tokens.iter().all(|t| inner.tokens.contains(t))
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut seen = HashSet::new();
        Self(
            scopes
                .into_iter()
                .filter(|s| seen.insert(s.clone()))
                .collect(),
        )
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            write!(f, "{}{scope}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}
