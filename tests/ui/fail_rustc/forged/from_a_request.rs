//! Nothing injected is an extractor of its own.

use clerk_auth::{
    ApiKey, Claims, ClientId, Identity, M2mToken, MachineId, OAuthToken, OrgId, Organization, Scopes,
    SessionId, SessionToken, Subject, TokenType, UserId, Verified,
};
use axum::extract::FromRequest;

fn made<T: FromRequest<(), ()>>() {}

fn main() {
    made::<Subject>();
    made::<Scopes>();
    made::<TokenType>();
    made::<UserId>();
    made::<OrgId>();
    made::<MachineId>();
    made::<SessionId>();
    made::<ClientId>();
    made::<SessionToken>();
    made::<OAuthToken>();
    made::<M2mToken>();
    made::<ApiKey>();
    made::<Identity>();
    made::<Claims>();
    made::<Organization>();
    made::<Verified>();
}
