//! Connections: they behave as those of Go's server.

use std::io::Write as _;
use std::time::Duration;

use netbird_mock::world::{Action, Fault, TokenSeed, UserSeed, World};

use crate::support::{Client, Fixture, OWNER, once, raw_request, user};

fn list_target() -> String {
    format!("/api/users/{OWNER}/tokens")
}

#[test]
fn one_connection_serves_many_requests_and_is_counted_once() {
    let fixture = Fixture::new(World::default());
    let authorization = fixture.authorization();
    let headers = [("Authorization", authorization.as_str())];
    let mut first = Client::connect(&fixture.server.url());
    for _ in 0..3 {
        assert_eq!(first.request("GET", &list_target(), &headers, None).expect("answered").status, 200);
    }
    let mut second = Client::connect(&fixture.server.url());
    second.request("GET", "/api/nope", &headers, None).expect("answered");
    let seen = fixture.server.requests();
    assert_eq!(seen.iter().map(|seen| seen.connection).collect::<Vec<_>>(), [0, 0, 0, 1]);
    assert_eq!(seen.iter().filter_map(|seen| seen.status).collect::<Vec<_>>(), [200, 200, 200, 404]);
    assert!(seen[0].headers.contains(&("authorization".to_owned(), authorization)));
    assert_eq!(fixture.server.take_requests().len(), 4);
    assert!(fixture.server.requests().is_empty());
}

