//! Each caller of a small world, and what it has: told from the identity, not from a policy.

use std::{borrow::Cow, sync::LazyLock};

use crate::{
    clock::UnixMillis,
    identity::{
        Actor, ApiKey, ApiKeyFacts, ApiKeyId, Claims, ClientId, Identity, M2mFacts, M2mToken,
        MachineId, OAuthFacts, OAuthToken, OrgId, Organization, Scopes, SessionFacts, SessionId,
        SessionToken, Subject, UserId, VerifiedToken,
    },
    policy::{ScopeHierarchy, difference::fact::Fact},
    token::TokenType,
};

pub(super) struct Caller {
    pub(super) identity: Identity,
    pub(super) is_cookie: bool,
    description: String,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.description)
    }
}

impl Caller {
    pub(super) fn token_type(&self) -> TokenType {
        self.identity.token_type()
    }

    pub(super) fn has(&self, fact: &Fact, hierarchies: [ScopeHierarchy; 2]) -> bool {
        let session = |has: &dyn Fn(&SessionFacts) -> bool| matches!(&self.identity, Identity::Session(it) if has(&it.0));
        let within = |age: i64, minutes: u32| (0..i64::from(minutes)).contains(&age);
        match fact {
            Fact::Scope(scope) => self.identity.scopes().is_some_and(|granted| {
                granted.contains(scope)
                    || granted.iter().any(|own| hierarchies.iter().all(|it| it.implies(own, scope)))
            }),
            Fact::Organization => self.identity.org_id().is_some(),
            Fact::Role(role) => session(&|it| {
                it.organization.as_ref().and_then(Organization::role) == Some(role.as_str())
            }),
            Fact::Permission(name) => session(&|it| {
                it.organization.as_ref().is_some_and(|it| it.permissions().any(|own| own == name))
            }),
            Fact::Feature(name) => session(&|it| lists(it.features.as_deref(), name)),
            Fact::Plan(name) => session(&|it| lists(it.plans.as_deref(), name)),
            Fact::FirstFactor(minutes) => {
                session(&|it| it.factor_ages.is_some_and(|(age, _)| within(age, *minutes)))
            }
            Fact::SecondFactor(minutes) => {
                session(&|it| it.factor_ages.is_some_and(|(_, age)| within(age, *minutes)))
            }
            Fact::NoSecondFactor => session(&|it| it.factor_ages.is_none_or(|(_, age)| age == -1)),
            Fact::Machine(machine) => {
                matches!(&self.identity, Identity::M2m(it) if it.machine_id().as_str() == machine)
            }
            Fact::Client(client) => {
                matches!(&self.identity, Identity::OAuth(it) if it.client_id().as_str() == client)
            }
            Fact::Audience(audience) => {
                matches!(&self.identity, Identity::OAuth(it) if it.audience().any(|own| own == audience))
            }
            Fact::Cookie => self.is_cookie,
            Fact::Active => !session(&|it| it.is_pending),
            Fact::NotImpersonated => match &self.identity {
                Identity::Session(it) => it.0.actor.is_none(),
                Identity::OAuth(it) => it.0.actor.is_none(),
                Identity::M2m(_) | Identity::ApiKey(_) => true,
            },
            Fact::Jwt => match &self.identity {
                Identity::OAuth(it) => it.0.is_jwt,
                Identity::M2m(it) => it.0.is_jwt,
                Identity::Session(_) | Identity::ApiKey(_) => true,
            },
        }
    }
}

/// `o:f` of one holder, or `f` of any.
fn lists(claim: Option<&str>, name: &str) -> bool {
    claim.is_some_and(|claim| {
        claim.split(',').any(|own| own == name || own.split_once(':').map(|it| it.1) == Some(name))
    })
}

pub(super) fn callers() -> &'static [Caller] {
    static CALLERS: LazyLock<Vec<Caller>> = LazyLock::new(|| {
        let sessions = sessions();
        sessions.chain(oauth_tokens()).chain(m2m_tokens()).chain(api_keys()).collect()
    });
    &CALLERS
}

fn subsets<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    let subset = |set: usize| {
        let in_set = names.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
        in_set.map(|(_, name)| *name).collect()
    };
    (0..1 << names.len()).map(subset).collect()
}

