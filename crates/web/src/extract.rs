//! From a request to typed values; each refuses what it cannot read with precise words.

pub mod address;
pub mod administrator;
pub mod body;
pub mod call;
pub mod caller;
pub mod condition;
pub mod criteria;
pub mod form;
pub mod layout;
pub mod media;
pub mod origin;
pub mod pairs;
pub mod patch;
pub mod peer;
pub mod prefer;
pub(crate) mod presented;
pub mod query;
mod raw;
pub mod safe_form;
pub mod signed_in;

pub use address::{Instance, Member, OneResource, OneType, OneVersion};
pub use administrator::Administrator;
pub use body::FhirBody;
pub use call::Call;
pub use caller::{Ask, EXPLAIN};
pub use condition::{OnRead, OnWrite};
pub use criteria::{IfNoneExist, Matching};
pub use form::Form;
pub use origin::is_own_page;
pub use pairs::Pairs;
pub use patch::PatchBody;
pub use peer::Peer;
pub use prefer::Prefer;
pub use query::Query;
pub use safe_form::SafeForm;
pub use signed_in::{SignedIn, Staff};
