//! Drives a browser: as much of the W3C `WebDriver` protocol as one page needs.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub(crate) const TAB: &str = "\u{E004}";
pub(crate) const ENTER: &str = "\u{E007}";
pub(crate) const DOWN: &str = "\u{E015}";

/// How long the browser looks for an element before it says that there is none, in milliseconds.
const PATIENCE: u32 = 10_000;

/// A headless Chromium. It ends with its driver when it is dropped.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    client: reqwest::Client,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver is needed: install the package chromium-driver");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                Some(port.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver says its port");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut browser = Self { driver, session: format!("http://127.0.0.1:{port}"), client };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,1000",
        ];
        let options = json!({ "args": arguments });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let session = browser.post("session", wanted).await;
        browser.session = format!("{}/session/{}", browser.session, text(&session["sessionId"]));
        browser.post("timeouts", json!({ "implicit": PATIENCE })).await;
        browser
    }

    pub(crate) async fn open(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    /// Waits for an element, by its CSS selector, and returns its id.
    pub(crate) async fn find(&self, selector: &str) -> String {
        let found =
            self.post("element", json!({ "using": "css selector", "value": selector })).await;
        let id = found.as_object().and_then(|ids| ids.values().next()).map(text);
        id.unwrap_or_else(|| panic!("{selector}: {found}"))
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        let id = self.find(selector).await;
        text(&self.command(self.client.get(self.url(&format!("element/{id}/text")))).await)
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("actions", json!({ "actions": [keyboard] })).await;
    }

    /// Clicks at a point, in CSS pixels from the top left corner of the window.
    pub(crate) async fn click_at(&self, x: f64, y: f64) {
        let (x, y) = (x.round(), y.round());
        let strokes = json!([
            { "type": "pointerMove", "x": x, "y": y, "duration": 0 },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ]);
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": strokes });
        self.post("actions", json!({ "actions": [mouse] })).await;
    }

    /// Runs the body of a function in the page, and returns what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Shows the page as on a screen of this size, to a reader who prefers this color scheme.
    pub(crate) async fn show_as(&self, width: u32, height: u32, scheme: &str) {
        let screen = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// A command of Chromium's own protocol.
    async fn devtools(&self, command: &str, parameters: Value) {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await;
    }

    /// The handle of the tab that is shown.
    #[allow(dead_code, reason = "a page with one tab does not need it")]
    pub(crate) async fn tab(&self) -> String {
        text(&self.command(self.client.get(self.url("window"))).await)
    }

    /// The page as a PNG.
    pub(crate) async fn screenshot(&self) -> Vec<u8> {
        let picture = self.command(self.client.get(self.url("screenshot"))).await;
        STANDARD.decode(text(&picture)).unwrap()
    }

    pub(crate) async fn stop(self) {
        self.command(self.client.delete(&self.session)).await;
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.session)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.command(self.client.post(self.url(path)).body(body.to_string())).await
    }

    async fn command(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{status}: {body}");
        let mut body: Value = serde_json::from_str(&body).unwrap();
        body["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
