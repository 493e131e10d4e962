//! The root well-known path, where older MCP clients look for every resource.

use axum::http::Method;
use clerk_auth_tests::Server;

use super::{NOTES, POLICIES, WELL_KNOWN, document};
use crate::issuer;

/// Which resource the root well-known path describes, if any.
#[tokio::test]
async fn root_repeats_the_document_of_the_only_resource() {
    const MCP: &str = "https://api.example.com/mcp";
    const ROOT: &str = "https://api.example.com";
    let issuer = issuer().await;
    let table: [(&[&str], bool, Option<&str>); 7] = [
        (&[NOTES], true, Some(NOTES)),
        (&[NOTES], false, None),
        (&[NOTES, MCP], true, None),
        (&[ROOT], true, Some(ROOT)),
        (&[ROOT], false, Some(ROOT)),
        (&[ROOT, NOTES], true, Some(ROOT)),
        (&[NOTES, ROOT], true, Some(ROOT)),
    ];
    for (resources, serves_root, expected) in table {
        let metadata = resources.iter().map(|resource| {
            let clerk = issuer.clerk().resource(*resource).build().unwrap();
            clerk.resource_metadata(POLICIES).unwrap()
        });
        let metadata = metadata.reduce(|one, other| one.merge(other).unwrap()).unwrap();
        let metadata = if serves_root { metadata } else { metadata.without_root() };
        let server = Server::start(metadata.into()).await;
        let reply = server.send(Method::GET, WELL_KNOWN, &[]).await;
        let Some(expected) = expected else {
            assert_eq!(reply.status, 404, "{resources:?}");
            continue;
        };
        assert_eq!(document(&reply)["resource"], expected, "{resources:?}");
        let path = expected.strip_prefix(ROOT).unwrap();
        let own = server.send(Method::GET, &format!("{WELL_KNOWN}{path}"), &[]).await;
        assert_eq!(own.body, reply.body, "{resources:?}");
        let fields = [("origin", "https://inspector.example")];
        let preflight = server.send(Method::OPTIONS, WELL_KNOWN, &fields).await;
        assert_eq!(preflight.status, 204, "{resources:?}");
        assert_eq!(preflight.header("access-control-allow-origin"), "*");
    }
}
