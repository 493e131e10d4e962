//! The page about faults promises nothing that no test holds.

/// All tests that a promise can rest on.
const TESTS: [&str; 26] = [
    include_str!("cancel.rs"),
    include_str!("clocks.rs"),
    include_str!("failures.rs"),
    include_str!("fallback.rs"),
    include_str!("faults.rs"),
    include_str!("loads.rs"),
    include_str!("opaque.rs"),
    include_str!("rate_limit.rs"),
    include_str!("reused.rs"),
    include_str!("rotation.rs"),
    include_str!("stale.rs"),
    include_str!("storms.rs"),
    include_str!("waiters.rs"),
    include_str!("../fleet/attacks.rs"),
    include_str!("../fleet/faults.rs"),
    include_str!("../fleet/sharing.rs"),
    include_str!("../pages/development.rs"),
    include_str!("../pages/flow.rs"),
    include_str!("../pages/foreign_return.rs"),
    include_str!("../pages/handshake_tokens.rs"),
    include_str!("../pages/loops.rs"),
    include_str!("../pages/outages.rs"),
    include_str!("../pages/refresh.rs"),
    include_str!("../tokens/keys/set.rs"),
    include_str!("../tokens/opaque.rs"),
    include_str!("../tokens/opaque/statuses.rs"),
];

