//! `#[utoipa::path]` stands on either side.

use axum::{extract::Path, routing::get};
use clerk_auth::{Clerk, Subject, clerk_auth};

#[utoipa::path(get, path = "/notes/{id}", responses((status = 200, body = String)))]
#[clerk_auth]
async fn above(Path(id): Path<u32>, subject: Subject) -> String {
    format!("{id} {subject}")
}

#[clerk_auth]
#[utoipa::path(get, path = "/own/{id}", responses((status = 200, body = String)))]
async fn below(Path(id): Path<u32>, subject: Subject) -> String {
    format!("{id} {subject}")
}

fn main() {
    let _ = axum::Router::<Clerk>::new()
        .route("/notes/{id}", get(above))
        .route("/own/{id}", get(below));
}
