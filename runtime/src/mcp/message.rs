//! The body of a request to an MCP server in, what it asks for out.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{
    carried::{self, Carried, known_methods, text},
    folding::{is_ambiguous, is_same},
};
use crate::token::json::{Member, Object};

/// The methods whose `Mcp-Name` repeats a member of the params, and that member (MCP 2026-07-28,
/// "Streamable HTTP", Standard Request Headers, and the extension for tasks).
const NAMED: [(&str, &str); 8] = [
    ("tools/call", "name"),
    ("prompts/get", "name"),
    ("resources/read", "uri"),
    ("resources/subscribe", "uri"),
    ("resources/unsubscribe", "uri"),
    ("tasks/get", "taskId"),
    ("tasks/update", "taskId"),
    ("tasks/cancel", "taskId"),
];

/// The member of `_meta` that `MCP-Protocol-Version` repeats.
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// The members of a message (JSON-RPC 2.0 §4, §5).
const ENVELOPE: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

/// The params that decide about a message, or are part of a call, in the revisions 2025-06-18 to
/// 2026-07-28.
const PARAMS: [&str; 12] = [
    "name",
    "arguments",
    "_meta",
    "task",
    "inputResponses",
    "requestState",
    "uri",
    "ref",
    "argument",
    "context",
    "taskId",
    "notifications",
];

/// A JSON-RPC message, as far as policies look at it.
#[derive(Debug, PartialEq)]
pub(crate) struct Message<'j> {
    /// `None` for an answer to a question of the server.
    pub(crate) method: Option<Cow<'j, str>>,
    /// What its params name.
    pub(crate) carried: Carried<'j>,
    /// What `Mcp-Name` must repeat: empty if the params lack it, `None` if the method has no name.
    pub(crate) name: Option<Cow<'j, str>>,
    /// What `MCP-Protocol-Version` must repeat. `None` in the revisions before 2026-07-28.
    pub(crate) version: Option<Cow<'j, str>>,
    /// The id to answer with, as JSON. `None` for a notification (JSON-RPC 2.0 §4.1).
    pub(crate) id: Option<&'j str>,
}

/// The body is not one strict JSON-RPC message, so two readers could see different calls in it.
#[derive(Debug, PartialEq)]
pub(crate) struct MessageError;

/// A batch is not one message: MCP has none since its revision 2025-06-18.
pub(crate) fn read(body: &[u8]) -> Result<Message<'_>, MessageError> {
    let message = Object::parse(body).map_err(|_| MessageError)?;
    if is_ambiguous(&message, &ENVELOPE) {
        return Err(MessageError);
    }
    let method = match message.text("method") {
        Member::Absent => None,
        Member::Is(method) if is_plain(&method) => Some(method),
        _ => return Err(MessageError),
    };
    let params = message.object("params");
    let params = if let Member::Is(params) = &params { Some(params) } else { None };
    if params.is_some_and(|params| is_ambiguous(params, &PARAMS)) {
        return Err(MessageError);
    }
    let carried = match &method {
        Some(method) => carried::read(method, params)?,
        None => Carried::Nothing,
    };
    let named = NAMED.into_iter().find(|(named, _)| method.as_deref() == Some(*named));
    let name = named.map(|(_, member)| params.and_then(|it| text(it, member)).unwrap_or_default());
    let (version, id) = (params.and_then(version), message.raw("id").map(answered));
    Ok(Message { method, carried, name, version, id })
}

/// Whether a query names a method or params, which a server that merges query and body would add to
/// a message (Rails `params`, Laravel `input`).
pub(crate) fn is_in_query(query: &str) -> bool {
    query.split(['&', ';']).any(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        let name = percent_decode_str(name).decode_utf8_lossy();
        let member = name.split(['[', '.']).next().unwrap_or_default();
        let member = member.trim_matches([' ', '+']);
        ["method", "params"].iter().any(|known| is_same(member, known))
    })
}

/// One that is not a string equals no field.
fn version<'j>(params: &Object<'j>) -> Option<Cow<'j, str>> {
    let Member::Is(meta) = params.object("_meta") else { return None };
    meta.has(VERSION).then(|| text(&meta, VERSION).unwrap_or_default())
}

/// Whether every reader sees the same method. A reader of an enumeration may ignore case and what
/// it takes for space around a value: Jackson and Python also take control characters for space. No
/// method of MCP has a byte other than visible ASCII.
fn is_plain(method: &str) -> bool {
    method.bytes().all(|byte| byte.is_ascii_graphic())
        && known_methods().all(|known| method == known || !is_same(method, known))
}

