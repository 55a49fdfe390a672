//! Tables and times for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use netbird_tokens::{Timestamp, Token, User};
use unicode_width::UnicodeWidthStr as _;

use crate::printable::printable;

/// From here on a token that is about to expire is marked.
const SOON_DAYS: i64 = 7;

const HEADING: Style = Style::new().bold();
const PLAIN: Style = Style::new();
const BAD: Style = AnsiColor::Red.on_default();
const SOON: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// A cell: its text, safe to print, and how it looks.
struct Cell(String, Style);

fn cell(text: &str) -> Cell {
    Cell(printable(text).into_owned(), PLAIN)
}

/// The tokens, those that expire first at the top. With styles; they are taken out again where there are no colours.
pub(crate) fn tokens(tokens: &[Token], now: Timestamp) -> String {
    let mut sorted: Vec<&Token> = tokens.iter().collect();
    sorted.sort_by_key(|token| (token.expiration_date(), token.name(), token.id()));
    let rows = sorted.into_iter().map(|token| {
        let (left, style) = time_left(token, now);
        [
            cell(token.id()),
            cell(token.name()),
            Cell(format!("{} ({left})", day(token.expiration_date())), style),
            token.last_used().map_or_else(|| Cell("never".to_owned(), DIM), |time| cell(&minute(time))),
            cell(&day(token.created_at())),
            cell(token.created_by()),
        ]
    });
    render(["ID", "NAME", "EXPIRES", "LAST USED", "CREATED", "CREATED BY"], rows)
}

/// The users, by name.
pub(crate) fn users(users: &[User]) -> String {
    let mut sorted: Vec<&User> = users.iter().collect();
    sorted.sort_by_key(|user| (user.is_service_user(), user.name(), user.id()));
    let rows = sorted.into_iter().map(|user| {
        let status = user_status(user);
        let style = if status == "active" { PLAIN } else { SOON };
        [
            cell(user.id()),
            cell(user.name()),
            cell(user.email()),
            cell(user.role()),
            cell(user_type(user)),
            Cell(printable(&status).into_owned(), style),
            cell(if user.is_current() { "you" } else { "" }),
        ]
    });
    render(["ID", "NAME", "EMAIL", "ROLE", "TYPE", "STATUS", ""], rows)
}

/// One token, a line for each field.
pub(crate) fn token(token: &Token, now: Timestamp) -> String {
    let (left, style) = time_left(token, now);
    fields(&[
        ("ID", cell(token.id())),
        ("Name", cell(token.name())),
        ("User", cell(token.user_id())),
        ("Expires", Cell(format!("{} ({left})", second(token.expiration_date())), style)),
        ("Last used", cell(&token.last_used().map_or_else(|| "never".to_owned(), second))),
        ("Created", cell(&second(token.created_at()))),
        ("Created by", cell(token.created_by())),
    ])
}

/// One user, a line for each field.
pub(crate) fn user(user: &User) -> String {
    fields(&[
        ("ID", cell(user.id())),
        ("Name", cell(user.name())),
        ("Email", cell(user.email())),
        ("Role", cell(user.role())),
        ("Type", cell(user_type(user))),
        ("Status", cell(&user_status(user))),
        ("Last login", cell(&user.last_login().map_or_else(|| "never".to_owned(), second))),
    ])
}

/// A table of texts.
#[cfg(feature = "mock")]
pub(crate) fn rows<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    render(headings, rows.map(|row| row.map(|text| cell(&text))))
}

/// Lines of `Name: text`, the texts below each other. A field without a text is left out.
pub(crate) fn plain_fields(list: &[(&'static str, Option<String>)]) -> String {
    let cells: Vec<(&str, Cell)> =
        list.iter().filter_map(|(name, text)| text.as_deref().map(|text| (*name, cell(text)))).collect();
    fields(&cells)
}

fn fields(list: &[(&str, Cell)]) -> String {
    let width = list.iter().map(|(name, _)| name.len()).max().unwrap_or_default() + 1;
    let mut out = String::new();
    for (name, Cell(text, style)) in list.iter().filter(|(_, Cell(text, _))| !text.is_empty()) {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{HEADING}{:width$}{HEADING:#} {style}{text}{style:#}", format!("{name}:"));
    }
    out
}

fn render<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [Cell; N]>) -> String {
    let mut table: Vec<[Cell; N]> = vec![headings.map(|text| Cell(text.to_owned(), HEADING))];
    table.extend(rows);
    let mut widths = [0; N];
    for row in &table {
        for (width, Cell(text, _)) in widths.iter_mut().zip(row) {
            *width = text.width().max(*width);
        }
    }
    let mut out = String::new();
    for row in &table {
        let mut pending = 0;
        for (Cell(text, style), width) in row.iter().zip(widths) {
            if !text.is_empty() {
                // No style where there is none, and no blanks at the end of a line.
                let _ = write!(out, "{:pending$}{style}{text}{style:#}", "");
                pending = 0;
            }
            pending += width - text.width() * usize::from(!text.is_empty()) + 2;
        }
        out.push('\n');
    }
    out
}

/// How long a token still works, in words, and how that looks.
pub(crate) fn time_left(token: &Token, now: Timestamp) -> (String, Style) {
    if token.is_expired(now) {
        return ("expired".to_owned(), BAD);
    }
    let days = token.days_left(now);
    (days_in_words(days), if days < SOON_DAYS { SOON } else { PLAIN })
}

fn days_in_words(days: i64) -> String {
    match days {
        0 => "less than a day left".to_owned(),
        1 => "1 day left".to_owned(),
        days => format!("{days} days left"),
    }
}

pub(crate) fn user_type(user: &User) -> &'static str {
    if user.is_service_user() { "service user" } else { "person" }
}

fn user_status(user: &User) -> String {
    if user.is_blocked() {
        "blocked".to_owned()
    } else if user.pending_approval() {
        "pending approval".to_owned()
    } else {
        user.status().to_owned()
    }
}

fn day(time: Timestamp) -> String {
    cut(time, "2026-11-22".len(), "")
}

fn minute(time: Timestamp) -> String {
    cut(time, "2026-11-22T14:02".len(), "Z").replacen('T', " ", 1)
}

pub(crate) fn second(time: Timestamp) -> String {
    cut(time, "2026-11-22T14:02:53".len(), "Z").replacen('T', " ", 1)
}

/// The beginning of a time's text, which is all ASCII; the whole text where a year before 0 makes it longer.
fn cut(time: Timestamp, length: usize, tail: &str) -> String {
    let text = time.to_string();
    match text.get(..length) {
        Some(head) if !text.starts_with('-') => format!("{head}{tail}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        let rows = [[cell("日本"), cell(""), cell("x")], [cell("a\nb"), cell("yy"), cell("")]];
        let text = anstream::adapter::strip_str(&render(["A", "B", "C"], rows.into_iter())).to_string();
        assert_eq!(text, "A     B   C\n日本      x\na\\nb  yy\n");
    }

    #[test]
    fn times_are_cut_to_what_a_table_needs() {
        let time: Timestamp = "2026-11-22T15:02:53.235299+01:00".parse().unwrap();
        assert_eq!((day(time), minute(time)), ("2026-11-22".to_owned(), "2026-11-22 14:02Z".to_owned()));
        assert_eq!(second(time), "2026-11-22 14:02:53Z");
    }
}
