//! Processes of a test: a Redis server, and replicas of a service. They end with it.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    iter,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread::sleep,
    time::{Duration, Instant},
};

use clerk_auth::testing::DevIssuer;

/// A server on a free port of loopback, which keeps nothing on disk.
pub(crate) struct RedisServer {
    child: Mutex<Option<Child>>,
    port: u16,
    folder: PathBuf,
    options: Vec<String>,
}

/// A replica that serves requests.
pub(crate) struct Replica {
    child: Child,
    pub(crate) url: String,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// With more options.
    pub(crate) fn with(options: &[&str]) -> Self {
        let port = free_port();
        let folder = env::temp_dir().join(format!("clerk-auth-fleet-{port}"));
        fs::create_dir_all(&folder).unwrap();
        let options = options.iter().map(|it| (*it).to_owned()).collect();
        let server = Self { child: Mutex::default(), port, folder, options };
        server.start_again();
        server
    }

    /// A sentinel that watches the service `main` at this port.
    pub(crate) fn sentinel(master: u16) -> Self {
        let port = free_port();
        let folder = env::temp_dir().join(format!("clerk-auth-fleet-{port}"));
        fs::create_dir_all(&folder).unwrap();
        let settings = format!(
            "sentinel monitor main 127.0.0.1 {master} 2\n\
             sentinel down-after-milliseconds main 500\n\
             sentinel failover-timeout main 2000\n"
        );
        let file = folder.join("sentinel.conf");
        fs::write(&file, settings).unwrap();
        let mut command = Command::new("redis-server");
        command.arg(&file).args(["--sentinel", "--port", &port.to_string()]);
        command.args(["--bind", "127.0.0.1"]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = Mutex::new(Some(command.spawn().unwrap()));
        let server = Self { child, port, folder, options: Vec::new() };
        wait_for("a sentinel", || server.cli(&["PING"]) == "PONG");
        server
    }

    pub(crate) fn start_again(&self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(&self.options);
        command.arg("--dir").arg(&self.folder).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("redis-server is installed");
        *self.child.lock().unwrap() = Some(child);
        wait_for("redis-server", || self.cli(&["PING"]) == "PONG");
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        let child = self.child.lock().unwrap().take();
        let mut child = child.unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Sends a signal by its name, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.lock().unwrap().as_ref().unwrap(), name);
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What `redis-cli` prints for a command.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string()]);
        let output = command.args(arguments).output().expect("redis-cli is installed");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs a script for each name of an entry, which is `KEYS[1]`.
    pub(crate) fn for_each(&self, pattern: &str, script: &str) {
        let names = self.cli(&["--raw", "KEYS", &format!("clerk-auth:1:{pattern}")]);
        for name in names.lines() {
            self.cli(&["EVAL", script, "1", name]);
        }
    }

    /// How many scripts were run.
    pub(crate) fn scripts(&self) -> usize {
        let statistics = self.cli(&["INFO", "commandstats"]);
        let calls = statistics.split("cmdstat_eval:calls=").nth(1);
        calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
    }

    /// How many commands of any kind were run, ours included.
    pub(crate) fn commands(&self) -> usize {
        let info = self.cli(&["INFO", "stats"]);
        let run = info.lines().find_map(|line| line.strip_prefix("total_commands_processed:"));
        run.unwrap().trim().parse().unwrap()
    }

    /// The bytes that all values take.
    pub(crate) fn memory(&self) -> usize {
        let info = self.cli(&["INFO", "memory"]);
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
        used.unwrap().trim().parse().unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        if self.child.lock().unwrap().is_some() {
            self.kill();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Replica {
    /// A replica of three, for this instance, with more settings.
    pub(crate) fn start(issuer: &DevIssuer, fleet: &str, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet-replica"));
        command
            .env_clear()
            .env("CLERK_SECRET_KEY", issuer.secret_key())
            .env("CLERK_PUBLISHABLE_KEY", issuer.publishable_key())
            .env("CLERK_ISSUER", issuer.issuer())
            .env("CLERK_API_URL", issuer.url())
            .env("CLERK_FLEET_URL", fleet)
            .env("CLERK_FLEET_REPLICAS", "3")
            .envs(settings.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
}

/// A cluster also uses the port 10,000 above.
pub(crate) fn free_port() -> u16 {
    let ports = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    iter::repeat_with(ports).find(|port| *port < 55_000).unwrap()
}

pub(crate) fn wait_for(what: &str, is_reached: impl Fn() -> bool) {
    let started_at = Instant::now();
    while !is_reached() {
        assert!(started_at.elapsed() < Duration::from_secs(20), "{what}");
        sleep(Duration::from_millis(20));
    }
}

/// An address at which nothing listens.
pub(crate) fn nowhere() -> String {
    let port = free_port();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    format!("redis://127.0.0.1:{port}")
}
