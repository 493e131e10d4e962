::core::compile_error! {
    "`READ_NOTES` is a constant, and `policy` names a type\nhelp: declare a policy type, `#[clerk_auth(…)] struct ReadNotes;`, and write `policy = ReadNotes`"
}
async fn list(guard: ::clerk_auth::Guard<::clerk_auth::__private::DenyAll>) {
    let subject: Subject = guard.never();
    {}
}
