//! The page where a person approves or denies a login.

use std::fmt::Write as _;

use super::form::Form;
use crate::http::Response;
use crate::state::State;
use crate::world::LoginState;

fn html(status: u16, body: &str) -> Response {
    const HEAD: &str = concat!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Log in</title>",
        "<meta name=\"viewport\" content=\"width=device-width\">",
        "<style>body{font:1.1em sans-serif;max-width:30em;margin:3em auto;padding:0 1em}",
        "code{font-size:1.6em;letter-spacing:.1em}button,select,input{font:inherit;padding:.4em 1em;margin:.3em}",
        "</style></head><body>\n<h1>NetBird mock server</h1>\n"
    );
    Response::new(status)
        .field("Content-Type", "text/html; charset=utf-8")
        .field("Cache-Control", "no-store")
        .body(format!("{HEAD}{body}\n</body></html>\n"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The form for this code; without one, a form that asks for it.
pub(super) fn show(state: &State, user_code: &str) -> Response {
    if user_code.is_empty() {
        let form = concat!(
            "<form method=\"get\"><label>The code on your device <input name=\"user_code\" required></label>",
            "<button>Go on</button></form>"
        );
        return html(200, form);
    }
    let Some(provider) = &state.identity else { return html(404, "") };
    let waiting = provider.find(user_code).filter(|login| login.state(state.now()) == LoginState::Pending);
    let Some(login) = waiting else {
        return html(400, "<p id=\"result\">This code is wrong, was used or has expired.</p>");
    };
    let client = escape(&login.client_id);
    if !provider.settings.clients.contains(&login.client_id) {
        return html(400, &format!("<p id=\"result\">There is no client <b>{client}</b>.</p>"));
    }
    let mut users = String::new();
    for (_, user) in state.users().filter(|(_, user)| !user.is_service_user) {
        let name = if user.name.is_empty() { &user.id } else { &user.name };
        // Writing to a string cannot fail.
        let _ = write!(users, "<option value=\"{}\">{}</option>", escape(&user.id), escape(name));
    }
    let code = escape(&login.user_code);
    html(
        200,
        &format!(
            concat!(
                "<p><b>{client}</b> asks for access to your account. Its code has to be</p>\n<p><code>{code}</code></p>\n",
                "<form method=\"post\" action=\"/oauth2/device\"><input type=\"hidden\" name=\"user_code\" value=\"{code}\">",
                "<label>Log in as <select name=\"user_id\">{users}</select></label><br>\n",
                "<button name=\"action\" value=\"approve\">Grant access</button>",
                "<button name=\"action\" value=\"deny\">Deny</button></form>"
            ),
            client = client,
            code = code,
            users = users
        ),
    )
}

/// Acts on the submitted form.
pub(super) fn decide(state: &mut State, form: &Form) -> Response {
    let (code, user, now) = (form.text("user_code"), form.text("user_id"), state.now());
    let action = form.text("action");
    if action == "approve" && state.find_user(&user).is_none() {
        return html(400, "<p id=\"result\">There is no such user.</p>");
    }
    let Some(provider) = &mut state.identity else { return html(404, "") };
    let (done, text) = match action.as_str() {
        "approve" => (provider.approve(&code, now, &user), "Access was granted. You can close this page."),
        "deny" => (provider.deny(&code, now), "Access was denied. You can close this page."),
        _ => return html(400, "<p id=\"result\">The form has no action.</p>"),
    };
    match done {
        Ok(()) => html(200, &format!("<p id=\"result\">{text}</p>")),
        Err(error) => html(400, &format!("<p id=\"result\">{}</p>", escape(&error.to_string()))),
    }
}
