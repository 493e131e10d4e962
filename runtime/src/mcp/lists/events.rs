//! A stream of events in, the same stream with filtered lists out.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::Bytes;
use axum_core::{Error, body::Body};
use http_body::Frame;
use memchr::memchr2;

use super::{ListFilter, UnreadableList};
use crate::mcp::fault::MessageRejection;

/// The fields of an event (HTML, "Server-sent events"). A comment has an empty name.
const FIELDS: [&str; 5] = ["data", "event", "id", "retry", ""];

pub(super) struct FilteredEvents {
    body: Body,
    filter: ListFilter,
    /// What came of the next event.
    event: Vec<u8>,
    /// How much of it is whole lines.
    lines: usize,
    is_over: bool,
}

impl FilteredEvents {
    pub(super) const fn new(body: Body, filter: ListFilter) -> Self {
        Self { body, filter, event: Vec::new(), lines: 0, is_over: false }
    }

    /// Takes one whole event, with the empty line that ends it.
    fn next_event(&mut self) -> Option<Vec<u8>> {
        loop {
            let rest = self.event.get(self.lines..)?;
            let length = memchr2(b'\r', b'\n', rest)?;
            let end = match rest.get(length..)? {
                [b'\r', b'\n', ..] => length + 2,
                // The second half of the line's end may follow.
                [b'\r'] => return None,
                _ => length + 1,
            };
            self.lines += end;
            if length == 0 {
                let rest = self.event.split_off(mem::take(&mut self.lines));
                return Some(mem::replace(&mut self.event, rest));
            }
        }
    }

    /// The event that goes on. One that cannot be read ends the stream.
    fn filtered(&mut self, event: Vec<u8>) -> Bytes {
        match filtered(&self.filter, &event) {
            Ok(None) => event.into(),
            Ok(Some(event)) => event.into(),
            Err(UnreadableList) => self.unreadable(),
        }
    }

    fn unreadable(&mut self) -> Bytes {
        self.is_over = true;
        MessageRejection::UnreadableList.log();
        let id = &self.filter.request.id;
        let error = r#"{"code":-32603,"message":"Internal error"}"#;
        format!("data: {{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{error}}}\n\n").into()
    }
}

/// `None` if the event goes on as it is.
fn filtered(filter: &ListFilter, event: &[u8]) -> Result<Option<String>, UnreadableList> {
    let event = str::from_utf8(event).map_err(|_| UnreadableList)?;
    let (mut message, mut others) = (String::new(), String::new());
    for line in event.split(['\r', '\n']).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        // A client ignores other fields, but also a byte order mark in front of the first.
        if !FIELDS.contains(&name) {
            return Err(UnreadableList);
        }
        let (into, line) = match name {
            "data" => (&mut message, value.strip_prefix(' ').unwrap_or(value)),
            _ => (&mut others, line),
        };
        into.push_str(line);
        into.push('\n');
    }
    if message.trim_ascii().is_empty() {
        return Ok(None);
    }
    Ok(filter.filtered(&message)?.map(|message| {
        // Between its members, JSON can have line ends.
        let lines = message.split(['\r', '\n']).map(|line| format!("data: {line}\n"));
        format!("{others}{}\n", lines.collect::<String>())
    }))
}

impl http_body::Body for FilteredEvents {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            if self.is_over {
                return Poll::Ready(None);
            }
            if let Some(event) = self.next_event() {
                let event = self.filtered(event);
                return Poll::Ready(Some(Ok(Frame::data(event))));
            }
            // A client discards an event that ends with the stream.
            let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)?) else {
                self.is_over = true;
                continue;
            };
            let Ok(chunk) = frame.into_data() else { continue };
            if chunk.len() > self.filter.policies.most_bytes.saturating_sub(self.event.len()) {
                let event = self.unreadable();
                return Poll::Ready(Some(Ok(Frame::data(event))));
            }
            self.event.extend_from_slice(&chunk);
        }
    }
}
