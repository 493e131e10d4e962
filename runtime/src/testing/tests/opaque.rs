//! Opaque tokens: created, verified, revoked and expired over HTTP.

use super::*;

const VERIFY: [(&str, &str); 3] = [
    ("/m2m_tokens/verify", "token"),
    ("/oauth_applications/access_tokens/verify", "access_token"),
    ("/api_keys/verify", "secret"),
];

async fn verify(issuer: &DevIssuer, class: usize, secret: &str, token: &str) -> Answered {
    let (path, name) = VERIFY[class];
    let answer = post(issuer, path, secret, json!({ name: token })).await;
    let versioned = post(issuer, &format!("/v1{path}"), secret, json!({ name: token })).await;
    assert_eq!(answer, versioned);
    answer
}

#[tokio::test]
async fn m2m_token_is_created_verified_and_revoked() {
    let issuer = issuer().await;
    let (instance, machine) = (issuer.secret_key(), issuer.machine_secret_key());
    let wanted = json!({"claims": {"region": "eu"}, "seconds_until_expiration": 90});
    let rejected = post(&issuer, "/m2m_tokens", instance, wanted.clone()).await;
    assert_eq!(code(&rejected), (401, "machine_secret_key_invalid"));

    let (status, mut created) = post(&issuer, "/v1/m2m_tokens", machine, wanted).await;
    assert_eq!(status, 201);
    let token = created.as_object_mut().unwrap().remove("token").unwrap();
    let token = token.as_str().unwrap();
    let id = created["id"].as_str().unwrap().to_owned();
    let milliseconds = NOW * 1000;
    let object = json!({
        "object": "machine_to_machine_token", "id": id, "subject": issuer.machine_id(),
        "claims": {"region": "eu"}, "scopes": [issuer.machine_id()], "revoked": false,
        "revocation_reason": null, "expired": false, "expiration": milliseconds + 90_000,
        "last_used_at": null, "created_at": milliseconds, "updated_at": milliseconds,
    });
    assert_eq!(created, object);
    assert_eq!(verify(&issuer, 0, machine, token).await, (200, object.clone()));
    assert_eq!(verify(&issuer, 0, instance, token).await, (200, object));

    let path = format!("/m2m_tokens/{id}/revoke");
    let (status, revoked) =
        post(&issuer, &path, machine, json!({"revocation_reason": "leak"})).await;
    assert_eq!(
        (status, &revoked["revoked"], &revoked["revocation_reason"]),
        (200, &json!(true), &json!("leak"))
    );
    assert_eq!(verify(&issuer, 0, machine, token).await, (200, revoked));
}

#[tokio::test]
async fn m2m_creation_rejects_what_clerk_rejects_and_reuses_on_demand() {
    let issuer = issuer().await;
    let machine = issuer.machine_secret_key();
    for (wanted, expected) in [
        (json!({"claims": {"sub": "mch_x"}}), "machine_token_reserved_claim"),
        (json!({"seconds_until_expiration": 0}), "request_body_invalid"),
        (json!({"token_format": "paper"}), "request_body_invalid"),
        (json!({"min_remaining_ttl_seconds": 3600}), "bad_request"),
    ] {
        let rejected = post(&issuer, "/m2m_tokens", machine, wanted).await;
        assert_eq!(code(&rejected), (400, expected));
    }
    let wanted = json!({"min_remaining_ttl_seconds": 60});
    let (_, first) = post(&issuer, "/m2m_tokens", machine, wanted.clone()).await;
    let (_, second) = post(&issuer, "/m2m_tokens", machine, wanted).await;
    assert_eq!(first, second);
    let (_, other) = post(&issuer, "/m2m_tokens", machine, json!({})).await;
    assert_ne!(first["token"], other["token"]);
    let (status, jwt) = post(&issuer, "/m2m_tokens", machine, json!({"token_format": "jwt"})).await;
    assert_eq!((status, &part(jwt["token"].as_str().unwrap(), 1)["jti"]), (201, &jwt["id"]));
}

#[tokio::test]
async fn m2m_token_for_other_machines_is_unknown_to_this_machine() {
    let issuer = issuer().await;
    let token = issuer.m2m("mch_a").recipients(["mch_b"]).opaque();
    let rejected = verify(&issuer, 0, issuer.machine_secret_key(), &token).await;
    assert_eq!(code(&rejected), (404, "resource_not_found"));
    assert_eq!(verify(&issuer, 0, issuer.secret_key(), &token).await.0, 200);
}

