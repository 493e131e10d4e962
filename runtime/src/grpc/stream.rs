//! Ends the streams of a gRPC call when the caller's token expires: responses between two messages,
//! requests also in a message whose rest has not arrived.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Bytes;
use axum_core::{Error, body::Body};
use http::HeaderMap;
use http_body::{Frame, SizeHint};

/// Ends a stream of responses with these trailers. They also replace those with which the service
/// answers to a request that was cut.
pub(crate) fn end_responses(
    body: Body,
    ended: impl Future<Output = ()> + Send + 'static,
    trailers: HeaderMap,
    request_was_cut: Arc<AtomicBool>,
) -> Body {
    expiring(body, ended, End::Trailers { trailers, request_was_cut })
}

/// Ends a stream of requests with an error, because a stream that just ends looks complete. Sets
/// `was_cut` then.
pub(crate) fn end_requests(
    body: Body,
    ended: impl Future<Output = ()> + Send + 'static,
    was_cut: Arc<AtomicBool>,
) -> Body {
    expiring(body, ended, End::Error { was_cut })
}

fn expiring(body: Body, ended: impl Future<Output = ()> + Send + 'static, end: End) -> Body {
    Body::new(ExpiringMessages {
        body,
        ended: Box::pin(ended),
        end,
        position: Position::default(),
        is_expired: false,
        is_over: false,
    })
}

struct ExpiringMessages {
    body: Body,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    end: End,
    position: Position,
    is_expired: bool,
    is_over: bool,
}

enum End {
    Trailers { trailers: HeaderMap, request_was_cut: Arc<AtomicBool> },
    Error { was_cut: Arc<AtomicBool> },
}

/// Where a sequence of messages stands. Each has a prefix: one byte of flags, and its length in
/// four (gRPC over HTTP/2, "Length-Prefixed-Message").
#[derive(Default)]
struct Position {
    prefix: [u8; 5],
    prefix_bytes: usize,
    rest_of_message: usize,
    has_begun: bool,
}

impl Position {
    fn advance(&mut self, mut bytes: &[u8]) {
        while let [byte, rest @ ..] = bytes {
            self.has_begun = true;
            if self.rest_of_message > 0 {
                let taken = self.rest_of_message.min(bytes.len());
                self.rest_of_message -= taken;
                bytes = bytes.get(taken..).unwrap_or_default();
                continue;
            }
            if let Some(next) = self.prefix.get_mut(self.prefix_bytes) {
                *next = *byte;
            }
            self.prefix_bytes += 1;
            bytes = rest;
            if let [_, length @ ..] = self.prefix
                && self.prefix_bytes == 5
            {
                self.prefix_bytes = 0;
                let length = u32::from_be_bytes(length);
                self.rest_of_message = usize::try_from(length).unwrap_or(usize::MAX);
            }
        }
    }

    const fn is_between_messages(&self) -> bool {
        self.prefix_bytes == 0 && self.rest_of_message == 0
    }
}

