//! What each operation of the API does, in the order in which the server checks.

use bytes::Bytes;

use crate::errors::{ApiError, JSON};
use crate::gojson::{Slot, decode, write_string};
use crate::http::Response;
use crate::permissions::{Module, Operation, Role, allowed};
use crate::routes::json;
use crate::state::{State, UserKey};
use crate::tokens::Shelf;
use crate::users::{User, View, new_password, new_person_id, new_service_user_id};

const DAYS: std::ops::RangeInclusive<i64> = 1..=365;

/// The caller, who was found by its credential while the state was locked.
fn initiator(state: &State, caller: UserKey) -> Result<&User, ApiError> {
    let gone = || ApiError::new(404, "user: not found");
    state.user(caller).ok_or_else(gone)
}

fn may(state: &State, caller: UserKey, module: Module, operation: Operation) -> Result<bool, ApiError> {
    let caller = initiator(state, caller)?.caller();
    allowed(caller, module, operation).map_err(|message| ApiError::new(403, message))
}

fn require(state: &State, caller: UserKey, module: Module, operation: Operation) -> Result<(), ApiError> {
    if may(state, caller, module, operation)? { Ok(()) } else { Err(ApiError::permission_denied()) }
}

fn known_user(state: &State, caller: UserKey, id: &str) -> Result<UserKey, ApiError> {
    let unknown = || ApiError::new(404, format!("user: {id} not found"));
    let key = state.find_user(id).ok_or_else(unknown)?;
    let same_account = state.user(key).map(|user| &user.account) == state.user(caller).map(|user| &user.account);
    if same_account { Ok(key) } else { Err(ApiError::permission_denied()) }
}

/// The user whose tokens are meant, if the caller may touch them.
fn owner_of_tokens(state: &State, caller: UserKey, id: &str, operation: Operation) -> Result<UserKey, ApiError> {
    require(state, caller, Module::Pats, operation)?;
    let owner = known_user(state, caller, id)?;
    let is_service_user = state.user(owner).is_some_and(|user| user.is_service_user);
    let is_admin = initiator(state, caller)?.role.is_admin();
    if owner == caller || (is_admin && is_service_user) {
        Ok(owner)
    } else {
        Err(ApiError::new(403, "admin role required to perform this action"))
    }
}

fn unknown_token(id: &str) -> ApiError {
    ApiError::new(404, format!("pat: {id} not found"))
}

pub(crate) fn list_tokens(state: &mut State, caller: UserKey, user: &str) -> Result<Response, ApiError> {
    let owner = owner_of_tokens(state, caller, user, Operation::Read)?;
    let zone = state.zone;
    let mut response = Response::new(200).field("Content-Type", JSON);
    if let Some(owner) = state.user_mut(owner) {
        response.body = owner.tokens.list_json(zone);
    }
    Ok(response)
}

pub(crate) fn get_token(state: &State, caller: UserKey, user: &str, token: &str) -> Result<Response, ApiError> {
    let owner = owner_of_tokens(state, caller, user, Operation::Read)?;
    let found = state.find_token(owner, token).ok_or_else(|| unknown_token(token))?;
    let mut body = String::with_capacity(256);
    found.write_json(&mut body, state.zone);
    body.push('\n');
    Ok(json(body))
}

pub(crate) fn create_token(state: &mut State, caller: UserKey, user: &str, body: &[u8]) -> Result<Response, ApiError> {
    let (mut name, mut days) = (String::new(), 0);
    decode(body, &mut [("expires_in", Slot::Integer(&mut days)), ("name", Slot::Text(&mut name))])
        .map_err(|_| ApiError::body_not_json())?;
    if name.is_empty() {
        return Err(ApiError::new(422, "token name can't be empty"));
    }
    if !DAYS.contains(&days) {
        return Err(ApiError::new(422, "expiration has to be between 1 and 365"));
    }
    let owner = owner_of_tokens(state, caller, user, Operation::Create)?;
    let created_by = initiator(state, caller)?.id.clone();
    let (token, plain) = state.create_token(owner, created_by, name, days);
    let mut body = String::with_capacity(token.len() + 96);
    body.push_str("{\"personal_access_token\":");
    body.push_str(&token);
    body.push_str(",\"plain_token\":");
    write_string(&mut body, &plain);
    body.push_str("}\n");
    Ok(json(body))
}

pub(crate) fn delete_token(state: &mut State, caller: UserKey, user: &str, token: &str) -> Result<Response, ApiError> {
    let owner = owner_of_tokens(state, caller, user, Operation::Delete)?;
    if state.remove_token(owner, token) { Ok(json(Bytes::from_static(b"{}\n"))) } else { Err(unknown_token(token)) }
}

