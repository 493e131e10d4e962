#![doc = include_str!("../docs/audit.md")]

mod changes;
mod guarded_handler;
mod review;
mod snapshot;
mod table;

pub use self::{
    changes::Changes,
    guarded_handler::GuardedHandler,
    review::assert_unchanged,
    snapshot::{Snapshot, SnapshotError},
    table::{Row, Table},
};

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    handler::Handler,
    routing::{self, MethodRouter, Route},
};
use axum_core::{extract::Request, response::IntoResponse};
use http::Method;
use tower_layer::{Layer, layer_fn};
use tower_service::Service;

use self::table::RouteGuard;
use crate::{
    guard::HasClerk,
    layer::{ClerkLayer, applied},
    metadata::ResourceMetadata,
};

/// A [`Router`] together with the table of its routes: see [the module](self).
///
/// Every method works like that of the same name of [`Router`], and panics in the same cases: for
/// an invalid path, or a method that the path already has.
#[must_use = "routes are served by the router that `finish` returns"]
pub struct Routes<S = ()> {
    router: Router<S>,
    table: Table,
}

/// Two methods for each of axum's: one for a handler with a guard, one for a handler without.
macro_rules! methods {
    ($($method:ident $public:ident $name:literal = $token:expr;)*) => {$(
        #[doc = concat!("A route for ", $name, ", to a handler whose first argument is a guard.")]
        #[track_caller]
        pub fn $method<H, T>(self, path: &str, handler: H) -> Self
        where
            S: HasClerk,
            H: Handler<T, S>,
            T: GuardedHandler,
        {
            let row = Row::new($token, path, Some(RouteGuard::guard(T::POLICY)));
            self.route(row, routing::$method(handler))
        }

        #[doc = concat!("A route for ", $name, " that everybody may call.")]
        #[track_caller]
        pub fn $public<H, T>(self, path: &str, handler: H) -> Self
        where
            H: Handler<T, S>,
            T: 'static,
        {
            self.route(Row::new($token, path, None), routing::$method(handler))
        }
    )*};
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Creates an empty router and table.
    pub fn new() -> Self {
        Self { router: Router::new(), table: Table::default() }
    }

    methods! {
        get public_get "`GET` requests, and `HEAD` ones where the path has no other" = Some(Method::GET);
        post public_post "`POST` requests" = Some(Method::POST);
        put public_put "`PUT` requests" = Some(Method::PUT);
        patch public_patch "`PATCH` requests" = Some(Method::PATCH);
        delete public_delete "`DELETE` requests" = Some(Method::DELETE);
        head public_head "`HEAD` requests" = Some(Method::HEAD);
        options public_options "`OPTIONS` requests" = Some(Method::OPTIONS);
        connect public_connect "`CONNECT` requests, such as WebSockets over HTTP/2" = Some(Method::CONNECT);
        any public_any "every method that the path has no other route for" = None;
    }

    /// Adds all routes of `routes` behind a layer, which decides before their own guards.
    ///
    /// Only these routes are behind the layer. An unknown path gets 404 without a credential.
    #[track_caller]
    pub fn layered(mut self, layer: ClerkLayer, routes: Self) -> Self {
        self.table.merge(routes.table.behind(&layer));
        // A fallback behind the layer would become the fallback of the whole app.
        self.router = self.router.merge(routes.router.layer(layer).reset_fallback());
        self
    }

    /// Adds a service behind a layer, at `prefix` and all paths below it, for all methods: an MCP
    /// server, or a [`Router`] that is not a [`Routes`]. The table does not list its routes.
    #[allow(clippy::needless_pass_by_value, reason = "like `layered`, and like `Router::layer`")]
    #[track_caller]
    pub fn layered_service<T>(self, prefix: &str, layer: ClerkLayer, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        let gate = RouteGuard::layer(&layer);
        self.mount(prefix, Some(gate), layer.layer(service))
    }

    /// Adds a public service at `prefix` and all paths below it, for all methods, such as files.
    #[track_caller]
    pub fn public_service<T>(self, prefix: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.mount(prefix, None, service)
    }

    /// Adds the public [metadata of resources](crate::guide::resource_metadata). Merge it beside
    /// guarded routes, not behind a layer: the table reports if it is guarded.
    #[track_caller]
    pub fn metadata(mut self, metadata: ResourceMetadata) -> Self {
        for path in metadata.paths() {
            self.table.add(Row::metadata(path));
        }
        self.router = self.router.merge(metadata);
        self
    }

    /// Adds all routes of `routes`, below `prefix`.
    #[track_caller]
    pub fn nest(mut self, prefix: &str, routes: Self) -> Self {
        self.router = self.router.nest(prefix, routes.router);
        self.table.merge(routes.table.nested(prefix));
        self
    }

    /// Adds all routes of `routes`.
    #[track_caller]
    pub fn merge(mut self, routes: Self) -> Self {
        self.router = self.router.merge(routes.router);
        self.table.merge(routes.table);
        self
    }

    /// Puts the routes behind a layer that is not a guard, such as one for CORS or for traces.
    /// Responses of that layer itself are not guarded. The table shows a [`ClerkLayer`] as in
    /// [`layered`](Self::layered), even inside another layer, such as a `tower::ServiceBuilder`.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        for guard in guards_in(&layer) {
            self.table = self.table.behind(&guard);
        }
        self.router = self.router.layer(layer);
        self
    }

    /// Provides the state of the routes, so that routes with another state can be added.
    pub fn with_state<S2>(self, state: S) -> Routes<S2> {
        Routes { router: self.router.with_state(state), table: self.table }
    }

    /// Returns the table of the routes so far.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Returns the router and the table of its routes. Later additions to the router are not in the
    /// table.
    pub fn finish(self) -> (Router<S>, Table) {
        (self.router, self.table)
    }

    /// The router goes first: it knows whether the path is one.
    #[track_caller]
    fn route(mut self, row: Row, handler: MethodRouter<S>) -> Self {
        self.router = self.router.route(row.path(), handler);
        self.table.add(row);
        self
    }

    #[track_caller]
    fn mount<T>(mut self, prefix: &str, gate: Option<RouteGuard>, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.router = self.router.nest_service(prefix, service);
        self.table.add(Row::below(prefix, gate));
        self
    }
}

/// The `ClerkLayer`s that a layer is made of, the innermost first.
fn guards_in<L: Layer<Route>>(layer: &L) -> Vec<ClerkLayer> {
    // Only a router makes a `Route`: that of its fallback, if it has no other.
    let slot = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&slot);
    let keep = layer_fn(move |route: Route| {
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(route.clone());
        route
    });
    drop(Router::<()>::new().layer(keep));
    let route = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    route.map(|route| applied(|| drop(layer.layer(route)))).unwrap_or_default()
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows the table.
impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Routes").field("table", &self.table).finish_non_exhaustive()
    }
}
