//! Opening the page in a browser, where there is one.

use std::process::{Command, Stdio};

use netbird_tokens::CREDENTIAL_VARIABLES;

/// Opens the address and says whether a program for that was started. Whether it shows the page is not known.
pub(super) fn open(address: &str) -> bool {
    // The library has checked it. A program that opens files, too, gets nothing else all the same.
    let is_page = address.starts_with("https://") || address.starts_with("http://");
    if !is_page || !is_there(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return false;
    }
    let mut command = opener();
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in CREDENTIAL_VARIABLES {
        command.env_remove(name);
    }
    // Ctrl-C is for this program and not for the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().is_ok()
}

/// Whether this machine shows the person a browser. Over SSH it would open on the machine at the other end.
fn is_there(is_set: impl Fn(&str) -> bool) -> bool {
    let is_remote = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].into_iter().any(&is_set);
    let has_display = cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    has_display && !is_remote
}

#[cfg(windows)]
fn opener() -> Command {
    let mut command = Command::new("rundll32");
    command.arg("url.dll,FileProtocolHandler");
    command
}

#[cfg(target_os = "macos")]
fn opener() -> Command {
    Command::new("open")
}

#[cfg(not(any(windows, target_os = "macos")))]
fn opener() -> Command {
    Command::new("xdg-open")
}

#[cfg(all(test, not(any(windows, target_os = "macos"))))]
mod tests {
    use super::*;

    #[test]
    fn a_browser_needs_a_display_of_this_machine() {
        let there = |set: &'static [&str]| is_there(|name| set.contains(&name));
        assert!(there(&["DISPLAY"]) && there(&["WAYLAND_DISPLAY"]));
        assert!(!there(&[]) && !there(&["DISPLAY", "SSH_CONNECTION"]) && !there(&["WAYLAND_DISPLAY", "SSH_TTY"]));
    }

    #[test]
    fn nothing_but_a_page_is_opened() {
        for address in ["file:///etc/passwd", "-h", "javascript:alert(1)", "HTTPS:"] {
            assert!(!open(address), "{address}");
        }
    }
}
