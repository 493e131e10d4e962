//! A handler's arguments in, the policy of its guard out, where the guard is the first of them.

use crate::{
    guard::{Guard, Guarded},
    policy::Policy,
};

/// The handlers whose first argument is a [`Guard`], so that nothing of the request is read
/// before it.
///
/// axum marks each handler with a tuple of its arguments, the `T` of
/// [`Handler<T, S>`](axum::handler::Handler). This trait is implemented for the tuples that begin
/// with a guard, and for nothing else: it cannot be implemented outside this crate.
#[diagnostic::on_unimplemented(
    message = "this handler has no guard as its first argument",
    label = "this route is neither guarded nor named as public",
    note = "put `#[clerk_auth(…)]` on the handler, or take a `Guard<P>` as its first argument",
    note = "if the route is public, write `.public_get(…)` instead of `.get(…)`"
)]
pub trait GuardedHandler: sealed::StartsWithGuard + 'static {
    /// What the guard guards.
    #[doc(hidden)]
    const POLICY: Policy;
}

mod sealed {
    use crate::policy::Policy;

    /// Only tuples of axum's with a guard in front are marked.
    pub trait StartsWithGuard {}

    /// A trait of its own for the first argument: so the compiler learns from the handler what
    /// the argument is, and names it, where it would else ask for a guard and tell of a mismatch.
    #[diagnostic::on_unimplemented(
        message = "the first argument of this handler is `{Self}` and not a guard",
        label = "this route is neither guarded nor named as public",
        note = "put `#[clerk_auth(…)]` on the handler, or take a `Guard<P>` as its first argument",
        note = "if the route is public, write `.public_get(…)` instead of `.get(…)`"
    )]
    pub trait IsGuard: 'static {
        const POLICY: Policy;
    }
}

impl<P: Guarded, C: 'static> sealed::IsGuard for Guard<P, C> {
    const POLICY: Policy = P::POLICY;
}

/// The tuple of axum's is a marker of its own, and then the arguments.
macro_rules! guard_first {
    ($($argument:ident)*) => {
        impl<M, G: sealed::IsGuard, $($argument),*> sealed::StartsWithGuard for (M, G, $($argument),*) {}

        impl<M, G, $($argument),*> GuardedHandler for (M, G, $($argument),*)
        where
            M: 'static,
            G: sealed::IsGuard,
            $($argument: 'static,)*
        {
            const POLICY: Policy = G::POLICY;
        }
    };
}

guard_first!();
guard_first!(A);
guard_first!(A B);
guard_first!(A B C);
guard_first!(A B C D);
guard_first!(A B C D E);
guard_first!(A B C D E F);
guard_first!(A B C D E F H);
guard_first!(A B C D E F H I);
guard_first!(A B C D E F H I J);
guard_first!(A B C D E F H I J K);
guard_first!(A B C D E F H I J K L);
guard_first!(A B C D E F H I J K L N);
guard_first!(A B C D E F H I J K L N O);
guard_first!(A B C D E F H I J K L N O Q);
guard_first!(A B C D E F H I J K L N O Q R);
