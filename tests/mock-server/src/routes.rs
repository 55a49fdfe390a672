//! From a request to its handler: the router, and what is done before every handler.

use crate::auth::authenticate;
use crate::errors::ApiError;
use crate::handlers::Caller;
use crate::http::{Request, Response};
use crate::paths::Target;
use crate::state::{State, UserKey};
use crate::world::ServerVersion;
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
    /// The route for a method and a path. `OPTIONS` leads to a path's first handler.
    fn find(version: ServerVersion, method: &str, segments: &[String]) -> Option<Self> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        let owned = |text: &str| text.to_owned();
        Some(match (segments.as_slice(), method) {
            (["api", "users"], "GET" | "OPTIONS") => Self::ListUsers,
            (["api", "users"], "POST") => Self::CreateUser,
            (["api", "users", "current"], "GET" | "OPTIONS") if version > ServerVersion::V0_40 => Self::CurrentUser,
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

    /// Whether the path exists with any method.
    fn has_path(version: ServerVersion, segments: &[String]) -> bool {
        ["GET", "POST", "PUT", "DELETE"].iter().any(|method| Self::find(version, method, segments).is_some())
    }
}

/// The answer if no route has this method and path.
fn not_routed(version: ServerVersion, segments: &[String]) -> Response {
    // The current version answers a wrong method as it answers an unknown path.
    if version < ServerVersion::Current && Route::has_path(version, segments) {
        return Response::new(405);
    }
    Response::new(404)
        .field("Content-Type", "text/plain; charset=utf-8")
        .field("X-Content-Type-Options", "nosniff")
        .body("404 page not found\n")
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
    let segments = target.segments();
    let Some(route) = Route::find(state.version, &request.method, &segments) else {
        return not_routed(state.version, &segments);
    };
    let mut response = if is_preflight(request) {
        preflight(request)
    } else {
        let mut response = run(state, request, &target, route).unwrap_or_else(ApiError::into_response);
        if request.header("origin").is_some_and(|origin| !origin.is_empty()) {
            response = response.field("Access-Control-Allow-Origin", "*");
        }
        response.field("Vary", "Origin")
    };
    if state.version == ServerVersion::Current {
        response = response.field("X-Request-Id", state.new_xid());
    }
    // Go writes header fields sorted by name.
    response.fields.sort_by(|a, b| a.0.cmp(&b.0));
    response
}

fn run(state: &mut State, request: &Request, target: &Target, route: Route) -> Result<Response, ApiError> {
    match &route {
        Route::Instance => return Ok(setup::instance(state)),
        Route::Setup => return setup::run(state, &request.body),
        _ => {}
    }
    let user = authenticate(state, request)?;
    handle(state, request, target, route, user)
}

fn handle(
    state: &mut State,
    request: &Request,
    target: &Target,
    route: Route,
    user: UserKey,
) -> Result<Response, ApiError> {
    // Only this version was seen to look at the parameter.
    let account = target.parameter("account").filter(|_| state.version == ServerVersion::V0_59);
    let caller = Caller { user, account: account.as_deref() };
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

/// A header's name with the first letter of each word in upper case.
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
        Route::find(ServerVersion::Current, method, &target.segments())
    }

    #[test]
    fn each_path_has_its_methods() {
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
    fn version_0_40_has_no_route_for_the_current_user() {
        let segments = ["api", "users", "current"].map(str::to_owned);
        assert_eq!(Route::find(ServerVersion::V0_59, "GET", &segments), Some(Route::CurrentUser));
        assert_eq!(Route::find(ServerVersion::V0_40, "GET", &segments), None);
        let user = "current".to_owned();
        assert_eq!(Route::find(ServerVersion::V0_40, "OPTIONS", &segments), Some(Route::UpdateUser { user }));
    }

    #[test]
    fn a_wrong_method_is_404_now_and_was_405() {
        let known = ["api", "users", "x", "tokens"].map(str::to_owned);
        let unknown = ["api", "nope"].map(str::to_owned);
        for (version, status) in
            [(ServerVersion::V0_40, 405), (ServerVersion::V0_59, 405), (ServerVersion::Current, 404)]
        {
            assert_eq!(not_routed(version, &known).status, status, "{version}");
            assert_eq!(not_routed(version, &unknown).status, 404, "{version}");
        }
    }

    #[test]
    fn header_names_become_canonical() {
        assert_eq!(canonical("x-request-ID"), "X-Request-Id");
    }
}
