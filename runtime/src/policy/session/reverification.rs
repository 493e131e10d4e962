//! How lately a session's factors must have been verified.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::identity::SessionToken;

/// Factors of a session that must have been verified lately.
///
/// ```
/// use clerk_auth::policy::Reverification;
///
/// assert_eq!(Reverification::STRICT.to_string(), "strict");
/// assert_eq!(Reverification::second_factor(5).to_string(), "second_factor within 5 minutes");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reverification {
    preset: Option<&'static str>,
    level: Level,
    minutes: u32,
}

/// Which factors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// The first factor.
    FirstFactor,
    /// The second factor; the first, where the user has no second one.
    SecondFactor,
    /// Both factors; the first, where the user has no second one.
    MultiFactor,
}

impl Reverification {
    /// Clerk's preset: both factors within 10 minutes.
    pub const STRICT_MFA: Self = Self::preset("strict_mfa", Level::MultiFactor, 10);
    /// Clerk's preset: the second factor within 10 minutes.
    pub const STRICT: Self = Self::preset("strict", Level::SecondFactor, 10);
    /// Clerk's preset: the second factor within an hour.
    pub const MODERATE: Self = Self::preset("moderate", Level::SecondFactor, 60);
    /// Clerk's preset: the second factor within a day.
    pub const LAX: Self = Self::preset("lax", Level::SecondFactor, 1440);

    /// The first factor within `minutes`: 1 to 99 999.
    ///
    /// # Panics
    /// Where it is not evaluated at compile time, for minutes out of range.
    #[must_use]
    pub const fn first_factor(minutes: u32) -> Self {
        Self::custom(Level::FirstFactor, minutes)
    }

    /// The second factor within `minutes`: 1 to 99 999.
    ///
    /// # Panics
    /// Where it is not evaluated at compile time, for minutes out of range.
    #[must_use]
    pub const fn second_factor(minutes: u32) -> Self {
        Self::custom(Level::SecondFactor, minutes)
    }

    /// Both factors within `minutes`: 1 to 99 999.
    ///
    /// # Panics
    /// Where it is not evaluated at compile time, for minutes out of range.
    #[must_use]
    pub const fn multi_factor(minutes: u32) -> Self {
        Self::custom(Level::MultiFactor, minutes)
    }

    /// Whether factors of these ages, in minutes, are fresh enough; −1 is a factor that is not
    /// enrolled. An age of exactly the limit is too old.
    fn is_met_by(&self, ages: Option<(i64, i64)>) -> bool {
        let Some((first, second)) = ages else { return false };
        let enrolled = |age: i64| age != -1;
        let fresh = |age: i64| enrolled(age) && age < i64::from(self.minutes);
        match self.level {
            Level::SecondFactor if enrolled(second) => fresh(second),
            Level::MultiFactor if enrolled(second) => fresh(first) && fresh(second),
            // Without a second factor, the first one has to do.
            Level::FirstFactor | Level::SecondFactor | Level::MultiFactor => fresh(first),
        }
    }

    /// Whether each user whose factors meet this meets `other`. Both factors count as each of them.
    pub(crate) const fn implies(self, other: Self) -> bool {
        let has_factors = matches!(
            (self.level, other.level),
            (Level::MultiFactor, _)
                | (Level::FirstFactor, Level::FirstFactor)
                | (Level::SecondFactor, Level::SecondFactor)
        );
        has_factors && self.minutes <= other.minutes
    }

    pub(crate) const fn level(self) -> Level {
        self.level
    }

    pub(crate) const fn minutes(self) -> u32 {
        self.minutes
    }

    const fn preset(name: &'static str, level: Level, minutes: u32) -> Self {
        Self { preset: Some(name), level, minutes }
    }

    const fn custom(level: Level, minutes: u32) -> Self {
        assert!(minutes >= 1 && minutes <= 99_999, "reverification takes 1 to 99,999 minutes");
        Self { preset: None, level, minutes }
    }
}

impl SessionToken {
    /// Whether the user's factors were verified as lately as `needed` says. Where they were not, a
    /// [`require`](crate::Guard::require) gives the answer by which Clerk's front ends know that
    /// they must ask the user to verify again.
    ///
    /// ```
    /// use clerk_auth::{SessionToken, clerk_auth, policy::Reverification};
    ///
    /// #[clerk_auth]
    /// async fn settings(identity: SessionToken) -> &'static str {
    ///     match identity.has_reverification(Reverification::STRICT) {
    ///         true => "Settings, with the secret ones",
    ///         false => "Settings",
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn has_reverification(&self, needed: Reverification) -> bool {
        needed.is_met_by(self.0.factor_ages)
    }
}

impl Level {
    /// Clerk's name.
    const fn as_str(self) -> &'static str {
        match self {
            Self::FirstFactor => "first_factor",
            Self::SecondFactor => "second_factor",
            Self::MultiFactor => "multi_factor",
        }
    }
}

impl fmt::Display for Reverification {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.preset {
            return formatter.write_str(name);
        }
        let plural = if self.minutes == 1 { "" } else { "s" };
        write!(formatter, "{} within {} minute{plural}", self.level.as_str(), self.minutes)
    }
}

/// Serialises as Clerk's front ends read it: the preset's name, or level and minutes.
impl Serialize for Reverification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Custom {
            level: &'static str,
            after_minutes: u32,
        }

        match self.preset {
            Some(name) => serializer.serialize_str(name),
            None => Custom { level: self.level.as_str(), after_minutes: self.minutes }
                .serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_looks_at_its_factors() {
        // Ages of the first and second factor; first, second and multi factor within 10 minutes.
        let table = [
            (Some((9, 9)), true, true, true),
            (Some((10, 9)), false, true, false),
            (Some((9, 10)), true, false, false),
            (Some((10, 10)), false, false, false),
            (Some((9, -1)), true, true, true),
            (Some((10, -1)), false, false, false),
            (Some((-1, 9)), false, true, false),
            (Some((-1, 10)), false, false, false),
            (Some((-1, -1)), false, false, false),
            (None, false, false, false),
        ];
        for (ages, first, second, multi) in table {
            assert_eq!(Reverification::first_factor(10).is_met_by(ages), first, "first {ages:?}");
            assert_eq!(
                Reverification::second_factor(10).is_met_by(ages),
                second,
                "second {ages:?}"
            );
            assert_eq!(Reverification::multi_factor(10).is_met_by(ages), multi, "multi {ages:?}");
        }
    }
}
