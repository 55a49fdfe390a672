//! Compares the operations that an adapter declares with the full list.

use std::collections::BTreeSet;

use crate::adapter::Hello;
use crate::skips::Skip;

/// Whether a call goes to a login or its session, which come before any client.
#[must_use]
pub fn is_without_client(operation: &str) -> bool {
    operation == "start_login" || operation.starts_with("login_") || operation.starts_with("session_")
}

/// What is wrong with the adapter's list: an operation that is missing without a declared reason, or one that does not
/// exist.
#[must_use]
pub fn problems(all: &BTreeSet<String>, hello: &Hello, skips: &[Skip], adapter: &str) -> Vec<String> {
    let is_declared =
        |name: &str| skips.iter().any(|skip| skip.adapter == adapter && skip.operation.as_deref() == Some(name));
    let missing = all
        .difference(&hello.operations)
        .filter(|name| !is_declared(name))
        .map(|name| format!("the adapter does not have the operation {name}, and no skip declares why"));
    let unknown = hello
        .operations
        .difference(all)
        .map(|name| format!("the adapter declares the operation {name}, which scenario.schema.json does not list"));
    missing.chain(unknown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn found(all: &[&str], declared: &[&str], skips: &[Skip]) -> Vec<String> {
        let hello = Hello { operations: set(declared), options: BTreeSet::new() };
        problems(&set(all), &hello, skips, "mine")
    }

    fn skip(adapter: &str, operation: &str) -> Skip {
        Skip {
            adapter: adapter.to_owned(),
            scenario: None,
            option: None,
            operation: Some(operation.to_owned()),
            reason: "it has none".to_owned(),
        }
    }

    #[test]
    fn the_full_list_is_fine_and_so_is_a_declared_gap() {
        assert!(found(&["get", "list"], &["list", "get"], &[]).is_empty());
        assert!(found(&["get", "list"], &["list"], &[skip("mine", "get")]).is_empty());
    }

    #[test]
    fn a_missing_and_an_unknown_operation_are_problems() {
        let missing = found(&["get", "list"], &["list"], &[skip("another", "get"), skip("mine", "list")]);
        assert!(missing.len() == 1 && missing[0].contains("does not have the operation get"), "{missing:?}");
        let unknown = found(&["list"], &["list", "lsit"], &[]);
        assert!(unknown.len() == 1 && unknown[0].contains("operation lsit"), "{unknown:?}");
    }
}
