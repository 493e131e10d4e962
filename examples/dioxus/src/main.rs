//! Runs the example on a local stand-in for Clerk, and prints requests to try.

use std::error::Error;

use clerk_auth::testing::DevIssuer;
use notes_dioxus::{AddNotePolicy, WhoamiPolicy, router};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = DevIssuer::start().await?;
    let clerk = issuer.clerk().build()?; // `Clerk::from_env()` for a real instance
    clerk.check(AddNotePolicy::POLICY)?;
    clerk.check(WhoamiPolicy::POLICY)?;

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let token = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    let request = format!(r#"curl -i --json '{{"text":"milk"}}' {address}/api/notes/2026"#);
    println!("{request}");
    println!("{request} -H 'Authorization: Bearer {token}'");

    axum::serve(listener, router(clerk)).await?;
    Ok(())
}
