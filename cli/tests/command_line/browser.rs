//! The whole login in a real Chromium: the person opens the page, types the code, and grants access.
//!
//! Ignored by default because it needs `chromedriver` and a Chromium; the task runner installs them and runs it. With
//! `NETBIRD_SCREENSHOTS=DIRECTORY` it keeps a picture of the page.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use netbird_mock::world::{IdentityProvider, LoginState};
use serde_json::{Value, json};

use crate::home::{Home, server, shows_no_secret, waiting_code};
use crate::support::{ALICE, finish, is_pat, run, wait_until};

/// The name under which WebDriver gives an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser that is driven by the WebDriver protocol.
struct Browser {
    driver: Child,
    session: String,
}

impl Browser {
    fn start() -> Self {
        let mut driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.split("started successfully on port ").nth(1)?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let base = format!("http://127.0.0.1:{}/session", port.expect("it says its port"));
        let args =
            ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=640,560", "--no-proxy-server"];
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": args}}}});
        let mut browser = Browser { driver, session: base };
        let id = browser.post("", &wanted)["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        // A click returns before the page that it leads to is there: an element is looked for until it is.
        browser.post("/timeouts", &json!({ "implicit": 10_000 }));
        browser
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let mut answer = ureq::post(&url).send_json(body).unwrap_or_else(|error| panic!("{url}: {error}"));
        answer.body_mut().read_json::<Value>().unwrap()["value"].take()
    }

    fn get(&self, path: &str) -> Value {
        let mut answer = ureq::get(format!("{}{path}", self.session)).call().unwrap();
        answer.body_mut().read_json::<Value>().unwrap()["value"].take()
    }

    fn open(&self, address: &str) {
        self.post("/url", &json!({ "url": address }));
    }

    /// The path of the only element that the selector means.
    fn element(&self, selector: &str) -> String {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}));
        format!("/element/{}", found[ELEMENT].as_str().expect("an element"))
    }

    fn type_into(&self, selector: &str, text: &str) {
        self.post(&format!("{}/value", self.element(selector)), &json!({ "text": text }));
    }

    fn click(&self, selector: &str) {
        self.post(&format!("{}/click", self.element(selector)), &json!({}));
    }

    fn text(&self, selector: &str) -> String {
        self.get(&format!("{}/text", self.element(selector))).as_str().unwrap().to_owned()
    }

    fn keep_picture(&self, name: &str) {
        let Some(directory) = std::env::var_os("NETBIRD_SCREENSHOTS") else { return };
        let picture = self.get("/screenshot");
        let png = base64::engine::general_purpose::STANDARD.decode(picture.as_str().unwrap()).unwrap();
        std::fs::write(std::path::Path::new(&directory).join(name), png).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends with its session.
        let _ = ureq::delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

#[test]
#[ignore = "needs a browser"]
fn a_person_types_the_code_and_grants_access() {
    let (server, home, browser) = (server(IdentityProvider::default()), Home::new(), Browser::start());
    let mut command = home.program(&server);
    let child =
        command.args(["login", "--store", "file", "--create", "laptop token", "--expires-in", "30d"]).spawn().unwrap();
    let code = waiting_code(&server);

    browser.open(&format!("{}/oauth2/device", server.0.url()));
    browser.type_into("input[name=user_code]", "WRNG-CODE");
    browser.click("button");
    assert!(browser.text("#result").contains("wrong"));
    browser.open(&format!("{}/oauth2/device", server.0.url()));
    browser.type_into("input[name=user_code]", &code.to_lowercase());
    browser.click("button");
    assert_eq!(browser.text("code"), code, "the page repeats it, to be compared");
    browser.keep_picture("login-page.png");
    browser.click("button[value=approve]");
    assert!(browser.text("#result").contains("Access was granted"));

    let ran = finish(child).ok();
    assert!(is_pat(&ran.out) && ran.err.contains(&code), "{ran:?}");
    shows_no_secret(&server, &ran);
    let mut with_it = home.program(&server);
    let user = run(with_it.args(["whoami", "-o", "json"]).env("NB_PAT", &ran.out)).ok().json();
    assert_eq!(user["id"], ALICE);
}

#[test]
#[ignore = "needs a browser"]
fn a_person_opens_the_whole_address_and_denies() {
    let (server, home, browser) = (server(IdentityProvider::default()), Home::new(), Browser::start());
    let child = home.program(&server).args(["login", "--store", "file"]).spawn().unwrap();
    let code = waiting_code(&server);
    browser.open(&format!("{}/oauth2/device?user_code={code}", server.0.url()));
    assert_eq!(browser.text("code"), code);
    browser.click("button[value=deny]");
    wait_until("it is denied", || server.0.logins().iter().all(|login| login.state == LoginState::Denied));
    let ran = finish(child);
    assert!(ran.status == 11 && ran.err.contains("denied"), "{ran:?}");
    assert!(home.kept().is_empty());
}
