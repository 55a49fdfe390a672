//! What must have arrived at the server.

use netbird_mock::world::SeenRequest;
use serde_json::{Map, Value, json};

use crate::matcher::{differences, shown};

/// What a step says about the requests it causes, and what goes without saying.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The step's `requests`, references replaced.
    pub requests: &'a [Value],
    /// They may come in any order.
    pub any_order: bool,
    /// The `Authorization` that the client must send, unless a request says otherwise.
    pub authorization: Option<&'a str>,
    /// The step's arguments: the body of a create follows from them.
    pub args: &'a Map<String, Value>,
}

/// What is wrong with the requests that arrived, in words; empty if nothing is.
#[must_use]
pub fn check(wanted: &Wanted<'_>, seen: &[SeenRequest], last_connection: Option<u64>) -> Vec<String> {
    let mut problems = Vec::new();
    if wanted.any_order {
        let mut left: Vec<&SeenRequest> = seen.iter().collect();
        for request in wanted.requests {
            let fitting = left.iter().position(|arrived| compare(wanted, request, arrived, None).is_empty());
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
        for (at, request) in wanted.requests.iter().enumerate() {
            match seen.get(at) {
                Some(arrived) => {
                    for problem in compare(wanted, request, arrived, connection) {
                        problems.push(format!("request {}: {problem}", at + 1));
                    }
                    connection = Some(arrived.connection);
                }
                None => problems.push(format!("missing request: {}", shown(request))),
            }
        }
        for extra in seen.iter().skip(wanted.requests.len()) {
            problems.push(format!("extra request: {}", line_of(extra)));
        }
    }
    for arrived in seen {
        problems.extend(house_rules(arrived));
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

/// The requests by which a client finds out who it is.
const CURRENT_USER: &str = "/api/users/current";
const USERS: &str = "/api/users";

/// Whether the step itself expects the client to find out who it is.
#[must_use]
pub fn begins_with_lookup(wanted: &[Value]) -> bool {
    let line = wanted.first().map(|request| request.get("request").unwrap_or(request));
    line.and_then(Value::as_str).is_some_and(|line| line.starts_with("GET /api/users/current"))
}

/// How many requests at the front found out who the client is.
#[must_use]
pub fn leading_lookups(seen: &[SeenRequest]) -> usize {
    let is = |at: usize, target: &str, status: u16| {
        seen.get(at).is_some_and(|request| {
            (request.method.as_str(), request.target.as_str(), request.status) == ("GET", target, Some(status))
        })
    };
    if is(0, CURRENT_USER, 200) {
        1
    } else if is(0, CURRENT_USER, 403) && is(1, USERS, 200) {
        2
    } else {
        0
    }
}

fn compare(wanted: &Wanted<'_>, request: &Value, arrived: &SeenRequest, last_connection: Option<u64>) -> Vec<String> {
    let line = request.as_str().or_else(|| request.get("request").and_then(Value::as_str)).unwrap_or_default();
    let (line, status) = match line.split_once(" -> ") {
        Some((line, status)) => (line, Some(status)),
        None => (line, None),
    };
    let got = format!("{} {}", arrived.method, arrived.target);
    let mut problems = Vec::new();
    if !fits(line, &got) {
        problems.push(format!("expected {line}, got {got}"));
        return problems;
    }
    if let Some(status) = status {
        let answered = arrived.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        if status != answered {
            problems.push(format!("{line} was answered with {answered}, expected {status}"));
        }
    }
    let authorization = request.get("auth").cloned().or_else(|| wanted.authorization.map(|text| json!(text)));
    match authorization {
        Some(expected) => {
            let value = header(arrived, "authorization").map_or(Value::Null, |text| json!(text));
            for miss in differences(&expected, &value) {
                problems.push(format!("{line}: authorization: expected {}, got {}", miss.expected, miss.got));
            }
        }
        None => problems.push(format!("{line}: the scenario must say `auth`, for the runner cannot know it")),
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
    problems.extend(compare_body(wanted, request, arrived).into_iter().map(|problem| format!("{line}: {problem}")));
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

/// Equal, but for `*`, which stands for any one segment: an id that only the server knew.
fn fits(wanted: &str, got: &str) -> bool {
    let (wanted, got): (Vec<&str>, Vec<&str>) = (wanted.split('/').collect(), got.split('/').collect());
    wanted.len() == got.len()
        && wanted.iter().zip(&got).all(|(want, part)| want == part || (*want == "*" && !part.is_empty()))
}

fn compare_body(wanted: &Wanted<'_>, request: &Value, arrived: &SeenRequest) -> Vec<String> {
    let expected = match request.get("body") {
        Some(body) => body.clone(),
        None if arrived.method == "POST" => json!({
            "name": wanted.args.get("name").cloned().unwrap_or(Value::Null),
            "expires_in": wanted.args.get("expires_in_days").cloned().unwrap_or(json!(90)),
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

/// What holds for every request, whatever a scenario is about.
fn house_rules(arrived: &SeenRequest) -> Vec<String> {
    let count = |name: &str| arrived.headers.iter().filter(|(field, _)| field == name).count();
    let mut problems = Vec::new();
    let mut rule = |holds: bool, what: &str| {
        if !holds {
            problems.push(format!("{}: {what}", line_of(arrived)));
        }
    };
    rule(count("authorization") == 1, "needs one authorization header");
    rule(
        header(arrived, "user-agent")
            .is_some_and(|agent| !agent.is_empty() && !agent.to_ascii_lowercase().contains("terraform")),
        "needs an honest user agent",
    );
    rule(
        header(arrived, "accept").is_some_and(|accept| accept.contains("application/json")),
        "must accept application/json",
    );
    rule(
        arrived.method != "POST"
            || header(arrived, "content-type").is_some_and(|kind| kind.starts_with("application/json")),
        "needs the content type application/json",
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
        let wanted = Wanted {
            requests: requests.as_array().expect("a list"),
            any_order: false,
            authorization: Some("Token t"),
            args: args.as_object().expect("an object"),
        };
        check(&wanted, seen, None)
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
    fn finding_out_who_one_is_takes_one_request_or_two() {
        let answered = |target: &str, status: u16| SeenRequest { status: Some(status), ..arrived("GET", target, "") };
        let current = |status| answered("/api/users/current", status);
        assert_eq!(leading_lookups(&[current(200), current(200)]), 1);
        assert_eq!(leading_lookups(&[current(403), answered("/api/users", 200)]), 2);
        assert_eq!(leading_lookups(&[current(403)]), 0);
        assert_eq!(leading_lookups(&[answered("/api/users/alice/tokens", 200), current(200)]), 0);
        assert!(begins_with_lookup(&[json!({"request": "GET /api/users/current -> 200"})]));
        assert!(!begins_with_lookup(&[json!("GET /api/users/alice/tokens")]));
    }

    #[test]
    fn a_star_stands_for_one_segment() {
        assert!(fits("DELETE /users/a/tokens/*", "DELETE /users/a/tokens/x"));
        assert!(!fits("DELETE /users/a/tokens/*", "DELETE /users/a/tokens/"));
        assert!(!fits("DELETE /users/a/tokens/*", "DELETE /users/a/tokens/x/y"));
        assert!(!fits("DELETE /users/a/tokens/*", "GET /users/a/tokens/x"));
    }

    #[test]
    fn house_rules_are_checked_on_each() {
        let mut lying = arrived("GET", "/a", "");
        lying.headers[1].1 = "Terraform/1".to_owned();
        assert_eq!(problems(&json!(["GET /a"]), &[lying]).len(), 1);
        let mut twice = arrived("GET", "/a", "");
        twice.headers.push(("authorization".to_owned(), "Token t".to_owned()));
        assert_eq!(problems(&json!(["GET /a"]), &[twice]).len(), 1);
    }
}
