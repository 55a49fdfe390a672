//! The setup of an empty server: its first owner.

use crate::errors::ApiError;
use crate::gojson::{Slot, decode, write_string};
use crate::http::{Response, json};
use crate::permissions::Role;
use crate::state::State;
use crate::tokens::Shelf;
use crate::users::{User, new_person_id};

const TOKEN_NAME: &str = "setup-token";

fn is_required(state: &State) -> bool {
    state.users().next().is_none()
}

/// Whether the server still needs its first owner.
pub(crate) fn instance(state: &State) -> Response {
    json(format!("{{\"setup_required\":{}}}\n", is_required(state)))
}

/// Creates the first owner, with a token if the request asks for one.
pub(crate) fn run(state: &mut State, body: &[u8]) -> Result<Response, ApiError> {
    let (mut email, mut name, mut password) = (String::new(), String::new(), String::new());
    let (mut create_pat, mut days) = (false, 1);
    decode(
        body,
        &mut [
            ("email", Slot::Text(&mut email)),
            ("name", Slot::Text(&mut name)),
            ("password", Slot::Text(&mut password)),
            ("create_pat", Slot::Flag(&mut create_pat)),
            ("pat_expire_in", Slot::Integer(&mut days)),
        ],
    )
    .map_err(|_| ApiError::new(400, "invalid request body"))?;
    if !is_required(state) {
        return Err(ApiError::new(412, "setup already completed"));
    }
    let problem = if email.is_empty() {
        Some("email is required")
    } else if !email.contains('@') {
        Some("invalid email format")
    } else if name.is_empty() {
        Some("name is required")
    } else if password.is_empty() {
        Some("password is required")
    } else if password.len() < 8 {
        Some("password must be at least 8 characters")
    } else if password.len() > 72 {
        Some("password must be at most 72 characters")
    } else if create_pat && !(1..=365).contains(&days) {
        Some("pat_expire_in must be between 1 and 365")
    } else {
        None
    };
    if let Some(problem) = problem {
        return Err(ApiError::new(422, problem));
    }
    let id = new_person_id();
    let mut answer = String::from("{\"email\":");
    write_string(&mut answer, &email);
    let owner = state.insert_user(User {
        id: id.clone(),
        name,
        email,
        role: Role::Owner,
        is_service_user: false,
        is_blocked: false,
        pending_approval: false,
        last_login: None,
        account: String::new(),
        auto_groups: Vec::new(),
        tokens: Shelf::default(),
    });
    if create_pat {
        let (_, plain) = state.create_token(owner, id.clone(), TOKEN_NAME.to_owned(), days);
        answer.push_str(",\"personal_access_token\":");
        write_string(&mut answer, &plain);
    }
    answer.push_str(",\"user_id\":");
    write_string(&mut answer, &id);
    answer.push_str("}\n");
    Ok(json(answer).field("Cache-Control", "no-store"))
}
