//! The fault campaign: builds the program that plays it, and the front end that it is played with.

use anyhow::Result;

use crate::arguments::Chaos;
use crate::campaign;
use crate::command::Cmd;
use crate::workspace::Workspace;

/// Optimised a little, with all assertions: a campaign is long, and the build of a release is too.
const PROFILE: &str = "chaos";

/// Plays a campaign; false if it broke a promise.
pub fn run(workspace: &Workspace, arguments: &Chaos) -> Result<bool> {
    let mut build = Cmd::new(workspace.cargo())
        .args(["build", "--package", "netbird-chaos", "--profile", PROFILE])
        .dir(&workspace.root)
        .limit_minutes(40);
    if arguments.bug.is_some() {
        build = build.args(["--features", "bugs"]);
    }
    build.run()?;
    let program = workspace.target.join(PROFILE).join("netbird-chaos");
    let mut campaign =
        campaign::command(workspace, &program).args(["--front", &arguments.front]).limit_minutes(24 * 60);
    for (option, value) in [
        ("--runs", arguments.runs.map(|runs| runs.to_string())),
        ("--operations", arguments.operations.map(|operations| operations.to_string())),
        ("--for", arguments.duration.clone()),
        ("--seed", arguments.seed.map(|seed| seed.to_string())),
        ("--first", arguments.first.map(|first| first.to_string())),
        ("--workers", arguments.workers.map(|workers| workers.to_string())),
        ("--bug", arguments.bug.clone()),
    ] {
        if let Some(value) = value {
            campaign = campaign.args([option, &value]);
        }
    }
    Ok(campaign.status()?.success())
}
