//! The limiter refills with the server's clock and depends only on the token's text.

use netbird_mock::pat;
use netbird_mock::world::{RateLimit, World};

use crate::support::{Fixture, OWNER, once};

fn fixture() -> Fixture {
    Fixture::new(World { rate_limit: Some(RateLimit { rpm: 6, burst: 2 }), ..World::default() })
}

#[test]
fn it_refills_with_time() {
    let fixture = fixture();
    let statuses = |count: usize| (0..count).map(|_| fixture.list().status).collect::<Vec<_>>();
    assert_eq!(statuses(3), [200, 200, 429]);
    fixture.server.advance_clock(10);
    assert_eq!(statuses(2), [200, 429]);
    fixture.server.advance_clock(3600);
    assert_eq!(statuses(3), [200, 200, 429]);
    let refused = fixture.list();
    assert_eq!(refused.body, "{\"message\":\"too many requests\",\"code\":429}\n");
    assert_eq!(refused.header("retry-after"), None);
    assert_eq!(refused.headers.iter().filter(|(name, _)| name.contains("ratelimit")).count(), 0);
}

#[test]
fn every_text_has_its_own_bucket_before_it_is_checked() {
    let fixture = fixture();
    let url = fixture.server.url();
    let list = |authorization: &str, agent: &str| {
        let headers = [("Authorization", authorization), ("User-Agent", agent)];
        once(&url, "GET", &format!("/api/users/{OWNER}/tokens"), &headers, None).status
    };
    let unknown = format!("Token {}", pat::generate());
    for (authorization, status) in [("Token nbp_short", 401), (unknown.as_str(), 404)] {
        assert_eq!(list(authorization, "x"), status);
        assert_eq!(list(authorization, "x"), status);
        assert_eq!(list(authorization, "x"), 429);
        assert_eq!(list(authorization, "HashiCorp TERRAFORM/1.0"), status, "exempt");
    }
    let jwt = format!("Bearer {}", fixture.server.issue_jwt(OWNER, 600));
    assert!((0..5).all(|_| list(&jwt, "x") == 200), "JWTs are not limited");
    assert_eq!(list(&fixture.authorization(), "x"), 200);
}

#[test]
fn it_does_not_mark_a_refused_token_as_used() {
    let fixture = fixture();
    fixture.list();
    fixture.list();
    let used = fixture.server.tokens(OWNER)[0].last_used.clone();
    assert_eq!(fixture.list().status, 429);
    assert_eq!(fixture.server.tokens(OWNER)[0].last_used, used);
}
