//! Takes the `Clerk` from a router's state.

use std::sync::Arc;

use axum_core::extract::FromRef;

use crate::clerk::Clerk;

/// A state from which a [`Guard`](super::Guard) takes its [`Clerk`].
///
/// Implemented for `S` if `Clerk` implements [`FromRef<S>`](FromRef). The compiler names it if the
/// state has no `Clerk`.
#[diagnostic::on_unimplemented(
    message = "the state `{Self}` has no `Clerk`",
    label = "the guard takes its `Clerk` from the state",
    note = "write `impl FromRef<{Self}> for Clerk`, or `#[derive(FromRef)]` on a state with a field \
            `clerk: Clerk`",
    note = "below `debug_handler`, name the state: `#[debug_handler(state = AppState)]`"
)]
pub trait HasClerk {
    /// Returns the `Clerk` of this state.
    fn clerk(&self) -> Clerk;
}

#[diagnostic::do_not_recommend]
impl<S> HasClerk for S
where
    Clerk: FromRef<S>,
{
    fn clerk(&self) -> Clerk {
        Clerk::from_ref(self)
    }
}

/// Users cannot write this one themselves: neither `FromRef` nor `Arc` is theirs.
impl<S> FromRef<Arc<S>> for Clerk
where
    Clerk: FromRef<S>,
{
    fn from_ref(state: &Arc<S>) -> Self {
        Self::from_ref(state.as_ref())
    }
}