impl http_body::Body for ExpiringMessages {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        self.is_expired = self.is_expired || self.ended.as_mut().poll(context).is_ready();
        let polled = Pin::new(&mut self.body).poll_frame(context);
        // The first message may go on if it is ready: that of a call that is not a stream.
        let may_begin = !self.is_expired || !self.position.has_begun;
        let is_cut = match &polled {
            Poll::Pending => {
                self.is_expired
                    && (self.end.may_split_messages() || self.position.is_between_messages())
            }
            Poll::Ready(Some(Ok(frame))) if frame.is_data() => {
                !may_begin && self.position.is_between_messages()
            }
            Poll::Ready(_) => self.end.replaces_others(),
        };
        if is_cut {
            self.is_over = true;
            return Poll::Ready(Some(self.end.frame()));
        }
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.position.advance(data);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.body.is_end_stream()
    }

    /// Its end is not known before, because the token can expire.
    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl End {
    /// A caller who holds back the rest of a message must not send it after expiry, when it would
    /// call the method. The error makes the reader reject the part that it has.
    const fn may_split_messages(&self) -> bool {
        matches!(self, Self::Error { .. })
    }

    fn replaces_others(&self) -> bool {
        matches!(self, Self::Trailers { request_was_cut, .. } if request_was_cut.load(Ordering::Acquire))
    }

    fn frame(&self) -> Result<Frame<Bytes>, Error> {
        match self {
            Self::Trailers { trailers, .. } => Ok(Frame::trailers(trailers.clone())),
            Self::Error { was_cut } => {
                was_cut.store(true, Ordering::Release);
                Err(Error::new("the caller's token expired"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        future::{pending, poll_fn, ready},
    };

    use super::*;

    const MESSAGE: &[u8] = b"\0\0\0\0\x03abc";

    /// The frames that are ready; then the stream waits for ever.
    struct Frames(VecDeque<Frame<Bytes>>);

    impl http_body::Body for Frames {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            self.0.pop_front().map_or(Poll::Pending, |frame| Poll::Ready(Some(Ok(frame))))
        }
    }

    fn data(parts: &[&'static [u8]]) -> Body {
        Body::new(Frames(parts.iter().map(|it| Frame::data(Bytes::from_static(it))).collect()))
    }

    /// The bytes that come through, and whether the stream then ends with the trailers.
    async fn read(mut body: Body) -> (Vec<u8>, bool) {
        let (mut bytes, mut is_ended) = (Vec::new(), false);
        let next = |body: &mut Body| {
            let mut body = Pin::new(body);
            let mut context = Context::from_waker(std::task::Waker::noop());
            http_body::Body::poll_frame(body.as_mut(), &mut context)
        };
        while let Poll::Ready(Some(Ok(frame))) = poll_fn(|_| Poll::Ready(next(&mut body))).await {
            match frame.into_data() {
                Ok(data) => bytes.extend(data),
                Err(frame) => is_ended = frame.is_trailers(),
            }
        }
        (bytes, is_ended)
    }

    fn trailers() -> HeaderMap {
        HeaderMap::from_iter([("grpc-status".parse().unwrap(), 16.into())])
    }

    #[tokio::test]
    async fn expired_stream_is_cut_between_messages() {
        let whole: &[(&[&'static [u8]], usize)] = &[
            (&[], 0),
            (&[MESSAGE], 8),
            (&[MESSAGE, MESSAGE], 8),
            (&[b"\0\0\0", b"\0\x03abc", MESSAGE], 8),
            (&[b"\0\0\0\0\x03a", b"bc", b"\0\0"], 8),
            (&[b"\0\0\0\0\0", MESSAGE], 5),
            (&[b"\0\0\0\0\0\0\0\0\0\x02x", b"y", MESSAGE], 12),
        ];
        for (frames, length) in whole {
            let (bytes, is_ended) =
                read(end_responses(data(frames), ready(()), trailers(), Arc::default())).await;
            assert_eq!((bytes.len(), is_ended), (*length, true), "{frames:?}");
        }
        let (bytes, is_ended) =
            read(end_responses(data(&[b"\0\0"]), ready(()), trailers(), Arc::default())).await;
        assert_eq!((bytes.len(), is_ended), (2, false), "in the middle of a message");
    }

    #[tokio::test]
    async fn stream_goes_on_before_expiry() {
        let body = end_responses(data(&[MESSAGE, MESSAGE]), pending(), trailers(), Arc::default());
        assert_eq!(read(body).await, ([MESSAGE, MESSAGE].concat(), false));
    }

    #[tokio::test]
    async fn requests_that_are_cut_are_an_error_and_are_told() {
        // Frames, and how many bytes are read. The caller holds back the rest of a message.
        let table: &[(&[&'static [u8]], usize)] = &[
            (&[], 0),
            (&[MESSAGE], 8),
            (&[MESSAGE, MESSAGE], 8),
            (&[b"\0"], 1),
            (&[b"\0\0\0\0"], 4),
            (&[b"\0\0\0\0\x03"], 5),
            (&[b"\0\0\0\0\x03a", b"b"], 7),
            (&[b"\0\xff\xff\xff\xff", b"ab"], 7),
            (&[b"\0\0\0\0\x03abc\0"], 9),
        ];
        for (frames, length) in table {
            let was_cut = Arc::new(AtomicBool::new(false));
            let (bytes, _) = read(end_requests(data(frames), ready(()), was_cut.clone())).await;
            let read = (bytes.len(), was_cut.load(Ordering::Acquire));
            assert_eq!(read, (*length, true), "{frames:?}");
        }
    }
}
