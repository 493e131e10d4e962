//! What the attribute writes, in `expansions/`. Refresh with `UPDATE_EXPECT=1` and read the difference.

use expect_test::{ExpectFile, expect_file};
use quote::quote;

use super::{expand, pretty, tokens};
use crate::{
    condition::Condition,
    expand_policy,
    token_type::{TokenType, accepts_argument},
};

fn check(args: &str, item: &str, expected: &ExpectFile) {
    expected.assert_eq(&pretty(expand(args, item)));
}

/// The constant as a user would write it.
fn check_policy(args: &str, expected: &ExpectFile) {
    let value = expand_policy(tokens(args));
    expected.assert_eq(&pretty(quote!(const READ: Policy = #value;)));
}

#[test]
fn without_arguments_a_session_token_enters() {
    check(
        "",
        "async fn profile() -> Json<Profile> { load().await }",
        &expect_file!["expansions/default.rs"],
    );
}

#[test]
fn one_type_and_one_scope_are_one_clause_and_one_requirement() {
    check(
        r#"accepts = "oauth_token", scopes = "read:notes""#,
        "pub(crate) async fn list_notes(State(notes): State<Notes>, subject: Subject, mut scopes: clerk_auth::Scopes) -> Json<Vec<Note>> {
            scopes.len();
            Json(notes.of(&subject))
        }",
        &expect_file!["expansions/one_scope.rs"],
    );
}

#[test]
fn every_scope_is_required_of_every_listed_type() {
    check(
        r#"accepts = ["api_key", "oauth_token"], scopes = "read:notes write:notes""#,
        "async fn add(token_type: TokenType, Json(note): Json<Note>) {}",
        &expect_file!["expansions/two_scopes.rs"],
    );
}

#[test]
fn a_list_of_scopes_asks_for_each() {
    check(
        r#"accepts = "oauth_token", scopes = ["read:notes", scope::WRITE_NOTES]"#,
        "async fn edit() {}",
        &expect_file!["expansions/scope_list.rs"],
    );
}

#[test]
fn a_path_to_a_scope_stands_as_it_is() {
    check(
        r#"accepts = "api_key", scopes = scope::READ_NOTES"#,
        "async fn export(org_id: Option<OrgId>) {}",
        &expect_file!["expansions/scope_path.rs"],
    );
}

#[test]
fn types_that_cannot_enter_are_never() {
    check(
        r#"accepts = ["session_token", "api_key"]"#,
        "async fn f() {}",
        &expect_file!["expansions/two_types.rs"],
    );
}

#[test]
fn words_are_requirements_and_a_method() {
    check(
        r#"
        session_token(allow_pending, plan = "o:pro", organization),
        oauth_token(organization, not_impersonated, format = "jwt"),
        m2m_token(format = "jwt"),
        optional
        "#,
        "async fn list_notes(org_id: Option<OrgId>) {}",
        &expect_file!["expansions/words.rs"],
    );
}

#[test]
fn any_accepts_all_four_and_scopes_are_optional() {
    check(
        r#"accepts = "any""#,
        "async fn f(scopes: Option<Scopes>) {}",
        &expect_file!["expansions/any.rs"],
    );
}

#[test]
fn the_rest_of_the_handler_stays_as_written() {
    check(
        r#"accepts = "oauth_token""#,
        r#"
        /// Lists.
        #[cfg(feature = "notes")]
        #[cfg_attr(debug_assertions, axum::debug_handler(state = S))]
        #[cfg_attr(unix, cfg(feature = "a"), inline, cfg_attr(test, cfg(feature = "b"), cold))]
        #[tracing::instrument(skip_all)]
        pub async fn r#in<'a, S, const N: usize>(
            #[cfg(feature = "subject")] subject: Subject,
            #[cfg(not(feature = "subject"))] subject: Subject,
            Path(scopes): Path<[String; N]>,
            mut page: Page,
            State(state): State<S>,
        ) -> Result<impl IntoResponse + use<S, N>, Error<'a>>
        where
            S: Store + 'a,
        {
            #![allow(unused_mut)]
            //! Inner.
            page.of(subject)?;
        }
        "#,
        &expect_file!["expansions/as_written.rs"],
    );
}

#[test]
fn a_tree_of_scopes_is_a_tree_of_requirements() {
    check(
        r#"accepts = "oauth_token", scopes = any("admin", all("read:notes", "write:notes"))"#,
        "async fn edit() {}",
        &expect_file!["expansions/tree.rs"],
    );
}

#[test]
fn paths_to_scopes_stay_as_written() {
    check(
        r#"accepts = "api_key", scopes = any(scope::ADMIN, crate::scope::READ_NOTES, "write:notes")"#,
        "async fn edit() {}",
        &expect_file!["expansions/paths.rs"],
    );
}

#[test]
fn nothing_is_imported_where_it_would_capture_a_path() {
    check(
        r#"accepts = "oauth_token", scopes = Policy::READ_NOTES"#,
        "async fn list() {}",
        &expect_file!["expansions/captured_path.rs"],
    );
}

#[test]
fn each_clause_has_its_own_requirement() {
    check(
        r#"
        session_token(permission = "org:notes:read", role = any("org:admin", "org:editor")),
        oauth_token(scopes = "read:notes", audience = "https://notes.example", client = ["kPz8"]),
        m2m_token(from = ["mch_a", "mch_b"]),
        api_key
        "#,
        "async fn list_notes(subject: Subject, user_id: Option<UserId>) {}",
        &expect_file!["expansions/clauses.rs"],
    );
}

#[test]
fn conditions_of_one_type_stand_beside_accepts() {
    check(
        r#"plan = "org:pro", feature = "reports", reverification = "strict_mfa""#,
        "async fn report(org_id: Option<OrgId>, session_id: SessionId) {}",
        &expect_file!["expansions/session.rs"],
    );
}

#[test]
fn a_factor_and_its_minutes_are_a_constant() {
    check(
        "session_token(reverification = second_factor(minutes = 5)), m2m_token",
        "async fn delete(identity: Identity<SessionToken, Never, M2mToken, Never>) {}",
        &expect_file!["expansions/factor.rs"],
    );
}

#[test]
fn with_optional_every_value_is_an_option() {
    check(
        r#"accepts = "oauth_token", scopes = "read:notes", optional"#,
        "async fn list(subject: Option<Subject>, client_id: Option<ClientId>, guard: Guard) {}",
        &expect_file!["expansions/optional.rs"],
    );
}

#[test]
fn a_crate_path_stands_everywhere() {
    check(
        r#"crate = my_crate::auth, accepts = ["oauth_token", "api_key"], scopes = "read:notes""#,
        "async fn list(scopes: Scopes) {}",
        &expect_file!["expansions/crate_path.rs"],
    );
}

#[test]
fn a_crate_path_stands_everywhere_after_a_mistake() {
    check(
        r#"crate = my_crate::auth, scope = "a""#,
        "async fn list() {}",
        &expect_file!["expansions/crate_path_mistake.rs"],
    );
}

#[test]
fn a_policy_type_can_have_its_own_name() {
    check(
        "policy_name = ListNotes",
        "pub async fn list_notes(user_id: UserId) -> Reply { reply(user_id) }",
        &expect_file!["expansions/policy_name.rs"],
    );
}

#[test]
fn claims_of_the_users_own_type_are_taken_out_last() {
    check(
        "",
        "async fn profile(mut claims: my::Profile, subject: Subject) {}",
        &expect_file!["expansions/decoded_claims.rs"],
    );
}

#[test]
fn claims_of_the_users_own_type_can_be_absent() {
    check(
        r#"accepts = "m2m_token""#,
        "async fn profile(claims: Option<Profile>, machine_id: MachineId) {}",
        &expect_file!["expansions/absent_claims.rs"],
    );
}

#[test]
fn claims_of_the_users_own_type_leave_the_guard_to_its_parameter() {
    check(
        r#"role = "org:admin""#,
        "pub async fn profile(guard: Guard, claims: my::Claims, org_id: OrgId) {}",
        &expect_file!["expansions/claims_and_guard.rs"],
    );
}

#[test]
fn an_injected_guard_is_the_guard_itself() {
    check(
        r#"accepts = "api_key""#,
        "async fn close(State(s): State<S>, guard: clerk_auth::Guard, identity: ApiKey) {
            s.close_at(guard.expires_at(), identity);
        }",
        &expect_file!["expansions/guard.rs"],
    );
}

