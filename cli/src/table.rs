//! Tables and times for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use netbird_tokens::{AuditedToken, Timestamp, Token, TokenState, User};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::printable::printable;

/// A token that expires sooner is highlighted.
const SOON_DAYS: i64 = 7;

const HEADING: Style = Style::new().bold();
const PLAIN: Style = Style::new();
const BAD: Style = AnsiColor::Red.on_default();
const SOON: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// The widest column of text, and the widest of ids and secrets, which must stay whole to be of use. In columns of a terminal.
const TEXT_WIDTH: usize = 40;
const ID_WIDTH: usize = 64;

/// How wide a table may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// Long cells are shortened, which shows by an ellipsis.
    Terminal,
    /// Every cell is whole, whatever that does to the columns.
    Any,
}

/// A cell: its text, safe to print, how it looks, and its greatest width.
struct Cell {
    text: String,
    style: Style,
    most: usize,
}

impl Cell {
    fn text(text: impl Into<String>, style: Style) -> Self {
        Cell { text: text.into(), style, most: TEXT_WIDTH }
    }

    fn id(text: &str) -> Self {
        Cell { text: printable(text).into_owned(), style: PLAIN, most: ID_WIDTH }
    }

    /// Shortened to its greatest width.
    fn shortened(mut self) -> Self {
        // Combining characters have no width, but there may be any number of them.
        let most_chars = 2 * self.most;
        if self.text.width() > self.most || self.text.chars().nth(most_chars).is_some() {
            let mut width = 0;
            let fits = |c: &char| {
                width += c.width().unwrap_or_default();
                width < self.most
            };
            self.text = self.text.chars().take_while(fits).take(most_chars).collect();
            self.text.push('…');
        }
        self
    }
}

fn cell(text: &str) -> Cell {
    Cell::text(printable(text), PLAIN)
}

/// The tokens, those that expire first at the top, with styles. `is_own`: they are the credential's user's.
pub(crate) fn tokens(tokens: &[Token], now: Timestamp, is_own: bool, width: Width) -> String {
    let mut sorted: Vec<&Token> = tokens.iter().collect();
    sorted.sort_by_key(|token| (token.expiration_date(), token.name(), token.id()));
    let rows = sorted.into_iter().map(|token| {
        let (left, style) = time_left(token, now);
        let created_by_owner = is_own && token.created_by() == token.user_id();
        [
            Cell::id(token.id()),
            cell(token.name()),
            Cell::text(format!("{} ({left})", day(token.expiration_date())), style),
            token.last_used().map_or_else(|| Cell::text("never", DIM), |time| cell(&minute(time))),
            cell(&day(token.created_at())),
            if created_by_owner { cell("you") } else { Cell::id(token.created_by()) },
        ]
    });
    render(["ID", "NAME", "EXPIRES", "LAST USED", "CREATED", "CREATED BY"], rows, width)
}

/// Audited tokens, each with the name of its owner, in this order.
pub(crate) fn audited<'a>(tokens: impl Iterator<Item = (&'a str, &'a AuditedToken)>, width: Width) -> String {
    let rows = tokens.map(|(user, AuditedToken { token, state, reason, .. })| {
        let style = match state {
            TokenState::Expired => BAD,
            TokenState::Expiring | TokenState::Unused => SOON,
            TokenState::NeverUsed => DIM,
            TokenState::Healthy => PLAIN,
        };
        [
            cell(user),
            Cell::id(token.id()),
            cell(token.name()),
            Cell::text(state.name(), style),
            cell(reason),
            cell(&day(token.expiration_date())),
            token.last_used().map_or_else(|| Cell::text("never", DIM), |time| cell(&day(time))),
        ]
    });
    render(["USER", "ID", "NAME", "STATE", "REASON", "EXPIRES", "LAST USED"], rows, width)
}

/// The users, by name.
pub(crate) fn users(users: &[User], width: Width) -> String {
    let mut sorted: Vec<&User> = users.iter().collect();
    sorted.sort_by_key(|user| (user.is_service_user(), user.name(), user.id()));
    let rows = sorted.into_iter().map(|user| {
        let status = user_status(user);
        let style = if status == "active" { PLAIN } else { SOON };
        [
            Cell::id(user.id()),
            cell(user.name()),
            cell(user.email()),
            cell(user.role()),
            cell(user_type(user)),
            Cell::text(printable(&status), style),
            cell(if user.is_current() { "you" } else { "" }),
        ]
    });
    render(["ID", "NAME", "EMAIL", "ROLE", "TYPE", "STATUS", ""], rows, width)
}

/// One token, a line for each field.
pub(crate) fn token(token: &Token, now: Timestamp) -> String {
    let (left, style) = time_left(token, now);
    fields(&[
        ("ID", cell(token.id())),
        ("Name", cell(token.name())),
        ("User", cell(token.user_id())),
        ("Expires", Cell::text(format!("{} ({left})", second(token.expiration_date())), style)),
        ("Last used", cell(&token.last_used().map_or_else(|| "never".to_owned(), second))),
        ("Created", cell(&second(token.created_at()))),
        ("Created by", cell(token.created_by())),
    ])
}

