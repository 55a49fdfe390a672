//! Who may know whom: front ends know the core, the core knows no front end, and nothing but
//! tests and the parts made for testing knows the mock server.

use anyhow::Result;

use super::Findings;
use super::metadata::{Graph, Kind};
use crate::workspace::Workspace;

const CORE: &str = "netbird-tokens";
const MOCK: &str = "netbird-mock";

/// Who may need the mock server in what is shipped: the tools that test, the command line (its
/// `mock-server` and `demo`), and the wheel (its `testing` module, and the command line in it).
const MAY_KNOW_THE_MOCK: &[&str] =
    &["netbird-mock", "netbird-conformance", "netbird-bench", "netbird-tokens-cli", "netbird-tokens-python"];

/// Whole graphs, not only direct needs.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    Ok(wrong_arrows(&Graph::read(workspace)?))
}

fn wrong_arrows(graph: &Graph) -> Findings {
    let mut findings = Findings::default();
    let shipped = [Kind::Normal, Kind::Build];
    for id in graph.reached_from(|package| package.name == CORE, &shipped) {
        let package = &graph.packages[id];
        if package.ours && package.name != CORE {
            findings.add(format!("the core needs {}", package.name));
        }
    }
    for package in graph.packages.values().filter(|package| package.ours) {
        let knows_the_mock = graph
            .reached_from(|other| other.name == package.name, &shipped)
            .iter()
            .any(|id| graph.packages[*id].name == MOCK);
        let is_test_tool = package.name.starts_with("netbird-adapter-");
        if knows_the_mock && !is_test_tool && !MAY_KNOW_THE_MOCK.contains(&package.name.as_str()) {
            findings.add(format!("{} needs {MOCK} outside its tests", package.name));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::metadata::{graph, package};
    use super::*;

    fn wrong(core: &[(&str, Kind)], c: &[(&str, Kind)]) -> Vec<String> {
        wrong_arrows(&graph(&[
            ("core", package(CORE, true, core)),
            ("mock", package(MOCK, true, &[])),
            ("cli", package("netbird-tokens-cli", true, &[("mock", Kind::Normal)])),
            ("c", package("netbird-tokens-c", true, c)),
        ]))
        .wrong
    }

    #[test]
    fn down_is_right_and_up_is_wrong() {
        assert!(wrong(&[("mock", Kind::Dev)], &[("core", Kind::Normal)]).is_empty());
        assert_eq!(wrong(&[("c", Kind::Normal)], &[]), ["the core needs netbird-tokens-c"]);
        assert_eq!(wrong(&[], &[("cli", Kind::Normal)]), ["netbird-tokens-c needs netbird-mock outside its tests"]);
    }
}
