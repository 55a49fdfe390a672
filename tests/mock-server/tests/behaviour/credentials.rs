//! Tokens and JWTs as credentials.

use netbird_mock::pat;
use netbird_mock::world::{TokenSeed, UserSeed, World};

use crate::support::{Answer, Fixture, OWNER, once, user};

fn fixture() -> Fixture {
    let token = |plain: &str| TokenSeed { plain: Some(plain.to_owned()), ..TokenSeed::default() };
    Fixture::new(World {
        users: vec![
            UserSeed {
                is_blocked: true,
                tokens: vec![token("nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr")],
                ..user("blocked", "admin", true)
            },
            UserSeed { pending_approval: true, ..user("pending", "admin", false) },
            UserSeed { tokens: vec![token("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm")], ..user("bot", "admin", true) },
        ],
        ..World::default()
    })
}

fn call(fixture: &Fixture, target: &str, authorization: &str) -> Answer {
    once(&fixture.server.url(), "GET", target, &[("Authorization", authorization)], None)
}

fn message(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.json()["message"].as_str().expect("a message"))
}

#[test]
fn jwts_expire() {
    let fixture = fixture();
    let jwt = format!("Bearer {}", fixture.server.issue_jwt(OWNER, 60));
    let current = |authorization: &str| call(&fixture, "/api/users/current", authorization);
    assert_eq!(current(&jwt).json()["id"], OWNER);
    fixture.server.advance_clock(61);
    assert_eq!(message(&current(&jwt)), "401 token invalid");
    let expired = format!("Bearer {}", fixture.server.issue_jwt(OWNER, -10));
    assert_eq!(message(&current(&expired)), "401 token invalid");
    let stranger = format!("Bearer {}", fixture.server.issue_jwt("stranger", 60));
    assert_eq!(message(&current(&stranger)), "401 token invalid");
    let other = Fixture::new(World::default());
    let foreign = format!("Bearer {}", other.server.issue_jwt(OWNER, 60));
    assert_eq!(message(&current(&foreign)), "401 token invalid");
    assert_eq!(message(&current("Bearer")), "401 token invalid");
}

#[test]
fn a_jwt_has_the_usual_parts() {
    use base64::Engine as _;
    let fixture = fixture();
    let jwt = fixture.server.issue_jwt(OWNER, 60);
    let parts: Vec<serde_json::Value> = jwt
        .split('.')
        .take(2)
        .map(|part| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64"))
        .map(|json| serde_json::from_slice(&json).expect("JSON"))
        .collect();
    assert_eq!(parts[0]["typ"], "JWT");
    assert_eq!(parts[1]["sub"], OWNER);
    let number = |name: &str| parts[1][name].as_i64().expect("a number");
    assert_eq!(number("exp") - number("iat"), 60);
    assert!(parts[1]["aud"].is_string() && parts[1]["iss"].is_string());
}

#[test]
fn blocked_and_pending_callers_get_a_message() {
    let fixture = fixture();
    let blocked = "Token nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr";
    let tokens = call(&fixture, "/api/users/blocked/tokens", blocked);
    assert_eq!(message(&tokens), "403 failed to validate user permissions: user is blocked");
    assert_eq!(message(&call(&fixture, "/api/users/current", blocked)), "403 user is blocked");
    let pending = format!("Bearer {}", fixture.server.issue_jwt("pending", 60));
    let tokens = call(&fixture, "/api/users/pending/tokens", &pending);
    assert_eq!(message(&tokens), "403 failed to validate user permissions: user is pending approval");
}

#[test]
fn an_unknown_token_is_named_by_its_hash_in_lower_case() {
    let fixture = fixture();
    let unknown = pat::generate();
    let answer = call(&fixture, "/api/users/bot/tokens", &format!("Token {unknown}"));
    let hash = pat::hash(&unknown).to_lowercase();
    assert_eq!(message(&answer), format!("404 invalid token: pat: {hash} not found"));
}

#[test]
fn the_first_authorization_counts_and_bearer_accepts_pats() {
    let fixture = fixture();
    let good = "bEaReR nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";
    assert_eq!(call(&fixture, "/api/users/bot/tokens", good).status, 200);
    let url = fixture.server.url();
    let both = [("Authorization", "Token nbp_short"), ("Authorization", good)];
    assert_eq!(once(&url, "GET", "/api/users/bot/tokens", &both, None).status, 401);
    let both = [("Authorization", good), ("Authorization", "Token nbp_short")];
    assert_eq!(once(&url, "GET", "/api/users/bot/tokens", &both, None).status, 200);
    for wrong in ["Bearer nbp_abcdefghijklmnopqrstuvwxyz01232LolCm x", "Token  x", "token"] {
        assert_eq!(message(&call(&fixture, "/api/users/bot/tokens", wrong)), "401 token invalid", "{wrong}");
    }
    for none in ["", "Basic x", "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm"] {
        let answer = call(&fixture, "/api/users/bot/tokens", none);
        assert_eq!(message(&answer), "401 no valid authentication provided", "{none}");
    }
}

#[test]
fn debug_output_contains_no_secret() {
    let fixture = fixture();
    fixture.list();
    let seed = TokenSeed { plain: Some(fixture.plain.clone()), ..TokenSeed::default() };
    let text = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        fixture.server,
        fixture.server.seeded(),
        fixture.server.requests(),
        fixture.server.tokens(OWNER),
        seed
    );
    assert!(text.contains("nbp_****"));
    assert!(!text.contains(&fixture.plain[4..]));
    let error = fixture.server.add_token(OWNER, seed).expect_err("it is taken");
    assert!(!error.to_string().contains(&fixture.plain[4..]), "{error}");
}
