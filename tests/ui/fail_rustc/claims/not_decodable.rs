use clerk_auth::clerk_auth;

struct Profile;

#[clerk_auth]
async fn handler(claims: Profile) {
    drop(claims);
}

fn main() {}
