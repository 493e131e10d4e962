#[doc(hidden)]
#[non_exhaustive]
enum GraphqlPolicy {}

impl GraphqlPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
                &[
                    Clause::SessionToken(Requirement::None),
                    Clause::OAuthToken(Requirement::None),
                ],
            )
            .optional()
    };
}

impl ::clerk_auth::Guarded for GraphqlPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::core::option::Option<
        ::clerk_auth::Identity<
            ::clerk_auth::SessionToken,
            ::clerk_auth::OAuthToken,
            ::clerk_auth::identity::Never,
            ::clerk_auth::identity::Never,
        >,
    >;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Verifies the token of the request, if it has one. The fields decide what the caller can read, so
/// an anonymous request is accepted here.
///
/// Requires `session_token`, or `oauth_token`, or no credential.
async fn graphql(
    _guard: ::clerk_auth::Guard<GraphqlPolicy>,
    caller: Option<Verified>,
    State(schema): State<Notes>,
    request: GraphQLRequest,
) -> GraphQLResponse {
    let request = request.into_inner();
    let request = match caller {
        Some(caller) => request.data(caller),
        None => request.disable_introspection(),
    };
    schema.execute(request).await.into()
}
