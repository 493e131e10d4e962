use clerk_auth::{TokenType, clerk_auth};

#[clerk_auth(accepts = "any")]
async fn handler(token_type: Option<TokenType>) {
    drop(token_type);
}

fn main() {}
