//! A user with few rights, a cluster, and servers behind sentinels.

use std::{
    env, fs,
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    processes::{RedisServer, Replica, free_port, wait_for},
    service::{SECOND, Service},
};

const GUIDE: &str = include_str!("../../runtime/docs/scaling.md");

/// All that replicas do with a server: responses, the limit, the key set, messages.
async fn share_everything(service: &Service) {
    service.connect().await;
    for _ in 0..30 {
        let before = service.verifications();
        let key = service.issuer.api_key("user_ada").opaque();
        assert!(service.all_answer(&key, 200).await);
        assert_eq!(service.verifications(), before + 1);
        service.issuer.revoke(&key);
        service.forget(0, &key).await;
        let started_at = Instant::now();
        while !service.all_answer(&key, 401).await {
            assert!(started_at.elapsed() < SECOND);
        }
    }
    assert!(service.health().await.iter().all(|it| it == "Up"));
    // An access control list can name all entries, and none stays for ever.
    for name in service.redis.cli(&["--raw", "KEYS", "*"]).lines() {
        assert!(name.starts_with("clerk-auth:1:"), "{name}");
        assert_ne!(service.redis.cli(&["PTTL", name]), "-1", "{name}");
    }
}

const SETTINGS: [(&str, &str); 2] = [("TEST_CACHE_MILLIS", "60000"), ("TEST_RATE_LIMIT", "100000")];

/// Makes the user of the guide with no more than these rights. Returns its URL.
fn with_user_of_the_guide(redis: &RedisServer, more: &[&str]) -> String {
    let rights = GUIDE.split_once("ACL SETUSER notes").unwrap().1.split_once("```").unwrap().0;
    let rights = rights.replace(">password", ">secret");
    let set = ["ACL", "SETUSER", "notes", "reset"].into_iter().chain(rights.split_whitespace());
    assert_eq!(redis.cli(&set.chain(more.iter().copied()).collect::<Vec<_>>()), "OK");
    redis.url().replace("redis://", "redis://notes:secret@")
}

#[tokio::test(flavor = "multi_thread")]
async fn user_with_the_rights_of_the_guide_can_share() {
    let redis = RedisServer::start();
    let url = with_user_of_the_guide(&redis, &[]);
    let service = Service::at(redis, &format!("{url}/0"), &SETTINGS).await;
    share_everything(&service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_is_used_only_with_a_certificate_that_is_trusted() {
    let folder = env::temp_dir().join(format!("clerk-auth-fleet-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", &key, "-out", &certificate])
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl is installed").success());
    let port = free_port().to_string();
    let tls = ["--tls-port", &port, "--tls-cert-file", &certificate, "--tls-key-file", &key];
    let redis = RedisServer::with(&[&tls[..], &["--tls-auth-clients", "no"]].concat());
    let trusted = [SETTINGS[0], SETTINGS[1], ("SSL_CERT_FILE", &certificate)];
    let url = format!("rediss://localhost:{port}");
    let mut service = Service::at(redis, &url, &trusted).await;
    share_everything(&service).await;
    // The name is another, or nobody vouches for it.
    for (url, settings) in
        [(format!("rediss://127.0.0.1:{port}"), &trusted[..]), (url.clone(), &SETTINGS[..])]
    {
        service.replicas = vec![Replica::start(&service.issuer, &url, settings)];
        assert!(service.all_answer(&service.issuer.api_key("user_ada").opaque(), 200).await);
        service.until_health_is("Down").await;
    }
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "outside the gate: it starts a cluster"]
async fn replicas_share_a_cluster() {
    let nodes = [(); 3].map(|()| RedisServer::with(&["--cluster-enabled", "yes"]));
    let addresses = nodes.each_ref().map(|node| format!("127.0.0.1:{}", node.port()));
    let [first, second, third] = &addresses;
    nodes[0].cli(&["--cluster", "create", first, second, third, "--cluster-yes"]);
    wait_for("the cluster", || {
        nodes.iter().all(|node| node.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok"))
    });
    assert!(GUIDE.contains("`+cluster|slots`"));
    let user = |node: &RedisServer| with_user_of_the_guide(node, &["+cluster|slots"]);
    let urls = nodes.each_ref().map(user).join(",");
    let [node, others @ ..] = nodes;
    let service = Service::at(node, &urls, &SETTINGS).await;
    share_everything(&service).await;
    // A node is lost, and with it a third of the names.
    others[0].kill();
    for _ in 0..30 {
        let key = service.issuer.api_key("user_ada").opaque();
        assert!(service.all_answer(&key, 200).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "outside the gate: it starts sentinels"]
async fn replicas_follow_sentinels_to_the_next_server() {
    let master = RedisServer::start();
    let port = master.port();
    let next = RedisServer::with(&["--replicaof", "127.0.0.1", &port.to_string()]);
    wait_for("a copy", || next.cli(&["INFO", "replication"]).contains("master_link_status:up"));
    let sentinels = [(); 3].map(|()| RedisServer::sentinel(port));
    wait_for("sentinels", || {
        let others = |it: &RedisServer| it.cli(&["SENTINEL", "MASTER", "main"]);
        sentinels.iter().all(|it| {
            let state: Vec<_> = others(it).lines().map(str::to_owned).collect();
            let of = |name: &str| {
                let at = state.iter().position(|line| line == name).unwrap();
                state[at + 1].clone()
            };
            of("num-other-sentinels") == "2" && of("num-slaves") == "1"
        })
    });
    let urls = sentinels.each_ref().map(RedisServer::url).join(",");
    let settings = [SETTINGS[0], SETTINGS[1], ("TEST_SENTINELS", &urls)];
    let service = Service::at(master, &urls, &settings).await;
    share_everything(&service).await;
    service.redis.kill();
    for _ in 0..30 {
        let key = service.issuer.api_key("user_ada").opaque();
        assert!(service.all_answer(&key, 200).await);
    }
    let started_at = Instant::now();
    while service.health().await.iter().any(|it| it != "Up") {
        let key = service.issuer.api_key("user_ada").opaque();
        assert!(service.all_answer(&key, 200).await);
        assert!(started_at.elapsed() < 20 * SECOND);
    }
    share_everything(&service).await;
}
