//! Compares the requests that arrived at the server with those that a step expects.

use netbird_mock::world::SeenRequest;
use serde_json::{Map, Value, json};

use crate::matcher::{differences, shown};

/// The requests that a step expects, and what follows from its client and arguments.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    /// The step's `requests`, with references resolved.
    pub requests: &'a [Value],
    /// They may come in any order.
    pub any_order: bool,
    /// The `Authorization` that the client must send, unless a request names another.
    pub authorization: Option<&'a str>,
    /// The call's arguments: they determine the body of a create.
    pub args: &'a Map<String, Value>,
}

/// What is wrong with the requests that arrived; empty if nothing is.
#[must_use]
pub fn check(expected: &Expected<'_>, seen: &[SeenRequest], last_connection: Option<u64>) -> Vec<String> {
    let mut problems = Vec::new();
    if expected.any_order {
        let mut left: Vec<&SeenRequest> = seen.iter().collect();
        for request in expected.requests {
            let fitting = left.iter().position(|arrived| compare(expected, request, arrived, None).is_empty());
            match fitting {
                Some(at) => {
                    left.remove(at);
                }
                None => problems.push(format!("missing request: {}", shown(request))),
            }
        }
        problems.extend(left.iter().map(|extra| format!("extra request: {}", line_of(extra))));
    } else {
        let mut connection = last_connection;
        for (at, request) in expected.requests.iter().enumerate() {
            match seen.get(at) {
                Some(arrived) => {
                    for problem in compare(expected, request, arrived, connection) {
                        problems.push(format!("request {}: {problem}", at + 1));
                    }
                    connection = Some(arrived.connection);
                }
                None => problems.push(format!("missing request: {}", shown(request))),
            }
        }
        for extra in seen.iter().skip(expected.requests.len()) {
            problems.push(format!("extra request: {}", line_of(extra)));
        }
    }
    for arrived in seen {
        problems.extend(common_rules(arrived));
    }
    problems
}

/// `GET /api/users -> 200`
#[must_use]
pub fn line_of(request: &SeenRequest) -> String {
    let status = request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let body = if request.body.is_empty() { String::new() } else { format!(" {}", request.body) };
    format!("{} {}{body} -> {status}", request.method, request.target)
}

/// In place of a status: the connection was closed without an answer.
const NO_ANSWER: &str = "none";

/// The requests by which a client looks up its own user.
const CURRENT_USER: &str = "/api/users/current";
const USERS: &str = "/api/users";

/// Whether the step itself expects the client to look up its own user.
#[must_use]
pub fn begins_with_lookup(expected: &[Value]) -> bool {
    expected.first().is_some_and(|request| line_and_status(request).0.starts_with("GET /api/users/current"))
}

/// Whether `seen` has as many requests as expected, and the server has answered all that it is expected to answer.
#[must_use]
pub fn have_settled(expected: &[Value], seen: &[SeenRequest]) -> bool {
    let may_be_open = expected.iter().filter(|request| matches!(line_and_status(request).1, None | Some(NO_ANSWER)));
    let open = seen.iter().filter(|request| request.status.is_none());
    seen.len() >= expected.len() && open.count() <= may_be_open.count()
}

/// Whether a request is the one that `METHOD TARGET` or `METHOD TARGET -> STATUS` names.
#[must_use]
pub fn is_request(text: &str, arrived: &SeenRequest) -> bool {
    let (line, status) = split_status(text);
    fits(line, &format!("{} {}", arrived.method, arrived.target))
        && status.is_none_or(|status| arrived.status.is_some_and(|answered| status == answered.to_string()))
}

/// How many requests at the front looked up the client's own user.
#[must_use]
pub fn leading_lookups(seen: &[SeenRequest]) -> usize {
    let is = |at: usize, target: &str, status: u16| {
        seen.get(at).is_some_and(|request| {
            (request.method.as_str(), request.target.as_str(), request.status) == ("GET", target, Some(status))
        })
    };
    if is(0, CURRENT_USER, 200) {
        1
    } else if [403, 404, 405].iter().any(|status| is(0, CURRENT_USER, *status)) && is(1, USERS, 200) {
        // A service user may not ask for it, and servers before 0.41.1 do not have it.
        2
    } else {
        0
    }
}

