use clerk_auth::clerk_auth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile<'a> {
    name: &'a str,
}

#[clerk_auth]
async fn handler<'a>(claims: Profile<'a>) {
    drop(claims.name);
}

fn main() {}
