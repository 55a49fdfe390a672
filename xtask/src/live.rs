//! Running the scenarios against a real server.

use anyhow::Error;

use crate::arguments::Live;
use crate::command::Cmd;
use crate::workspace::Workspace;

/// Replaces this process by the conformance runner, which builds the adapters and cleans the server up, also when it is
/// interrupted. Returns only if that fails.
pub fn run(workspace: &Workspace, arguments: &Live) -> Error {
    command(workspace, arguments).exec()
}

fn command(workspace: &Workspace, arguments: &Live) -> Cmd {
    let mut command = Cmd::new(workspace.cargo())
        .args(["run", "--quiet", "--package", "netbird-conformance", "--bin", "netbird-conformance", "--", "live"])
        .dir(&workspace.root);
    if let Some(url) = &arguments.server {
        command = command.env("NETBIRD_TEST_URL", url);
    }
    for name in &arguments.only {
        command = command.args(["--adapter", name]);
    }
    if let Some(text) = &arguments.filter {
        command = command.args(["--filter", text]);
    }
    if arguments.list {
        command = command.arg("--list");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_are_those_of_the_runner() {
        let workspace = Workspace::find().expect("the checkout");
        let arguments = Live {
            server: Some("https://netbird.example".to_owned()),
            only: vec!["rust".to_owned(), "c".to_owned()],
            filter: Some("audit".to_owned()),
            list: true,
        };
        let shown = command(&workspace, &arguments).shown();
        assert!(shown.ends_with("-- live --adapter rust --adapter c --filter audit --list"), "{shown}");
    }
}