fn compare(
    expected: &Expected<'_>,
    request: &Value,
    arrived: &SeenRequest,
    last_connection: Option<u64>,
) -> Vec<String> {
    let (line, status) = line_and_status(request);
    let got = format!("{} {}", arrived.method, arrived.target);
    let mut problems = Vec::new();
    if !fits(line, &got) {
        problems.push(format!("expected {line}, got {got}"));
        return problems;
    }
    if let Some(status) = status {
        let answered = arrived.status.map_or_else(|| NO_ANSWER.to_owned(), |status| status.to_string());
        if status != answered {
            problems.push(format!("{line} was answered with {answered}, expected {status}"));
        }
    }
    // What goes to an identity provider authenticates in its body, or not at all.
    let own = if is_login(arrived) { Some(Value::Null) } else { expected.authorization.map(|text| json!(text)) };
    let authorization = request.get("auth").cloned().or(own);
    match authorization {
        Some(expected) => {
            let value = header(arrived, "authorization").map_or(Value::Null, |text| json!(text));
            for miss in differences(&expected, &value) {
                problems.push(format!("{line}: authorization: expected {}, got {}", miss.expected, miss.got));
            }
        }
        None => problems.push(format!("{line}: the scenario must say `auth`: the runner cannot know it")),
    }
    if let Some(fields) = request.get("headers").and_then(Value::as_object) {
        for (name, expected) in fields {
            let value = header(arrived, name).map(|text| json!(text));
            let found = match &value {
                Some(value) => differences(expected, value),
                None if expected == "$absent" => Vec::new(),
                None => differences(expected, &Value::Null),
            };
            for miss in found {
                problems.push(format!("{line}: {name}: expected {}, got {}", miss.expected, miss.got));
            }
        }
    }
    problems.extend(compare_body(expected, request, arrived).into_iter().map(|problem| format!("{line}: {problem}")));
    match (request.get("connection").and_then(Value::as_str), last_connection) {
        (Some("same"), Some(last)) if last != arrived.connection => {
            problems.push(format!("{line}: came over a new connection"));
        }
        (Some("new"), Some(last)) if last == arrived.connection => {
            problems.push(format!("{line}: came over the same connection"));
        }
        _ => {}
    }
    problems
}

/// The `METHOD TARGET` of an expected request, and the status that it must be answered with.
fn line_and_status(request: &Value) -> (&str, Option<&str>) {
    let text = request.as_str().or_else(|| request.get("request").and_then(Value::as_str));
    split_status(text.unwrap_or_default())
}

fn split_status(text: &str) -> (&str, Option<&str>) {
    match text.split_once(" -> ") {
        Some((line, status)) => (line, Some(status)),
        None => (text, None),
    }
}

/// Equal, except that `*` matches any one segment: an id that only the server knew.
fn fits(expected: &str, got: &str) -> bool {
    let (expected, got): (Vec<&str>, Vec<&str>) = (expected.split('/').collect(), got.split('/').collect());
    expected.len() == got.len()
        && expected.iter().zip(&got).all(|(want, part)| want == part || (*want == "*" && !part.is_empty()))
}

/// Whether a request is one of a login: it goes to the mock's identity provider, or asks another one for its document.
fn is_login(arrived: &SeenRequest) -> bool {
    arrived.target.starts_with("/oauth2/") || arrived.target.contains("/.well-known/")
}

/// The fields of a form.
fn form(text: &str) -> Value {
    Value::Object(
        url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into(), value.into())).collect(),
    )
}

