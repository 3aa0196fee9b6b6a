//! Where the walk stands: a chain on the stack, written out only when something is wrong.

/// One step from the root of the resource.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    step: Step<'p>,
    /// Steps from the root.
    pub(crate) depth: u32,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    /// The type of the resource at the root.
    Root(&'p str),
    /// A property, and its name in FHIRPath where that differs (`valueQuantity` is `value`).
    Property(&'p str, Option<&'p str>),
    /// A position in an array.
    Index(usize),
}

impl<'p> Place<'p> {
    pub(crate) fn root(resource_type: &'p str) -> Self {
        Self {
            above: None,
            step: Step::Root(resource_type),
            depth: 0,
        }
    }

    /// The property `name`, a member of the choice `choice` where there is one.
    pub(crate) fn property(&'p self, name: &'p str, choice: Option<&'p str>) -> Place<'p> {
        self.below(Step::Property(name, choice))
    }

    pub(crate) fn index(&'p self, at: usize) -> Place<'p> {
        self.below(Step::Index(at))
    }

    fn below(&'p self, step: Step<'p>) -> Place<'p> {
        Place {
            above: Some(self),
            step,
            depth: self.depth + 1,
        }
    }

    /// The simple FHIRPath: `Observation.value.unit`.
    pub(crate) fn path(&self) -> String {
        self.written(|name, choice| choice.unwrap_or(name))
    }

    /// The path with property names as they stand in JSON: `Observation.valueQuantity.unit`.
    pub(crate) fn json_path(&self) -> String {
        self.written(|name, _| name)
    }

    fn written(&self, name: fn(&'p str, Option<&'p str>) -> &'p str) -> String {
        let mut steps = vec![self.step];
        let mut at = self.above;
        while let Some(place) = at {
            steps.push(place.step);
            at = place.above;
        }
        let mut out = String::new();
        for step in steps.iter().rev() {
            match *step {
                Step::Root(resource_type) => out.push_str(resource_type),
                Step::Property(json, choice) => {
                    out.push('.');
                    out.push_str(name(json, choice));
                }
                Step::Index(at) => {
                    out.push('[');
                    out.push_str(&at.to_string());
                    out.push(']');
                }
            }
        }
        out
    }
}