#[test]
fn a_policy_outside_of_a_handler_is_an_expression() {
    let args = r#"accepts = "oauth_token", scopes = "read:notes", optional"#;
    check_policy(args, &expect_file!["expansions/policy.rs"]);
}

#[test]
fn a_policy_without_arguments_is_that_of_the_attribute() {
    check_policy("", &expect_file!["expansions/policy_default.rs"]);
}

#[test]
fn an_expression_imports_nothing_where_it_would_capture_a_path() {
    let args = r#"accepts = "oauth_token", scopes = any(Clause::READ, POLICY, "b")"#;
    check_policy(args, &expect_file!["expansions/policy_captured_path.rs"]);
}

#[test]
fn policy_of_many_scopes_compares_only_its_constants() {
    let scopes: Vec<String> = (0..17).map(|number| format!("\"s{number}\"")).collect();
    let args = format!("accepts = \"api_key\", scopes = [{}, scope::A]", scopes.join(", "));
    check_policy(&args, &expect_file!["expansions/policy_many_scopes.rs"]);
}

#[test]
fn narrowed_policy_of_many_scopes_compares_only_its_constants() {
    let scopes: Vec<String> = (0..17).map(|number| format!("\"s{number}\"")).collect();
    let clause = format!("api_key(scopes = [{}, scope::A])", scopes.join(", "));
    check_policy(
        &format!("policy = ReadNotes, {clause}"),
        &expect_file!["expansions/policy_narrowed_many_scopes.rs"],
    );
}

