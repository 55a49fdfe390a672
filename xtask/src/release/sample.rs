//! Programs that do the main job, run as their users would: outside the checkout, against a server of their own.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use regex::Regex;

use crate::command::Cmd;
use crate::fronts::compile::built;
use crate::mock_program::MockProgram;
use crate::plan::Job;

/// Gives a command a mock server and a credential for it, runs it in `folder`, and looks for `expected` in what it prints.
pub fn run(job: &Job, folder: &Path, command: Cmd, expected: &str) -> Result<()> {
    let mock = MockProgram::start(Command::new(built(job.workspace(), "netbird-mock")).arg("--until-stdin-closes"))?;
    let command =
        job.logged(command).dir(folder).env("NB_MANAGEMENT_URL", &mock.url).env("NB_PAT", &mock.pat).limit_minutes(5);
    let shown = command.shown();
    let printed = command.output()?;
    ensure!(printed.contains(expected), "{shown} did not print \"{expected}\" but:\n{printed}");
    ensure!(!Regex::new("nbp_[0-9A-Za-z]{36}")?.is_match(&printed), "{shown} printed a secret");
    Ok(())
}
