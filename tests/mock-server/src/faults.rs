//! What goes wrong, and with which request.

use crate::world::{Action, Fault};

struct Armed {
    fault: Fault,
    to_skip: u32,
    /// Absent: for ever.
    left: Option<u32>,
}

impl Armed {
    fn matches(&self, method: &str, target: &str) -> bool {
        let fault = &self.fault;
        self.left != Some(0)
            && fault.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && fault.target_contains.as_ref().is_none_or(|part| target.contains(part.as_str()))
    }
}

/// The faults in order, with how often each still applies.
#[derive(Default)]
pub(crate) struct Faults {
    armed: Vec<Armed>,
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        let left = match fault.times {
            None => Some(1),
            Some(0) => None,
            some => some,
        };
        self.armed.push(Armed { to_skip: fault.skip, left, fault });
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Those that still apply, with what is left of them.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.armed
            .iter()
            .filter(|armed| armed.left != Some(0))
            .map(|armed| Fault { skip: armed.to_skip, times: Some(armed.left.unwrap_or(0)), ..armed.fault.clone() })
            .collect()
    }

    /// What happens to this request: the first fault that matches and has nothing more to skip is used once.
    pub(crate) fn take(&mut self, method: &str, target: &str) -> Option<Action> {
        for armed in &mut self.armed {
            if !armed.matches(method, target) {
                continue;
            }
            if armed.to_skip > 0 {
                armed.to_skip -= 1;
                continue;
            }
            if let Some(left) = &mut armed.left {
                *left -= 1;
            }
            return Some(armed.fault.action.clone());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: serde_json::Value) -> Fault {
        serde_json::from_value(json).expect("a fault")
    }

    fn ms(action: Option<Action>) -> Option<u64> {
        match action {
            Some(Action::Delay { ms }) => Some(ms),
            _ => None,
        }
    }

    #[test]
    fn the_first_that_matches_is_used_and_the_others_are_left() {
        let mut faults = Faults::default();
        faults.push(fault(serde_json::json!({
            "method": "post", "target_contains": "%7C", "skip": 1, "times": 2, "action": {"delay": {"ms": 1}}
        })));
        faults.push(fault(serde_json::json!({"times": 0, "action": {"delay": {"ms": 2}}})));
        assert_eq!(ms(faults.take("GET", "/a%7Cb")), Some(2));
        assert_eq!(ms(faults.take("POST", "/ab")), Some(2));
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(2), "the first is left alone");
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(1));
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(1));
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(2), "used up");
        assert_eq!(faults.list().len(), 1);
        faults.clear();
        assert!(faults.take("POST", "/a%7Cb").is_none());
    }

    #[test]
    fn once_unless_told_otherwise() {
        let mut faults = Faults::default();
        faults.push(fault(serde_json::json!({"action": {"drop_before": {}}})));
        assert!(faults.take("GET", "/").is_some());
        assert!(faults.take("GET", "/").is_none());
    }
}