/// How each row of the page begins, and the tests that fail if it is not true.
const ROWS: [(&str, &[&str]); 59] = [
    (
        "Clerk is down at start",
        &[
            "key_set_out_of_reach_at_start_is_503_until_it_is_back",
            "clerk_away_at_start_is_503_and_recovers_after_a_second",
            "many_requests_ask_once_in_a_second_while_clerk_is_away",
        ],
    ),
    (
        "Clerk is down later",
        &[
            "key_set_out_of_reach_later_stops_good_tokens_after_an_hour_and_bad_ones_always",
            "good_tokens_of_known_keys_enter_for_an_hour_while_clerk_is_away",
            "unknown_key_is_503_while_clerk_is_away",
            "the_time_of_stale_keys_can_be_set_and_switched_off",
        ],
    ),
    (
        "Clerk hangs or trickles",
        &[
            "hanging_clerk_is_503_within_the_deadline",
            "nobody_waits_for_a_load_ahead_of_expiry",
            "outage_that_is_over_does_not_keep_a_withdrawn_key_alive",
        ],
    ),
    ("Clerk's name has no address", &["name_without_an_address_is_503"]),
    (
        "Clerk is intermittently unavailable |",
        &["clerk_that_comes_and_goes_stops_no_good_token_and_lets_in_no_bad_one"],
    ),
    (
        "Clerk answers 429",
        &[
            "busy_clerk_is_503_and_left_alone_as_long_as_it_asks",
            "storm_of_429_is_answered_by_silence",
        ],
    ),
    (
        "Clerk answers with a key set without usable keys",
        &["keys_that_clerk_no_longer_shows_are_dropped_at_once"],
    ),
    ("Clerk rejects the request for the keys", &["rejected_request_for_keys_is_500"]),
    (
        "Clerk rejects the secret key |",
        &["rejected_secret_key_is_500", "keys_do_not_outlive_a_rejected_secret_key"],
    ),
    ("one key of the set cannot be used", &["unusable_members_do_not_spoil_the_good_one"]),
    (
        "a new key is published beside the old one",
        &[
            "new_key_is_found_at_once_where_no_stranger_came_before",
            "new_key_is_found_within_two_seconds_in_a_flood_of_strangers",
            "rotation_while_requests_are_under_way_turns_nobody_away",
            "token_of_a_key_shown_during_a_load_is_accepted_after_one_more",
        ],
    ),
    (
        "a key is replaced under its `kid`",
        &[
            "token_of_a_key_replaced_during_a_load_is_accepted_after_one_more",
            "key_replaced_under_the_same_id_is_accepted_at_once",
            "replaced_key_is_found_within_six_seconds_in_a_flood",
            "replaced_key_is_loaded_once_for_all_who_wait",
            "cached_token_counts_while_its_own_key_of_an_id_is_shown",
            "each_key_of_an_id_is_tried_but_four_at_most",
        ],
    ),
    (
        "a new key signs before Clerk publishes it",
        &["rotation_with_a_gap_and_back_is_followed_step_by_step"],
    ),
    (
        "a key is withdrawn",
        &[
            "withdrawn_key_is_rejected_once_the_set_is_fetched_again",
            "withdrawn_key_is_rejected_once_the_set_has_expired",
            "outage_that_is_over_does_not_keep_a_withdrawn_key_alive",
        ],
    ),
    ("Clerk returns to the old key", &["rotation_with_a_gap_and_back_is_followed_step_by_step"]),
    (
        "a flood of unknown `kid`s",
        &[
            "ten_thousand_strangers_cause_three_loads_and_one_more_in_two_seconds",
            "ten_thousand_strangers_at_once_cause_three_loads_at_most",
        ],
    ),
    (
        "a flood of forged signatures",
        &[
            "ten_thousand_forgeries_cause_one_load_and_one_in_six_seconds",
            "ten_thousand_forgeries_at_once_cause_one_load",
            "forgeries_and_unknown_ids_do_not_use_up_each_others_loads",
            "forgery_in_an_outage_is_401_and_good_tokens_are_accepted",
        ],
    ),
    (
        "ten thousand requests when the set has just expired",
        &[
            "ten_thousand_requests_at_the_moment_the_set_expires_load_it_once",
            "ten_thousand_requests_on_many_threads_load_an_expired_set_once",
        ],
    ),
    (
        "the Backend API is down, the public key set is not",
        &[
            "public_keys_stand_in_for_the_backend_where_that_is_configured",
            "public_keys_stand_in_in_time_where_the_backend_hangs",
        ],
    ),
    (
        "no key set is available",
        &[
            "pem_key_stands_in_while_no_set_is_known",
            "pem_key_that_clerk_has_withdrawn_lets_nobody_in",
            "pem_key_is_not_asked_where_clerk_answers",
        ],
    ),
    (
        "this machine's clock steps |",
        &[
            "jwts_are_judged_by_the_new_time_whether_they_were_seen_before_or_not",
            "keys_grow_no_older_and_no_younger",
        ],
    ),
    (
        "Clerk is down, hangs, trickles, answers 5xx or no JSON",
        &[
            "opaque_tokens_are_503_while_clerk_is_away_and_good_when_it_is_back",
            "outage_is_not_cached_as_a_rejection",
            "name_without_an_address_is_503",
        ],
    ),
    (
        "Clerk is intermittently unavailable, for opaque tokens",
        &["opaque_tokens_follow_clerk_that_comes_and_goes"],
    ),
    (
        "Clerk is down, and approvals are cached",
        &["cached_approvals_serve_while_clerk_is_unreachable"],
    ),
    (
        "another server answers instead of Clerk",
        &[
            "error_that_is_not_clerks_is_503",
            "clerk_away_at_start_is_503_and_recovers_after_a_second",
        ],
    ),
    (
        "Clerk rejects the secret key, the settings or the request",
        &["code_of_an_error_tells_whose_fault_it_is", "outage_is_not_cached_as_a_rejection"],
    ),
    (
        "a reused connection is closed",
        &[
            "call_on_a_closed_connection_is_repeated_once",
            "call_on_a_new_connection_is_not_repeated",
            "repeated_call_counts_against_the_rate_limit",
        ],
    ),
    (
        "Clerk answers 429 to a verification",
        &["a_429_is_obeyed_by_all_callers_of_that_endpoint", "storm_of_429_is_answered_by_silence"],
    ),
    (
        "more tokens than the limit allows calls",
        &[
            "calls_beyond_the_limit_are_503_with_the_time_to_wait",
            "each_type_has_a_limit_of_its_own",
            "default_limits_are_those_of_the_page",
            "steady_demand_is_served_for_a_minute",
            "flood_of_junk_in_an_outage_is_no_flood_for_clerk",
        ],
    ),
    (
        "the same invalid token repeatedly",
        &[
            "rejections_are_cached_for_ten_seconds",
            "ten_thousand_requests_on_many_threads_with_one_junk_token_ask_once",
        ],
    ),
    ("one valid token repeatedly", &["one_token_cannot_use_up_the_rate_limit"]),
    (
        "a flood of different invalid tokens",
        &[
            "approved_tokens_keep_their_part_in_a_flood_of_invalid_ones",
            "new_tokens_share_their_part_with_invalid_ones",
            "revoked_token_loses_its_part",
        ],
    ),
    (
        "ten thousand requests with one token",
        &["ten_thousand_requests_at_once_with_one_token_ask_once"],
    ),
    (
        "a token is revoked",
        &[
            "approval_is_reused_for_one_second_by_default",
            "revoked_token_is_rejected_from_the_next_request_on",
            "configured_type_is_cached_until_its_ttl_or_expiry",
        ],
    ),
    (
        "this machine's clock steps, for opaque tokens",
        &[
            "verdicts_about_opaque_tokens_last_as_long_as_before",
            "stepped_clock_decides_anew_about_opaque_tokens",
        ],
    ),
    (
        "the Backend API is unreachable, rejects a refresh",
        &[
            "broken_backend_api_costs_a_page_one_call_and_a_handshake",
            "refresh_that_cannot_be_made_becomes_a_handshake_or_401",
            "answer_with_another_session_is_not_set",
            "rejection_is_cached_for_ten_seconds",
            "refresh_on_a_closed_connection_is_not_repeated",
        ],
    ),
    (
        "the Backend API is slow to refresh a session",
        &["backend_api_that_hangs_costs_a_page_one_attempt"],
    ),
    (
        "the Backend API answers 429 to a refresh",
        &["limit_of_clerk_is_obeyed_and_pages_take_the_handshake"],
    ),
    (
        "the Backend API fails to resolve a handshake",
        &[
            "handshake_without_an_answer_starts_again_and_ends",
            "broken_backend_api_costs_a_page_one_call_and_a_handshake",
            "answer_to_a_nonce_is_not_believed_as_it_is",
        ],
    ),
    (
        "the Backend API answers 429 about a handshake",
        &["rate_limit_of_handshakes_is_obeyed_and_leaves_refreshes"],
    ),
    (
        "the Frontend API is unreachable",
        &[
            "good_session_opens_pages_without_a_call",
            "expired_session_is_refreshed_before_the_handler",
        ],
    ),
    ("the Frontend API is slow", &["handshake_that_comes_back_late_is_dropped"]),
    (
        "the Frontend API sends the browser back",
        &[
            "handshake_that_brings_nothing_or_nonsense_ends",
            "session_that_is_not_stored_ends_in_401",
        ],
    ),
    (
        "no key set is known, for pages",
        &["session_that_cannot_be_checked_is_503_without_a_redirect"],
    ),
    (
        "a flood of refreshes or handshakes",
        &["flood_of_nonces_or_of_expired_sessions_is_bounded", "flood_of_one_session_is_bounded"],
    ),
    (
        "a caller disconnects",
        &[
            "caller_who_goes_away_at_any_moment_harms_nobody",
            "set_that_grew_old_is_loaded_though_its_first_caller_goes_away",
            "nothing_is_left_of_callers_who_went_away",
            "caller_who_goes_away_cancels_the_load_for_nobody",
        ],
    ),
    (
        "the runtime shuts down during a fetch or a call",
        &[
            "runtime_that_ends_at_any_moment_leaves_the_next_one_a_clean_start",
            "work_of_a_runtime_that_ends_is_503_for_who_waits_and_good_at_the_next_request",
        ],
    ),
    (
        "a runtime is blocked during a fetch or a call",
        &["work_that_stands_still_is_given_up_after_twice_the_deadline"],
    ),
    ("Redis is down, hangs or is slow", &["fault_in_mid_load_causes_no_wrong_and_no_late_answer"]),
    ("Redis is flushed", &["fault_in_mid_load_causes_no_wrong_and_no_late_answer"]),
    (
        "Redis is full or read-only, or fails over",
        &["fault_in_mid_load_causes_no_wrong_and_no_late_answer"],
    ),
    (
        "Redis replies with values of another type",
        &["fault_in_mid_load_causes_no_wrong_and_no_late_answer", "forged_entries_admit_nobody"],
    ),
    ("the address or the password of Redis is wrong", &["server_that_never_works_delays_nobody"]),
    ("Redis and Clerk are down", &["without_the_server_and_clerk_each_replica_does_as_alone"]),
    (
        "Clerk is down when a replica starts, and Redis is not",
        &["replica_that_starts_in_an_outage_verifies_jwts"],
    ),
    (
        "a replica ends while it verifies a token",
        &["replica_that_ends_in_a_call_delays_others_by_its_lease"],
    ),
    (
        "more tokens on all replicas than the limit allows calls",
        &["demand_of_three_times_the_limit_never_exceeds_it"],
    ),
    (
        "a message of [`Clerk::forget`](crate::Clerk::forget) is lost",
        &["lost_message_leaves_an_approval_until_its_end"],
    ),
    (
        "an attacker writes to Redis",
        &[
            "forged_entries_admit_nobody",
            "replayed_approval_admits_nobody_after_its_end",
            "limiter_that_says_no_leaves_each_replica_its_share",
            "limiter_that_says_yes_leaves_each_replica_the_limit",
            "leases_of_an_attacker_delay_for_a_second_at_most",
            "flood_of_forged_messages_makes_nobody_forget",
        ],
    ),
];

#[test]
fn each_row_of_the_page_is_held_by_tests_that_exist() {
    let page = include_str!("../../runtime/docs/reliability.md");
    let (faults, _) = page.split_once("# Memory").unwrap();
    let rows = faults.lines().filter_map(|line| line.strip_prefix("| "));
    let rows: Vec<_> = rows.filter(|row| !row.starts_with("fault |")).collect();
    for (row, (start, tests)) in rows.iter().zip(&ROWS) {
        assert!(row.starts_with(start), "the page says `{row}`, the tests say `{start}`");
        for test in *tests {
            let written = format!("async fn {test}(");
            assert!(TESTS.iter().any(|file| file.contains(&written)), "{test} is no test");
        }
    }
    assert_eq!(rows.len(), ROWS.len());
}
