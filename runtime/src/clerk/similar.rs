//! Finds variables that only other libraries read.

/// Ours, and one that holds the same value for another library or in another spelling.
const SIMILAR: [(&str, &str); 24] = [
    ("CLERK_PUBLISHABLE_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"),
    ("CLERK_PUBLISHABLE_KEY", "VITE_CLERK_PUBLISHABLE_KEY"),
    ("CLERK_PUBLISHABLE_KEY", "PUBLIC_CLERK_PUBLISHABLE_KEY"),
    ("CLERK_PUBLISHABLE_KEY", "EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY"),
    ("CLERK_PUBLISHABLE_KEY", "NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY"),
    ("CLERK_PUBLISHABLE_KEY", "REACT_APP_CLERK_PUBLISHABLE_KEY"),
    ("CLERK_PUBLISHABLE_KEY", "GATSBY_CLERK_PUBLISHABLE_KEY"),
    ("CLERK_PUBLISHABLE_KEY", "CLERK_PUBLISHABLE"),
    ("CLERK_SECRET_KEY", "CLERK_SECRET"),
    ("CLERK_SECRET_KEY", "NUXT_CLERK_SECRET_KEY"),
    ("CLERK_SECRET_KEY", "CLERK_API_KEY"),
    ("CLERK_SECRET_KEY", "CLERK_SECRETKEY"),
    ("CLERK_MACHINE_SECRET_KEY", "CLERK_MACHINE_SECRET"),
    ("CLERK_JWT_KEY", "CLERK_JWT_PUBLIC_KEY"),
    ("CLERK_JWT_KEY", "CLERK_PEM_PUBLIC_KEY"),
    ("CLERK_ISSUER", "CLERK_ISSUERS"),
    ("CLERK_ISSUER", "CLERK_ISSUER_URL"),
    ("CLERK_API_URL", "CLERK_BACKEND_API_URL"),
    ("CLERK_RESOURCE", "CLERK_RESOURCE_URL"),
    ("CLERK_AUDIENCE", "CLERK_AUDIENCES"),
    ("CLERK_AUDIENCE", "CLERK_AUD"),
    ("CLERK_SESSION_AUDIENCE", "CLERK_SESSION_AUDIENCES"),
    ("CLERK_AUTHORIZED_PARTIES", "CLERK_AUTHORIZED_PARTY"),
    ("CLERK_AUTHORIZED_PARTIES", "CLERK_AUTHORISED_PARTIES"),
];

/// A variable that is not set, and one that is set and probably meant for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Similar {
    pub(super) ours: &'static str,
    pub(super) theirs: &'static str,
}

impl Similar {
    pub(super) fn find(is_set: impl Fn(&str) -> bool) -> Vec<Self> {
        let pairs = SIMILAR.iter().filter(|(ours, theirs)| is_set(theirs) && !is_set(ours));
        pairs.map(|&(ours, theirs)| Self { ours, theirs }).collect()
    }

    pub(super) fn advice(self) -> String {
        let Self { ours, theirs } = self;
        format!("it is not set, but {theirs} is, which is not read; set {ours} to the same value")
    }
}
