//! Every form of the policy language, once.

use clerk_auth::{Policy, Scope, clerk_auth};

mod scope {
    use super::Scope;

    pub const ADMIN: Scope = Scope::new("admin");
    pub const READ: Scope = Scope::new("read:notes");
}

#[clerk_auth]
async fn plain() {}

#[clerk_auth()]
async fn empty() {}

#[clerk_auth(accepts = "m2m_token")]
async fn one_type() {}

#[clerk_auth(accepts = ["session_token", "api_key"])]
async fn two_types() {}

#[clerk_auth(accepts = "any")]
async fn any_type() {}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes write:notes")]
async fn scopes_in_a_text() {}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = ["read:notes", scope::ADMIN])]
async fn scopes_in_a_list() {}

#[clerk_auth(accepts = "oauth_token", scopes = any(scope::ADMIN, all("read:notes", "write:notes")))]
async fn tree() {}

#[clerk_auth(accepts = "api_key", scopes = scope::READ)]
async fn constant() {}

#[clerk_auth(
    session_token(permission = "org:notes:read"),
    oauth_token(scopes = "read:notes"),
    api_key
)]
async fn clauses() {}

#[clerk_auth(session_token, oauth_token, m2m_token, api_key)]
async fn bare_clauses() {}

#[clerk_auth(
    role = any("org:admin", "editor"),
    permission = all("org:notes:read", "org:notes:manage"),
    feature = "user:reports",
    plan = any("org:pro", "org:team"),
    reverification = "strict_mfa",
)]
async fn session() {}

#[clerk_auth(reverification = "moderate")]
async fn preset() {}

#[clerk_auth(
    session_token(organization, not_impersonated, allow_pending),
    oauth_token(organization, not_impersonated, format = "jwt"),
    m2m_token(format = "jwt"),
    api_key(organization)
)]
async fn words() {}

#[clerk_auth(session_token(reverification = first_factor(minutes = 5)))]
async fn first_factor() {}

#[clerk_auth(reverification = second_factor(minutes = 5))]
async fn second_factor() {}

#[clerk_auth(reverification = multi_factor(minutes = 5))]
async fn multi_factor() {}

#[clerk_auth(m2m_token(from = ["mch_billing", "mch_search"]))]
async fn machines() {}

#[clerk_auth(
    accepts = "oauth_token",
    audience = "https://api.example.com",
    client = "client_dashboard"
)]
async fn oauth() {}

#[clerk_auth(optional)]
async fn optional() {}

#[clerk_auth(optional, session_token(plan = "pro"), api_key)]
async fn optional_clauses() {}

const IN_A_CONSTANT: Policy = clerk_auth::policy!(accepts = "api_key", scopes = "read:notes");
static IN_A_STATIC: Policy = clerk_auth::policy!();

struct Notes;

impl Notes {
    const IN_AN_IMPL: Policy = clerk_auth::policy!(api_key(scopes = scope::READ));
}

const fn in_a_constant_function() -> Policy {
    const POLICY: Scope = Scope::new("local");
    clerk_auth::policy!(api_key(scopes = any(POLICY, self::scope::READ)))
}

fn in_a_generic_function<T>(_: T, policy: Policy) -> impl Fn(bool) -> [Policy; 2] {
    move |first| {
        [policy, if first { clerk_auth::policy!() } else { clerk_auth::policy!(m2m_token) }]
    }
}

fn main() {
    let in_a_body: &'static Policy =
        &clerk_auth::policy!(oauth_token(scopes = scope::READ), optional);
    let in_a_closure = in_a_generic_function((), clerk_auth::policy!(api_key))(true);
    let handlers = [
        PlainPolicy::POLICY,
        EmptyPolicy::POLICY,
        OneTypePolicy::POLICY,
        TwoTypesPolicy::POLICY,
        AnyTypePolicy::POLICY,
        ScopesInATextPolicy::POLICY,
        ScopesInAListPolicy::POLICY,
        TreePolicy::POLICY,
        ConstantPolicy::POLICY,
        ClausesPolicy::POLICY,
        BareClausesPolicy::POLICY,
        SessionPolicy::POLICY,
        PresetPolicy::POLICY,
        WordsPolicy::POLICY,
        FirstFactorPolicy::POLICY,
        SecondFactorPolicy::POLICY,
        MultiFactorPolicy::POLICY,
        MachinesPolicy::POLICY,
        OauthPolicy::POLICY,
        OptionalPolicy::POLICY,
        OptionalClausesPolicy::POLICY,
    ];
    let others = [&Notes::IN_AN_IMPL, &in_a_constant_function()];
    let policies = [&IN_A_CONSTANT, &IN_A_STATIC, in_a_body].into_iter().chain(others);
    for policy in handlers.iter().chain(policies).chain(&in_a_closure) {
        assert!(!policy.to_string().is_empty());
    }
}
