//! A wire between an app and Clerk that a test can break: what no HTTP answer can play.

use std::{
    io::{Error, ErrorKind, Result},
    sync::{Arc, Mutex},
    time::Duration,
};

use clerk_auth::testing::DevIssuer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
    time::interval,
};

/// What happens to every question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// The connection is closed as soon as it is open.
    Closed,
    /// The question is read, and the connection is reset.
    Reset,
    /// The question is read and never answered.
    Silent,
    /// A head that says how long the body is, and then nothing.
    HeadOnly,
    /// A head without an end, one byte at a time.
    TrickledHead,
    /// A body without an end, one byte at a time.
    TrickledBody,
    /// A body without an end, as fast as it can be read.
    Endless,
    /// A connection that ends in the middle of the body.
    HalfBody,
    /// A connection that is reset in the middle of the body.
    ResetBody,
    /// Another protocol.
    NoHttp,
}

impl Break {
    pub(crate) const ALL: [Self; 10] = [
        Self::Closed,
        Self::Reset,
        Self::Silent,
        Self::HeadOnly,
        Self::TrickledHead,
        Self::TrickledBody,
        Self::Endless,
        Self::HalfBody,
        Self::ResetBody,
        Self::NoHttp,
    ];

    /// Plays it on one connection, until the app has enough of it.
    async fn play(self, mut stream: TcpStream) -> Result<()> {
        const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        if self == Self::Closed {
            return Ok(());
        }
        question(&mut stream).await?;
        match self {
            Self::Closed => {}
            Self::Reset => stream.set_zero_linger()?,
            Self::Silent => return silence(&mut stream).await,
            Self::HeadOnly => {
                send(&mut stream, HEAD, "content-length: 999\r\n\r\n").await?;
                silence(&mut stream).await?;
            }
            Self::TrickledHead => trickle(&mut stream, b"HTTP/1.1 200 OK\r\nx: ").await?,
            Self::TrickledBody => {
                send(&mut stream, HEAD, "content-length: 99999\r\n\r\n").await?;
                trickle(&mut stream, br#"{"keys":["#).await?;
            }
            Self::Endless => {
                send(&mut stream, HEAD, "connection: close\r\n\r\n").await?;
                while stream.write_all(&[b' '; 4096]).await.is_ok() {}
            }
            Self::HalfBody => {
                send(&mut stream, HEAD, "content-length: 999\r\n\r\n{\"keys\"").await?;
            }
            Self::ResetBody => {
                send(&mut stream, HEAD, "content-length: 999\r\n\r\n{\"keys\"").await?;
                stream.set_zero_linger()?;
            }
            Self::NoHttp => stream.write_all(b"SSH-2.0-x\r\n").await?,
        }
        Ok(())
    }
}

/// The head of a question, and what came along with it.
async fn question(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut question = Vec::new();
    while !question.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut question).await? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
    }
    Ok(question)
}

async fn send(stream: &mut TcpStream, head: &str, rest: &str) -> Result<()> {
    stream.write_all(format!("{head}{rest}").as_bytes()).await
}

async fn trickle(stream: &mut TcpStream, start: &[u8]) -> Result<()> {
    stream.write_all(start).await?;
    let mut beat = interval(Duration::from_millis(2));
    loop {
        beat.tick().await;
        stream.write_all(b" ").await?;
    }
}

/// Until the other side hangs up.
async fn silence(stream: &mut TcpStream) -> Result<()> {
    while stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

/// Passes one question on, and the answer back. Each has a connection of its own, so that what
/// breaks is always the next.
async fn pass(mut near: TcpStream, far: &str) -> Result<()> {
    let question = question(&mut near).await?;
    let line = question.windows(2).position(|end| end == b"\r\n").unwrap_or_default();
    let (line, rest) = question.split_at(line);
    let mut far = TcpStream::connect(far).await?;
    far.write_all(&[line, b"\r\nconnection: close", rest].concat()).await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}

/// The wire. It goes with its last handle.
#[derive(Clone)]
pub(crate) struct Wire(Arc<Ends>);

struct Ends {
    url: String,
    broken: Arc<Mutex<Option<Break>>>,
    task: AbortHandle,
}

impl Wire {
    /// To an issuer.
    pub(crate) async fn to(issuer: &DevIssuer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let far = issuer.url().strip_prefix("http://").unwrap().to_owned();
        let broken: Arc<Mutex<Option<Break>>> = Arc::default();
        let state = Arc::clone(&broken);
        let accepting = async move {
            while let Ok((near, _)) = listener.accept().await {
                let (far, broken) = (far.clone(), *state.lock().unwrap());
                // It ends when the app hangs up.
                tokio::spawn(async move {
                    match broken {
                        Some(broken) => broken.play(near).await,
                        None => pass(near, &far).await,
                    }
                });
            }
        };
        let task = tokio::spawn(accepting).abort_handle();
        Self(Arc::new(Ends { url, broken, task }))
    }

    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// What happens from now on.
    pub(crate) fn set(&self, broken: Option<Break>) {
        *self.0.broken.lock().unwrap() = broken;
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.task.abort();
    }
}