fn write_user(user: &User, view: View<'_>) -> Response {
    let mut body = String::with_capacity(512);
    user.write_json(&mut body, view);
    body.push('\n');
    json(body)
}

pub(crate) fn current_user(state: &State, caller: UserKey) -> Result<Response, ApiError> {
    let user = initiator(state, caller)?;
    if user.pending_approval {
        return Err(ApiError::new(403, "user is pending approval"));
    }
    if user.is_blocked {
        return Err(ApiError::new(403, "user is blocked"));
    }
    if user.is_service_user {
        return Err(ApiError::permission_denied());
    }
    Ok(write_user(user, View { is_current: true, permissions: true, ..View::default() }))
}

/// Go's way to read a truth value from text.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Lists all users to those who may read them and to all others themselves.
pub(crate) fn list_users(state: &State, caller: UserKey, service_user: Option<&str>) -> Result<Response, ApiError> {
    let all = may(state, caller, Module::Users, Operation::Read)?;
    let account = &initiator(state, caller)?.account;
    let visible: Vec<_> =
        state.users().filter(|(key, user)| user.account == *account && (all || *key == caller)).collect();
    let filter = match service_user.filter(|text| !text.is_empty()) {
        // The filter is looked at once for each user: with none, even a wrong one passes.
        Some(text) if !visible.is_empty() => {
            let wrong = || ApiError::new(422, "invalid service_user query parameter");
            Some(parse_bool(text).ok_or_else(wrong)?)
        }
        _ => None,
    };
    let mut body = String::from("[");
    for (key, user) in visible {
        if filter.is_some_and(|wanted| wanted != user.is_service_user) {
            continue;
        }
        if body.len() > 1 {
            body.push(',');
        }
        user.write_json(&mut body, View { is_current: key == caller, ..View::default() });
    }
    body.push_str("]\n");
    Ok(json(body))
}

pub(crate) fn create_user(state: &mut State, caller: UserKey, body: &[u8]) -> Result<Response, ApiError> {
    let (mut role, mut name, mut email) = (String::new(), String::new(), String::new());
    let (mut auto_groups, mut is_service_user) = (Vec::new(), false);
    decode(
        body,
        &mut [
            ("role", Slot::Text(&mut role)),
            ("name", Slot::Text(&mut name)),
            ("email", Slot::Text(&mut email)),
            ("auto_groups", Slot::Texts(&mut auto_groups)),
            ("is_service_user", Slot::Flag(&mut is_service_user)),
        ],
    )
    .map_err(|_| ApiError::body_not_json())?;
    let unknown_role = || ApiError::new(422, format!("unknown user role {role}"));
    let role = Role::parse(&role).ok_or_else(unknown_role)?;
    require(state, caller, Module::Users, Operation::Create)?;
    if is_service_user && role == Role::Owner {
        return Err(ApiError::new(422, "can't create a service user with owner role"));
    }
    let password = (!is_service_user).then(new_password);
    let user = User {
        id: if is_service_user { new_service_user_id() } else { new_person_id() },
        name,
        email: if is_service_user { String::new() } else { email },
        role,
        is_service_user,
        is_blocked: false,
        pending_approval: false,
        last_login: None,
        account: initiator(state, caller)?.account.clone(),
        auto_groups,
        tokens: Shelf::default(),
    };
    let response = write_user(&user, View { password: password.as_deref(), ..View::default() });
    state.insert_user(user);
    Ok(response)
}

pub(crate) fn update_user(state: &mut State, caller: UserKey, user: &str, body: &[u8]) -> Result<Response, ApiError> {
    let (mut role, mut auto_groups, mut is_blocked) = (String::new(), Vec::new(), false);
    decode(
        body,
        &mut [
            ("role", Slot::Text(&mut role)),
            ("auto_groups", Slot::Texts(&mut auto_groups)),
            ("is_blocked", Slot::Flag(&mut is_blocked)),
        ],
    )
    .map_err(|_| ApiError::body_not_json())?;
    let role = Role::parse(&role).ok_or_else(|| ApiError::new(422, "invalid user role"))?;
    require(state, caller, Module::Users, Operation::Update)?;
    let key = known_user(state, caller, user)?;
    if let Some(user) = state.user_mut(key) {
        user.role = role;
        user.auto_groups = auto_groups;
        user.is_blocked = is_blocked;
    }
    let view = View { is_current: key == caller, ..View::default() };
    Ok(write_user(initiator(state, key)?, view))
}

pub(crate) fn delete_user(state: &mut State, caller: UserKey, user: &str) -> Result<Response, ApiError> {
    require(state, caller, Module::Users, Operation::Delete)?;
    let key = known_user(state, caller, user)?;
    if key == caller {
        return Err(ApiError::new(403, "self deletion is not allowed"));
    }
    state.remove_user(key);
    Ok(json(Bytes::from_static(b"{}\n")))
}