#[test]
fn after_a_mistake_the_policy_rejects_everyone() {
    check_policy(r#"accept = "oauth_token""#, &expect_file!["expansions/policy_mistake.rs"]);
}

#[test]
fn a_body_is_not_parsed() {
    let output = expand("", "async fn f(subject: Subject) { half typed ! code }").to_string();
    assert!(
        output.ends_with("guard . subject () . clone () ; { half typed ! code } }"),
        "{output}"
    );
}

#[test]
fn after_a_mistake_the_handler_rejects_everyone() {
    check(
        r#"accepts = "oauth_token", scope = "read:notes""#,
        "#[cfg(unix)] pub async fn f(State(s): State<S>, scopes: Scopes) -> Reply { body(s, scopes) }",
        &expect_file!["expansions/mistake.rs"],
    );
}

#[test]
fn handler_with_a_mistaken_signature_rejects_everyone() {
    check(
        "",
        r#"#[clerk_auth(accepts = "any")] const unsafe extern "C" fn f(s: State<S>, ...) {}"#,
        &expect_file!["expansions/wrong_signature.rs"],
    );
}

#[test]
fn extractors_without_room_are_never_read() {
    let extractors: Vec<String> = (0..17).map(|index| format!("e{index}: E")).collect();
    let item = format!("async fn f({}) {{}}", extractors.join(", "));
    check("", &item, &expect_file!["expansions/overflow.rs"]);
}

#[test]
fn beside_a_half_typed_parameter_the_others_are_known() {
    check(
        r#"accepts = "oauth_token""#,
        "async fn list(subject: Subject, State(notes): State<Map<K, V>>, sco) { body(subject) }",
        &expect_file!["expansions/half_typed.rs"],
    );
}

#[test]
fn what_is_no_function_stays_as_it_is() {
    check("", "pub struct Notes { list: Vec<Note> }", &expect_file!["expansions/no_function.rs"]);
}

#[test]
fn a_server_function_of_leptos_has_a_layer_and_a_first_statement() {
    check(
        r#"accepts = "oauth_token", scopes = "write:notes""#,
        r#"
        /// Adds.
        #[server(endpoint = "add_note")]
        #[middleware(Trace)]
        pub async fn add_note(
            #[server(default)] text: String,
            subject: Subject,
            guard: Guard,
        ) -> Result<Note, ServerFnError> {
            use_notes().add(subject, text, guard)
        }
        "#,
        &expect_file!["expansions/leptos.rs"],
    );
}

#[test]
fn a_server_function_of_dioxus_has_a_layer_and_a_first_statement() {
    check(
        "",
        r#"
        #[cfg(feature = "profile")]
        #[get("/api/profile/{id}", headers: HeaderMap)]
        async fn profile(id: String) -> Result<Profile> { load(id, headers).await }
        "#,
        &expect_file!["expansions/dioxus.rs"],
    );
}

#[test]
fn the_path_of_server_says_whose_it_is() {
    let layer = |attribute: &str| {
        let output =
            expand("", &format!("{attribute} async fn f() -> Result<()> {{}}")).to_string();
        ["leptos_layer", "dioxus_layer"].into_iter().find(|name| output.contains(name))
    };
    for leptos in ["#[server]", "#[leptos::server]", "#[leptos::prelude::server(endpoint = \"f\")]"]
    {
        assert_eq!(layer(leptos), Some("leptos_layer"), "{leptos}");
    }
    for dioxus in
        ["#[dioxus::prelude::server]", "#[dioxus_fullstack::get(\"/\")]", "#[post(\"/\")]"]
    {
        assert_eq!(layer(dioxus), Some("dioxus_layer"), "{dioxus}");
    }
    for other in ["", "#[rocket::get(\"/\")]", "#[cfg(get)]", "#[server::path]"] {
        assert_eq!(layer(other), None, "{other}");
    }
}

#[test]
fn after_a_mistake_a_server_function_rejects_everyone() {
    check(
        r#"accepts = "oauth""#,
        "#[server] async fn f(text: String, subject: Subject) -> Result<(), ServerFnError> { Ok(()) }",
        &expect_file!["expansions/server_mistake.rs"],
    );
}

#[test]
fn the_parameters_of_a_server_function_are_not_counted() {
    let arguments: Vec<String> = (0..17).map(|index| format!("a{index}: A")).collect();
    let output = expand("", &format!("#[server] async fn f({}) {{}}", arguments.join(", ")));
    assert!(!output.to_string().contains("compile_error"), "{output}");
}

#[test]
fn a_unit_struct_is_a_shared_policy() {
    check(
        r#"oauth_token(scopes = "read:notes"), session_token(permission = "org:notes:read")"#,
        "
        /// Reads notes.
        #[cfg(unix)]
        #[derive(Debug)]
        pub struct ReadNotes;
        ",
        &expect_file!["expansions/shared_policy.rs"],
    );
}

#[test]
fn a_shared_policy_needs_no_items() {
    check(
        "policy = policies::ReadNotes",
        "pub async fn list(Path(id): Path<u8>, subject: Subject, scopes: Option<Scopes>, identity: I) -> Self {}",
        &expect_file!["expansions/shared.rs"],
    );
}

#[test]
fn a_clause_narrows_a_shared_policy() {
    check(
        r#"policy = ReadNotes, oauth_token(scopes = "write:notes")"#,
        "async fn edit(scopes: Scopes) {}",
        &expect_file!["expansions/narrowed.rs"],
    );
}

#[test]
fn accepts_keeps_types_of_a_shared_policy() {
    check(
        r#"policy = ReadNotes, accepts = ["oauth_token", "session_token"], session_token(role = "org:admin"), optional"#,
        "async fn edit(subject: Option<Subject>) {}",
        &expect_file!["expansions/narrowed_types.rs"],
    );
}

#[test]
fn pending_sessions_of_a_shared_policy_are_allowed_again() {
    check(
        "policy = Onboarding, session_token(allow_pending, not_impersonated)",
        "async fn join(subject: Subject) {}",
        &expect_file!["expansions/narrowed_pending.rs"],
    );
}

#[test]
fn after_a_mistake_a_shared_policy_rejects_everyone() {
    check(
        "policy = READ_NOTES",
        "async fn list(subject: Subject) {}",
        &expect_file!["expansions/shared_mistake.rs"],
    );
}

#[test]
fn after_a_mistake_a_declared_policy_rejects_everyone() {
    check(
        r#"scope = "a""#,
        "pub(crate) struct ReadNotes;",
        &expect_file!["expansions/declared_mistake.rs"],
    );
}

#[test]
fn an_expression_narrows_a_shared_policy() {
    check_policy(
        r#"policy = ReadNotes, accepts = "api_key""#,
        &expect_file!["expansions/policy_narrowed.rs"],
    );
}

/// The table on the page of the attribute is the whole language, and each of its forms expands.
#[test]
fn each_form_of_the_policy_language_is_a_policy() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/docs/attribute.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, table) = page.split_once("# The policy language\n").unwrap();
    let rows = table.lines().skip(3).take_while(|line| line.starts_with('|'));
    let forms: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let first = |args: &str| {
        let types = TokenType::ALL.map(|kind| format!("{}, {args}", accepts_argument(&[kind])));
        let all = [args.to_owned()].into_iter().chain(types);
        let outputs = all.map(|args| (expand(&args, "async fn list_notes() {}"), args));
        let mut sound = outputs.filter(|(output, _)| !output.to_string().contains("compile_error"));
        sound.next().unwrap_or_else(|| panic!("{args}"))
    };
    let mut snapshot = String::new();
    for form in &forms {
        let (output, args) = first(if *form == "#[clerk_auth]" { "" } else { form });
        let output = pretty(output);
        let (types, handler) = output.split_once("/// Requires").unwrap();
        let policy = types.split_once("impl ").and_then(|(_, it)| it.split_once("\nimpl "));
        let policy = policy.map_or(handler, |(policy, _)| policy);
        snapshot.extend(["#[clerk_auth(", &args, ")]\n", policy.trim(), "\n\n"]);
    }
    expect_file!["expansions/forms.txt"].assert_eq(&snapshot);
    let named = |name: &str| forms.iter().any(|form| form.contains(name));
    let missing = Condition::ALL.map(Condition::name).into_iter().filter(|name| !named(name));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new());
}
