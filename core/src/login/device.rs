//! The answer to a device authorization request (RFC 8628 §3.2): what to show the person, and what to poll with.

use std::time::Duration;

use url::Url;

use crate::endpoint::unprintable;
use crate::error::Error;
use crate::secret::Secret;
use crate::transport::Reply;

use super::answer::{fields, unusable, wrong_field};

/// Where the answer does not say how often to poll.
const DEFAULT_INTERVAL: u64 = 5;

/// What a provider may ask for, in seconds.
const LONGEST_INTERVAL: u64 = 60;
const LONGEST_LIFE: u64 = 86_400;

/// The longest texts that are accepted, in bytes.
const LONGEST_CODE: usize = 64;
const LONGEST_URI: usize = 2048;
const LONGEST_DEVICE_CODE: usize = 4096;

/// What the person and the polls need.
pub(super) struct Device {
    pub(super) device_code: Secret,
    pub(super) user_code: String,
    pub(super) verification_uri: String,
    pub(super) verification_uri_complete: Option<String>,
    pub(super) life: Duration,
    pub(super) interval: Duration,
}

/// Reads the answer. What is shown to a person is safe to print on a terminal and to open in a browser.
pub(super) fn read(reply: &Reply) -> Result<Device, Error> {
    const WHAT: &str = "in the form of RFC 8628";
    const NAMES: [&str; 6] =
        ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"];
    let [device_code, user_code, verification_uri, complete, expires_in, interval] = NAMES;
    let wrong = |name| wrong_field(reply, WHAT, name);
    let mut wire = fields(reply, WHAT, &NAMES)?;
    let device_code = wire.text(device_code).map_err(wrong)?;
    let user_code = wire.text(user_code).map_err(wrong)?;
    let verification_uri = wire.text(verification_uri).map_err(wrong)?;
    let complete = wire.optional(complete).map_err(wrong)?;
    let life = wire.number(expires_in).map_err(wrong)?.ok_or(expires_in).map_err(wrong)?;
    let interval = wire.number(interval).map_err(wrong)?.unwrap_or(DEFAULT_INTERVAL);
    let refuse =
        |why: &str| unusable(reply, &format!("the answer to the device authorization {why}: check the issuer"));
    if device_code.is_empty() || device_code.len() > LONGEST_DEVICE_CODE {
        return Err(refuse("has a device code that is empty or too long"));
    }
    let is_code = |text: &str| {
        text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.trim().is_empty() && text.len() <= LONGEST_CODE
    };
    if !is_code(&user_code) {
        return Err(refuse("has a user code that is empty, too long, or has characters that cannot be typed"));
    }
    if life == 0 || life > LONGEST_LIFE {
        return Err(refuse("gives no time, or more than a day, to approve the login"));
    }
    if interval > LONGEST_INTERVAL {
        return Err(refuse("asks for more than a minute between two polls"));
    }
    let page =
        |text: &str| page(text).ok_or_else(|| refuse("names a page that is not a usable http:// or https:// URL"));
    Ok(Device {
        verification_uri: page(&verification_uri)?,
        verification_uri_complete: complete.as_deref().map(page).transpose()?,
        user_code: user_code.into_owned(),
        device_code: Secret::new(device_code),
        life: Duration::from_secs(life),
        interval: Duration::from_secs(interval.max(1)),
    })
}

/// The URL of a page in a form that has printable ASCII characters alone.
fn page(text: &str) -> Option<String> {
    if text.len() > LONGEST_URI || unprintable(text).is_some() {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none() && matches!(url.scheme(), "http" | "https");
    is_plain.then(|| url.into()).filter(|url: &String| url.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::error::ErrorKind;
    use crate::transport::Body;

    fn answer() -> Value {
        json!({
            "device_code": "d3v1ce-c0de", "user_code": "BCDF-GHJK", "verification_uri": "https://nb.example/device",
            "verification_uri_complete": "https://nb.example/device?user_code=BCDF-GHJK", "expires_in": 300, "interval": 5,
        })
    }

    fn read(answer: &Value) -> Result<Device, Error> {
        super::read(&Reply {
            status: 200,
            is_json: true,
            content_type: None,
            request_id: None,
            date: None,
            retry_after: None,
            location: None,
            body: Body::new(answer.to_string().into_bytes(), true),
            attempts: 1,
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut answer = answer();
        answer[name] = value;
        answer
    }

    #[test]
    fn a_good_answer_is_taken() {
        let device = read(&answer()).unwrap();
        assert_eq!(device.user_code, "BCDF-GHJK");
        assert_eq!(device.verification_uri, "https://nb.example/device");
        assert!(device.verification_uri_complete.unwrap().ends_with("?user_code=BCDF-GHJK"));
        assert_eq!((device.life.as_secs(), device.interval.as_secs()), (300, 5));
    }

    #[test]
    fn what_may_be_left_out_has_defaults() {
        let device = read(&with("interval", Value::Null)).unwrap();
        assert_eq!(device.interval.as_secs(), 5);
        assert_eq!(read(&with("interval", json!(0))).unwrap().interval.as_secs(), 1);
        assert_eq!(read(&with("verification_uri_complete", Value::Null)).unwrap().verification_uri_complete, None);
    }

    #[test]
    fn a_page_has_printable_ascii_alone() {
        let page = |text: &str| read(&with("verification_uri", json!(text))).map(|device| device.verification_uri);
        assert_eq!(page("https://bücher.example/ü\u{202e}").unwrap(), "https://xn--bcher-kva.example/%C3%BC%E2%80%AE");
        for text in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://nb.example/\u{1b}[31m",
            "https://nb.example/a b",
            "https://ada:hunter2@nb.example/",
            "//nb.example/device",
            "",
            &format!("https://nb.example/{}", "x".repeat(2048)),
        ] {
            assert_eq!(page(text).unwrap_err().kind(), ErrorKind::UnexpectedResponse, "{text:?}");
        }
        assert!(read(&with("verification_uri_complete", json!("data:text/html,x"))).is_err());
    }

    #[test]
    fn what_is_absurd_is_refused_and_shown_nowhere() {
        for (name, value) in [
            ("user_code", json!("")),
            ("user_code", json!("\u{1b}[2J")),
            ("user_code", json!("x".repeat(65))),
            ("device_code", json!("")),
            ("device_code", json!("x".repeat(4097))),
            ("expires_in", json!(0)),
            ("expires_in", json!(-1)),
            ("expires_in", json!(86_401)),
            ("expires_in", json!(1e300)),
            ("interval", json!(61)),
            ("interval", json!("5")),
            ("device_code", Value::Null),
        ] {
            let Err(error) = read(&with(name, value.clone())) else { panic!("{name} {value}") };
            assert_eq!(error.kind(), ErrorKind::UnexpectedResponse);
            assert!(!error.message().contains("d3v1ce") && error.message().len() < 300, "{error}");
        }
    }
}
