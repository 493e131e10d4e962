use clerk_auth::Scopes;

fn main() {
    let _ = Scopes::default();
}
