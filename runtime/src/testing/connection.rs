//! Connections of the server that a test, or the end of the server, can close.

use std::{
    io,
    net::{Shutdown, TcpStream as StdTcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::net::{TcpListener, TcpStream};

/// A second handle of one connection. Closing it makes the server drop the request in progress.
#[derive(Clone, Debug)]
pub(super) struct ClosableConnection(Arc<StdTcpStream>);

impl ClosableConnection {
    pub(super) fn close(&self) {
        // It fails if the other side was faster: closed is closed.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

impl Connected<IncomingStream<'_, TrackingListener>> for ClosableConnection {
    fn connect_info(stream: IncomingStream<'_, TrackingListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// The open connections; `None` after all were closed.
#[derive(Clone)]
pub(super) struct OpenConnections(Arc<Mutex<Option<Vec<Weak<StdTcpStream>>>>>);

impl OpenConnections {
    fn add(&self, connection: &ClosableConnection) {
        let mut open = self.lock();
        let Some(open) = open.as_mut() else { return connection.close() };
        open.retain(|open| open.strong_count() > 0);
        open.push(Arc::downgrade(&connection.0));
    }

    /// Closes the open connections, and each that is accepted later.
    pub(super) fn close(&self) {
        let open = self.lock().take().unwrap_or_default();
        open.iter().filter_map(Weak::upgrade).map(ClosableConnection).for_each(|it| it.close());
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Weak<StdTcpStream>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener that gives each connection's handle in place of the peer's address.
pub(super) struct TrackingListener {
    listener: TcpListener,
    open: OpenConnections,
}

impl TrackingListener {
    pub(super) fn new(listener: TcpListener) -> (Self, OpenConnections) {
        let open = OpenConnections(Arc::new(Mutex::new(Some(Vec::new()))));
        (Self { listener, open: open.clone() }, open)
    }
}

impl Listener for TrackingListener {
    type Io = TcpStream;
    type Addr = ClosableConnection;

    async fn accept(&mut self) -> (TcpStream, ClosableConnection) {
        loop {
            let (stream, _) = Listener::accept(&mut self.listener).await;
            // A stream that cannot be cloned is closed, and the client may try again.
            if let Ok((stream, connection)) = with_handle(stream) {
                self.open.add(&connection);
                return (stream, connection);
            }
        }
    }

    fn local_addr(&self) -> io::Result<ClosableConnection> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn with_handle(stream: TcpStream) -> io::Result<(TcpStream, ClosableConnection)> {
    let stream = stream.into_std()?;
    stream.set_nodelay(true)?;
    let connection = ClosableConnection(Arc::new(stream.try_clone()?));
    Ok((TcpStream::from_std(stream)?, connection))
}
