//! gRPC: a policy for each method, rejections as statuses, and streams that end at token expiry.

pub(crate) mod method_policies;
pub(crate) mod status;
pub(crate) mod stream;

pub use self::method_policies::MethodPolicies;
