//! Dependencies between our crates: front ends depend on the core, the core depends on no front end, and only tests and the
//! parts made for testing depend on the mock server.

use anyhow::Result;

use super::findings::Findings;
use super::metadata::{Graph, Kind};
use crate::workspace::Workspace;

const CORE: &str = "netbird-tokens";
const MOCK: &str = "netbird-mock";

/// Crates that may depend on the mock server outside their tests: the tools that test, the command-line tool (for
/// `mock-server` and `demo`), and the wheel (for its `testing` module and the command-line tool in it).
const MAY_NEED_THE_MOCK: &[&str] = &[
    "netbird-mock",
    "netbird-conformance",
    "netbird-bench",
    "netbird-chaos",
    "netbird-properties",
    "netbird-tokens-cli",
    "netbird-tokens-python",
];

/// Checks indirect dependencies, too.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    Ok(wrong_dependencies(&Graph::read(workspace)?))
}

fn wrong_dependencies(graph: &Graph) -> Findings {
    let mut findings = Findings::default();
    let shipped = [Kind::Normal, Kind::Build];
    for id in graph.reached_from(|package| package.name == CORE, &shipped) {
        let package = &graph.packages[id];
        if package.ours && package.name != CORE {
            findings.add(format!("the core depends on {}", package.name));
        }
    }
    for package in graph.ours() {
        let needs_the_mock = graph
            .reached_from(|other| other.name == package.name, &shipped)
            .iter()
            .any(|id| graph.packages[*id].name == MOCK);
        let is_test_tool = package.name.starts_with("netbird-adapter-");
        if needs_the_mock && !is_test_tool && !MAY_NEED_THE_MOCK.contains(&package.name.as_str()) {
            findings.add(format!("{} depends on {MOCK} outside its tests", package.name));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::metadata::{graph, package};
    use super::*;

    fn wrong(core: &[(&str, Kind)], c: &[(&str, Kind)]) -> Vec<String> {
        wrong_dependencies(&graph(&[
            ("core", package(CORE, true, core)),
            ("mock", package(MOCK, true, &[])),
            ("cli", package("netbird-tokens-cli", true, &[("mock", Kind::Normal)])),
            ("c", package("netbird-tokens-c", true, c)),
        ]))
        .wrong
    }

    #[test]
    fn only_dependencies_on_the_core_are_right() {
        assert!(wrong(&[("mock", Kind::Dev)], &[("core", Kind::Normal)]).is_empty());
        assert_eq!(wrong(&[("c", Kind::Normal)], &[]), ["the core depends on netbird-tokens-c"]);
        assert_eq!(
            wrong(&[], &[("cli", Kind::Normal)]),
            ["netbird-tokens-c depends on netbird-mock outside its tests"]
        );
    }
}