fn compare_body(expected: &Expected<'_>, request: &Value, arrived: &SeenRequest) -> Vec<String> {
    if is_login(arrived) && arrived.method == "POST" {
        let Some(wanted) = request.get("body") else { return Vec::new() };
        let misses = differences(wanted, &form(&arrived.body)).into_iter();
        return misses
            .map(|miss| format!("form {}: expected {}, got {}", miss.path, miss.expected, miss.got))
            .collect();
    }
    let expected = match request.get("body") {
        Some(body) => body.clone(),
        None if arrived.method == "POST" => json!({
            "name": expected.args.get("name").cloned().unwrap_or(Value::Null),
            "expires_in": expected.args.get("expires_in_days").cloned().unwrap_or(json!(90)),
        }),
        None => {
            return if arrived.body.is_empty() { Vec::new() } else { vec![format!("has a body: {}", arrived.body)] };
        }
    };
    match serde_json::from_str::<Value>(&arrived.body) {
        Ok(got) => differences(&expected, &got)
            .into_iter()
            .map(|miss| format!("body {}: expected {}, got {}", miss.path, miss.expected, miss.got))
            .collect(),
        Err(_) => vec![format!("the body is not JSON: {:?}", arrived.body)],
    }
}

/// The rules for every request, whatever a scenario is about.
fn common_rules(arrived: &SeenRequest) -> Vec<String> {
    let count = |name: &str| arrived.headers.iter().filter(|(field, _)| field == name).count();
    let mut problems = Vec::new();
    let mut rule = |holds: bool, what: &str| {
        if !holds {
            problems.push(format!("{}: {what}", line_of(arrived)));
        }
    };
    if is_login(arrived) {
        rule(count("authorization") == 0, "must have no authorization header");
    } else {
        rule(count("authorization") == 1, "needs one authorization header");
    }
    rule(
        header(arrived, "user-agent")
            .is_some_and(|agent| !agent.is_empty() && !agent.to_ascii_lowercase().contains("terraform")),
        "needs an honest user agent",
    );
    rule(
        header(arrived, "accept").is_some_and(|accept| accept.contains("application/json")),
        "must accept application/json",
    );
    let media_type = if is_login(arrived) { "application/x-www-form-urlencoded" } else { "application/json" };
    rule(
        arrived.method != "POST" || header(arrived, "content-type").is_some_and(|kind| kind.starts_with(media_type)),
        &format!("needs the content type {media_type}"),
    );
    rule(!arrived.target.contains("nbp_"), "has a credential in its target");
    problems
}

