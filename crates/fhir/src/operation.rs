//! What operations take and give: parameters of a URL or of a `Parameters` resource.

mod answer;
mod inputs;

pub use answer::Answer;
pub use inputs::{Coding, Inputs};
