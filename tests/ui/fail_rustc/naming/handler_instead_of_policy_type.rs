use clerk_auth::clerk_auth;

#[clerk_auth(policy = ListNotes)]
async fn list_notes() {}

fn main() {
    println!("{}", list_notes::POLICY);
}
