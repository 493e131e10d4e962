//! No input panics, and no mistake lets a handler go unguarded.

use proc_macro2::TokenStream;

use super::{expand, pretty, tokens};
use crate::expand_policy;

const ITEMS: &[&str] = &[
    "async fn f() {}",
    "async fn f(subject: Subject, scopes: Option<Scopes>, token_type: TokenType) {}",
    "async fn f(subject: &Subject, scopes: impl Sized, token_type: _) {}",
    "async fn f(scopes: Option, subject: Option<'static>, token_type: <T as U>::Option<()>) {}",
    "async fn f(user_id: Option<UserId>, org_id: OrgId, client_id: C, machine_id: [M; 2], session_id: !) {}",
    "async fn f(claims: Claims, identity: Identity<A, B, C, D>) {}",
    "async fn f(claims: Option<Option<T>>, identity: dyn Identity) {}",
    "async fn f<'a, T, const N: usize>(claims: &'a mut [T; N], guard: Guard) {}",
    "async fn f(guard: Guard) {}",
    "async fn f(mut guard: a::Guard, guard: (Guard), guard: Option<Guard>, guard: Guard<>) {}",
    "async fn f(#[cfg(a)] guard: Guard, #[cfg_attr(b, cfg(c))] claims: T) {}",
    "async fn f(guard: (), claims: (), identity: ()) {}",
    "async fn f(self) {}",
    "async fn f(a, b: , c: C<D, E>, f: F, , g: G<) {}",
    "async fn f<T: Fn(A) -> B>(a) -> C { d }",
    "async fn f(a) -> { b }",
    "#[instrument(fields(%subject))] #[instrument] #[instrument()] async fn f(subject: Subject) {}",
    "async fn f(..) {}",
    "async fn f(a: A, ...) {}",
    "unsafe extern fn f(subject: Subject, ...);",
    "const async unsafe extern \"C\" fn f() {}",
    "pub(in a::b) async fn r#type<'a, T: A<B = C>, const N: usize>(x: [T; N]) -> impl D + 'a where T: 'a {}",
    "async fn f() { #![a] #![b(c)] #! d }",
    "async fn f() { let ( ; } }",
    "#[cfg] #[cfg_attr] #[cfg_attr()] #[cfg_attr(a)] #[cfg_attr(,,)] #[cfg_attr(a, cfg)] async fn f() {}",
    "#[clerk_auth] #[a::clerk_auth(b)] #[clerk_auth = 1] async fn f() {}",
    "async fn",
    "async fn f",
    "fn f() -> {}",
    "struct F;",
    "mod f { async fn f() {} }",
    "impl F { async fn f() {} }",
    "|a| a",
    "!",
    "#",
    "#[",
    "",
];

