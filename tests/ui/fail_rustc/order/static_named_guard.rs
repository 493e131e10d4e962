use clerk_auth::clerk_auth;

#[allow(non_upper_case_globals)]
static guard: u8 = 0;

#[clerk_auth]
async fn list_notes(subject: clerk_auth::Subject) -> String {
    format!("{subject} {guard}")
}

fn main() {}
