const READ: Policy = {
    ::core::compile_error! {
        "unknown argument `accept`\nhelp: did you mean `accepts`?"
    }
    ::clerk_auth::Policy::DENY_ALL
};
