//! The Kubernetes manifests in the guides, held against the schemas that Kubernetes publishes.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::plan::{Job, Step};
use crate::toolchain::python;

/// Brings the schemas of every Kubernetes version, so that nothing is fetched.
const VALIDATOR: &str = "kubernetes-validate==1.37.0";
const GUIDE: &str = "docs/rotation.md";
const TOOL: &str = "cli: Kubernetes schemas";
const VENV: &str = "kubernetes";

/// The step that installs the validator.
pub fn toolchain() -> Step {
    Step::new(TOOL, |job| {
        let found = python::ensure(&job.log)?;
        let newest = found.last().context("no interpreter")?;
        python::fresh(job.workspace(), newest, VENV, &[VALIDATOR.to_owned()], &job.log)?;
        Ok(VALIDATOR.to_owned())
    })
    .waits()
}

/// The step that checks the manifests, and that the check can fail.
pub fn test() -> Step {
    Step::new("cli: Kubernetes manifests", |job| {
        let guide = fs::read_to_string(job.workspace().path(GUIDE))?;
        let manifests = manifests(&guide);
        ensure!(!manifests.is_empty(), "{GUIDE} has no manifest");
        let text = manifests.join("---\n");
        validate(job, "manifests.yaml", &text)?;
        let wrong = text.replace("backoffLimit", "backofLimit");
        ensure!(wrong != text, "the manifest has no backoffLimit to misspell");
        ensure!(validate(job, "misspelt.yaml", &wrong).is_err(), "a misspelt field was not noticed");
        Ok(format!("{} of {GUIDE}", manifests.len()))
    })
    .needs(TOOL)
}

/// The YAML blocks of a guide that are for Kubernetes.
fn manifests(guide: &str) -> Vec<&str> {
    let blocks = guide.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter(|block| block.starts_with("apiVersion:")).collect()
}

fn validate(job: &Job, name: &str, text: &str) -> Result<()> {
    let folder = job.workspace().target.join("tmp");
    fs::create_dir_all(&folder)?;
    let file = folder.join(name);
    fs::write(&file, text)?;
    let validator = python::folder(job.workspace(), VENV).join("bin/kubernetes-validate");
    job.command(validator).arg("--strict").arg(&file).limit_minutes(2).run()
}

#[cfg(test)]
mod tests {
    use super::manifests;

    #[test]
    fn only_blocks_for_kubernetes_are_manifests() {
        let guide = "```yaml\non: push\n```\n```yaml\napiVersion: v1\n```\n```sh\napiVersion: v1\n```\n";
        assert_eq!(manifests(guide), ["apiVersion: v1\n"]);
    }
}
