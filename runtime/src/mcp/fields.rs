//! The header fields that repeat what a message says, for proxies that read no bodies.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue};

use super::message::Message;
use crate::request::sensitive::reads_as;

/// Whether `Mcp-Method` and `Mcp-Name`, where they are sent, name what the message names (MCP
/// 2026-07-28, "Streamable HTTP", Standard Request Headers): what stands behind us may read the
/// fields, and then sees another call. `Mcp-Name` is compared for calls of tools only.
pub(crate) fn agree(headers: &HeaderMap, message: &Message<'_>) -> bool {
    headers.iter().all(|(name, value)| {
        if reads_as(name, "mcp-method") {
            message.method.as_ref().is_some_and(|method| value.as_bytes() == method.as_bytes())
        } else if reads_as(name, "mcp-name") {
            message.tool.as_ref().is_none_or(|tool| is_name(value, tool))
        } else {
            true
        }
    })
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

    /// A message, its fields, and whether they agree.
    type FieldCase = (&'static str, &'static [(&'static str, &'static str)], bool);

    #[test]
    fn fields_that_name_another_message_do_not_agree() {
        let call = r#"{"id":1,"method":"tools/call","params":{"name":"add"}}"#;
        let note = r#"{"id":1,"method":"tools/call","params":{"name":"n\u00f6te"}}"#;
        let list = r#"{"id":1,"method":"tools/list"}"#;
        let prompt = r#"{"id":1,"method":"prompts/get","params":{"name":"p"}}"#;
        let answer = r#"{"id":1,"result":{}}"#;
        let table: [FieldCase; 25] = [
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
            (answer, &[], true),
            (answer, &[("mcp-method", "tools/call"), ("mcp-name", "drop")], false),
            (answer, &[("x-mcp-method", "tools/call")], true),
        ];
        for (body, fields, agrees) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(HeaderName::from_static(name), value);
            }
            assert_eq!(
                agree(&headers, &read(body.as_bytes()).unwrap()),
                agrees,
                "{body} {headers:?}"
            );
        }
    }
}
