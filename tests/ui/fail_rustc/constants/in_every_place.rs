//! Contradictions through constants, in every place where a policy can stand.

use clerk_auth::{Policy, Scope, policy};

const READ: Scope = Scope::new("read:notes");

const IN_A_CONSTANT: Policy = policy!(accepts = "api_key", scopes = any("read:notes", READ));
static IN_A_STATIC: Policy = policy!(accepts = "api_key", scopes = all("read:notes", READ));

fn in_a_function_that_nothing_calls() {
    let _in_a_variable = policy!(accepts = "api_key", scopes = ["read:notes", READ]);
    as_an_argument(policy!(api_key(scopes = any(READ, all("a", "read:notes")))));
}

fn with_a_generic_parameter<T>(_: T) -> impl Fn() -> Policy {
    || policy!(api_key(scopes = all(READ, any("a", "read:notes"))))
}

fn beside_a_name_of_the_expansion() -> Policy {
    const POLICY: Scope = Scope::new("read:notes");
    use READ as Requirement;
    policy!(api_key(scopes = any(POLICY, Requirement)))
}

fn as_an_argument(_: Policy) {}

fn main() {}
