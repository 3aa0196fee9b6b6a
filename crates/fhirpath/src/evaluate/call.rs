//! The functions: those that decide by their argument for each item, and where the others are.

use super::{Focus, Items, Run, Scope, logic};
use crate::environment::Halt;
use crate::function::Function;
use crate::item::Item;
use crate::program::{Step, StepIx};

impl<'a> Run<'_, 'a> {
    pub(super) fn call(
        &self,
        function: Function,
        arguments: &'a [StepIx],
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        use Function as F;
        let first = arguments.first().copied();
        match function {
            F::Where => {
                for (index, item) in at.items.iter().enumerate() {
                    if self.criterion(first, item, index)? {
                        out.push(item.clone());
                    }
                }
            }
            F::Exists => out.push(Item::Boolean(self.any(first, at)?)),
            F::All => out.push(Item::Boolean(self.all(first, at)?)),
            F::Select => {
                for (index, item) in at.items.iter().enumerate() {
                    self.each(first, item, index, out)?;
                }
            }
            F::Repeat => self.repeat(first, at, out)?,
            F::Aggregate => self.aggregate(arguments, at, out)?,
            F::Sort => self.sort(arguments, at, out)?,
            F::Iif => self.iif(arguments, at, out)?,
            F::Trace => out.extend_from_slice(at.items),
            F::Empty => out.push(Item::Boolean(at.items.is_empty())),
            F::Not => {
                let truth = logic::truth(at.items)?.negated();
                out.extend(truth.value().map(Item::Boolean));
            }
            F::AllTrue | F::AnyTrue | F::AllFalse | F::AnyFalse => {
                out.push(Item::Boolean(booleans(function, at.items)?));
            }
            F::Children | F::Descendants => self.walk(function, at.items, out)?,
            F::Extension | F::HasExtension => self.extensions(function, first, at, out)?,
            F::HasValue | F::GetValue => {
                let value = match at.items {
                    [item] => item.plain(),
                    _ => None,
                };
                if function == F::GetValue {
                    out.extend(value);
                } else {
                    out.push(Item::Boolean(value.is_some()));
                }
            }
            F::Type => {
                for item in at.items {
                    out.push(super::convert::type_of(item)?);
                }
            }
            F::Now | F::Today | F::TimeOfDay => out.push(self.clock(function)?),
            F::Resolve | F::MemberOf | F::ConformsTo | F::HtmlChecks => {
                self.outward(function, first, at, out)?;
            }
            _ => self.of_collection(function, arguments, at, out)?,
        }
        Ok(())
    }

    /// Runs an argument with one item as `$this`.
    fn each(
        &self,
        argument: Option<StepIx>,
        item: &Item<'a>,
        index: usize,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let this = std::slice::from_ref(item);
        let scope = Scope {
            this,
            index,
            total: &[],
        };
        let focus = Focus {
            items: this,
            scope: &scope,
        };
        argument.map_or(Ok(()), |argument| self.step(argument, focus, out))
    }

    fn criterion(
        &self,
        argument: Option<StepIx>,
        item: &Item<'a>,
        index: usize,
    ) -> Result<bool, Halt> {
        if argument.is_none() {
            return Ok(true);
        }
        let mut result = Vec::new();
        self.each(argument, item, index, &mut result)?;
        Ok(logic::truth(&result)? == logic::Truth::True)
    }

    fn any(&self, argument: Option<StepIx>, at: Focus<'_, 'a>) -> Result<bool, Halt> {
        for (index, item) in at.items.iter().enumerate() {
            if self.criterion(argument, item, index)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn all(&self, argument: Option<StepIx>, at: Focus<'_, 'a>) -> Result<bool, Halt> {
        for (index, item) in at.items.iter().enumerate() {
            if !self.criterion(argument, item, index)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the argument gives, and gives of that, until nothing new comes.
    fn repeat(
        &self,
        argument: Option<StepIx>,
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let mut wave = at.items.to_vec();
        let start = out.len();
        while !wave.is_empty() {
            let mut found = Vec::new();
            for (index, item) in wave.iter().enumerate() {
                self.each(argument, item, index, &mut found)?;
            }
            let mut all = out.split_off(start);
            let known = all.len();
            all.append(&mut found);
            self.distinct(all.into_iter(), out)?;
            wave = out.get(start + known..).unwrap_or_default().to_vec();
        }
        Ok(())
    }

    fn aggregate(
        &self,
        arguments: &'a [StepIx],
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let Some(argument) = arguments.first() else {
            return Ok(());
        };
        let mut total = match arguments.get(1) {
            Some(start) => self.collect(*start, at.outside())?,
            None => Vec::new(),
        };
        for (index, item) in at.items.iter().enumerate() {
            let this = std::slice::from_ref(item);
            let scope = Scope {
                this,
                index,
                total: &total,
            };
            let focus = Focus {
                items: this,
                scope: &scope,
            };
            let next = self.collect(*argument, focus)?;
            total = next;
        }
        out.extend(total);
        Ok(())
    }

    /// The branch taken is the only one that runs.
    fn iif(
        &self,
        arguments: &'a [StepIx],
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let [criterion, then, rest @ ..] = arguments else {
            return Ok(());
        };
        if at.items.len() > 1 {
            return Err(Halt::NotSingle);
        }
        let scope = Scope {
            this: at.items,
            index: at.scope.index,
            total: at.scope.total,
        };
        let inside = Focus {
            items: at.items,
            scope: &scope,
        };
        let holds = match self.collect(*criterion, inside)?.as_slice() {
            [Item::Boolean(holds)] => *holds,
            [] => false,
            [Item::Node(node)] if node.element.as_bool().is_some() => {
                node.element.as_bool() == Some(true)
            }
            _ => return Err(Halt::WrongType),
        };
        match (holds, rest.first()) {
            (true, _) => self.step(*then, inside, out),
            (false, Some(otherwise)) => self.step(*otherwise, inside, out),
            (false, None) => Ok(()),
        }
    }

    /// By each key in turn; a key with a sign before it sorts downwards.
    fn sort(&self, keys: &'a [StepIx], at: Focus<'_, 'a>, out: &mut Items<'a>) -> Result<(), Halt> {
        let mut rows = Vec::with_capacity(at.items.len());
        for (index, item) in at.items.iter().enumerate() {
            let mut row = Vec::new();
            if keys.is_empty() {
                row.push((item.plain(), false));
            }
            for key in keys {
                let (key, down) = match self.program.step(*key) {
                    Step::Negate(inner) => (*inner, true),
                    _ => (*key, false),
                };
                let mut found = Vec::new();
                self.each(Some(key), item, index, &mut found)?;
                row.push((super::one(&found)?, down));
            }
            rows.push((row, item.clone()));
        }
        let depth = rows.len().checked_ilog2().unwrap_or(0) as usize + 1;
        self.charge(rows.len().saturating_mul(depth))?;
        rows.sort_by(|(a, _), (b, _)| super::collection::by_keys(a, b));
        out.extend(rows.into_iter().map(|(_, item)| item));
        Ok(())
    }

    fn walk(
        &self,
        function: Function,
        items: &[Item<'a>],
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let mut from = out.len();
        for item in items {
            if let Item::Node(node) = item {
                node.every_child(out);
            }
        }
        // Each child is visited in turn as long as new ones come; a tree has no circles.
        while function == Function::Descendants && from < out.len() {
            if let Some(&Item::Node(node)) = out.get(from) {
                node.every_child(out);
            }
            from += 1;
            self.charge(1)?;
        }
        self.charge(out.len())
    }
}

fn booleans(function: Function, items: &[Item<'_>]) -> Result<bool, Halt> {
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        match item.plain() {
            Some(Item::Boolean(value)) => values.push(value),
            _ => return Err(Halt::WrongType),
        }
    }
    Ok(match function {
        Function::AllTrue => values.iter().all(|v| *v),
        Function::AnyTrue => values.iter().any(|v| *v),
        Function::AllFalse => !values.iter().any(|v| *v),
        _ => !values.iter().all(|v| *v),
    })
}