fn scopes(names: &[&'static str]) -> Scopes {
    Scopes::from_list(names.iter().copied().map(Cow::Borrowed))
}

fn caller(identity: Identity, description: String) -> Caller {
    Caller { identity, is_cookie: false, description }
}

fn user() -> (Subject, UserId) {
    (Subject::User(UserId::new("user_1")), UserId::new("user_1"))
}

fn sessions() -> impl Iterator<Item = Caller> {
    let mut organizations = vec![None];
    for role in [None, Some("org:a"), Some("org:b")] {
        for permissions in [vec![], vec!["org:x:y"]] {
            organizations.push(Some((role, permissions)));
        }
    }
    let mut ages = vec![None];
    ages.extend(
        [4, 9, 59, 100]
            .iter()
            .flat_map(|first| [-1, 9, 59, 100].map(|second| Some((*first, second)))),
    );
    let features: Vec<String> = subsets(&["o:f", "u:f"]).iter().map(|set| set.join(",")).collect();
    let mut callers = Vec::new();
    for organization in &organizations {
        for factor_ages in &ages {
            for features in &features {
                for plans in ["", "o:p", "u:p"] {
                    for state in subsets(&["cookie", "pending", "impersonated"]) {
                        let text = |claim: &str| (!claim.is_empty()).then(|| claim.into());
                        let (subject, user_id) = user();
                        let facts = SessionFacts {
                            subject,
                            user_id,
                            session_id: SessionId::new("sess_1"),
                            organization: organization.as_ref().map(|(role, permissions)| {
                                Organization {
                                    id: OrgId::new("org_1"),
                                    slug: None,
                                    role: role.map(Into::into),
                                    permissions: permissions.iter().map(|&it| it.into()).collect(),
                                }
                            }),
                            actor: state.contains(&"impersonated").then(actor),
                            is_pending: state.contains(&"pending"),
                            names_party: true,
                            factor_ages: *factor_ages,
                            features: text(features),
                            plans: text(plans),
                            claims: Claims::new("{}"),
                            expires_at: UnixMillis(0),
                        };
                        let description = format!(
                            "session {organization:?} {factor_ages:?} {features} {plans} {state:?}"
                        );
                        let identity = Identity::Session(SessionToken(facts.into()));
                        let is_cookie = state.contains(&"cookie");
                        callers.push(Caller { identity, is_cookie, description });
                    }
                }
            }
        }
    }
    callers.into_iter()
}

fn oauth_tokens() -> impl Iterator<Item = Caller> {
    let mut callers = Vec::new();
    for granted in subsets(&["a", "b", "c", "d"]) {
        for client in ["one", "two", "three"] {
            for audience in subsets(&["u", "v"]) {
                for more in subsets(&["org", "act", "jwt"]) {
                    let (subject, user_id) = user();
                    let facts = OAuthFacts {
                        subject,
                        user_id,
                        client_id: ClientId::new(client),
                        token_id: None,
                        scopes: scopes(&granted),
                        audience: audience.iter().map(|&it| it.into()).collect(),
                        org_id: more.contains(&"org").then(|| OrgId::new("org_1")),
                        actor: more.contains(&"act").then(actor),
                        is_jwt: more.contains(&"jwt"),
                        expires_at: None,
                    };
                    let description = format!("oauth {granted:?} {client} {audience:?} {more:?}");
                    callers.push(caller(Identity::OAuth(OAuthToken::new(facts)), description));
                }
            }
        }
    }
    callers.into_iter()
}

fn m2m_tokens() -> impl Iterator<Item = Caller> {
    let machines = ["mch_1", "mch_2", "mch_3", "mch_4"];
    machines.into_iter().flat_map(|it| [(it, true), (it, false)]).map(|(machine, is_jwt)| {
        let facts = M2mFacts {
            subject: Subject::Machine(MachineId::new(machine)),
            machine_id: MachineId::new(machine),
            token_id: None,
            recipients: [].into(),
            claims: None,
            is_jwt,
            expires_at: None,
        };
        caller(Identity::M2m(M2mToken(facts.into())), format!("{machine} {is_jwt}"))
    })
}

fn api_keys() -> impl Iterator<Item = Caller> {
    let owners = [user().0, Subject::Organization(OrgId::new("org_1"))];
    let scopes_and_owners = subsets(&["a", "b", "c", "d"])
        .into_iter()
        .flat_map(move |granted| owners.clone().map(|owner| (granted.clone(), owner)));
    scopes_and_owners.map(|(granted, subject)| {
        let description = format!("key {granted:?} of {}", subject.as_str());
        let facts = ApiKeyFacts {
            subject,
            key_id: ApiKeyId::new("ak_1"),
            name: None,
            scopes: scopes(&granted),
            claims: None,
            expires_at: None,
        };
        caller(Identity::ApiKey(ApiKey(facts.into())), description)
    })
}

fn actor() -> Actor {
    Actor { subject: "user_2".into(), issuer: None, earlier: None }
}