/// The user of the credential, a line for each field.
pub(crate) fn user(user: &User, source: Option<String>) -> String {
    let mut lines = vec![
        ("ID", cell(user.id())),
        ("Name", cell(user.name())),
        ("Email", cell(user.email())),
        ("Role", cell(user.role())),
        ("Type", cell(user_type(user))),
        ("Status", cell(&user_status(user))),
        ("Last login", cell(&user.last_login().map_or_else(|| "never".to_owned(), second))),
    ];
    lines.extend(source.map(|source| ("Credential", cell(&source))));
    fields(&lines)
}

/// The test server's tokens: user, name, id and secret of each.
#[cfg(feature = "mock")]
pub(crate) fn seeded(rows: impl Iterator<Item = [String; 4]>, width: Width) -> String {
    let cells = |[user, name, id, secret]: [String; 4]| [cell(&user), cell(&name), Cell::id(&id), Cell::id(&secret)];
    render(["USER", "TOKEN", "ID", "SECRET"], rows.map(cells), width)
}

/// Lines of `Name: text`, with the texts aligned. A field without a text is left out.
pub(crate) fn plain_fields(list: &[(&'static str, Option<String>)]) -> String {
    let cells: Vec<(&str, Cell)> =
        list.iter().filter_map(|(name, text)| text.as_deref().map(|text| (*name, cell(text)))).collect();
    fields(&cells)
}

fn fields(list: &[(&str, Cell)]) -> String {
    let width = list.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (name, Cell { text, style, .. }) in list.iter().filter(|(_, cell)| !cell.text.is_empty()) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{HEADING}{name}:{HEADING:#}");
        pad(&mut out, width - name.len() + 1);
        let _ = writeln!(out, "{style}{text}{style:#}");
    }
    out
}

/// Blanks. A formatter takes no width above 65 535, so no width that comes from data is given to one.
fn pad(out: &mut String, blanks: usize) {
    out.extend(std::iter::repeat_n(' ', blanks));
}

fn render<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [Cell; N]>, width: Width) -> String {
    let mut table: Vec<[Cell; N]> = vec![headings.map(|text| Cell::text(text, HEADING))];
    table.extend(rows.map(|row| match width {
        Width::Terminal => row.map(Cell::shortened),
        Width::Any => row,
    }));
    let mut widths = [0; N];
    for row in &table {
        for (width, Cell { text, most, .. }) in widths.iter_mut().zip(row) {
            // A cell that is longer makes its own row longer, not every row.
            *width = text.width().min(*most).max(*width);
        }
    }
    let mut out = String::new();
    for row in &table {
        let mut pending = 0;
        for (Cell { text, style, .. }, width) in row.iter().zip(widths) {
            if text.is_empty() {
                // No style without a text, and no blanks at the end of a line.
                pending += width + 2;
                continue;
            }
            pad(&mut out, pending);
            // Writing to a String cannot fail.
            let _ = write!(out, "{style}{text}{style:#}");
            pending = width.saturating_sub(text.width()) + 2;
        }
        out.push('\n');
    }
    out
}

/// How long a token still works, in words, and the style for it.
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

pub(crate) fn day(time: Timestamp) -> String {
    cut(time, "2026-11-22".len(), "")
}

pub(crate) fn minute(time: Timestamp) -> String {
    cut(time, "2026-11-22T14:02".len(), "Z").replacen('T', " ", 1)
}

pub(crate) fn second(time: Timestamp) -> String {
    cut(time, "2026-11-22T14:02:53".len(), "Z").replacen('T', " ", 1)
}

/// The beginning of a time's text, which is ASCII; the whole text if a year before 0 makes it longer.
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

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn columns_are_aligned_in_every_script() {
        let rows = [[cell("日本"), cell(""), cell("x")], [cell("a\nb"), cell("yy"), cell("")]];
        let text = plain(&render(["A", "B", "C"], rows.into_iter(), Width::Any));
        assert_eq!(text, "A     B   C\n日本      x\na\\nb  yy\n");
    }

    #[test]
    fn a_long_cell_is_shortened_on_a_terminal_and_whole_elsewhere() {
        let table = |name: &str, width| {
            let rows = [[Cell::id("1"), cell(name), cell("x")], [Cell::id("2"), cell("b"), cell("y")]];
            plain(&render(["ID", "NAME", "C"], rows.into_iter(), width))
        };
        for long in ["x".repeat(3_000), "x".repeat(70_000), "日".repeat(70_000), "\u{301}".repeat(70_000)] {
            let whole = table(&long, Width::Any);
            assert!(whole.contains(&long));
            assert!(whole.lines().last().is_some_and(|line| line.width() < 60), "the other rows stay as they are");
            let short = table(&long, Width::Terminal);
            assert!(short.contains('…') && short.lines().all(|line| line.width() < 60), "{short}");
            assert!(short.len() < 1_000);
        }
        assert!(table(&"x".repeat(TEXT_WIDTH), Width::Terminal).contains(&"x".repeat(TEXT_WIDTH)));
    }

    #[test]
    fn times_are_cut_to_the_precision_of_the_table() {
        let time: Timestamp = "2026-11-22T15:02:53.235299+01:00".parse().unwrap();
        assert_eq!((day(time), minute(time)), ("2026-11-22".to_owned(), "2026-11-22 14:02Z".to_owned()));
        assert_eq!(second(time), "2026-11-22 14:02:53Z");
    }
}