const ARGUMENTS: &[&str] = &[
    "",
    ",",
    ",,,",
    "=",
    "= =",
    "\"\"",
    "[]",
    "{}",
    "()",
    "accepts",
    "accepts,",
    "accepts =",
    "accepts = =",
    "accepts == \"any\"",
    "accepts => \"any\"",
    "accepts = -1",
    "accepts = - -1",
    "accepts = []",
    "accepts = [[[]]]",
    "accepts = [,]",
    "accepts = [,,\"any\"]",
    "accepts = [= => \"any\" b c!()]",
    "accepts = \"any\" \"any\"",
    "accepts = \"any\"suffix",
    "accepts = 'any'",
    "accepts = 'a",
    "accepts = c\"any\"",
    "accepts = br#\"any\"#",
    "accepts = ::a::b::<c>!(d)",
    "accepts = <A as B>::C",
    "accepts = concat!(\"any\",)",
    "accepts = #[a]",
    "accepts = accepts = accepts",
    "accepts = \"\\u{0}\"",
    "accepts = \" , \"",
    "scopes = \"\\u{10ffff}\"",
    "scopes = \"\\\"\\\\\"",
    "scopes = \"\\n\"",
    "scopes = [\"\\n\", \" \", \"\", \"a\\tb\", \"é é\"]",
    "scopes = \"a a a\", scopes = \"a a a\", scopes",
    "r#scopes = \"a\"",
    "type = \"a\"",
    "self",
    "_ = \"a\"",
    "crate::scopes = \"a\"",
    "@ $ ; : . .. ... ..= -> ? ~ | || && & ^ % ! !=",
    "scopes = any",
    "scopes = any(",
    "scopes = any()",
    "scopes = any(,)",
    "scopes = any(any(any()))",
    "scopes = any(any, all)",
    "scopes = all(\"a\", [\"b\"], {}, (), 1, any(), not(\"c\"), a::b, c!(), d())",
    "scopes = any::<A>(\"a\")",
    "scopes = any(\"a\")(\"b\")",
    "scopes = a::b::",
    "scopes = ::",
    "scopes = ::a",
    "scopes = self::a, accepts = \"api_key\", accepts",
    "scopes = [a, any(b)]",
    "role = any(\"\", \" \", \",\", \"org:\", \"org:org:\")",
    "permission = \":\"",
    "permission = \"org:::\"",
    "permission = \":a\"",
    "feature = \":\"",
    "feature = \"::\"",
    "plan = \"o:\\u{0}\"",
    "reverification",
    "reverification = any(\"lax\")",
    "reverification = second_factor(",
    "reverification = second_factor(minutes = 99999999999999999999999)",
    "reverification = second_factor(minutes = 0x)",
    "reverification = second_factor(minutes = 5,,)",
    "reverification = second_factor(minutes = 5)(minutes = 5)",
    "reverification = second_factor{minutes = 5}",
    "from = [\"mch_\"]",
    "from = \"mch_a\"",
    "audience = any(a)",
    "client = [[\"a\"]]",
    "oauth_token(",
    "oauth_token()",
    "oauth_token(,)",
    "oauth_token(scopes)",
    "oauth_token(scopes =)",
    "oauth_token(scopes = any())",
    "oauth_token(oauth_token(oauth_token))",
    "oauth_token(crate = a)",
    "oauth_token[]",
    "oauth_token{}",
    "oauth_token = ",
    "oauth_token::a",
    "oauth_token oauth_token",
    "session_token, m2m_token(from = [])",
    "session_token, accepts",
    "optional =",
    "optional = optional",
    "optional()",
    "optional optional",
    "optional = \"yes\", accepts = \"m2m_token\"",
    "crate",
    "crate =",
    "crate = ",
    "crate = \"a b\"",
    "crate = a b",
    "crate = <A>::b",
    "crate = ::, policy_name = ::",
    "policy",
    "policy = 1",
    "policy = ADMINS",
    "policy = a::b::ADMINS, scopes = \"a\"",
    "policy = A, policy_name = Notes",
    "policy = A, scopes = \"a\"",
    "policy = A, api_key",
    "policy = A, accepts = \"api_key\", oauth_token(scopes = \"a\")",
    "policy = A, accepts = []",
    "policy_name = r#type()",
    "policy_name = _",
    "policy_name = Self::A",
    "scopes = \"a\" as \"b\", accepts = \"oauth_token\"",
    "accepts(\"any\")",
    "accepts: \"any\"",
    "\"any\"",
    "1.0e3",
];

#[test]
fn no_input_panics_or_leaves_a_handler_unguarded() {
    for args in readable(ARGUMENTS) {
        for item in readable(ITEMS) {
            let output = expand(args, item).to_string();
            let stops = output.contains("compile_error");
            let guards = output.contains("uard : :: clerk_auth :: Guard <");
            let declares = output.contains("Guarded for F {");
            assert!(stops || guards || declares, "#[clerk_auth({args})] {item}: {output}");
        }
    }
}

#[test]
fn handler_with_mistaken_arguments_rejects_everyone() {
    for args in readable(ARGUMENTS).filter(|args| !args.is_empty()) {
        let output = pretty(expand(args, "async fn f(subject: Subject) { body() }"));
        assert!(output.contains("compile_error!"), "{args}: {output}");
        let denies = "async fn f(guard: ::clerk_auth::Guard<::clerk_auth::__private::DenyAll>) {";
        if output.contains(denies) {
            continue;
        }
        assert!(
            output.contains("const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;"),
            "{args}: {output}"
        );
        assert!(
            output.contains("async fn f(guard: ::clerk_auth::Guard<FPolicy>) {"),
            "{args}: {output}"
        );
    }
}

#[test]
fn policy_with_a_mistake_rejects_everyone() {
    for args in readable(ARGUMENTS).filter(|args| !args.is_empty()) {
        let value = expand_policy(tokens(args)).to_string();
        assert!(value.starts_with("{ :: core :: compile_error !"), "{args}: {value}");
        assert!(value.ends_with(":: clerk_auth :: Policy :: DENY_ALL }"), "{args}: {value}");
    }
}

