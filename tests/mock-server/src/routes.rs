//! From a request to the handler that answers it: the router, and what stands before every handler.

use crate::auth::authenticate;
use crate::errors::{ApiError, JSON};
use crate::http::{Request, Response};
use crate::paths::Target;
use crate::state::{State, UserKey};
use crate::{handlers, setup};

/// What a path and a method lead to.
#[derive(Debug, PartialEq, Eq)]
enum Route {
    ListTokens { user: String },
    CreateToken { user: String },
    GetToken { user: String, token: String },
    DeleteToken { user: String, token: String },
    ListUsers,
    CreateUser,
    CurrentUser,
    UpdateUser { user: String },
    DeleteUser { user: String },
    Instance,
    Setup,
}

impl Route {
    /// A path that is known with another method is as unknown as any other. `OPTIONS` leads to a path's first handler.
    fn find(method: &str, segments: &[String]) -> Option<Self> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        let owned = |text: &str| text.to_owned();
        Some(match (segments.as_slice(), method) {
            (["api", "users"], "GET" | "OPTIONS") => Self::ListUsers,
            (["api", "users"], "POST") => Self::CreateUser,
            (["api", "users", "current"], "GET" | "OPTIONS") => Self::CurrentUser,
            (["api", "users", user], "PUT" | "OPTIONS") => Self::UpdateUser { user: owned(user) },
            (["api", "users", user], "DELETE") => Self::DeleteUser { user: owned(user) },
            (["api", "users", user, "tokens"], "GET" | "OPTIONS") => Self::ListTokens { user: owned(user) },
            (["api", "users", user, "tokens"], "POST") => Self::CreateToken { user: owned(user) },
            (["api", "users", user, "tokens", token], "GET" | "OPTIONS") => {
                Self::GetToken { user: owned(user), token: owned(token) }
            }
            (["api", "users", user, "tokens", token], "DELETE") => {
                Self::DeleteToken { user: owned(user), token: owned(token) }
            }
            (["api", "instance"], "GET" | "OPTIONS") => Self::Instance,
            (["api", "setup"], "POST" | "OPTIONS") => Self::Setup,
            _ => return None,
        })
    }
}

/// Acts on a request and answers it.
pub(crate) fn answer(state: &mut State, request: &Request) -> Response {
    if request.target == "*" && request.method == "OPTIONS" {
        return Response::new(200);
    }
    let Ok(target) = Target::parse(&request.target) else {
        return Response::bad_request("");
    };
    if let Some(location) = target.redirect() {
        return Response::new(301).field("Location", location);
    }
    let Some(route) = Route::find(&request.method, &target.segments()) else {
        return Response::new(404)
            .field("Content-Type", "text/plain; charset=utf-8")
            .field("X-Content-Type-Options", "nosniff")
            .body("404 page not found\n");
    };
    let request_id = state.new_xid();
    let mut response = if is_preflight(request) {
        preflight(request)
    } else {
        let mut response = run(state, request, &target, route).unwrap_or_else(ApiError::into_response);
        if request.header("origin").is_some_and(|origin| !origin.is_empty()) {
            response = response.field("Access-Control-Allow-Origin", "*");
        }
        response.field("Vary", "Origin")
    };
    response = response.field("X-Request-Id", request_id);
    // Go writes header fields in the order of their names.
    response.fields.sort_by(|a, b| a.0.cmp(&b.0));
    response
}

fn run(state: &mut State, request: &Request, target: &Target, route: Route) -> Result<Response, ApiError> {
    match &route {
        Route::Instance => return Ok(setup::instance(state)),
        Route::Setup => return setup::run(state, &request.body),
        _ => {}
    }
    let caller = authenticate(state, request)?;
    handle(state, request, target, route, caller)
}

fn handle(
    state: &mut State,
    request: &Request,
    target: &Target,
    route: Route,
    caller: UserKey,
) -> Result<Response, ApiError> {
    match route {
        Route::ListTokens { user } => handlers::list_tokens(state, caller, &user),
        Route::CreateToken { user } => handlers::create_token(state, caller, &user, &request.body),
        Route::GetToken { user, token } => handlers::get_token(state, caller, &user, &token),
        Route::DeleteToken { user, token } => handlers::delete_token(state, caller, &user, &token),
        Route::ListUsers => handlers::list_users(state, caller, target.parameter("service_user").as_deref()),
        Route::CreateUser => handlers::create_user(state, caller, &request.body),
        Route::CurrentUser | Route::UpdateUser { .. } if request.method == "OPTIONS" => {
            Err(ApiError::verbatim(405, "wrong HTTP method"))
        }
        Route::CurrentUser => handlers::current_user(state, caller),
        Route::UpdateUser { user } => handlers::update_user(state, caller, &user, &request.body),
        Route::DeleteUser { user } => handlers::delete_user(state, caller, &user),
        Route::Instance => Ok(setup::instance(state)),
        Route::Setup => setup::run(state, &request.body),
    }
}

/// A success with this JSON, which ends with a line feed.
pub(crate) fn json(body: impl Into<bytes::Bytes>) -> Response {
    Response::new(200).field("Content-Type", JSON).body(body)
}

fn is_preflight(request: &Request) -> bool {
    request.method == "OPTIONS"
        && request.header("access-control-request-method").is_some_and(|method| !method.is_empty())
}

fn preflight(request: &Request) -> Response {
    const ALLOWED: [&str; 7] = ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let mut response = Response::new(204);
    for name in ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"] {
        response = response.field("Vary", name);
    }
    let asked = request.header("access-control-request-method").unwrap_or_default();
    let method = asked.to_ascii_uppercase();
    let has_origin = request.header("origin").is_some_and(|origin| !origin.is_empty());
    if !has_origin || !ALLOWED.contains(&method.as_str()) {
        return response;
    }
    response = response.field("Access-Control-Allow-Origin", "*").field("Access-Control-Allow-Methods", method);
    let headers = request.header("access-control-request-headers").unwrap_or_default();
    let headers: Vec<String> = headers.split([',', ' ']).filter(|name| !name.is_empty()).map(canonical).collect();
    if headers.is_empty() { response } else { response.field("Access-Control-Allow-Headers", headers.join(", ")) }
}

/// A header's name with each word's first letter in upper case.
fn canonical(name: &str) -> String {
    let mut at_start = true;
    name.chars()
        .map(|c| {
            let c = if at_start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            at_start = c == '-';
            c
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(method: &str, path: &str) -> Option<Route> {
        let target = Target::parse(path).expect("a target");
        Route::find(method, &target.segments())
    }

    #[test]
    fn only_the_known_methods_of_a_path_lead_anywhere() {
        let user = || "x".to_owned();
        assert_eq!(find("GET", "/api/users/x/tokens"), Some(Route::ListTokens { user: user() }));
        assert_eq!(find("GET", "/api/users/x%2Ftokens"), Some(Route::ListTokens { user: user() }));
        assert_eq!(find("GET", "/api/users/current"), Some(Route::CurrentUser));
        assert_eq!(find("PUT", "/api/users/current"), Some(Route::UpdateUser { user: "current".to_owned() }));
        for (method, path) in [
            ("HEAD", "/api/users"),
            ("GET", "/api/users/"),
            ("GET", "/api/users/x"),
            ("PUT", "/api/users/x/tokens"),
            ("POST", "/api/users/x/tokens/y"),
            ("GET", "/API/users"),
            ("GET", "/api"),
            ("GET", "/"),
            ("get", "/api/users"),
        ] {
            assert_eq!(find(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn header_names_become_canonical() {
        assert_eq!(canonical("x-request-ID"), "X-Request-Id");
    }
}
