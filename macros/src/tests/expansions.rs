//! What the attribute writes, in `expansions/`. Refresh with `UPDATE_EXPECT=1` and read the difference.

use expect_test::{ExpectFile, expect_file};

use super::{expand, pretty};

fn check(args: &str, item: &str, expected: &ExpectFile) {
    expected.assert_eq(&pretty(expand(args, item)));
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
fn types_that_cannot_enter_are_never() {
    check(
        r#"accepts = ["session_token", "api_key"]"#,
        "async fn f() {}",
        &expect_file!["expansions/two_types.rs"],
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
fn a_body_is_not_parsed() {
    let output = expand("", "async fn f(subject: Subject) { half typed ! code }").to_string();
    assert!(output.ends_with("guard . subject () ; half typed ! code }"), "{output}");
}

#[test]
fn after_a_mistake_the_handler_refuses_everyone() {
    check(
        r#"accepts = "oauth_token", scope = "read:notes""#,
        "#[cfg(unix)] pub async fn f(State(s): State<S>, scopes: Scopes) -> Reply { body(s, scopes) }",
        &expect_file!["expansions/mistake.rs"],
    );
}

#[test]
fn after_a_mistake_in_the_signature_the_handler_that_was_meant_refuses_everyone() {
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
fn what_is_no_function_stays_as_it_is() {
    check("", "pub struct Notes { list: Vec<Note> }", &expect_file!["expansions/no_function.rs"]);
}
