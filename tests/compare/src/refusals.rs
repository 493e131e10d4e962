//! What a refused caller costs: from the request's head to the finished response.

use std::{hint::black_box, time::Instant};

use axum::{extract::FromRequestParts, response::IntoResponse};
use clerk_auth::{Clerk, Guard};
use http::{Request, request::Parts};
use tokio::runtime::Runtime;

use crate::{
    rounds::{Contestant, Times, each, run},
    verifying::{self, head},
    world::{USER, World, guarded},
};

const CALLS: usize = 100;

pub fn measure(runtime: &Runtime, world: &World, rounds: usize) -> Vec<Times> {
    let clerk = &runtime.block_on(world.clerk(|clerk| clerk));
    let alone = &tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let expired = world.issuer.oauth(USER).scopes(["read:notes"]).expired().jwt();
    let session = world.issuer.session(USER).jwt();
    let scopeless = world.issuer.oauth(USER).jwt();
    let anonymous = || Request::get("/guarded").body(()).unwrap().into_parts().0;
    let refuse = |make: &dyn Fn() -> Parts, status: u16| refusals(alone, clerk, make, status);

    let mut floor = verifying::floor(world);
    let (forged, calls) = (world.forged(), world.issuer.calls());
    let contestants = vec![
        Contestant::new(verifying::FLOOR, || floor()),
        Contestant::new("no credential", || refuse(&anonymous, 401)),
        Contestant::new("wrong shape", || refuse(&|| head("junk"), 401)),
        Contestant::new("wrong type: a session token", || refuse(&|| head(&session), 401)),
        Contestant::new("forged", || refuse(&|| head(&forged), 401)),
        Contestant::new("expired", || refuse(&|| head(&expired), 401)),
        Contestant::new("genuine, seen before, without the scope", || {
            refuse(&|| head(&scopeless), 403)
        }),
    ];
    let times = run(contestants, rounds);
    assert_eq!(world.issuer.calls(), calls, "no refusal asks Clerk");
    times
}

fn refusals(alone: &Runtime, clerk: &Clerk, make: &dyn Fn() -> Parts, status: u16) -> f64 {
    let mut heads: Vec<Parts> = (0..CALLS).map(|_| make()).collect();
    let start = Instant::now();
    alone.block_on(async {
        for parts in &mut heads {
            let rejection = Guard::<guarded>::from_request_parts(parts, clerk).await.unwrap_err();
            assert_eq!(black_box(rejection.into_response()).status(), status);
        }
    });
    each(start.elapsed(), CALLS)
}
