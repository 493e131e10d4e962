//! The body of a request to an MCP server in, the call of a tool out, if it is one.

use std::borrow::Cow;

use crate::json::{Member, Object};

/// The method that calls a tool (MCP, «Tools»).
const CALL: &str = "tools/call";

/// A message that calls a tool.
#[derive(Debug, PartialEq)]
pub(super) struct Call<'j> {
    pub(super) tool: Cow<'j, str>,
    /// The id of the request, as JSON.
    pub(super) id: &'j str,
}

/// The body is not one strict JSON-RPC message, so two readers could see different calls in it.
#[derive(Debug, PartialEq)]
pub(super) struct Unreadable;

/// A batch is not one message: MCP has none since its revision 2025-06-18.
pub(super) fn call(body: &[u8]) -> Result<Option<Call<'_>>, Unreadable> {
    // A request without a body, such as the GET of a stream, calls nothing.
    if body.is_empty() {
        return Ok(None);
    }
    let message = Object::parse(body).map_err(|_| Unreadable)?;
    match message.text("method") {
        // An answer to a question of the server has no method.
        Member::Absent => Ok(None),
        Member::Is(method) if method != CALL => Ok(None),
        Member::Is(_) => {
            let Member::Is(params) = message.object("params") else { return Err(Unreadable) };
            let Member::Is(tool) = params.text("name") else { return Err(Unreadable) };
            Ok(Some(Call { tool, id: message.raw("id").unwrap_or("null") }))
        }
        Member::Null | Member::Mistyped => Err(Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(body: &str) -> Result<Option<(String, &str)>, Unreadable> {
        call(body.as_bytes()).map(|call| call.map(|Call { tool, id }| (tool.into_owned(), id)))
    }

    #[test]
    fn a_call_is_told_by_its_method_and_its_name() {
        let table = [
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add"}}"#,
                "add",
                "7",
            ),
            (
                r#"{"params":{"arguments":{"name":"x"},"name":"add"},"id":"a","method":"tools/call"}"#,
                "add",
                r#""a""#,
            ),
            // Another spelling of the same JSON is the same call.
            (
                r#" { "method" : "tools\u002fcall" , "par\u0061ms" : { "n\u0061me" : "\u0061dd" } } "#,
                "add",
                "null",
            ),
            (r#"{"method":"tools/call","params":{"name":"ADD "}}"#, "ADD ", "null"),
            (r#"{"method":"tools/call","params":{"name":""}}"#, "", "null"),
        ];
        for (body, tool, id) in table {
            assert_eq!(outcome(body), Ok(Some((tool.to_owned(), id))), "{body}");
        }
    }

    #[test]
    fn what_calls_no_tool_passes() {
        let table = [
            "",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"name":"add"}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"name":"add"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/Call","params":{"name":"add"}}"#,
        ];
        for body in table {
            assert_eq!(outcome(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        let table = [
            "null",
            "7",
            "not JSON",
            "{}{}",
            r#"[{"method":"tools/call","params":{"name":"add"}}]"#,
            r#"{"method":"tools/list","method":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","name":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","n\u0061me":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list"},"params":{"name":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","arguments":{"a":1,"a":2}}}"#,
            r#"{"method":["tools/call"],"params":{"name":"add"}}"#,
            r#"{"method":null,"params":{"name":"add"}}"#,
            r#"{"method":"tools/call"}"#,
            r#"{"method":"tools/call","params":null}"#,
            r#"{"method":"tools/call","params":["add"]}"#,
            r#"{"method":"tools/call","params":{"name":7}}"#,
            r#"{"method":"tools/call","params":{"name":null}}"#,
            "\u{feff}{}",
        ];
        for body in table {
            assert_eq!(outcome(body), Err(Unreadable), "{body}");
        }
    }
}
