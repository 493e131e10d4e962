//! Encodes permissions in the three claims of a version 2 session.
//!
//! `fea` lists features, `per` lists permission names, and `fpm` has a decimal bit mask for each
//! organization feature of `fea`: bit `j` says that permission `j` of `per` is granted there.

/// The claims `fea`, `o.per` and `o.fpm`.
pub(super) struct Encoded {
    pub(super) features: String,
    pub(super) permissions: String,
    pub(super) masks: String,
}

/// Encodes permissions such as `org:notes:read`. `None` if one has no feature or has a comma.
///
/// A feature that `features` does not name is put before it as `o:feature`, in the order of the
/// permissions. So a feature of the user alone, `u:…`, never comes before one that we add: not
/// all of Clerk's SDKs count masks alike where it does.
pub(super) fn encode(features: &str, permissions: &[String]) -> Option<Encoded> {
    let grants =
        permissions.iter().map(|permission| grant(permission)).collect::<Option<Vec<_>>>()?;
    let given: Vec<&str> =
        features.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    let known: Vec<&str> = given.iter().copied().filter_map(of_organization).collect();

    let mut order: Vec<&str> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for &(feature, name) in &grants {
        if !known.contains(&feature) && !order.contains(&feature) {
            order.push(feature);
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let added = order.iter().map(|feature| format!("o:{feature}"));
    let features: Vec<String> = added.chain(given.iter().map(ToString::to_string)).collect();
    order.extend(known);

    let mask = |feature: &&str| decimal(names.iter().map(|name| grants.contains(&(feature, name))));
    let masks: Vec<String> = order.iter().map(mask).collect();
    Some(Encoded {
        features: features.join(","),
        permissions: names.join(","),
        masks: masks.join(","),
    })
}

/// `org:notes:read` is `read` on the feature `notes`; a feature may itself have colons.
fn grant(permission: &str) -> Option<(&str, &str)> {
    let permission = permission.strip_prefix("org:").unwrap_or(permission);
    let (feature, name) = permission.rsplit_once(':')?;
    let written = !feature.is_empty() && !name.is_empty() && !permission.contains(',');
    written.then_some((feature, name))
}

/// The feature of an item of `fea`, if the organization has it.
fn of_organization(item: &str) -> Option<&str> {
    let (scope, feature) = item.split_once(':')?;
    matches!(scope, "o" | "ou" | "uo").then_some(feature)
}

/// The number with these bits, least first. Masks may be wider than any integer type.
fn decimal(bits: impl DoubleEndedIterator<Item = bool>) -> String {
    let mut digits = vec![0_u8];
    for bit in bits.rev() {
        let mut carry = u8::from(bit);
        for digit in &mut digits {
            let doubled = *digit * 2 + carry;
            (*digit, carry) = (doubled % 10, doubled / 10);
        }
        if carry > 0 {
            digits.push(carry);
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}