#[test]
fn requests_sent_at_once_are_answered_in_order() {
    let fixture = Fixture::new(World::default());
    let authorization = fixture.authorization();
    let headers = [("Authorization", authorization.as_str())];
    let mut client = Client::connect(&fixture.server.url());
    let mut both = raw_request("POST", &list_target(), &headers, Some(r#"{"name":"n","expires_in":1}"#));
    both.extend(raw_request("GET", "/api/nope", &headers, None));
    client.send(&both);
    assert_eq!(client.answer("POST").expect("answered").status, 200);
    assert_eq!(client.answer("GET").expect("answered").status, 404);
}

#[test]
fn a_request_can_arrive_in_small_pieces_and_its_body_in_chunks() {
    let fixture = Fixture::new(World::default());
    let mut client = Client::connect(&fixture.server.url());
    let mut text = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        list_target(),
        fixture.authorization()
    );
    for chunk in [r#"{"nam"#, r#"e":"chunked","expires_in":3"#, "}"] {
        text.push_str(&format!("{:x};extension\r\n{chunk}\r\n", chunk.len()));
    }
    text.push_str("0\r\nTrailer: x\r\n\r\n");
    for piece in text.as_bytes().chunks(7) {
        client.send(piece);
        client.stream.flush().expect("flushed");
    }
    let answer = client.answer("POST").expect("answered");
    assert_eq!(answer.json()["personal_access_token"]["name"], "chunked");
    assert_eq!(fixture.server.requests()[0].body, r#"{"name":"chunked","expires_in":3}"#);
    client.send(&raw_request("GET", "/api/nope", &[], None));
    assert_eq!(client.answer("GET").expect("the connection goes on").status, 404);
}

#[test]
fn a_client_that_expects_100_continue_gets_it() {
    let fixture = Fixture::new(World::default());
    let mut client = Client::connect(&fixture.server.url());
    let body = r#"{"name":"n","expires_in":1}"#;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        list_target(),
        fixture.authorization(),
        body.len()
    );
    client.send(head.as_bytes());
    let go_on = client.answer("POST").expect("told to continue");
    assert_eq!(go_on.status, 100);
    client.send(body.as_bytes());
    assert_eq!(client.answer("POST").expect("answered").status, 200);
}

#[test]
fn an_invalid_request_gets_gos_bad_request_and_the_connection_ends() {
    let fixture = Fixture::new(World::default());
    for (text, body) in [
        ("nonsense\r\n\r\n", "400 Bad Request"),
        ("GET /api/users HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header"),
        ("GET /api/users HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request: too many Host headers"),
        ("GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"),
        ("GET api HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400 Bad Request"),
    ] {
        let mut client = Client::connect(&fixture.server.url());
        client.send(text.as_bytes());
        let answer = client.answer("GET").expect("answered");
        assert_eq!((answer.status, answer.body.as_str()), (400, body), "{text}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(client.end().is_ok(), "{text}");
    }
}

#[test]
fn unusual_targets_are_logged_as_sent() {
    let ids = ["google-oauth2|123", "a b", "50%", "what?", "#1", "é", "a+b==", "<&>", "`^\"{}"];
    let fixture =
        Fixture::new(World { users: ids.iter().map(|id| user(id, "user", true)).collect(), ..World::default() });
    for (target, message) in [
        ("/api/users/google-oauth2|123/tokens", None),
        ("/api/users/google-oauth2%7c123/tokens", None),
        ("/api/users/a%20b/tokens", None),
        ("/api/users/50%25/tokens", None),
        ("/api/users/what%3F/tokens", None),
        ("/api/users/%231/tokens", None),
        ("/api/users/#1/tokens", None),
        ("/api/users/%C3%A9/tokens", None),
        ("/api/users/é/tokens", None),
        ("/api/users/a+b==/tokens", None),
        ("/api/users/a%2Bb%3D%3D/tokens", None),
        ("/api/users/<&>/tokens?x=%zz", None),
        ("/api/users/`^\"{}/tokens", None),
        ("http://elsewhere.example/api/users/a+b==/tokens", None),
        ("/api/users/A%20B/tokens", Some("user: a b not found")),
        ("/api/users/%FF/tokens", Some("user: \u{fffd} not found")),
        ("/api/users/%3Cb%3E/tokens", Some("user: <b> not found")),
    ] {
        let answer = fixture.call("GET", target, None);
        match message {
            None => assert_eq!(answer.body, "null\n", "{target}"),
            Some(message) => assert_eq!(answer.json()["message"], message, "{target}"),
        }
        let seen = fixture.server.take_requests();
        assert_eq!(seen[0].target, target);
    }
    assert!(fixture.call("GET", "/api/users/%3Cb%3E/tokens", None).body.contains("\\u003cb\\u003e"));
}

#[test]
fn short_answers_have_a_length_and_long_ones_one_chunk() {
    let fixture = Fixture::new(World::default());
    let short = fixture.list();
    assert_eq!(short.header("content-length"), Some(short.body.len().to_string().as_str()));
    for index in 0..20 {
        let token = TokenSeed { name: format!("n{index}"), ..TokenSeed::default() };
        fixture.server.add_token(OWNER, token).expect("seeded");
    }
    let long = fixture.list();
    assert!(long.body.len() > 2048);
    assert_eq!(long.header("content-length"), None);
    assert_eq!(long.header("transfer-encoding"), Some("chunked"));
    assert_eq!(long.json().as_array().map(Vec::len), Some(21));
    let names: Vec<&str> = long.head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, ["Content-Type", "Vary", "X-Request-Id", "Date", "Transfer-Encoding"]);
}

#[test]
fn the_connection_ends_after_http_1_0_and_after_connection_close() {
    let fixture = Fixture::new(World::default());
    let mut client = Client::connect(&fixture.server.url());
    client.send(b"GET /api/instance HTTP/1.0\r\n\r\n");
    let answer = client.answer("GET").expect("answered");
    assert!(answer.head.starts_with("HTTP/1.0 200 OK"), "{}", answer.head);
    assert!(client.end().is_ok());
    let mut client = Client::connect(&fixture.server.url());
    let answer = client.request("GET", "/api/instance", &[("Connection", "close")], None).expect("answered");
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(client.end().is_ok());
}

#[test]
fn head_and_options() {
    let fixture = Fixture::new(World::default());
    let authorization = fixture.authorization();
    let headers = [("Authorization", authorization.as_str())];
    let mut client = Client::connect(&fixture.server.url());
    let head = client.request("HEAD", &list_target(), &headers, None).expect("answered");
    assert_eq!((head.status, head.header("content-length")), (404, Some("19")));
    let options = client.request("OPTIONS", "/api/users/current", &headers, None).expect("answered");
    assert_eq!(options.status, 405);
    assert_eq!(options.body, "{\"message\":\"wrong HTTP method\",\"code\":405}\n");
    let options = client.request("OPTIONS", &list_target(), &[], None).expect("answered");
    assert_eq!(options.status, 401);
    let star = client.request("OPTIONS", "*", &[], None).expect("answered");
    assert_eq!((star.status, star.header("content-length")), (200, Some("0")));
    let refused = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "TRACE")];
    let preflight = client.request("OPTIONS", &list_target(), &refused, None).expect("answered");
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, None));
}

