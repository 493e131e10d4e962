use clerk_auth::ApiKey;

fn main() {
    let _ = ApiKey {};
}
