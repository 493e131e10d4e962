//! When a token ends in; out, a future that is ready then, and a body that ends then.
//!
//! A guard looks at a token once, at the start of a request. What lasts longer asks here.

use std::{
    future::{Future, pending},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Bytes;
use axum_core::{Error, body::Body, response::Response};
use http::{HeaderValue, header::CONTENT_TYPE};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

use crate::clock::{Clock, UnixMillis};

/// A timer may not count the time that a machine sleeps, so the clock is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Ready when the token has ended, by the clock or by a timer, whichever is first: a clock that
/// is set back gives nobody more time. Never ready for a token that does not end.
pub(crate) async fn ended(clock: Clock, end: Option<UnixMillis>) {
    let Some(end) = end else { return pending().await };
    let deadline = Instant::now().checked_add(end.since(clock.now()));
    while clock.now() < end && deadline.is_none_or(|deadline| Instant::now() < deadline) {
        let look_again = Instant::now() + LOOK_AGAIN;
        sleep_until(deadline.map_or(look_again, |deadline| deadline.min(look_again))).await;
    }
}

/// The same response; a body that streams ends when `ended` is ready.
pub(crate) fn end_stream(
    response: Response,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Response {
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_event_stream = content_type.is_some_and(|it| it.starts_with(b"text/event-stream"));
    response.map(|body| {
        // A body whose length is known is there already: it does not wait for anything.
        if http_body::Body::size_hint(&body).exact().is_some() {
            return body;
        }
        let is_over = false;
        Body::new(EndingBody { body, ended: Box::pin(ended), is_event_stream, is_over })
    })
}

struct EndingBody {
    body: Body,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_event_stream: bool,
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
        if self.ended.as_mut().poll(context).is_pending() {
            return Pin::new(&mut self.body).poll_frame(context);
        }
        self.is_over = true;
        // Between events, an event stream is whole. Anything else that is cut off must not look
        // whole, so its connection breaks.
        let cut_off = || Err(Error::new("the caller's token ended before the response did"));
        Poll::Ready((!self.is_event_stream).then(cut_off))
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
    use tokio::time::advance;

    use super::*;
    use crate::testing::TestClock;

    const START: u64 = 1_800_000_000;
    const HOUR: u64 = 3600;

    /// Seconds until a token ends that lives an hour, where `change` happens to the clock after
    /// ten minutes.
    async fn ends_after(change: impl FnOnce(&TestClock) + Send + 'static) -> u64 {
        let wall = TestClock::at(START);
        let end = UnixMillis::from(wall.now()).plus(3_600_000);
        let (clock, start) = (Clock::Test(wall.clone()), Instant::now());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(600)).await;
            change(&wall);
        });
        ended(clock, Some(end)).await;
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_steps_ahead_ends_the_token_within_a_minute() {
        let ended_after = ends_after(|clock| clock.set_wall(START + HOUR)).await;
        assert!((600..=660).contains(&ended_after), "{ended_after}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_stands_still_or_is_set_back_gives_no_more_time() {
        assert_eq!(ends_after(|_| ()).await, HOUR);
        assert_eq!(ends_after(|clock| clock.set_wall(START - 10 * HOUR)).await, HOUR);
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_beyond_what_a_timer_can_hold_is_only_looked_at() {
        let clock = TestClock::at(START);
        let mut ended = Box::pin(ended(Clock::Test(clock.clone()), Some(UnixMillis(i64::MAX))));
        let poll = |ended: &mut Pin<Box<_>>| {
            let mut context = Context::from_waker(std::task::Waker::noop());
            Future::poll(Pin::as_mut(ended), &mut context)
        };
        assert!(poll(&mut ended).is_pending());
        advance(Duration::from_secs(1_000_000)).await;
        assert!(poll(&mut ended).is_pending());
    }
}
