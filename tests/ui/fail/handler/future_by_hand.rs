use clerk_auth::clerk_auth;

#[clerk_auth]
fn handler() -> impl Future<Output = String> {
    async { String::new() }
}

fn main() {}
