//! The policy language over real sockets: conditions, optional guards, layers, and policies asked
//! for inside handlers.

mod conditions;
mod layer;
mod optional;
mod require;
mod without_http;