#[tokio::test]
async fn oauth_token_is_verified_in_seconds_and_revoked() {
    let issuer = issuer().await;
    let secret = issuer.secret_key();
    let token = issuer.oauth("user_a").client_id("app").scopes(["a"]).audience(["b"]).opaque();
    let (status, mut object) = verify(&issuer, 1, secret, &token).await;
    assert!(object["id"].as_str().unwrap().starts_with("oat_"));
    object.as_object_mut().unwrap().remove("id");
    let expected = json!({
        "object": "clerk_idp_oauth_access_token", "aud": ["b"],
        "client_id": "app", "subject": "user_a", "scopes": ["a"], "revoked": false,
        "revocation_reason": null, "expired": false, "expiration": NOW + 86_400,
        "created_at": NOW, "updated_at": NOW,
    });
    assert_eq!((status, object), (200, expected));

    let path = "/v1/oauth_applications/any/revoke_token";
    let jwt = post(&issuer, path, secret, json!({"token": issuer.oauth("user_a").jwt()})).await;
    assert_eq!(code(&jwt), (400, "request_body_invalid"));
    let unknown = post(&issuer, path, secret, json!({"token": "oat_unknown"})).await;
    assert_eq!(code(&unknown), (404, "resource_not_found"));
    assert_eq!(post(&issuer, path, secret, json!({"token": token})).await.0, 204);
    assert_eq!(verify(&issuer, 1, secret, &token).await.1["revoked"], true);
}

#[tokio::test]
async fn api_key_is_created_verified_and_revoked() {
    let issuer = issuer().await;
    let secret = issuer.secret_key();
    for wanted in [
        json!({"name": "ci", "subject": "org_a"}),
        json!({"name": "nightly", "subject": "ins_a"}),
        json!({"name": "nightly", "subject": "org_a", "description": "x".repeat(256)}),
        json!({"subject": "org_a"}),
    ] {
        let rejected = post(&issuer, "/api_keys", secret, wanted).await;
        assert_eq!(code(&rejected), (400, "request_body_invalid"));
    }
    let wanted = json!({
        "name": "nightly", "subject": "org_a", "scopes": ["export:run"], "created_by": "user_a",
    });
    let (status, mut created) = post(&issuer, "/api_keys", secret, wanted).await;
    let key = created.as_object_mut().unwrap().remove("secret").unwrap();
    let key = key.as_str().unwrap();
    let object = json!({
        "object": "api_key", "id": created["id"], "type": "api_key", "subject": "org_a",
        "name": "nightly", "description": null, "claims": null, "scopes": ["export:run"],
        "revoked": false, "revocation_reason": null, "expired": false, "expiration": null,
        "created_by": "user_a", "last_used_at": null, "created_at": NOW * 1000,
        "updated_at": NOW * 1000,
    });
    assert_eq!((status, &created), (200, &object));
    assert_eq!(verify(&issuer, 2, secret, key).await, (200, object));

    let path = format!("/api_keys/{}/revoke", created["id"].as_str().unwrap());
    assert_eq!(post(&issuer, &path, secret, json!({})).await.1["revoked"], true);
    assert_eq!(verify(&issuer, 2, secret, key).await.1["revoked"], true);
}

#[tokio::test]
async fn opaque_tokens_end_by_the_clock_and_by_revocation() {
    let clock = TestClock::at(NOW.unsigned_abs());
    let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
    let secret = issuer.secret_key();
    let tokens = [
        issuer.m2m("mch_a").opaque(),
        issuer.oauth("user_a").lives(Duration::from_secs(3600)).opaque(),
        issuer.api_key("user_a").lives(Duration::from_secs(3600)).opaque(),
    ];
    let old = issuer.api_key("user_a").expired().opaque();
    assert_eq!(verify(&issuer, 2, secret, &old).await.1["expired"], true);
    for (class, token) in tokens.iter().enumerate() {
        assert_eq!(verify(&issuer, class, secret, token).await.1["expired"], false);
    }
    clock.advance(Duration::from_secs(3600));
    for (class, token) in tokens.iter().enumerate() {
        assert_eq!(verify(&issuer, class, secret, token).await.1["expired"], true);
        assert!(issuer.revoke(token));
        assert_eq!(verify(&issuer, class, secret, token).await.1["revoked"], true);
    }
    assert!(!issuer.revoke("mt_unknown"));
    assert_eq!(
        issuer.calls(),
        Calls { m2m_verify: 6, oauth_verify: 6, api_key_verify: 8, ..Calls::default() }
    );
}

#[tokio::test]
async fn verification_rejects_other_keys_other_classes_and_odd_bodies() {
    let issuer = issuer().await;
    let key = issuer.api_key("user_a").opaque();
    for (class, (path, _)) in VERIFY.iter().enumerate() {
        let rejected = verify(&issuer, class, "sk_test_other", &key).await;
        assert_eq!(code(&rejected), (401, "clerk_key_invalid"));
        let odd = post(&issuer, path, issuer.secret_key(), json!({"other": key})).await;
        assert_eq!(code(&odd), (400, "request_body_invalid"));
        let url = format!("{}{path}", issuer.url());
        let plain = CLIENT.post(url).bearer_auth(issuer.secret_key()).body("{}");
        assert_eq!(code(&answered(plain).await), (415, "unsupported_content_type"));
    }
    let rejected = verify(&issuer, 2, issuer.machine_secret_key(), &key).await;
    assert_eq!(code(&rejected), (401, "clerk_key_invalid"));
    let unknown = verify(&issuer, 1, issuer.secret_key(), &key).await;
    assert_eq!(code(&unknown), (404, "resource_not_found"));
}
