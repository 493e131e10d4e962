//! Requests a second over loopback, from wrk: guarded against unguarded, in pairs that take turns.

use std::{net::SocketAddr, process::Command};

use axum::Router;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{rounds::median, world::World};

/// Each route's share of the unguarded route's throughput.
pub struct Load {
    pub unguarded: f64,
    pub routes: Vec<Share>,
}

pub struct Share {
    pub name: &'static str,
    pub requests: f64,
    pub median: f64,
    /// From the second lowest to the second highest of ten: with 98 % confidence, the median lies there.
    pub interval: (f64, f64),
}

pub fn measure(runtime: &Runtime, world: &World, pairs: usize, seconds: u32) -> Load {
    let app = World::app(runtime.block_on(world.clerk(|clerk| clerk)));
    let ours = serve(runtime, app);
    let clerk_rs = serve(runtime, world.clerk_rs_app());
    let token = &world.token;
    let wrk = |address: SocketAddr, path: &str, seconds: u32| wrk(address, path, token, seconds);
    for (address, path) in [(ours, "/open"), (ours, "/guarded"), (clerk_rs, "/guarded")] {
        wrk(address, path, seconds.min(2));
    }

    let (mut unguarded, mut guarded, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pairs {
        // Who goes first, changes.
        if pair % 2 == 0 {
            unguarded.push(wrk(ours, "/open", seconds));
            guarded.push(wrk(ours, "/guarded", seconds));
        } else {
            guarded.push(wrk(ours, "/guarded", seconds));
            unguarded.push(wrk(ours, "/open", seconds));
        }
        peer.push(wrk(clerk_rs, "/guarded", seconds));
    }
    let routes = vec![
        share("**clerk-auth**, cached", &guarded, &unguarded),
        share("clerk-rs 0.5, its layer", &peer, &unguarded),
    ];
    Load { unguarded: median(unguarded), routes }
}

fn share(name: &'static str, guarded: &[f64], unguarded: &[f64]) -> Share {
    let ratios = guarded.iter().zip(unguarded).map(|(one, other)| one / other);
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    let outer = usize::from(ratios.len() > 2);
    Share {
        name,
        requests: median(guarded.to_vec()),
        interval: (ratios[outer], ratios[ratios.len() - 1 - outer]),
        median: median(ratios),
    }
}

fn serve(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    address
}

fn wrk(address: SocketAddr, path: &str, token: &str, seconds: u32) -> f64 {
    let output = Command::new("wrk")
        .args(["--threads", "2", "--connections", "32"])
        .args(["--duration", &format!("{seconds}s")])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .arg(format!("http://{address}{path}"))
        .output()
        .expect("`wrk` is needed");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(!report.contains("Non-2xx"), "{report}");
    let rate = report.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    rate.unwrap_or_else(|| panic!("no rate: {report}")).trim().parse().unwrap()
}
