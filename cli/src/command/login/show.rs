//! The address and the code, on standard error.

use std::io::{self, IsTerminal as _};

use anstyle::Style;
use netbird_tokens::DeviceLogin;

use super::qr;
use crate::arguments::Color;
use crate::printable::printable;
use crate::session::Session;

pub(super) fn show(session: &Session, device: &DeviceLogin, management_url: &str) {
    let mut text = String::new();
    if let Some(drawing) = drawing(session, device.verification_uri_complete().unwrap_or(device.verification_uri())) {
        text.push_str(&drawing);
    }
    let bold = Style::new().bold();
    let address = printable(device.verification_uri());
    let code = printable(device.user_code());
    text.push_str(&format!("To log in to {}, open this page on any device:\n\n", printable(management_url)));
    text.push_str(&format!("    {bold}{address}{bold:#}\n\nand enter this code:\n\n    {bold}{code}{bold:#}\n\n"));
    if let Some(complete) = device.verification_uri_complete() {
        let complete = printable(complete);
        text.push_str(&format!("Or open {complete}\nand check that it shows the same code.\n\n"));
    }
    session.warn_styled(&text);
}

/// The QR code, on a terminal that can show it.
fn drawing(session: &Session, address: &str) -> Option<String> {
    if !io::stderr().is_terminal() || !speaks_utf8(|name| std::env::var(name).ok()) {
        return None;
    }
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(io::stderr())?;
    let has_colors = match session.display.colors.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never,
    };
    qr::draw(address, columns.into(), has_colors)
}

/// Whether the terminal shows block characters. The first variable that is set decides, as in the C library.
fn speaks_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    if cfg!(windows) {
        // Windows Terminal does; the older console has fonts without them.
        return variable("WT_SESSION").is_some();
    }
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| variable(name).filter(|text| !text.is_empty()));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_about_block_characters() {
        let speaks = |pairs: &'static [(&str, &str)]| {
            speaks_utf8(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(speaks(&[("LANG", "de_DE.UTF-8")]) && speaks(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8")]));
        assert!(!speaks(&[]) && !speaks(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]));
    }
}
