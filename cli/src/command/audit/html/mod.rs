//! The audit as one HTML page: no file, server or script is needed to read it.

mod axis;
mod escape;

use std::io::{self, Write};

use netbird_tokens::{AuditSummary, AuditedToken, Timestamp, TokenState, UserAudit};

use self::axis::Axis;
use self::escape::{Escaped, beginning};
use super::collected::Collected;
use super::words;
use crate::table::{day, user_type};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// What the page may do: use this style and this script, and nothing else. A test compares the digests.
const POLICY: &str = "default-src 'none'; style-src 'sha256-XkQfYVmonvgMncNUzFInd5cw+YnCrvfeOeryvHTF+Bo='; \
                      script-src 'sha256-36FnaavH8z+NmHoQ/6NAaflia2YbSskZPqrtBtg0SzU='; base-uri 'none'; form-action 'none'";

/// How many tokens are laid out together. Below a tenth of a second even on a phone.
const CHUNK: usize = 64;
/// How much of a name stands beside a bar. The table has the whole.
const NAME_CHARS: usize = 60;

const PATTERNS: &str = r##"<svg class="patterns" aria-hidden="true"><defs>
<pattern id="px" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 0l6 6M6 0l-6 6"/></pattern>
<pattern id="ps" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 7l8-8M2 10l8-8M-4 4l8-8"/></pattern>
<pattern id="pu" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.6"/></pattern>
</defs></svg>
"##;

/// The column headings of the table.
const COLUMNS: [&str; 8] = ["User", "Token", "ID", "State", "Why", "Created", "Last used", "Expires"];

/// Writes the page.
pub(super) fn write(
    out: &mut dyn Write,
    collected: &Collected,
    summary: &AuditSummary,
    management_url: &str,
) -> io::Result<()> {
    let now = collected.as_of.unwrap_or_else(Timestamp::now);
    let axis = Axis::covering(&collected.users, now);
    head(out, now, management_url)?;
    notices(out, collected, summary)?;
    if summary.tokens == 0 {
        return writeln!(out, "<p>There are no tokens.</p>\n</body>\n</html>");
    }
    filters(out, collected, summary)?;
    out.write_all(PATTERNS.as_bytes())?;
    writeln!(out, "<main id=\"all\">")?;
    axis_and_key(out, axis, now)?;
    let with_tokens = collected.users.iter().enumerate().filter(|(_, user)| !user.tokens.is_empty());
    for (number, user) in with_tokens {
        section(out, axis, number, user)?;
    }
    writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>")
}

fn head(out: &mut dyn Write, now: Timestamp, management_url: &str) -> io::Result<()> {
    writeln!(
        out,
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<title>NetBird token audit, {day}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>NetBird token audit</h1>
<p class="about">{url}, {minute}</p>"#,
        day = day(now),
        minute = crate::table::minute(now),
        url = Escaped(management_url),
    )
}

/// What the audit did not see.
fn notices(out: &mut dyn Write, collected: &Collected, summary: &AuditSummary) -> io::Result<()> {
    if let Some(incomplete) = words::incomplete(summary) {
        writeln!(out, "<div class=\"failed\"><p><b>This audit is incomplete:</b> {}.</p>", Escaped(&incomplete))?;
        writeln!(out, "<ul>")?;
        for user in &collected.users {
            if let Some(error) = &user.error {
                let message = error.message();
                writeln!(out, "<li>{}: {}</li>", Escaped(words::name(&user.user)), Escaped(message))?;
            }
        }
        writeln!(out, "</ul></div>")?;
    }
    if let Some(sentence) = words::other_people(summary) {
        writeln!(out, "<p class=\"about\">{sentence}</p>")?;
    }
    Ok(())
}

fn filters(out: &mut dyn Write, collected: &Collected, summary: &AuditSummary) -> io::Result<()> {
    writeln!(out, "<fieldset><legend>Show tokens</legend>")?;
    let mut chip = |letter: &str, label: &str, count: usize| {
        let checked = if letter == "a" { " checked=\"checked\"" } else { "" };
        write!(out, "<input type=\"radio\" name=\"state\" id=\"s-{letter}\"{checked}/>")?;
        write!(out, "<label class=\"chip {letter}\" for=\"s-{letter}\">")?;
        if letter == "a" {
            write!(out, "<span>{label}</span>")?;
        } else {
            let sample = "<svg aria-hidden=\"true\"><rect x=\"2%\" width=\"96%\"/></svg>";
            write!(out, "{sample}<span class=\"mark\">{label}</span>")?;
        }
        writeln!(out, "<b>{count}</b></label>")
    };
    chip("a", "all", summary.tokens)?;
    for state in TokenState::ALL {
        chip(letter(*state), words::state(*state), words::count(summary, *state))?;
    }
    writeln!(out, "</fieldset>")?;
    writeln!(
        out,
        "<p class=\"about\">A bar goes from the token's creation to its expiry. \
         <svg aria-hidden=\"true\"><circle class=\"dot\" cx=\"50%\"/></svg> is its last use.</p>"
    )?;
    writeln!(out, "<details class=\"people\"><summary>Users ({})</summary><ul>", collected.users.len())?;
    for (number, user) in collected.users.iter().enumerate() {
        let name = Escaped(words::name(&user.user));
        match (user.tokens.len(), &user.error) {
            (0, Some(_)) => writeln!(out, "<li>{name} <small>not listed</small></li>")?,
            (0, None) => writeln!(out, "<li>{name} <small>no tokens</small></li>")?,
            (count, _) => writeln!(out, "<li><a href=\"#u{number}\">{name}</a> <small>{count}</small></li>")?,
        }
    }
    writeln!(out, "</ul></details>")?;
    writeln!(
        out,
        "<p class=\"find\"><label>Find <input type=\"search\" placeholder=\"user, token or id\"/></label></p>"
    )?;
    writeln!(out, "<p class=\"one\">One user is shown. <a href=\"#all\">Show all users</a></p>")
}

