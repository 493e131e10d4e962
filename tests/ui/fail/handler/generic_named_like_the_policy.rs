use clerk_auth::{Guarded, clerk_auth};

#[clerk_auth(accepts = "api_key", policy = Notes)]
async fn list_notes<Notes: Guarded>() {}

fn main() {}
