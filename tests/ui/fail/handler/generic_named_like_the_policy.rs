use clerk_auth::{Guarded, clerk_auth};

#[clerk_auth(accepts = "api_key", policy = T)]
async fn list_notes<T: Guarded>() {}

fn main() {}
