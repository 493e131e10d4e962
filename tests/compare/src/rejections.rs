//! The cost of a rejected request: from the request's head to the finished response.

use axum::{extract::FromRequestParts, response::IntoResponse};
use clerk_auth::{Clerk, Guard};
use http::{Request, request::Parts};
use tokio::runtime::Runtime;

use crate::{
    rounds::{Contestant, TURN, Times, ready, run, time},
    verifying::{self, head},
    world::{GuardedPolicy, USER, World},
};

pub fn measure(runtime: &Runtime, world: &World, rounds: usize) -> Vec<Times> {
    let _inside = runtime.enter();
    let clerk = &runtime.block_on(world.clerk(|clerk| clerk));
    let expired = world.issuer.oauth(USER).scopes(["read:notes"]).expired().jwt();
    let session = world.issuer.session(USER).jwt();
    let scopeless = world.issuer.oauth(USER).jwt();
    let anonymous = || Request::get("/guarded").body(()).unwrap().into_parts().0;
    let reject = |make: &dyn Fn() -> Parts, status: u16| rejections(clerk, make, status);

    let mut floor = verifying::floor(world);
    let (forged, calls) = (world.forged(), world.issuer.calls());
    let contestants = vec![
        Contestant::new(verifying::FLOOR, || floor()),
        Contestant::new("no credential", || reject(&anonymous, 401)),
        Contestant::new("malformed", || reject(&|| head("junk"), 401)),
        Contestant::new("wrong type: a session token", || reject(&|| head(&session), 401)),
        Contestant::new("forged", || reject(&|| head(&forged), 401)),
        Contestant::new("expired", || reject(&|| head(&expired), 401)),
        Contestant::new("valid and cached, without the scope", || {
            reject(&|| head(&scopeless), 403)
        }),
    ];
    let times = run(contestants, rounds);
    assert_eq!(world.issuer.calls(), calls, "no refusal asks Clerk");
    times
}

fn rejections(clerk: &Clerk, make: &dyn Fn() -> Parts, status: u16) -> f64 {
    let mut heads: Vec<Parts> = (0..TURN).map(|_| make()).collect();
    let mut heads = heads.iter_mut();
    time(|| {
        let parts = heads.next().unwrap();
        let rejection =
            ready(Guard::<GuardedPolicy>::from_request_parts(parts, clerk)).unwrap_err();
        let answer = rejection.into_response();
        assert_eq!(answer.status(), status);
        answer
    })
}
