const READ: Policy = {
    ::core::compile_error! {
        "unknown argument `accept`\nhelp: did you mean `accepts`?"
    }
    ::clerk_auth::Policy::REFUSE_ALL
};
