//! A browser in front of a site on a dev issuer: it keeps the cookies of each host.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
};

use http::Method;
use reqwest::{Client, Url, redirect::Policy};

use crate::Reply;

/// A browser that shows pages of one site.
pub struct SiteBrowser {
    client: Client,
    site: Url,
    jar: HashMap<String, BTreeMap<String, String>>,
}

impl SiteBrowser {
    /// Opens the site that listens at `address`, by a name that is not the issuer's: cookies do not tell
    /// ports apart.
    pub fn new(address: SocketAddr) -> Self {
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .redirect(Policy::none())
            .resolve("app.localhost", here)
            .resolve("clerk.localhost", here)
            .build()
            .unwrap();
        let site = format!("http://app.localhost:{}", address.port());
        Self { client, site: Url::parse(&site).unwrap(), jar: HashMap::new() }
    }

    /// Opens a page that needs a session, and picks this account on the way.
    pub async fn sign_in(&mut self, path: &str, account: &str) -> Reply {
        let (page, shown) = self.follow(Method::GET, self.site.join(path).unwrap(), "").await;
        assert_eq!(page.path(), "/sign-in", "{shown:?}");
        let mut form = page.clone();
        form.query_pairs_mut()
            .append_pair("form_token", &self.jar["clerk.localhost"]["__form"])
            .append_pair("account", account)
            .append_pair("pending", "false");
        let fields = form.query().unwrap().to_owned();
        let action = page.join("/sign-in").unwrap();
        self.follow(Method::POST, action, &fields).await.1
    }

    /// Opens a page, and follows no redirect.
    pub async fn open(&mut self, path: &str) -> Reply {
        let fields = [("sec-fetch-dest", "document"), ("sec-fetch-site", "none")];
        self.send(Method::GET, self.site.join(path).unwrap(), &fields, "").await
    }

    /// Calls a server function, as a script of the page does.
    pub async fn call(&mut self, path: &str, content_type: &str, body: &str) -> Reply {
        let fields = [
            ("content-type", content_type),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, self.site.join(path).unwrap(), &fields, body).await
    }

    /// Loses the refresh cookie of the site.
    pub fn lose_refresh_cookie(&mut self) {
        let jar = self.jar.get_mut("app.localhost").unwrap();
        let count = jar.len();
        jar.retain(|name, _| !name.starts_with("__refresh"));
        assert_ne!(jar.len(), count);
    }

    async fn follow(&mut self, mut method: Method, mut url: Url, form: &str) -> (Url, Reply) {
        let origin = url.origin().ascii_serialization();
        let mut redirects = 0;
        loop {
            assert!(redirects < 10, "the redirects do not end: {url}");
            redirects += 1;
            let is_form = method == Method::POST;
            let mut fields = vec![("sec-fetch-dest", "document"), ("accept", "text/html")];
            if is_form {
                fields.push(("origin", &origin));
                fields.push(("sec-fetch-site", "same-origin"));
                fields.push(("content-type", "application/x-www-form-urlencoded"));
            }
            let body = if is_form { form } else { "" };
            let reply = self.send(method.clone(), url.clone(), &fields, body).await;
            if !(300..400).contains(&reply.status) {
                return (url, reply);
            }
            if reply.status == 303 {
                method = Method::GET;
            }
            url = url.join(reply.header("location")).unwrap();
        }
    }

    async fn send(
        &mut self,
        method: Method,
        url: Url,
        fields: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let jar = self.jar.entry(url.host_str().unwrap().to_owned()).or_default();
        let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, url).header("cookie", cookies.join("; "));
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let response = request.body(body.to_owned()).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || attributes.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: response.text().await.unwrap() }
    }
}
