//! Two snapshots in, what changed for the callers of each route out.

use std::{collections::BTreeSet, fmt};

use super::snapshot::{RouteRecord, Snapshot};
use crate::policy::{Difference, Guards, PolicyRecord};

/// What changed between two [`Snapshot`]s: whom each route newly admits or rejects.
///
/// It prints one line for each change, [or Markdown](Self::to_markdown).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    changes: Vec<RouteChange>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct RouteChange {
    line: String,
    is_weaker: bool,
}

/// A line without its route, and whether it says that the route is weaker.
type Finding = (String, bool);

impl Changes {
    pub(super) fn between(old: &Snapshot, new: &Snapshot) -> Self {
        let mut compared = BTreeSet::new();
        let mut changes = Vec::new();
        for route in new.routes.iter().chain(&old.routes) {
            if !compared.insert((route.shape(), &route.method)) {
                continue;
            }
            let findings = compare((old, old.answering(route)), (new, new.answering(route)));
            changes.extend(findings.into_iter().map(|(text, is_weaker)| RouteChange {
                line: format!("{route}: {text}"),
                is_weaker,
            }));
        }
        Self { changes }
    }

    /// Whether every route admits the same callers as before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether a route was weakened: it newly admits a caller, has a guard less, or is new and open
    /// to anonymous requests. What is undecided counts too.
    #[must_use]
    pub fn is_weakened(&self) -> bool {
        self.changes.iter().any(|change| change.is_weaker)
    }

    /// The lines as Markdown for a pull request: first those by which a route was weakened.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        if self.is_empty() {
            return "Every route admits the same callers as before.\n".to_owned();
        }
        let list = |is_weaker| {
            let changes = self.changes.iter().filter(move |it| it.is_weaker == is_weaker);
            changes.fold(String::new(), |list, change| list + "- " + &change.line + "\n")
        };
        let sections = [("### Weakened routes", list(true)), ("### Other changes", list(false))];
        let sections = sections.into_iter().filter(|(_, list)| !list.is_empty());
        let sections: Vec<String> =
            sections.map(|(title, list)| format!("{title}\n\n{list}")).collect();
        sections.join("\n")
    }
}

/// One line for each change.
impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(formatter, "{}", change.line))
    }
}

impl Snapshot {
    /// The route of this snapshot that answers the requests of a route of another.
    fn answering(&self, route: &RouteRecord) -> Option<&RouteRecord> {
        let shape = route.shape();
        let mut methods = vec![route.method.as_str()];
        // axum answers `HEAD` by the handler of `GET`, unless the path has one for `HEAD`.
        methods.extend((route.method == "HEAD").then_some("GET"));
        methods.push(super::table::ANY_METHOD);
        let find =
            |method| self.routes.iter().find(|it| it.method == method && it.shape() == shape);
        methods.into_iter().find_map(find)
    }

    fn difference(
        (old, old_policies): (&Self, &[&PolicyRecord]),
        (new, new_policies): (&Self, &[&PolicyRecord]),
    ) -> Difference {
        Difference::between(
            Guards { policies: old_policies, hierarchy: &old.scope_hierarchy },
            Guards { policies: new_policies, hierarchy: &new.scope_hierarchy },
        )
    }
}

fn compare(
    (old, old_route): (&Snapshot, Option<&RouteRecord>),
    (new, new_route): (&Snapshot, Option<&RouteRecord>),
) -> Vec<Finding> {
    match (old_route, new_route) {
        (Some(was), Some(is)) if was.kind == is.kind || is.is_metadata() => {
            changed((old, was), (new, is))
        }
        (_, Some(is)) => added(new, is),
        (Some(was), None) => removed((old, was), new),
        (None, None) => Vec::new(),
    }
}

fn added(new: &Snapshot, route: &RouteRecord) -> Vec<Finding> {
    let is_metadata = route.is_metadata();
    if route.is_public() {
        return vec![if is_metadata {
            ("is new, and metadata that everybody may read".to_owned(), false)
        } else {
            ("is new and public".to_owned(), true)
        }];
    }
    let policies = policies(route);
    let difference = Snapshot::difference((new, &[&PolicyRecord::NOBODY]), (new, &policies));
    let admitted: Vec<String> = difference.admitted().collect();
    let admitted = match admitted.as_slice() {
        [] => "no request".to_owned(),
        callers => callers.join(", or "),
    };
    let is_open = policies.iter().all(|policy| policy.is_optional());
    let mut findings = vec![(format!("is new and admits {admitted}"), is_open)];
    if route.passes_preflights() {
        findings.push(("admits CORS preflights without a token".to_owned(), true));
    }
    findings
}

/// Without its route, a path can be answered by one that matches more paths.
fn removed((old, was): (&Snapshot, &RouteRecord), new: &Snapshot) -> Vec<Finding> {
    let mut findings = vec![("is removed".to_owned(), false)];
    for route in new.routes.iter().filter(|route| route.covers(was)) {
        let weaker = changed((old, was), (new, route)).into_iter().filter(|(_, weaker)| *weaker);
        findings
            .extend(weaker.map(|(text, _)| (format!("is left to {route}, which {text}"), true)));
    }
    findings
}

fn changed(
    (old, was): (&Snapshot, &RouteRecord),
    (new, is): (&Snapshot, &RouteRecord),
) -> Vec<Finding> {
    match (was.is_public(), is.is_public()) {
        (true, true) => return Vec::new(),
        (true, false) => return vec![("is no longer public".to_owned(), false)],
        (false, true) => return vec![("is public now".to_owned(), true)],
        (false, false) => {}
    }
    let difference = Snapshot::difference((old, &policies(was)), (new, &policies(is)));
    let mut findings: Vec<Finding> = difference.lines().collect();
    match (was.passes_preflights(), is.passes_preflights()) {
        (false, true) => {
            findings.push(("newly admits CORS preflights without a token".to_owned(), true));
        }
        (true, false) => {
            findings.push(("newly rejects CORS preflights without a token".to_owned(), false));
        }
        (true, true) | (false, false) => {}
    }
    // The table cannot see that the verifiers of two guards have the same settings.
    if is.guards.len() < was.guards.len() {
        let counts = format!("{} instead of {}", is.guards.len(), was.guards.len());
        findings.push((format!("has fewer guards: {counts}"), true));
    }
    findings
}

fn policies(route: &RouteRecord) -> Vec<&PolicyRecord> {
    route.guards.iter().map(|guard| &guard.policy).collect()
}
