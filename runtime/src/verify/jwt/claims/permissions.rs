//! The compact permission claims of a v2 session token in, the permissions they stand for out.

/// Decodes `fea`, `o.per` and `o.fpm`: one bit mask per organization feature, whose bits select
/// from the list of permissions. Returns `None` if a feature has no scope.
///
/// ```text
/// fea = "o:dashboard,o:teams"   per = "manage,read"   fpm = "3,2"
/// → org:dashboard:manage, org:dashboard:read, org:teams:read
/// ```
pub(crate) fn decode(features: &str, permissions: &str, masks: &str) -> Option<Vec<Box<str>>> {
    let features = organization_features(features)?;
    if permissions.is_empty() || masks.is_empty() {
        return Some(Vec::new());
    }
    let permissions: Vec<&str> = permissions.split(',').map(str::trim).collect();
    let mut decoded = Vec::new();
    for (feature, mask) in features.iter().zip(masks.split(',')) {
        // A mask that is no number grants nothing for its feature.
        let Some(bits) = low_bits(mask.trim(), permissions.len()) else { continue };
        for (permission, _) in permissions.iter().zip(bits).filter(|(_, set)| *set) {
            decoded.push(format!("org:{feature}:{permission}").into_boxed_str());
        }
    }
    Some(decoded)
}

/// Whether a feature of the user alone stands before one of the organization. Clerk's SDKs do
/// not agree which mask then belongs to which feature.
pub(crate) fn position_is_ambiguous(features: &str) -> bool {
    let mut scopes =
        features.split(',').filter_map(|item| item.trim().split_once(':')).map(|(scope, _)| scope);
    scopes.any(|scope| scope == "u") && scopes.any(|scope| matches!(scope, "o" | "ou" | "uo"))
}

/// The features of the organization, in order: scope `o`, `ou` or `uo` before the first colon.
fn organization_features(features: &str) -> Option<Vec<&str>> {
    let mut of_organization = Vec::new();
    if features.is_empty() {
        return Some(of_organization);
    }
    for item in features.split(',').map(str::trim) {
        let (scope, feature) = item.split_once(':')?;
        if matches!(scope, "o" | "ou" | "uo") {
            of_organization.push(feature);
        }
    }
    Some(of_organization)
}

/// The lowest `count` bits of a decimal number of any length, the least significant first.
fn low_bits(decimal: &str, count: usize) -> Option<Vec<bool>> {
    if decimal.is_empty() {
        return None;
    }
    let mut limbs = vec![0_u64; count.div_ceil(32)];
    for digit in decimal.chars() {
        let mut carry = u64::from(digit.to_digit(10)?);
        for limb in &mut limbs {
            let value = *limb * 10 + carry;
            // The low half stays, the high half is carried; bits beyond `count` fall off.
            *limb = value & u64::from(u32::MAX);
            carry = value >> 32;
        }
    }
    let bits = limbs.iter().flat_map(|limb| (0..32).map(move |bit| limb >> bit & 1 == 1));
    Some(bits.take(count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(features: &str, permissions: &str, masks: &str) -> Vec<String> {
        let decoded = decode(features, permissions, masks).unwrap();
        decoded.into_iter().map(String::from).collect()
    }

    #[test]
    fn each_mask_selects_the_permissions_of_its_feature() {
        let table: &[(&str, &str, &str, &[&str])] = &[
            (
                "o:dashboard,o:teams",
                "manage,read",
                "3,2",
                &["org:dashboard:manage", "org:dashboard:read", "org:teams:read"],
            ),
            (
                "o:reports,u:beta,o:billing,ou:audit",
                "read,write,delete",
                "5,2,7",
                &[
                    "org:reports:read",
                    "org:reports:delete",
                    "org:billing:write",
                    "org:audit:read",
                    "org:audit:write",
                    "org:audit:delete",
                ],
            ),
            ("o:a", "read", "255", &["org:a:read"]),
            ("o:a", "read", "1,1", &["org:a:read"]),
            ("o:a", "read", " 1 ", &["org:a:read"]),
            ("o:a", "read", "0x1", &[]),
            ("o:a", "read", "-1", &[]),
            ("o:a", "read", "1.0", &[]),
            ("o:a", "read", "", &[]),
            ("o:a", "", "1", &[]),
            ("o:a:b", "read", "1", &["org:a:b:read"]),
            ("u:a", "read", "1", &[]),
            ("o:a,o:b", "read", "x,1", &["org:b:read"]),
            ("", "read", "1", &[]),
        ];
        for (features, permissions, masks, expected) in table {
            let name = format!("{features} {permissions} {masks}");
            assert_eq!(decoded(features, permissions, masks), *expected, "{name}");
        }
    }

    #[test]
    fn feature_without_a_scope_voids_the_claim() {
        for features in ["a", "o:a,b", "o:a,", ",o:a", ",", " ", "o:a, ,o:b"] {
            for (permissions, masks) in [("read", "1"), ("", "")] {
                assert_eq!(decode(features, permissions, masks), None, "{features}");
            }
        }
    }

    #[test]
    fn only_a_user_feature_before_an_organization_feature_is_ambiguous() {
        assert!(position_is_ambiguous("o:a,u:b,o:c"));
        assert!(!position_is_ambiguous("o:a,u:b"));
        assert!(!position_is_ambiguous("o:a,ou:b,o:c"));
    }

    #[test]
    fn a_mask_may_be_wider_than_any_machine_integer() {
        let permissions: Vec<String> = (0..70).map(|n| format!("p{n}")).collect();
        let two_to_the_69_plus_1 = "590295810358705651713";
        let found = decoded("o:a", &permissions.join(","), two_to_the_69_plus_1);
        assert_eq!(found, ["org:a:p0", "org:a:p69"]);
    }
}
