//! The header fields that repeat what a message says, for proxies that read no bodies.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue};

use super::message::Message;
use crate::request::sensitive::reads_as;

const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";
const VERSION: &str = "mcp-protocol-version";

/// Whether the fields that repeat what every message says, where they are sent, say the same (MCP
/// 2026-07-28, "Streamable HTTP", Server Validation): what stands behind us may read the fields, and
/// then sees another call. Which argument an `Mcp-Param-…` repeats, only the tool's schema says.
pub(crate) fn agree(headers: &HeaderMap, message: &Message<'_>) -> bool {
    headers.iter().all(|(name, value)| {
        if reads_as(name, METHOD) {
            message.method.as_ref().is_some_and(|method| value.as_bytes() == method.as_bytes())
        } else if reads_as(name, NAME) {
            message.name.as_ref().is_none_or(|name| is_name(value, name))
        } else if reads_as(name, VERSION) {
            message.version.as_ref().is_none_or(|version| value.as_bytes() == version.as_bytes())
        } else {
            true
        }
    })
}

/// Whether the fields speak of a message, where there is none.
pub(crate) fn name_a_message(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| reads_as(name, METHOD) || reads_as(name, NAME))
}

/// A name that cannot stand in a field is encoded, and so is one that looks encoded.
fn is_name(value: &HeaderValue, name: &str) -> bool {
    let value = value.as_bytes();
    let encoded = value.strip_prefix(b"=?base64?").and_then(|rest| rest.strip_suffix(b"?="));
    match encoded {
        Some(encoded) => STANDARD.decode(encoded).is_ok_and(|value| value == name.as_bytes()),
        None => value == name.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;
    use crate::mcp::message::read;

    #[test]
    fn fields_without_a_message_are_found() {
        for (name, speaks) in [
            ("mcp-method", true),
            ("mcp-name", true),
            ("mcp_method", true),
            ("mcp_name", true),
            ("mcp-protocol-version", false),
            ("mcp-session-id", false),
        ] {
            let field = (HeaderName::from_static(name), HeaderValue::from_static(""));
            assert_eq!(name_a_message(&HeaderMap::from_iter([field])), speaks, "{name}");
        }
    }

    /// A message, its fields, and whether they agree.
    type FieldCase = (&'static str, &'static [(&'static str, &'static str)], bool);

    #[test]
    fn fields_that_name_another_message_do_not_agree() {
        let call = r#"{"id":1,"method":"tools/call","params":{"name":"add"}}"#;
        let note = r#"{"id":1,"method":"tools/call","params":{"name":"n\u00f6te"}}"#;
        let list = r#"{"id":1,"method":"tools/list"}"#;
        let prompt = r#"{"id":1,"method":"prompts/get","params":{"name":"p"}}"#;
        let answer = r#"{"id":1,"result":{}}"#;
        let read_uri = r#"{"id":1,"method":"resources/read","params":{"uri":"a:b","name":"n"}}"#;
        let subscribe = r#"{"id":1,"method":"resources/subscribe","params":{"uri":"a:b"}}"#;
        let cancel = r#"{"id":1,"method":"tasks/cancel","params":{"taskId":"7","name":"n"}}"#;
        let nameless = r#"{"id":1,"method":"prompts/get","params":{"name":7}}"#;
        let modern = r#"{"id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        let mistyped = r#"{"id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":7}}}"#;
        let table: &[FieldCase] = &[
            (call, &[], true),
            (call, &[("mcp-method", "tools/call"), ("mcp-name", "add")], true),
            (call, &[("mcp-name", "add"), ("mcp-name", "add")], true),
            (call, &[("mcp-name", "=?base64?YWRk?=")], true),
            (call, &[("mcp-method", "tools/list")], false),
            (call, &[("mcp-method", "Tools/Call")], false),
            (call, &[("mcp-method", "")], false),
            (call, &[("mcp-method", "tools/call, tools/list")], false),
            (call, &[("mcp-method", "tools/call"), ("mcp-method", "tools/list")], false),
            (call, &[("mcp_method", "tools/list")], false),
            (call, &[("mcp-name", "drop")], false),
            (call, &[("mcp-name", "ADD")], false),
            (call, &[("mcp_name", "drop")], false),
            (call, &[("mcp-name", "add"), ("mcp-name", "drop")], false),
            (call, &[("mcp-name", "=?base64?ZHJvcA==?=")], false),
            (call, &[("mcp-name", "=?base64?not base64?=")], false),
            (note, &[("mcp-name", "=?base64?bsO2dGU=?=")], true),
            (note, &[("mcp-name", "n\u{f6}te")], true),
            (list, &[("mcp-method", "tools/list")], true),
            (list, &[("mcp-method", "tools/call"), ("mcp-name", "drop")], false),
            (prompt, &[("mcp-method", "prompts/get"), ("mcp-name", "p")], true),
            (prompt, &[("mcp-method", "tools/call")], false),
            (prompt, &[("mcp-name", "drop")], false),
            (prompt, &[("mcp-name", "=?base64?cA==?=")], true),
            (nameless, &[("mcp-name", "p")], false),
            (nameless, &[], true),
            (read_uri, &[("mcp-name", "a:b")], true),
            (read_uri, &[("mcp-name", "n")], false),
            (read_uri, &[("mcp_name", "a:c")], false),
            (subscribe, &[("mcp-name", "a:b")], true),
            (subscribe, &[("mcp-name", "a:c")], false),
            (cancel, &[("mcp-method", "tasks/cancel"), ("mcp-name", "7")], true),
            (cancel, &[("mcp-name", "n")], false),
            // What it repeats for other methods is not said.
            (list, &[("mcp-name", "x")], true),
            (list, &[(VERSION, "2025-11-25")], true),
            (modern, &[(VERSION, "2026-07-28")], true),
            (modern, &[], true),
            (modern, &[(VERSION, "2025-11-25")], false),
            (modern, &[(VERSION, "2026-07-28"), (VERSION, "2025-11-25")], false),
            (modern, &[("mcp_protocol_version", "2025-11-25")], false),
            (mistyped, &[(VERSION, "7")], false),
            (mistyped, &[], true),
            (answer, &[], true),
            (answer, &[("mcp-method", "tools/call"), ("mcp-name", "drop")], false),
            (answer, &[("x-mcp-method", "tools/call")], true),
        ];
        for (body, fields, agrees) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *fields {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(HeaderName::from_static(name), value);
            }
            assert_eq!(
                agree(&headers, &read(body.as_bytes()).unwrap()),
                *agrees,
                "{body} {headers:?}"
            );
        }
    }
}