fn axis_and_key(out: &mut dyn Write, axis: Axis, now: Timestamp) -> io::Result<()> {
    let ticks = axis.ticks();
    let today = axis.at(now);
    writeln!(out, "<div class=\"axis\"><svg aria-hidden=\"true\"><g id=\"grid\" class=\"grid\">")?;
    for tick in &ticks {
        write!(out, "<line x1=\"{0}\" x2=\"{0}\" y2=\"100%\"/>", tick.at)?;
    }
    writeln!(out, "<line class=\"now\" x1=\"{today}\" x2=\"{today}\" y2=\"100%\"/></g>")?;
    write!(out, "<text class=\"today\" x=\"{today}\" y=\"11\">today</text>")?;
    for tick in ticks {
        let class = if tick.is_quarter { "quarter" } else { "month" };
        write!(out, "<text class=\"{class}\" x=\"{}\" y=\"28\">{}</text>", tick.at, tick.label)?;
    }
    writeln!(out, "</svg></div>")?;
    write!(out, "<div class=\"after\"><h2>Table</h2><p class=\"about order\">")?;
    writeln!(out, "By user; of each user, what needs attention first.</p><table><thead><tr>")?;
    for column in COLUMNS {
        write!(out, "<th scope=\"col\">{column}</th>")?;
    }
    writeln!(out, "</tr></thead></table></div>")
}

/// One user: the bars, and the rows of the table.
fn section(out: &mut dyn Write, axis: Axis, number: usize, audited: &UserAudit) -> io::Result<()> {
    let user = &audited.user;
    let name = words::name(user);
    write!(out, "<section id=\"u{number}\" class=\"user")?;
    for state in TokenState::ALL.iter().filter(|state| audited.tokens.iter().any(|token| token.state == **state)) {
        write!(out, " h{}", letter(*state))?;
    }
    let tokens = words::tokens(audited.tokens.len());
    let you = if user.is_current() { "you, " } else { "" };
    writeln!(
        out,
        "\"><div class=\"bars\"><h3><a href=\"#u{number}\">{}</a> <small>{you}{}, {tokens}</small></h3>",
        Escaped(name),
        user_type(user),
    )?;
    for chunk in audited.tokens.chunks(CHUNK) {
        write!(out, "<div class=\"k k{}\">", chunk.len().next_power_of_two())?;
        write!(out, "<svg class=\"lines\" aria-hidden=\"true\"><use href=\"#grid\"/></svg>")?;
        for token in chunk {
            bar(out, axis, token)?;
        }
        writeln!(out, "</div>")?;
    }
    write!(out, "</div><div class=\"rows\">")?;
    for chunk in audited.tokens.chunks(CHUNK) {
        writeln!(out, "<div class=\"k k{}\"><table><tbody>", chunk.len().next_power_of_two())?;
        for token in chunk {
            row(out, number, name, token)?;
        }
        writeln!(out, "</tbody></table></div>")?;
    }
    writeln!(out, "</div></section>")
}

fn bar(out: &mut dyn Write, axis: Axis, audited: &AuditedToken) -> io::Result<()> {
    let AuditedToken { token, state, reason, .. } = audited;
    let name = beginning(token.name(), NAME_CHARS);
    write!(out, "<div class=\"t {}\"><b>{}</b><svg aria-hidden=\"true\">", letter(*state), Escaped(name))?;
    if axis.is_before(token.expiration_date()) {
        write!(out, "<text y=\"13\">◂ {}</text>", day(token.expiration_date()))?;
    } else {
        let start = axis.at(token.created_at());
        let width = axis.at(token.expiration_date()).minus(start).at_least(4);
        write!(out, "<rect x=\"{start}\" width=\"{width}\"/>")?;
    }
    if let Some(time) = token.last_used().filter(|time| !axis.is_before(*time)) {
        write!(out, "<circle class=\"dot\" cx=\"{}\"/>", axis.at(time))?;
    }
    writeln!(out, "</svg><span class=\"mark\">{}</span></div>", Escaped(reason))
}

fn row(out: &mut dyn Write, number: usize, user: &str, audited: &AuditedToken) -> io::Result<()> {
    let AuditedToken { token, state, reason, .. } = audited;
    writeln!(
        out,
        "<tr class=\"{letter}\"><td><a href=\"#u{number}\">{user}</a></td><td>{name}</td><td>{id}</td>\
         <td class=\"mark\">{state}</td><td>{reason}</td><td>{created}</td><td>{used}</td><td>{expires}</td></tr>",
        letter = letter(*state),
        user = Escaped(user),
        name = Escaped(token.name()),
        id = Escaped(token.id()),
        state = words::state(*state),
        reason = Escaped(reason),
        created = day(token.created_at()),
        used = token.last_used().map_or_else(|| "never".to_owned(), day),
        expires = day(token.expiration_date()),
    )
}

/// The class of what has this state.
fn letter(state: TokenState) -> &'static str {
    match state {
        TokenState::Expired => "x",
        TokenState::Expiring => "s",
        TokenState::Unused => "u",
        TokenState::NeverUsed => "n",
        TokenState::Healthy => "h",
    }
}
