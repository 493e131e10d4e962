//! Finds variables that are probably meant for ours: misspelt ones, and those of other libraries.

use strsim::osa_distance;

/// What all names begin with.
const PREFIX: &str = "CLERK_";

/// Our variables, each with the names for it that are not near.
const OURS: [(&str, &[&str]); 16] = [
    ("CLERK_SECRET_KEY", &["CLERK_API_KEY"]),
    ("CLERK_MACHINE_SECRET_KEY", &[]),
    ("CLERK_MACHINE_ID", &[]),
    ("CLERK_PUBLISHABLE_KEY", &["CLERK_PUBLIC_KEY"]),
    ("CLERK_JWT_KEY", &["CLERK_JWT_PUBLIC_KEY", "CLERK_PEM_PUBLIC_KEY"]),
    ("CLERK_API_URL", &["CLERK_BACKEND_API_URL"]),
    ("CLERK_API_VERSION", &[]),
    ("CLERK_ISSUER", &[]),
    ("CLERK_ANY_MACHINE", &[]),
    ("CLERK_AUDIENCE", &[]),
    ("CLERK_SESSION_AUDIENCE", &[]),
    ("CLERK_AUTHORIZED_PARTIES", &[]),
    ("CLERK_PARTIES_FOR_COOKIES_ONLY", &[]),
    ("CLERK_RESOURCE", &[]),
    ("CLERK_FLEET_URL", &[]),
    ("CLERK_FLEET_REPLICAS", &[]),
];

/// What Clerk's own libraries read, and is near one of ours.
const OF_CLERK: [&str; 1] = ["CLERK_FAPI_URL"];

/// The shortest beginning of a name of ours that is taken for it: `CLERK_AUD`.
const SHORTEST_BEGINNING: usize = 3;

/// A variable that is not set, and one that is set and probably meant for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Similar {
    pub(super) ours: &'static str,
    pub(super) theirs: String,
}

impl Similar {
    /// `set` are the names of all variables that are set.
    pub(super) fn find(set: &[String]) -> Vec<Self> {
        let is_set = |ours: &str| set.iter().any(|name| name == ours);
        let meant = |theirs: &String| {
            let near = OURS.iter().filter_map(|&(ours, others)| {
                edits(ours, others, theirs).map(|edits| (edits, ours))
            });
            let (_, ours) = near.min().filter(|(_, ours)| theirs != ours && !is_set(ours))?;
            Some(Self { ours, theirs: theirs.clone() })
        };
        set.iter().filter(|name| !OF_CLERK.contains(&name.as_str())).filter_map(meant).collect()
    }

    pub(super) fn advice(&self) -> String {
        let Self { ours, theirs } = self;
        format!("it is not set, but {theirs} is, which is not read; set {ours} to the same value")
    }
}

/// How far a name is from ours, if it may be meant for it: with the prefix of a framework, as others
/// write it, cut off, longer, or with a letter in four wrong.
fn edits(ours: &str, others: &[&str], name: &str) -> Option<usize> {
    let name = name.to_ascii_uppercase();
    if others.contains(&name.as_str()) || name.strip_suffix(ours).is_some_and(is_of_framework) {
        return Some(0);
    }
    let (ours, name) = (ours.strip_prefix(PREFIX)?, name.strip_prefix(PREFIX)?);
    let edits = osa_distance(ours, name);
    let is_cut = name.len() >= SHORTEST_BEGINNING && ours.starts_with(name);
    let is_longer = name.strip_prefix(ours).is_some_and(|rest| rest.starts_with(['S', '_']));
    (is_cut || is_longer || edits <= (ours.len() / 4).max(2)).then_some(edits)
}

/// `NEXT_PUBLIC_`, or nothing for a name in another case.
fn is_of_framework(prefix: &str) -> bool {
    prefix.is_empty() || prefix.ends_with('_')
}
