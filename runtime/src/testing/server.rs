//! An instance in, its HTTP server on loopback out, until the last handle is dropped.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, TcpStream as StdTcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

use super::{instance::Instance, routes::routes};

/// A running server. Dropping it closes the port and every connection, waiting answers included.
pub(super) struct Server {
    instance: Arc<Instance>,
    task: AbortHandle,
    lines: Arc<Lines>,
}

impl Server {
    /// Opens a free port on loopback: the operating system chooses it.
    pub(super) async fn listen() -> io::Result<(TcpListener, String)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok((listener, url))
    }

    pub(super) fn start(listener: TcpListener, instance: Arc<Instance>) -> Self {
        let lines = Arc::new(Lines::default());
        let door = TrackingListener { listener, lines: Arc::clone(&lines) };
        let service =
            routes(Arc::clone(&instance)).into_make_service_with_connect_info::<Connection>();
        let serving = async move { axum::serve(door, service).await };
        Self { instance, task: tokio::spawn(serving).abort_handle(), lines }
    }

    pub(super) fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        self.lines.cut();
    }
}

/// One connection, as a handle that can close it under the server's hands.
///
/// The server then sees the end of the connection and drops the request it is working on.
#[derive(Clone, Debug)]
pub(super) struct Connection(Arc<StdTcpStream>);

impl Connection {
    pub(super) fn cut(&self) {
        // It fails when the other side was faster: closed is closed.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

impl Connected<IncomingStream<'_, TrackingListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, TrackingListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// The connections that are open now.
#[derive(Default)]
struct Lines(Mutex<Open>);

#[derive(Default)]
struct Open {
    lines: Vec<Weak<StdTcpStream>>,
    closed: bool,
}

impl Lines {
    fn add(&self, line: &Connection) {
        let mut open = self.open();
        if open.closed {
            return line.cut();
        }
        open.lines.retain(|line| line.strong_count() > 0);
        open.lines.push(Arc::downgrade(&line.0));
    }

    /// Closes what is open and what may still be on its way in.
    fn cut(&self) {
        let mut open = self.open();
        open.closed = true;
        open.lines
            .drain(..)
            .filter_map(|line| line.upgrade())
            .for_each(|line| Connection(line).cut());
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The port. It hands out each connection with its [`Connection`] in the place of the peer's address.
struct TrackingListener {
    listener: TcpListener,
    lines: Arc<Lines>,
}

impl Listener for TrackingListener {
    type Io = TcpStream;
    type Addr = Connection;

    async fn accept(&mut self) -> (TcpStream, Connection) {
        loop {
            let (stream, _) = Listener::accept(&mut self.listener).await;
            // A connection that cannot be handed out is closed, and the client may try again.
            if let Ok((stream, line)) = with_line(stream) {
                self.lines.add(&line);
                return (stream, line);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Connection> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn with_line(stream: TcpStream) -> io::Result<(TcpStream, Connection)> {
    let stream = stream.into_std()?;
    stream.set_nodelay(true)?;
    let line = Connection(Arc::new(stream.try_clone()?));
    Ok((TcpStream::from_std(stream)?, line))
}
