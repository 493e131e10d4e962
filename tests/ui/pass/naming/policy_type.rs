//! `policy = Name` where a module or a type already has the handler's name.

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Guard, Guarded, Subject, clerk_auth};

mod notes {
    pub const TITLE: &str = "Notes";
}

#[allow(non_camel_case_types)]
struct count(u32);

#[clerk_auth(policy_name = ListNotes)]
async fn notes(guard: Guard, subject: Subject) -> String {
    format!("{} {subject} {}", notes::TITLE, is_notes(&guard))
}

#[clerk_auth(accepts = "api_key", policy_name = r#Type)]
async fn r#type() {}

fn is_notes(guard: &Guard<ListNotes>) -> bool {
    guard.subject().as_str().is_empty()
}

const fn guarded<P: Guarded>() {}

fn main() {
    let _: Router<Clerk> = Router::new().route("/1", get(notes)).route("/2", get(r#type));
    const { guarded::<ListNotes>() };
    println!("{} {} {}", ListNotes::POLICY, Type::POLICY, count(1).0);
}
