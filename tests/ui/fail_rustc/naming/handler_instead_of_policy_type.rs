use clerk_auth::clerk_auth;

#[clerk_auth(policy_name = ListNotes)]
async fn list_notes() {}

fn main() {
    println!("{}", list_notes::POLICY);
}
