use clerk_auth::{TokenType, clerk_auth};

#[clerk_auth(accepts = TokenType::ApiKey)]
async fn handler(token_type: TokenType) {
    drop(token_type);
}

fn main() {}