#[test]
fn idle_connections_can_be_closed_and_busy_ones_stay_open() {
    let fixture = Fixture::new(World::default());
    let url = fixture.server.url();
    let mut idle = Client::connect(&url);
    idle.request("GET", "/api/instance", &[], None).expect("answered");
    fixture.server.push_fault(Fault {
        method: None,
        target_contains: None,
        skip: 0,
        times: None,
        action: Action::DelayAnswer { ms: 200 },
    });
    let mut busy = Client::connect(&url);
    busy.send(&raw_request("GET", "/api/instance", &[], None));
    while fixture.server.requests().len() < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(fixture.server.close_idle_connections(), 1);
    assert!(idle.end().is_ok(), "closed");
    assert_eq!(busy.answer("GET").expect("answered").status, 200);
    assert_eq!(fixture.server.close_idle_connections(), 1, "it is idle now");
    assert!(busy.end().is_ok());
    assert_eq!(fixture.server.close_idle_connections(), 0);
}

#[test]
fn a_hundred_thousand_tokens_are_listed() {
    const COUNT: usize = 100_000;
    let tokens = (0..COUNT).map(|index| TokenSeed { name: format!("token {index}"), ..TokenSeed::default() }).collect();
    let fixture =
        Fixture::new(World { users: vec![UserSeed { tokens, ..user("bot", "user", true) }], ..World::default() });
    let answer = fixture.call("GET", "/api/users/bot/tokens", None);
    assert!(answer.body.len() > 15_000_000, "{}", answer.body.len());
    assert_eq!(answer.body.matches("\"created_at\"").count(), COUNT);
    assert!(answer.body.ends_with("\"name\":\"token 99999\"}]\n"));
}

#[test]
fn a_stopped_server_does_not_listen() {
    let fixture = Fixture::new(World::default());
    let url = fixture.server.url();
    let mut open = Client::connect(&url);
    open.request("GET", "/api/instance", &[], None).expect("answered");
    fixture.server.shutdown();
    assert!(open.end().is_ok(), "open connections end");
    assert!(std::net::TcpStream::connect(url.trim_start_matches("http://")).is_err());
}

#[test]
fn a_reset_leaves_nothing_of_the_old_world() {
    let fixture = Fixture::new(World::default());
    let url = fixture.server.url();
    let mut open = Client::connect(&url);
    open.request("GET", "/api/instance", &[], None).expect("answered");
    let wrong = World { zone: Some("nowhere".to_owned()), ..World::default() };
    assert!(fixture.server.reset(wrong).is_err());
    assert_eq!(fixture.list().status, 200, "an invalid world changes nothing");
    let seeded = fixture.server.reset(World { users: vec![crate::support::owner()], ..World::default() });
    let seeded = seeded.expect("a world");
    assert!(open.end().is_ok(), "idle connections are closed");
    assert!(fixture.server.requests().is_empty());
    assert_eq!(fixture.list().status, 404, "the old token is unknown");
    let authorization = format!("Token {}", seeded[0].plain);
    assert_eq!(once(&url, "GET", &list_target(), &[("Authorization", &authorization)], None).status, 200);
    assert_eq!(fixture.server.requests()[0].connection, 0, "connections are counted from 0 again");
}
