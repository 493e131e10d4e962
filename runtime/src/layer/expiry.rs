//! Ends a response that streams when the caller's token expires.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Bytes;
use axum_core::{Error, body::Body, response::Response};
use http::{HeaderValue, header::CONTENT_TYPE};
use http_body::{Frame, SizeHint};

/// The same response; a body that is still waited for ends when `ended` is ready.
pub(crate) fn end_stream(
    response: Response,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Response {
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_event_stream = content_type.is_some_and(|it| it.starts_with(b"text/event-stream"));
    response.map(|body| {
        let has_length = http_body::Body::size_hint(&body).exact().is_some();
        let may_stop = is_event_stream && !has_length;
        Body::new(EndingBody { body, ended: Box::pin(ended), has_length, may_stop, is_over: false })
    })
}

struct EndingBody {
    body: Body,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Then it ends by itself, so what is ready of it is sent: most such bodies were made whole.
    /// But one that comes from another server can be as slow as that.
    has_length: bool,
    /// Between events, an event stream is whole. Anything else that is cut off must not look
    /// whole, so its connection breaks.
    may_stop: bool,
    is_over: bool,
}

impl http_body::Body for EndingBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        if self.has_length {
            let frame = Pin::new(&mut self.body).poll_frame(context);
            if frame.is_ready() || self.ended.as_mut().poll(context).is_pending() {
                return frame;
            }
        } else if self.ended.as_mut().poll(context).is_pending() {
            return Pin::new(&mut self.body).poll_frame(context);
        }
        self.is_over = true;
        let cut_off = || Err(Error::new("the caller's token ended before the response did"));
        Poll::Ready((!self.may_stop).then(cut_off))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use tokio::time::{Interval, advance, interval};

    use super::*;
    use crate::{
        clock::{Clock, UnixMillis},
        guard::expiry::expired,
        testing::TestClock,
    };

    const START: u64 = 1_800_000_000;

    /// Four bytes, whose number is told before: one at a time, or as fast as they are read.
    struct FourBytes(Option<Interval>, u64);

    impl http_body::Body for FourBytes {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            if self.0.as_mut().is_some_and(|interval| interval.poll_tick(context).is_pending()) {
                return Poll::Pending;
            }
            let Some(left) = self.1.checked_sub(1) else { return Poll::Ready(None) };
            self.1 = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b".")))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.1)
        }
    }

    /// Which frames came and were good, for a body that nobody reads in its first `late` seconds,
    /// and a token that lives for a minute.
    async fn frames_of(body: FourBytes, late: u64, content_type: &'static str) -> Vec<bool> {
        let wall = TestClock::at(START);
        let end = UnixMillis::from(wall.now()).plus(60_000);
        let mut response = Response::new(Body::new(body));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        let mut body = end_stream(response, expired(Clock::Test(wall), Some(end))).into_body();
        assert_eq!(http_body::Body::size_hint(&body).exact(), Some(4), "for `Content-Length`");
        advance(Duration::from_secs(late)).await;
        let mut frames = Vec::new();
        while let Some(frame) =
            poll_fn(|context| http_body::Body::poll_frame(Pin::new(&mut body), context)).await
        {
            frames.push(frame.is_ok());
        }
        frames
    }

    #[tokio::test(start_paused = true)]
    async fn a_length_that_is_known_gives_no_more_time_to_a_body_that_is_waited_for() {
        for content_type in ["text/plain", "text/event-stream"] {
            // At 0, 25 and 50 seconds; at 60 the token is over.
            let slow = FourBytes(Some(interval(Duration::from_secs(25))), 4);
            assert_eq!(frames_of(slow, 0, content_type).await, [true, true, true, false]);
            assert_eq!(frames_of(FourBytes(None, 4), 61, content_type).await, [true; 4]);
        }
    }
}
