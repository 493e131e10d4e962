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
    message = "the first argument of this handler is not a guard",
    label = "this route is neither guarded nor named as public",
    note = "put `#[clerk_auth(…)]` on the handler, or take a `Guard<P>` as its first argument",
    note = "where everybody may call it, say so: `.public_get(…)` instead of `.get(…)`"
)]
pub trait GuardFirst: sealed::Sealed + 'static {
    /// What the guard guards.
    #[doc(hidden)]
    const POLICY: Policy;
}

mod sealed {
    /// Only tuples of axum's with a guard in front are marked.
    pub trait Sealed {}
}

/// The tuple of axum's is a marker of its own, and then the arguments.
macro_rules! guard_first {
    ($($argument:ident)*) => {
        impl<M, P: Guarded, $($argument),*> sealed::Sealed for (M, Guard<P>, $($argument),*) {}

        impl<M, P, $($argument),*> GuardFirst for (M, Guard<P>, $($argument),*)
        where
            M: 'static,
            P: Guarded,
            $($argument: 'static,)*
        {
            const POLICY: Policy = P::POLICY;
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
guard_first!(A B C D E F G);
guard_first!(A B C D E F G H);
guard_first!(A B C D E F G H I);
guard_first!(A B C D E F G H I J);
guard_first!(A B C D E F G H I J K);
guard_first!(A B C D E F G H I J K L);
guard_first!(A B C D E F G H I J K L N);
guard_first!(A B C D E F G H I J K L N O);
guard_first!(A B C D E F G H I J K L N O Q);
