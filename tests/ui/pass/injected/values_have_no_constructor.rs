//! Nothing that a guard injects can be parsed, deserialized, defaulted or extracted. `Verified` is
//! an extractor: it reads what a guard or layer stored.

use std::str::FromStr;

use axum::extract::{FromRequest, FromRequestParts};
use clerk_auth::{
    ApiKey, Claims, ClientId, Identity, M2mToken, MachineId, OAuthToken, OrgId, Scopes, SessionId,
    SessionToken, Subject, TokenType, UserId, Verified, identity::Organization,
};
use serde::de::DeserializeOwned;

/// Does not compile if one of the types implements the trait: which `A` is meant is then ambiguous.
macro_rules! assert_not_implemented {
    ($bound:path: $($name:ty),*) => {{
        trait Ambiguous<A> {
            fn once() {}
        }
        impl<T> Ambiguous<()> for T {}
        struct Implemented;
        impl<T: $bound> Ambiguous<Implemented> for T {}
        $(<$name as Ambiguous<_>>::once();)*
    }};
}

macro_rules! assert_none_implements {
    ($($bound:path),*) => {
        $(assert_not_implemented!(
            $bound: Subject, Scopes, TokenType, UserId, OrgId, MachineId, SessionId, ClientId,
            SessionToken, OAuthToken, M2mToken, ApiKey, Identity, Claims, Organization
        );)*
    };
}

fn main() {
    assert_none_implements!(
        Default,
        FromStr,
        From<String>,
        From<&'static str>,
        DeserializeOwned,
        FromRequestParts<()>,
        FromRequest<()>
    );
    assert_not_implemented!(Default: Verified);
    assert_not_implemented!(FromStr: Verified);
    assert_not_implemented!(From<String>: Verified);
    assert_not_implemented!(DeserializeOwned: Verified);
}
