use clerk_auth::{Scope, policy};

fn main() {
    let scope = Scope::new("read:notes");
    let policy = policy!(accepts = "api_key", scopes = scope);
    println!("{scope} {policy}");
}
