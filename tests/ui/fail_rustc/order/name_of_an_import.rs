use clerk_auth::clerk_auth;
use tables::notes;

mod tables {
    pub mod notes {}
}

#[clerk_auth]
async fn notes() {}

fn main() {}
