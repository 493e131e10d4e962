//! Answers that a test has set, and the end of the server.

use tokio::{net::TcpStream, runtime::Handle};

use super::*;

#[tokio::test]
async fn answers_replace_the_truth_until_they_are_taken_back() {
    let issuer = issuer().await;
    let ask = async || get(&issuer, "/v1/jwks", issuer.secret_key()).await;
    for (status, expected) in [
        (401, "clerk_key_invalid"),
        (422, "api_keys_not_enabled"),
        (429, "too_many_requests"),
        (503, "service_unavailable"),
        (418, "unexpected_error"),
    ] {
        issuer.answer_with(Endpoint::KeySet, Answer::status(status));
        assert_eq!(code(&ask().await), (status, expected));
    }
    issuer.answer_once(Endpoint::KeySet, Answer::status(500));
    assert_eq!(ask().await.0, 500);
    assert_eq!(ask().await.0, 418);
    issuer.answer_with(Endpoint::KeySet, Answer::body(201, "application/json", "[1]"));
    assert_eq!(ask().await, (201, json!([1])));
    issuer.answer_normally();
    assert_eq!(ask().await.0, 200);
    assert_eq!(issuer.calls().key_set, 9);
}

#[tokio::test]
async fn headers_of_answers_are_sent() {
    let issuer = issuer().await;
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for (answer, status, header, value) in [
        (Answer::retry_after(7), 429, "retry-after", "7"),
        (
            Answer::redirect("https://elsewhere.example/"),
            307,
            "location",
            "https://elsewhere.example/",
        ),
        (Answer::body(200, "text/html", "<p>"), 200, "content-type", "text/html"),
    ] {
        issuer.answer_with(Endpoint::M2mVerify, answer);
        let url = format!("{}/m2m_tokens/verify", issuer.url());
        let response = client.post(url).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()[header], value);
    }
}

#[tokio::test]
async fn dropped_connection_is_an_error_at_once() {
    let issuer = issuer().await;
    issuer.answer_with(Endpoint::KeySet, Answer::drop_connection());
    let url = format!("{}/.well-known/jwks.json", issuer.url());
    assert!(CLIENT.get(&url).send().await.is_err());
    issuer.answer_normally();
    assert!(CLIENT.get(&url).send().await.is_ok());
}

#[tokio::test]
async fn last_handle_ends_the_server_and_the_answers_that_hang() {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let issuer = issuer().await;
    let address = issuer.url().strip_prefix("http://").unwrap().to_owned();
    issuer.answer_with(Endpoint::KeySet, Answer::hang());
    let idle = TcpStream::connect(&address).await.unwrap();
    let waiting = TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /.well-known/jwks.json HTTP/1.1\r\nhost: {address}\r\n\r\n");
    waiting.writable().await.unwrap();
    assert_eq!(waiting.try_write(request.as_bytes()).unwrap(), request.len());
    until(|| issuer.calls().key_set == 1).await;
    assert!(tasks() > before);

    let builder = issuer.session("user_a");
    drop(issuer.clone());
    assert!(TcpStream::connect(&address).await.is_ok());
    drop(issuer);
    until(|| tasks() == before).await;
    assert!(TcpStream::connect(&address).await.is_err());
    for stream in [idle, waiting] {
        stream.readable().await.unwrap();
        assert!(matches!(stream.try_read(&mut [0]), Ok(0) | Err(_)));
    }
    drop(builder);
}

/// Lets the other tasks run until `done`, and gives up after a while.
async fn until(done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap();
}
