//! Types, traits and values of the user with the names that the expansion needs.

#![no_implicit_prelude]
#![allow(dead_code, non_upper_case_globals)]

use ::clerk_auth::{Subject, clerk_auth};
// The expansion calls `clone`, which this module does not get from a prelude.
use ::core::clone::Clone;

struct Policy;
struct Guard;
struct Guarded;
struct Clause;
struct Requirement;
struct Reverification;
struct Identity;
struct Never;
enum Option {
    Some,
    None,
}
enum Result {
    Ok,
    Err,
}
trait Into {}
trait Default {}
const Some: u8 = 0;
const None: u8 = 0;
const POLICY: u8 = 0;
const SCOPES: u8 = 0;
const CLAUSES: u8 = 0;

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = any("a", all("b", "c")))]
async fn shared(subject: Subject) {
    let _ = subject;
}

#[clerk_auth(session_token(role = "org:admin", reverification = "strict"), api_key)]
async fn clauses() {}

#[clerk_auth(optional)]
async fn optional(subject: ::core::option::Option<Subject>) {
    let _ = subject;
}

#[clerk_auth]
async fn claims(claims: ::std::vec::Vec<u8>) {
    let _ = claims;
}

fn main() {
    let _: ::clerk_auth::Policy =
        ::clerk_auth::policy!(accepts = "api_key", scopes = any("a", "b"));
    let _ = (shared, clauses, optional, claims);
}
