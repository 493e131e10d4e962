//! The parts of `tokio` that the single flight uses, on the model checker's locks.

pub(crate) use self::task::spawn;

mod task {
    /// Detached, as `tokio` does with a handle that is dropped.
    pub(crate) fn spawn<F>(future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        drop(shuttle::future::spawn(future));
    }
}

pub(crate) mod time {
    use std::{convert::Infallible, time::Duration};

    /// No time passes in the model.
    pub(crate) async fn timeout<F: Future>(_: Duration, work: F) -> Result<F::Output, Infallible> {
        Ok(work.await)
    }
}

pub(crate) mod sync {
    pub(crate) mod watch {
        use std::{
            future::poll_fn,
            ops::Deref,
            task::{Poll, Waker},
        };

        use shuttle::sync::{Arc, Mutex};

        struct State<T> {
            value: T,
            is_closed: bool,
            waiters: Vec<Waker>,
        }

        pub(crate) struct Sender<T>(Arc<Mutex<State<T>>>);

        pub(crate) struct Receiver<T>(Arc<Mutex<State<T>>>);

        #[derive(Debug)]
        pub(crate) struct Closed;

        pub(crate) struct Ref<T>(T);

        impl<T> Deref for Ref<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }

        impl<T> Clone for Receiver<T> {
            fn clone(&self) -> Self {
                Self(Arc::clone(&self.0))
            }
        }

        pub(crate) fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
            let state = State { value, is_closed: false, waiters: Vec::new() };
            let state = Arc::new(Mutex::new(state));
            (Sender(Arc::clone(&state)), Receiver(state))
        }

        impl<T> Sender<T> {
            fn change(&self, change: impl FnOnce(&mut State<T>)) {
                let mut state = self.0.lock().unwrap();
                change(&mut state);
                let waiters = std::mem::take(&mut state.waiters);
                drop(state);
                waiters.into_iter().for_each(Waker::wake);
            }

            pub(crate) fn send(&self, value: T) -> Result<(), Closed> {
                self.change(|state| state.value = value);
                Ok(())
            }
        }

        impl<T> Drop for Sender<T> {
            fn drop(&mut self) {
                self.change(|state| state.is_closed = true);
            }
        }

        impl<T: Clone> Receiver<T> {
            pub(crate) async fn wait_for(
                &mut self,
                is_wanted: fn(&T) -> bool,
            ) -> Result<Ref<T>, Closed> {
                poll_fn(|context| {
                    let mut state = self.0.lock().unwrap();
                    if is_wanted(&state.value) {
                        return Poll::Ready(Ok(Ref(state.value.clone())));
                    }
                    if state.is_closed {
                        return Poll::Ready(Err(Closed));
                    }
                    state.waiters.push(context.waker().clone());
                    Poll::Pending
                })
                .await
            }
        }

        impl<T> Receiver<T> {
            pub(crate) fn has_changed(&self) -> Result<bool, Closed> {
                if self.0.lock().unwrap().is_closed { Err(Closed) } else { Ok(true) }
            }

            pub(crate) fn same_channel(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.0, &other.0)
            }
        }
    }
}
