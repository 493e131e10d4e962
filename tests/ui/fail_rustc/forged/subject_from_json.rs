use clerk_auth::Subject;

fn main() {
    let _: Subject = serde_json::from_str("\"user_1\"").unwrap();
}
