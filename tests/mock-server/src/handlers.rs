//! What each operation of the API does. The checks are in the server's order.

use bytes::Bytes;

use crate::errors::ApiError;
use crate::gojson::{Slot, decode, write_string};
use crate::http::{JSON, Response, json};
use crate::permissions::{Module, Operation, Role, Subject, allowed};
use crate::state::{State, UserKey};
use crate::tokens::Shelf;
use crate::users::{Permissions, User, View, new_password, new_person_id, new_service_user_id};
use crate::world::ServerVersion;

const DAYS: std::ops::RangeInclusive<i64> = 1..=365;

/// Who makes a request.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) user: UserKey,
    /// The account that the request names, if it names one.
    pub(crate) account: Option<&'a str>,
}

fn initiator(state: &State, user: UserKey) -> Result<&User, ApiError> {
    let gone = || ApiError::new(404, "user: not found");
    state.user(user).ok_or_else(gone)
}

fn may(state: &State, caller: Caller<'_>, module: Module, operation: Operation) -> Result<bool, ApiError> {
    let user = initiator(state, caller.user)?;
    let in_account = caller.account.is_none_or(|account| account == user.account);
    let subject = Subject { in_account, ..user.subject() };
    allowed(subject, module, operation).map_err(|message| ApiError::new(403, message))
}

fn require(state: &State, caller: Caller<'_>, module: Module, operation: Operation) -> Result<(), ApiError> {
    if may(state, caller, module, operation)? { Ok(()) } else { Err(ApiError::permission_denied()) }
}

fn known_user(state: &State, caller: Caller<'_>, id: &str) -> Result<UserKey, ApiError> {
    let unknown = || ApiError::new(404, format!("user: {id} not found"));
    let key = state.find_user(id).ok_or_else(unknown)?;
    let same_account = state.user(key).map(|user| &user.account) == state.user(caller.user).map(|user| &user.account);
    if same_account { Ok(key) } else { Err(ApiError::permission_denied()) }
}

/// The user in the path, if the caller is allowed to do this with its tokens.
fn owner_of_tokens(state: &State, caller: Caller<'_>, id: &str, operation: Operation) -> Result<UserKey, ApiError> {
    require(state, caller, Module::Pats, operation)?;
    let owner = known_user(state, caller, id)?;
    let is_service_user = state.user(owner).is_some_and(|user| user.is_service_user);
    let is_admin = initiator(state, caller.user)?.role.is_admin();
    if owner == caller.user || (is_admin && is_service_user) {
        Ok(owner)
    } else {
        Err(ApiError::new(403, "admin role required to perform this action"))
    }
}

fn unknown_token(id: &str) -> ApiError {
    ApiError::new(404, format!("pat: {id} not found"))
}

pub(crate) fn list_tokens(state: &mut State, caller: Caller<'_>, user: &str) -> Result<Response, ApiError> {
    let owner = owner_of_tokens(state, caller, user, Operation::Read)?;
    let zone = state.zone;
    let mut response = Response::new(200).field("Content-Type", JSON);
    if let Some(owner) = state.user_mut(owner) {
        response.body = owner.tokens.list_json(zone);
    }
    Ok(response)
}

pub(crate) fn get_token(state: &State, caller: Caller<'_>, user: &str, token: &str) -> Result<Response, ApiError> {
    let owner = owner_of_tokens(state, caller, user, Operation::Read)?;
    let found = state.find_token(owner, token).ok_or_else(|| unknown_token(token))?;
    let mut body = String::with_capacity(256);
    found.write_json(&mut body, state.zone);
    body.push('\n');
    Ok(json(body))
}

pub(crate) fn create_token(
    state: &mut State,
    caller: Caller<'_>,
    user: &str,
    body: &[u8],
) -> Result<Response, ApiError> {
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
    let created_by = initiator(state, caller.user)?.id.clone();
    let (token, plain) = state.create_token(owner, created_by, name, days);
    let mut body = String::with_capacity(token.len() + 96);
    body.push_str("{\"personal_access_token\":");
    body.push_str(&token);
    body.push_str(",\"plain_token\":");
    write_string(&mut body, &plain);
    body.push_str("}\n");
    Ok(json(body))
}

