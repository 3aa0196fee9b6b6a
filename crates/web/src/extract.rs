//! From a request to typed values; each refuses what it cannot read with precise words.

pub mod address;
pub mod body;
pub mod caller;
pub mod condition;
pub mod form;
pub mod layout;
pub mod media;
pub mod pairs;
pub mod prefer;

pub use address::{Instance, OneResource, OneType, OneVersion};
pub use body::FhirBody;
pub use caller::Ask;
pub use condition::{OnRead, OnWrite};
pub use form::Form;
pub use pairs::Pairs;
pub use prefer::Prefer;
