//! Where keys come from: a PEM text, the Backend API's key set, the public key set.

mod pem;
mod samples;
mod set;

use clerk_auth::Clerk;

use crate::{app::App, draft::Class};

#[tokio::test]
async fn public_key_set_needs_no_secret_key() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let clerk = Clerk::builder()
        .publishable_key(issuer.publishable_key())
        .frontend_api_url(issuer.url())
        .machine_id(issuer.machine_id());
    let public = app.only(clerk).await;
    let session = Class::Session.token(issuer);
    public.answers("/session", &session, 200, 1, "the first token loads the keys").await;
    for class in Class::ALL {
        public.accepts("/any", &class.token(issuer), class).await;
    }
    // The issuer is known from the publishable key.
    let other = issuer.session("user_ada").claim("iss", "https://other.example").jwt();
    public.rejects("/session", &other, "of another issuer").await;
    // Opaque tokens need a secret key: that it is missing is our fault.
    for (route, token) in [
        ("/oauth", issuer.oauth("user_ada").opaque()),
        ("/m2m", issuer.m2m("mch_caller").opaque()),
        ("/key", issuer.api_key("user_ada").opaque()),
    ] {
        public.answers(route, &token, 500, 0, route).await;
    }
}

#[tokio::test]
async fn without_a_source_of_keys_no_jwt_can_be_checked() {
    let app = App::start().await;
    let clerk = Clerk::builder()
        .machine_secret_key(app.issuer.machine_secret_key())
        .api_url(app.issuer.url())
        .any_machine();
    let keyless = app.only(clerk).await;
    for class in Class::ALL {
        keyless.answers(class.route(), &class.token(&app.issuer), 500, 0, class).await;
        // What the token alone decides is still the caller's fault.
        let unsigned = class.draft(&app.issuer).header("alg", Some("none".into()));
        keyless.rejects(class.route(), &unsigned.sign(&app.issuer), class).await;
    }
    keyless.answers("/m2m", &app.issuer.m2m("mch_caller").opaque(), 200, 1, "opaque").await;
}
