//! The two endpoints of the Backend API that renew sessions, with answers that a test writes.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::any,
};
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// A stand-in for Clerk. Clones are the same one.
#[derive(Clone)]
pub(crate) struct ClerkApi {
    address: String,
    state: Arc<ApiState>,
}

struct ApiState {
    answer: Mutex<(StatusCode, Value)>,
    calls: Mutex<Vec<Call>>,
    /// A call is answered once it gets a permit.
    permits: Semaphore,
}

/// A call as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) target: String,
    pub(crate) body: Value,
}

/// So many calls are answered without waiting.
const UNHELD: usize = 1 << 20;

impl ClerkApi {
    pub(crate) async fn start() -> Self {
        let answer = Mutex::new((StatusCode::INTERNAL_SERVER_ERROR, Value::Null));
        let (calls, permits) = (Mutex::default(), Semaphore::new(UNHELD));
        let state = Arc::new(ApiState { answer, calls, permits });
        let router = Router::new().fallback(any(answered)).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> &str {
        &self.address
    }

    /// The cookies of each handshake and refresh from now on.
    pub(crate) fn sets(&self, cookies: &[String]) {
        let answer = json!({ "object": "cookies", "cookies": cookies, "directives": cookies });
        self.answers(200, answer);
    }

    /// An error of Clerk.
    pub(crate) fn rejects(&self, status: u16, code: &str) {
        self.answers(status, json!({ "errors": [{ "code": code, "message": "no" }] }));
    }

    pub(crate) fn answers(&self, status: u16, body: Value) {
        *self.state.answer.lock().unwrap() = (StatusCode::from_u16(status).unwrap(), body);
    }

    /// Sends no response until [`release`](Self::release).
    pub(crate) fn hold(&self) {
        self.state.permits.forget_permits(UNHELD);
    }

    pub(crate) fn release(&self) {
        self.state.permits.add_permits(UNHELD);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.calls().len()
    }
}

async fn answered(State(state): State<Arc<ApiState>>, target: Uri, body: Bytes) -> Response {
    let body = serde_json::from_slice(&body).unwrap_or_default();
    state.calls.lock().unwrap().push(Call { target: target.to_string(), body });
    let _permit = state.permits.acquire().await.unwrap();
    let (status, body) = state.answer.lock().unwrap().clone();
    (status, Json(body)).into_response()
}
