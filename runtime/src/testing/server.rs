//! The HTTP server of an instance on loopback, which ends with the last handle.

use std::{io, net::Ipv4Addr, sync::Arc};

use tokio::{net::TcpListener, task::AbortHandle};

use super::{
    connection::{ClosableConnection, OpenConnections, TrackingListener},
    instance::Instance,
    routes::routes,
};

/// A running server. Dropping it closes the port and every connection, waiting answers included.
pub(super) struct Server {
    instance: Arc<Instance>,
    task: AbortHandle,
    open: OpenConnections,
}

impl Server {
    /// Opens a free port on loopback: the operating system chooses it.
    pub(super) async fn listen() -> io::Result<(TcpListener, String)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok((listener, url))
    }

    pub(super) fn start(listener: TcpListener, instance: Arc<Instance>) -> Self {
        let (listener, open) = TrackingListener::new(listener);
        let service = routes(Arc::clone(&instance))
            .into_make_service_with_connect_info::<ClosableConnection>();
        let serving = async move { axum::serve(listener, service).await };
        Self { instance, task: tokio::spawn(serving).abort_handle(), open }
    }

    pub(super) fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        self.open.close();
    }
}
