//! What is wrong with settings, collected so that all of it is told at once.

use std::fmt;

use super::similar::Similar;

/// What is wrong with a configuration: every problem at once, one line each. It shows no secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    /// One problem.
    pub(crate) fn new(setting: &str, problem: impl fmt::Display) -> Self {
        let mut error = Self::default();
        error.add(setting, problem);
        error
    }

    pub(super) fn add(&mut self, setting: &str, problem: impl fmt::Display) {
        self.problems.push(format!("{setting}: {problem}"));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Parses a setting if it is set, and notes what is wrong with it.
    pub(super) fn check<T>(
        &mut self,
        setting: &str,
        value: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        parse(value?).map_err(|problem| self.add(setting, problem)).ok()
    }

    /// Checks each member of a list if it is set. One that is set and empty would switch its
    /// check off in silence.
    pub(super) fn check_list(
        &mut self,
        setting: &str,
        list: Option<&Vec<String>>,
        parse: fn(&str) -> Result<(), String>,
    ) -> Vec<String> {
        let Some(list) = list else { return Vec::new() };
        if list.is_empty() {
            self.add(setting, "it is set and names nothing; name something, or do not set it");
        }
        for (member, place) in list.iter().zip(1..) {
            let parse = |member: &str| {
                let many = list.len() > 1;
                parse(member).map_err(|it| if many { format!("entry {place}: {it}") } else { it })
            };
            self.check(setting, Some(member), parse);
        }
        list.clone()
    }

    pub(super) fn is_about(&self, setting: &str) -> bool {
        self.problems.iter().any(|problem| problem.starts_with(setting))
    }

    /// Adds variables that were set in place of one that a problem names.
    pub(super) fn explain_by(&mut self, similar: &[Similar]) {
        let named = |it: &&Similar| self.problems.iter().any(|problem| problem.contains(it.ours));
        let similar: Vec<Similar> = similar.iter().filter(named).cloned().collect();
        for it in similar {
            self.add(it.ours, it.advice());
        }
    }

    /// Each problem: the setting, a colon, and what to do.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        self.problems.iter().map(String::as_str)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("\n"))
    }
}

/// The same lines: a `main` that returns the error prints it in this form.
impl fmt::Debug for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for ConfigError {}