fn header<'a>(arrived: &'a SeenRequest, name: &str) -> Option<&'a str> {
    arrived.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived(method: &str, target: &str, body: &str) -> SeenRequest {
        let mut headers = vec![
            ("authorization".to_owned(), "Token t".to_owned()),
            ("user-agent".to_owned(), "x/1".to_owned()),
            ("accept".to_owned(), "application/json".to_owned()),
        ];
        if method == "POST" {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        SeenRequest {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.to_owned(),
            status: Some(200),
            connection: 0,
        }
    }

    fn problems(requests: &Value, seen: &[SeenRequest]) -> Vec<String> {
        let args = json!({"name": "ci"});
        let expected = Expected {
            requests: requests.as_array().expect("a list"),
            any_order: false,
            authorization: Some("Token t"),
            args: args.as_object().expect("an object"),
        };
        check(&expected, seen, None)
    }

    #[test]
    fn the_same_requests_in_order_are_fine() {
        let seen = [arrived("GET", "/a", ""), arrived("POST", "/b", r#"{"name":"ci","expires_in":90}"#)];
        assert!(problems(&json!(["GET /a -> 200", "POST /b"]), &seen).is_empty());
    }

    #[test]
    fn extra_missing_swapped_and_different_ones_are_not() {
        let a = || arrived("GET", "/a", "");
        let b = || arrived("GET", "/b", "");
        assert!(!problems(&json!([]), &[a()]).is_empty());
        assert!(!problems(&json!(["GET /a"]), &[]).is_empty());
        assert!(!problems(&json!(["GET /a", "GET /b"]), &[b(), a()]).is_empty());
        assert!(!problems(&json!(["GET /a -> 404"]), &[a()]).is_empty());
        assert!(!problems(&json!([{"request": "GET /a", "auth": "Bearer t"}]), &[a()]).is_empty());
        assert!(!problems(&json!([{"request": "GET /a", "headers": {"user-agent": "y"}}]), &[a()]).is_empty());
        assert!(!problems(&json!(["GET /a"]), &[arrived("GET", "/a", "x")]).is_empty());
        assert!(
            !problems(&json!(["POST /a"]), &[arrived("POST", "/a", r#"{"name":"cj","expires_in":90}"#)]).is_empty()
        );
    }

    #[test]
    fn looking_up_the_own_user_takes_one_request_or_two() {
        let answered = |target: &str, status: u16| SeenRequest { status: Some(status), ..arrived("GET", target, "") };
        let current = |status| answered("/api/users/current", status);
        assert_eq!(leading_lookups(&[current(200), current(200)]), 1);
        assert_eq!(leading_lookups(&[current(403), answered("/api/users", 200)]), 2);
        assert_eq!(leading_lookups(&[current(405), answered("/api/users", 200)]), 2);
        assert_eq!(leading_lookups(&[current(403)]), 0);
        assert_eq!(leading_lookups(&[answered("/api/users/alice/tokens", 200), current(200)]), 0);
        assert!(begins_with_lookup(&[json!({"request": "GET /api/users/current -> 200"})]));
        assert!(!begins_with_lookup(&[json!("GET /api/users/alice/tokens")]));
    }

    #[test]
    fn requests_have_settled_when_all_came_and_those_with_a_status_were_answered() {
        let open = SeenRequest { status: None, ..arrived("POST", "/a", "") };
        let settled = |expected: Value, seen: &[SeenRequest]| have_settled(expected.as_array().expect("a list"), seen);
        assert!(settled(json!(["POST /a"]), std::slice::from_ref(&open)));
        assert!(settled(json!(["POST /a -> none"]), std::slice::from_ref(&open)));
        assert!(!settled(json!(["POST /a -> 200"]), std::slice::from_ref(&open)));
        assert!(!settled(json!(["POST /a", "GET /b -> 200"]), std::slice::from_ref(&open)));
        assert!(settled(json!(["POST /a", "GET /b -> 200"]), &[open, arrived("GET", "/b", "")]));
    }

    #[test]
    fn a_request_is_named_with_or_without_its_status() {
        let answered = arrived("GET", "/users/a", "");
        let open = SeenRequest { status: None, ..answered.clone() };
        assert!(is_request("GET /users/*", &open) && is_request("GET /users/a -> 200", &answered));
        assert!(!is_request("GET /users/a -> 200", &open) && !is_request("GET /users/a -> 404", &answered));
        assert!(!is_request("GET /users/b", &answered));
    }

    #[test]
    fn a_star_stands_for_one_segment() {
        assert!(fits("DELETE /users/a/tokens/*", "DELETE /users/a/tokens/x"));
        assert!(!fits("DELETE /users/a/tokens/*", "DELETE /users/a/tokens/"));
        assert!(!fits("DELETE /users/a/tokens/*", "DELETE /users/a/tokens/x/y"));
        assert!(!fits("DELETE /users/a/tokens/*", "GET /users/a/tokens/x"));
    }

    #[test]
    fn what_a_login_sends_is_a_form_without_authorization() {
        let form = |body: &str| {
            let mut request = arrived("POST", "/oauth2/token", body);
            request.headers.retain(|(name, _)| name != "authorization");
            request.headers.last_mut().expect("the content type").1 = "application/x-www-form-urlencoded".to_owned();
            request
        };
        let expected = json!([{"request": "POST /oauth2/token", "body": {"a": "x y", "b": "$text"}}]);
        assert!(problems(&expected, &[form("a=x+y&b=%2B")]).is_empty());
        assert!(problems(&json!(["POST /oauth2/token"]), &[form("a=1")]).is_empty());
        assert!(!problems(&expected, &[form("a=x&b=1")]).is_empty());
        assert!(!problems(&expected, &[form("a=x+y&b=1&c=2")]).is_empty());
        assert!(!problems(&json!(["POST /oauth2/token"]), &[arrived("POST", "/oauth2/token", "a=1")]).is_empty());
    }

    #[test]
    fn common_rules_are_checked_on_each() {
        let mut lying = arrived("GET", "/a", "");
        lying.headers[1].1 = "Terraform/1".to_owned();
        assert_eq!(problems(&json!(["GET /a"]), &[lying]).len(), 1);
        let mut twice = arrived("GET", "/a", "");
        twice.headers.push(("authorization".to_owned(), "Token t".to_owned()));
        assert_eq!(problems(&json!(["GET /a"]), &[twice]).len(), 1);
    }
}