/// The id of an answer: that of the request, if it is a string or a number, else `null` (JSON-RPC
/// 2.0 §5).
fn answered(id: &str) -> &str {
    if id.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit()) {
        id
    } else {
        "null"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Call<'j> = (Option<Cow<'j, str>>, Option<&'j str>);

    /// The tool and the id of a call; `None` for another message.
    fn outcome(body: &str) -> Result<Option<Call<'_>>, MessageError> {
        read(body.as_bytes()).map(|message| match message.carried {
            Carried::Tool(name) => Some((Some(name), message.id)),
            Carried::Malformed => Some((None, message.id)),
            _ => None,
        })
    }

    fn called<'j>(tool: Option<&'j str>, id: Option<&'j str>) -> Call<'j> {
        (tool.map(Cow::Borrowed), id)
    }

    #[test]
    fn a_call_is_told_by_its_method_and_its_name() {
        let table = [
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add"}}"#,
                "add",
                Some("7"),
            ),
            (
                r#"{"params":{"arguments":{"name":"x"},"name":"add"},"id":"a","method":"tools/call"}"#,
                "add",
                Some(r#""a""#),
            ),
            // Another spelling of the same JSON is the same call.
            (
                r#" { "method" : "tools\u002fcall" , "par\u0061ms" : { "n\u0061me" : "\u0061dd" } } "#,
                "add",
                None,
            ),
            (r#"{"method":"tools/call","params":{"name":"ADD "}}"#, "ADD ", None),
            (r#"{"method":"tools/call","params":{"name":""}}"#, "", None),
            // What the arguments are called is up to the tool.
            (
                r#"{"method":"tools/call","params":{"name":"add","arguments":{"Name":1,"name":2,"METHOD":3}}}"#,
                "add",
                None,
            ),
            (
                r#"{"method":"tools/call","params":{"name":"add","_meta":{"Name":1},"task":{},"inputResponses":{},"requestState":"s","x-more":1}}"#,
                "add",
                None,
            ),
        ];
        for (body, tool, id) in table {
            assert_eq!(outcome(body), Ok(Some(called(Some(tool), id))), "{body}");
        }
    }

    #[test]
    fn call_without_a_tool_name_has_no_tool() {
        let table = [
            "",
            r#","params":null"#,
            r#","params":[]"#,
            r#","params":["add"]"#,
            r#","params":"add""#,
            r#","params":7"#,
            r#","params":{}"#,
            r#","params":{"arguments":{"name":"add"}}"#,
            r#","params":{"name":null}"#,
            r#","params":{"name":7}"#,
            r#","params":{"name":true}"#,
            r#","params":{"name":["add"]}"#,
            r#","params":{"name":{"name":"add"}}"#,
        ];
        for params in table {
            let body = format!(r#"{{"id":7,"method":"tools/call"{params}}}"#);
            assert_eq!(outcome(&body), Ok(Some(called(None, Some("7")))), "{body}");
        }
    }

    #[test]
    fn only_a_string_or_a_number_is_an_id() {
        let table = [
            (r#""id":"","#, Some(r#""""#)),
            (r#""id":"\"\u0000","#, Some(r#""\"\u0000""#)),
            (r#""id":0,"#, Some("0")),
            (r#""id":-1,"#, Some("-1")),
            (r#""id":1.5e3,"#, Some("1.5e3")),
            (r#""id":null,"#, Some("null")),
            (r#""id":true,"#, Some("null")),
            (r#""id":[7],"#, Some("null")),
            (r#""id":{"id":7},"#, Some("null")),
            ("", None),
        ];
        for (member, id) in table {
            let body = format!(r#"{{{member}"method":"tools/call"}}"#);
            assert_eq!(outcome(&body), Ok(Some(called(None, id))), "{body}");
        }
    }

    #[test]
    fn what_calls_no_tool_passes() {
        let table = [
            "{}",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"name":"add"}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"name":"add"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/calls","params":{"name":"add"}}"#,
        ];
        for body in table {
            assert_eq!(outcome(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn member_or_method_in_another_spelling_is_rejected() {
        let table = [
            r#"{"Method":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"ping","metHod":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"ping","Method":null}"#,
            r#"{"method":"tools/call","Params":{"name":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list"},"PARAMS":{"name":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list"},"param\u017f":{"name":"add"}}"#,
            "{\"method\":\"tools/call\",\"params\":{\"name\":\"list\"},\"param\u{17f}\":{\"name\":\"add\"}}",
            r#"{"method":"tools/call","params":{"name":"list"},"par-ams":{"name":"add"}}"#,
            r#"{"method":"ping","method\u0000":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"ping","ID":7}"#,
            r#"{"method":"ping","\u0131d":7}"#,
            r#"{"method":"ping","\u0130D":7}"#,
            r#"{"method":"ping","JSONRPC":"2.0"}"#,
            r#"{"id":1,"Result":{}}"#,
            r#"{"id":1,"result":{},"Error":{}}"#,
            r#"{"id":1,"result":{},"Method":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"ping","extra":1,"Extra":2}"#,
            // A path to a member, for readers that look for the whole path first.
            r#"{"method":"tools/call","params":{"name":"list"},"params.name":"add"}"#,
            r#"{"method":"tools/call","params":{"name":"list"},"params[name]":"add"}"#,
            r#"{"method":"tools/call","params":{"name":"list"},"params/name":"add"}"#,
            r#"{"method":"tools/call","params":{"name":"list"},"params:name":"add"}"#,
            // Nothing to one that compares as people read, and to one that cuts off space.
            r#"{"method":"ping","met\u200bhod":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"ping","\ufeffmethod":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"ping","method ":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"ping","\uff4dethod":"tools/call","params":{"name":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","na\u00adme":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","name\t":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","namE":"add"}}"#,
            r#"{"method":"tools/call","params":{"Name":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","na_me":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","name\u0000":"add"}}"#,
            r#"{"method":"tools/call","params":{"name":"list","argument\u017f":{}}}"#,
            r#"{"method":"tools/call","params":{"name":"list","_META":{}}}"#,
            r#"{"method":"tools/call","params":{"name":"list","meta":{}}}"#,
            r#"{"method":"tools/call","params":{"name":"list","tas\u212a":{}}}"#,
            r#"{"method":"tools/call","params":{"name":"list","InputResponses":{}}}"#,
            r#"{"method":"tools/call","params":{"name":"list","request_state":""}}"#,
            r#"{"method":"tools/call","params":{"name":"list","x":1,"X":2}}"#,
            r#"{"__proto__":{"method":"tools/call","params":{"name":"add"}}}"#,
            r#"{"method":"tools/call","params":{"name":"list","\u005f_proto__":{"name":"add"}}}"#,
            // The name is right, and its reader stops in the middle of the value.
            r#"{"method":"tools/call\u0000","params":{"name":"add"}}"#,
            // The reader looks for the value among those that it knows.
            r#"{"method":"tools/Call","params":{"name":"add"}}"#,
            r#"{"method":"tools/LIST"}"#,
            r#"{"method":"prompts/Get","params":{"name":"p"}}"#,
            r#"{"method":"resources/READ","params":{"uri":"a:b"}}"#,
            r#"{"method":"Tasks/Cancel","params":{"taskId":"7"}}"#,
            r#"{"method":"completion/complet\u0065 ","params":{}}"#,
            // Members of params, for each method that has them.
            r#"{"method":"prompts/get","params":{"Name":"a","name":"b"}}"#,
            r#"{"method":"resources/read","params":{"uri":"a:b","URI":"a:c"}}"#,
            r#"{"method":"resources/read","params":{"uri":"a:b","u-ri":"a:c"}}"#,
            r#"{"method":"resources/subscribe","params":{"Uri":"a:c"}}"#,
            r#"{"method":"resources/unsubscribe","params":{"uri":"a:b","uri\u0000":"a:c"}}"#,
            r#"{"method":"tasks/get","params":{"taskId":"7","task_id":"8"}}"#,
            r#"{"method":"tasks/cancel","params":{"taskId":"7","tas\u212aId":"8"}}"#,
            r#"{"method":"acme/export","params":{"uri":"a:b","URI":"a:c"}}"#,
            r#"{"method":"completion/complete","params":{"ref":{},"Ref":{}}}"#,
            r#"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"a","Name":"b"}}}"#,
            r#"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","Type":"ref/resource","name":"a"}}}"#,
            r#"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"a"},"ref.name":"b"}}"#,
            r#"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"a"},"argument":{"name":"x","Name":"y"}}}"#,
            r#"{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"a"},"Argument":{}}}"#,
            r#"{"method":"subscriptions/listen","params":{"notifications":{"resource_subscriptions":["a:b"]}}}"#,
            r#"{"method":"subscriptions/listen","params":{"notifications":{},"Notifications":{}}}"#,
            r#"{"method":"TOOLS/CALL","params":{"name":"add"}}"#,
            r#"{"method":"tool\u017f/call","params":{"name":"add"}}"#,
            r#"{"method":"tools/call ","params":{"name":"add"}}"#,
            r#"{"method":"\u00a0\ttools/call","params":{"name":"add"}}"#,
            // Space to Jackson and Python, or nothing to one that compares as people read.
            r#"{"method":"\u001ftools/call","params":{"name":"add"}}"#,
            r#"{"method":"tools/call\u0001","params":{"name":"add"}}"#,
            r#"{"method":"\ufefftools/call","params":{"name":"add"}}"#,
            r#"{"method":"tools\u200b/call","params":{"name":"add"}}"#,
        ];
        for body in table {
            assert_eq!(outcome(body), Err(MessageError), "{body}");
        }
    }

    #[test]
    fn query_that_names_a_method_or_params_is_found() {
        for query in [
            "method=tools/call",
            "a=1&params[name]=add",
            "a=1;method",
            "params.name=add",
            "p%61rams%5Bname%5D=add",
            "Method=x",
            "+method=x",
            "met_hod=x",
        ] {
            assert!(is_in_query(query), "{query}");
        }
        for query in ["", "a=method", "methods=x", "sessionId=7", "param=x&name=add", "a[method]=x"]
        {
            assert!(!is_in_query(query), "{query}");
        }
    }

    #[test]
    fn message_with_two_readings_is_rejected() {
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
            "\u{feff}{}",
        ];
        for body in table {
            assert_eq!(outcome(body), Err(MessageError), "{body}");
        }
    }
}
