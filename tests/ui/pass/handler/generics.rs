//! Generics, `where` clauses, lifetimes and `impl Trait` stay as they are written.

use std::fmt::Display;

use axum::{
    Router,
    extract::{FromRef, FromRequestParts, Path, State},
    http::Method,
    response::IntoResponse,
    routing::get,
};
use clerk_auth::{Claims, Clerk, Guard, Subject, clerk_auth};
use serde::de::DeserializeOwned;

#[clerk_auth]
async fn bounded<T: Display, const N: usize>(
    State(values): State<[T; N]>,
    subject: Subject,
) -> String {
    format!("{subject} {} {}", values.map(|value| value.to_string()).concat(), N)
}

#[clerk_auth]
async fn with_where<T, S>(value: T, State(state): State<S>, subject: Subject) -> String
where
    T: FromRequestParts<S> + for<'a> PartialEq<&'a str>,
    S: Display,
{
    format!("{} {state} {subject}", value == "GET")
}

#[clerk_auth]
async fn with_lifetimes<'a, 'b: 'a>(
    State(name): State<&'a str>,
    other: &'b str,
    claims: Claims,
) -> &'a str
where
    'b: 'static,
{
    if claims.decode::<u8>().is_ok() { name } else { other }
}

#[clerk_auth(accepts = "any")]
async fn with_impl(
    value: impl FromRequestParts<Clerk> + Display,
    subject: Subject,
) -> impl IntoResponse {
    format!("{value} {subject}")
}

#[clerk_auth]
async fn with_decoded_claims<T: Display>(Path(value): Path<T>, claims: Vec<String>) -> String {
    format!("{value} {}", claims.len())
}

#[clerk_auth(optional)]
async fn with_guard<T: Display>(Path(value): Path<T>, guard: Guard) -> String {
    format!("{value} {}", guard.maybe_subject().is_some())
}

fn generic_over_the_state<T, S>() -> Router<S>
where
    T: DeserializeOwned + Display + Send + 'static,
    S: Clone + Send + Sync + 'static,
    Clerk: FromRef<S>,
{
    Router::new().route("/{id}", get(with_decoded_claims::<T>).post(with_guard::<T>))
}

fn main() {
    let _: Router<Clerk> = generic_over_the_state::<u64, Clerk>();
    let _ = bounded::<u8, 3>;
    let _ = with_where::<Method, String>;
    let _ = with_lifetimes;
    let _ = |guard| with_impl(guard, Method::GET);
}