pub(crate) fn delete_token(
    state: &mut State,
    caller: Caller<'_>,
    user: &str,
    token: &str,
) -> Result<Response, ApiError> {
    let owner = owner_of_tokens(state, caller, user, Operation::Delete)?;
    if state.remove_token(owner, token) { Ok(json(Bytes::from_static(b"{}\n"))) } else { Err(unknown_token(token)) }
}

/// How a version writes users, except for its answer to `/users/current`.
fn permissions_in(version: ServerVersion, known: bool) -> Permissions {
    if version > ServerVersion::V0_40 { Permissions::Absent } else { Permissions::Dashboard { known } }
}

fn write_user(user: &User, view: View<'_>) -> Response {
    let mut body = String::with_capacity(512);
    user.write_json(&mut body, view);
    body.push('\n');
    json(body)
}

pub(crate) fn current_user(state: &State, caller: Caller<'_>) -> Result<Response, ApiError> {
    let user = initiator(state, caller.user)?;
    if user.pending_approval {
        return Err(ApiError::new(403, "user is pending approval"));
    }
    if user.is_blocked {
        return Err(ApiError::new(403, "user is blocked"));
    }
    if user.is_service_user {
        return Err(ApiError::permission_denied());
    }
    Ok(write_user(user, View { is_current: true, permissions: Permissions::Modules, ..View::default() }))
}

/// The texts that Go's `strconv.ParseBool` accepts.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Lists all users if the caller can read them, otherwise only the caller.
pub(crate) fn list_users(state: &State, caller: Caller<'_>, service_user: Option<&str>) -> Result<Response, ApiError> {
    let all = may(state, caller, Module::Users, Operation::Read)?;
    let account = &initiator(state, caller.user)?.account;
    let visible: Vec<_> =
        state.users().filter(|(key, user)| user.account == *account && (all || *key == caller.user)).collect();
    let filter = match service_user.filter(|text| !text.is_empty()) {
        // The server parses the filter once per user: without users, an invalid one is not noticed.
        Some(text) if !visible.is_empty() => {
            let wrong = || ApiError::new(422, "invalid service_user query parameter");
            Some(parse_bool(text).ok_or_else(wrong)?)
        }
        _ => None,
    };
    let permissions = permissions_in(state.version, true);
    let mut body = String::from("[");
    for (key, user) in visible {
        if filter.is_some_and(|wanted| wanted != user.is_service_user) {
            continue;
        }
        if body.len() > 1 {
            body.push(',');
        }
        user.write_json(&mut body, View { is_current: key == caller.user, permissions, password: None });
    }
    body.push_str("]\n");
    Ok(json(body))
}

pub(crate) fn create_user(state: &mut State, caller: Caller<'_>, body: &[u8]) -> Result<Response, ApiError> {
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
    let role = Role::parse(&role, state.version).ok_or_else(unknown_role)?;
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
        account: initiator(state, caller.user)?.account.clone(),
        auto_groups,
        tokens: Shelf::default(),
    };
    let permissions = permissions_in(state.version, false);
    let response = write_user(&user, View { is_current: false, permissions, password: password.as_deref() });
    state.insert_user(user);
    Ok(response)
}

pub(crate) fn update_user(
    state: &mut State,
    caller: Caller<'_>,
    user: &str,
    body: &[u8],
) -> Result<Response, ApiError> {
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
    let role = Role::parse(&role, state.version).ok_or_else(|| ApiError::new(422, "invalid user role"))?;
    require(state, caller, Module::Users, Operation::Update)?;
    let key = known_user(state, caller, user)?;
    if let Some(user) = state.user_mut(key) {
        user.role = role;
        user.auto_groups = auto_groups;
        user.is_blocked = is_blocked;
    }
    let permissions = permissions_in(state.version, true);
    let view = View { is_current: key == caller.user, permissions, password: None };
    Ok(write_user(initiator(state, key)?, view))
}

pub(crate) fn delete_user(state: &mut State, caller: Caller<'_>, user: &str) -> Result<Response, ApiError> {
    require(state, caller, Module::Users, Operation::Delete)?;
    let key = known_user(state, caller, user)?;
    if key == caller.user {
        return Err(ApiError::new(403, "self deletion is not allowed"));
    }
    state.remove_user(key);
    Ok(json(Bytes::from_static(b"{}\n")))
}
