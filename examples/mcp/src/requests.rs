//! A dev issuer in, requests to paste into a shell out, each with the answer to expect.

use clerk_auth::testing::DevIssuer;

const ADA: &str = "user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG";

/// Prints the way of a client: discovery, a call, a step up; and rejections.
pub(crate) fn print(issuer: &DevIssuer, resource: &str) {
    let token = |scopes: &[&str]| {
        issuer.oauth(ADA).scopes(scopes.iter().copied()).audience([resource]).jwt()
    };
    let (reader, writer) = (token(&["read:notes"]), token(&["write:notes"]));
    let metadata = resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let list = message("tools/call", r#"{"name":"list_notes"}"#);
    let add = message("tools/call", r#"{"name":"add_note","arguments":{"text":"buy milk"}}"#);

    println!("A client finds its way:\n");
    println!("# 401: without a token, the challenge names the metadata");
    println!("{}\n", post(resource, None, &list));
    println!("# 200: the metadata names the Clerk instance");
    println!("curl -i {metadata}\n");
    println!("# 200: a token with read:notes for this server");
    println!("{}\n", post(resource, Some(&reader), &list));
    println!("# 403: it lacks write:notes, and the challenge asks for just that");
    println!("{}\n", post(resource, Some(&reader), &add));
    let prompt = message("prompts/get", r#"{"name":"tidy_up"}"#);
    println!("# 403: so does this prompt need it");
    println!("{}\n", post(resource, Some(&reader), &prompt));
    println!("# 200: after the step up");
    println!("{}\n", post(resource, Some(&writer), &add));
    println!("# 200: who may write may read");
    println!("{}\n", post(resource, Some(&writer), &list));
    let note = message("resources/read", r#"{"uri":"notes:///0"}"#);
    println!("# 200: the note as a resource");
    println!("{}\n", post(resource, Some(&writer), &note));

    println!("Refused:\n");
    let elsewhere = issuer.oauth(ADA).scopes(["read:notes"]).audience(["https://other.example"]);
    println!("# 401: a token for another server");
    println!("{}\n", post(resource, Some(&elsewhere.jwt()), &list));
    println!("# 401: a session token");
    println!("{}\n", post(resource, Some(&issuer.session(ADA).jwt()), &list));
    println!("# 403: a page of another site");
    let page =
        format!("{} -H 'Origin: https://evil.example'", post(resource, Some(&reader), &list));
    println!("{page}\n");
}

fn message(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)
}

fn post(resource: &str, token: Option<&str>, message: &str) -> String {
    let token = token.map(|token| format!(" -H 'Authorization: Bearer {token}'"));
    format!(
        "curl -i {resource} -H 'Content-Type: application/json' \
         -H 'Accept: application/json, text/event-stream' -d '{message}'{}",
        token.unwrap_or_default()
    )
}
