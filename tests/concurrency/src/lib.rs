//! Runs the single flight and the rate limit under every interleaving that the model checker finds.
#![cfg(test)]

mod tokio;

mod error {
    #[derive(Clone, Debug)]
    pub(crate) struct UpstreamError;

    pub(crate) enum UpstreamErrorKind {
        Connection,
        Timeout,
    }

    impl UpstreamError {
        pub(crate) fn new(_: UpstreamErrorKind) -> Self {
            Self
        }
    }
}

#[allow(dead_code)]
mod single_flight {
    include!(concat!(env!("OUT_DIR"), "/single_flight.rs"));
}

#[allow(dead_code)]
mod rate_limit {
    include!(concat!(env!("OUT_DIR"), "/rate_limit.rs"));
}

mod tests;
