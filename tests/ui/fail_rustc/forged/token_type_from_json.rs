use clerk_auth::TokenType;

fn main() {
    let _: TokenType = serde_json::from_str("\"api_key\"").unwrap();
}
