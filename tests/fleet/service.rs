//! Three replicas, the instance that they believe, and a client that asks them.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clerk_auth::testing::DevIssuer;
use tokio::{task::JoinSet, time::sleep};

use crate::processes::{RedisServer, Replica};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) struct Service {
    pub(crate) issuer: DevIssuer,
    pub(crate) redis: RedisServer,
    pub(crate) replicas: Vec<Replica>,
    client: reqwest::Client,
}

/// A request that is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) status: u16,
    pub(crate) time: Duration,
}

impl Service {
    /// Three replicas with these settings.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let redis = RedisServer::start();
        let url = redis.url();
        Self::at(redis, &url, settings).await
    }

    /// Replicas that reach the server at this URL.
    pub(crate) async fn at(redis: RedisServer, url: &str, settings: &[(&str, &str)]) -> Self {
        let issuer = DevIssuer::start().await.unwrap();
        let start = |_| Replica::start(&issuer, url, settings);
        let replicas = (0..3).map(start).collect();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { issuer, redis, replicas, client }
    }

    /// Waits until each replica has looked up something.
    pub(crate) async fn connect(&self) {
        assert!(self.all_answer(&self.issuer.session("user_ada").jwt(), 200).await);
        self.until_health_is("Up").await;
    }

    /// Asks one of the replicas.
    pub(crate) async fn ask(&self, replica: usize, token: &str) -> Asked {
        ask(&self.client, &self.replicas[replica % self.replicas.len()].url, token).await
    }

    /// Whether all replicas answer with this status.
    pub(crate) async fn all_answer(&self, token: &str, status: u16) -> bool {
        for replica in 0..self.replicas.len() {
            if self.ask(replica, token).await.status != status {
                return false;
            }
        }
        true
    }

    pub(crate) async fn forget(&self, replica: usize, key_id: &str) {
        let url = format!("{}/forget", self.replicas[replica].url);
        let sent = self.client.post(url).body(key_id.to_owned()).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }

    /// Whether each replica uses the server.
    pub(crate) async fn health(&self) -> Vec<String> {
        let mut health = Vec::new();
        for replica in &self.replicas {
            let response = self.client.get(format!("{}/health", replica.url)).send().await.unwrap();
            health.push(response.text().await.unwrap());
        }
        health
    }

    pub(crate) async fn until_health_is(&self, health: &str) {
        let started_at = Instant::now();
        while self.health().await.iter().any(|it| it != health) {
            assert!(started_at.elapsed() < 10 * SECOND, "{:?}", self.health().await);
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// How often Clerk was called to verify a token.
    pub(crate) fn verifications(&self) -> usize {
        verifications(&self.issuer)
    }

    /// Sends the tokens in turn, `at_once` requests at a time, until `is_over`.
    pub(crate) async fn load(
        &self,
        tokens: Vec<String>,
        at_once: usize,
        is_over: impl Fn(usize, Duration) -> bool + Send + Sync + 'static,
    ) -> Vec<(usize, Asked)> {
        let (tokens, next, is_over) =
            (Arc::new(tokens), Arc::new(AtomicUsize::new(0)), Arc::new(is_over));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let urls: Arc<Vec<String>> =
            Arc::new(self.replicas.iter().map(|it| it.url.clone()).collect());
        let started_at = Instant::now();
        let mut callers = JoinSet::new();
        for _ in 0..at_once {
            let (tokens, next, is_over) =
                (Arc::clone(&tokens), Arc::clone(&next), Arc::clone(&is_over));
            let (asked, urls, client) =
                (Arc::clone(&asked), Arc::clone(&urls), self.client.clone());
            callers.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if is_over(number, started_at.elapsed()) {
                        return;
                    }
                    let (token, url) = (number % tokens.len(), number / tokens.len() + number);
                    let answer = ask(&client, &urls[url % urls.len()], &tokens[token]).await;
                    asked.lock().unwrap().push((token, answer));
                }
            });
        }
        callers.join_all().await;
        std::mem::take(&mut *asked.lock().unwrap())
    }
}

pub(crate) fn verifications(issuer: &DevIssuer) -> usize {
    let calls = issuer.calls();
    calls.oauth_verify + calls.m2m_verify + calls.api_key_verify
}

async fn ask(client: &reqwest::Client, url: &str, token: &str) -> Asked {
    let started_at = Instant::now();
    let request = client.get(url).header("authorization", format!("Bearer {token}"));
    let status = request.send().await.unwrap().status().as_u16();
    Asked { status, time: started_at.elapsed() }
}