#[test]
fn a_correct_attribute_has_no_compile_error() {
    for args in [
        "",
        "accepts = \"m2m_token\"",
        "accepts = \"m2m_token\",",
        "m2m_token",
        "m2m_token(from = [\"mch_a\",],),",
        "oauth_token(scopes = any(a::B, all(\"b\", ::c::D,),),), session_token, optional",
        "reverification = second_factor(minutes = 1), role = any(\"a\", \"b\")",
        "policy_name = r#type",
        "policy = r#type::A, accepts = \"api_key\", scopes = \"a\", optional",
        "policy = A, m2m_token(from = [\"mch_a\"]), policy_name = Notes",
        "accepts = [\"m2m_token\",],",
        "scopes = \"#%+~\", accepts = [\"api_key\", \"oauth_token\"]",
        "scopes = [\"a\", \"b\",], accepts = \"api_key\"",
    ] {
        let output = pretty(expand(args, "async fn f(token_type: T) {}"));
        assert!(!output.contains("compile_error"), "{args}: {output}");
    }
}

/// Those that the compiler would hand to the attribute: the others are no tokens.
fn readable(texts: &[&'static str]) -> impl Iterator<Item = &'static str> {
    let is_readable = |text: &&str| text.parse::<TokenStream>().is_ok();
    texts.iter().copied().filter(is_readable)
}

/// What an editor hands over while its user types: the beginning of a text, with what is open closed.
fn beginnings(text: &str) -> impl Iterator<Item = String> + '_ {
    let ends = text.char_indices().map(|(start, letter)| start + letter.len_utf8());
    let closed = ends.filter_map(|end| text.get(..end)).map(|beginning| {
        let (mut open, mut is_text) = (Vec::new(), false);
        for letter in beginning.chars() {
            match letter {
                '"' => is_text = !is_text,
                _ if is_text => {}
                '(' => open.push(')'),
                '[' => open.push(']'),
                ')' | ']' => drop(open.pop()),
                _ => {}
            }
        }
        let quote = if is_text { "\"" } else { "" };
        format!("{beginning}{quote}{}", open.into_iter().rev().collect::<String>())
    });
    closed.filter(|text| text.parse::<TokenStream>().is_ok())
}

const TYPED_ARGUMENTS: &[&str] = &[
    r#"accepts = ["oauth_token", "api_key"], scopes = any("admin", all(scope::READ, "write:notes")), optional"#,
    r#"session_token(organization, not_impersonated, allow_pending), oauth_token(format = "jwt", client = ["one"])"#,
    "reverification = second_factor(minutes = 5), policy_name = Notes, crate = path::to::clerk_auth",
    r#"policy = policies::ReadNotes, accepts = "session_token", session_token(role = "org:admin"), optional"#,
];

#[test]
fn half_typed_arguments_keep_the_function_and_the_declaration() {
    let mut count = 0;
    for args in TYPED_ARGUMENTS.iter().flat_map(|args| beginnings(args)) {
        let handler = pretty(expand(&args, "pub async fn list(subject: Subject) { body() }"));
        assert!(handler.contains("pub async fn list("), "{args}: {handler}");
        assert!(handler.contains("let subject: Subject = "), "{args}: {handler}");
        assert!(handler.contains("body()"), "{args}: {handler}");
        let declared = pretty(expand(&args, "pub struct ReadNotes;"));
        assert!(declared.contains("pub struct ReadNotes;"), "{args}: {declared}");
        assert!(declared.contains("Guarded for ReadNotes {"), "{args}: {declared}");
        assert!(declared.contains("pub const POLICY: "), "{args}: {declared}");
        count += 1;
    }
    assert!(count > 300, "{count}");
}

#[test]
fn half_typed_parameters_keep_the_function_and_the_others() {
    let typed = "Path((id, name)): Path<(u8, String)>, scopes: Option<Scopes>, org_id: OrgId, claims: Profile<u8>, body: String";
    let mut count = 0;
    for args in ["", "policy = ReadNotes", "session_token(organization)"] {
        for parameters in beginnings(typed) {
            let item = format!("pub async fn list(subject: Subject, {parameters}) {{ body() }}");
            let output = expand(args, &item).to_string();
            assert!(output.contains("pub async fn list"), "{item}: {output}");
            assert!(output.contains("let subject : Subject = "), "{item}: {output}");
            assert!(output.contains("body ()"), "{item}: {output}");
            count += 1;
        }
    }
    assert!(count > 250, "{count}");
}
