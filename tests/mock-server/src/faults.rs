//! Which fault applies to which request.

use crate::http::HeaderEdit;
use crate::world::{Action, Fault};

struct Armed {
    fault: Fault,
    to_skip: u32,
    /// `None`: no limit.
    left: Option<u32>,
}

impl Armed {
    /// Counts a request. Returns whether the fault applies to it.
    fn applies(&mut self, method: &str, target: &str) -> bool {
        let fault = &self.fault;
        let matches = self.left != Some(0)
            && fault.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && fault.target_contains.as_ref().is_none_or(|part| target.contains(part.as_str()));
        if !matches {
            return false;
        }
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return false;
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        true
    }
}

/// The faults that apply to one request.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Never [`Action::EditHeaders`].
    pub(crate) action: Option<Action>,
    pub(crate) edits: Vec<HeaderEdit>,
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

    /// The faults that still apply, with their remaining counts.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.armed
            .iter()
            .filter(|armed| armed.left != Some(0))
            .map(|armed| Fault { skip: armed.to_skip, times: Some(armed.left.unwrap_or(0)), ..armed.fault.clone() })
            .collect()
    }

    /// Uses up what applies to this request: every matching header edit, and the first matching fault of another kind.
    /// Later faults of another kind do not count the request.
    pub(crate) fn take(&mut self, method: &str, target: &str) -> Applied {
        let mut applied = Applied::default();
        for armed in &mut self.armed {
            let edit = HeaderEdit::of(&armed.fault.action);
            if (edit.is_none() && applied.action.is_some()) || !armed.applies(method, target) {
                continue;
            }
            match edit {
                Some(edit) => applied.edits.push(edit),
                None => applied.action = Some(armed.fault.action.clone()),
            }
        }
        applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: serde_json::Value) -> Fault {
        serde_json::from_value(json).expect("a fault")
    }

    fn ms(applied: Applied) -> Option<u64> {
        match applied.action {
            Some(Action::Delay { ms }) => Some(ms),
            _ => None,
        }
    }

    #[test]
    fn the_first_matching_fault_applies_and_later_ones_do_not_count() {
        let mut faults = Faults::default();
        faults.push(fault(serde_json::json!({
            "method": "post", "target_contains": "%7C", "skip": 1, "times": 2, "action": {"delay": {"ms": 1}}
        })));
        faults.push(fault(serde_json::json!({"times": 0, "action": {"delay": {"ms": 2}}})));
        assert_eq!(ms(faults.take("GET", "/a%7Cb")), Some(2));
        assert_eq!(ms(faults.take("POST", "/ab")), Some(2));
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(2), "skipped once");
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(1));
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(1));
        assert_eq!(ms(faults.take("POST", "/a%7Cb")), Some(2), "used up");
        assert_eq!(faults.list().len(), 1);
        faults.clear();
        assert!(faults.take("POST", "/a%7Cb").action.is_none());
    }

    #[test]
    fn a_fault_applies_once_by_default() {
        let mut faults = Faults::default();
        faults.push(fault(serde_json::json!({"action": {"drop_before": {}}})));
        assert!(faults.take("GET", "/").action.is_some());
        assert!(faults.take("GET", "/").action.is_none());
    }

    #[test]
    fn header_edits_apply_in_addition() {
        let mut faults = Faults::default();
        faults.push(fault(serde_json::json!({"times": 2, "action": {"edit_headers": {"remove": ["Date"]}}})));
        faults.push(fault(serde_json::json!({"action": {"delay": {"ms": 1}}})));
        faults.push(fault(serde_json::json!({"times": 0, "action": {"edit_headers": {"date_shift_secs": -5}}})));
        let edits = |applied: &Applied| applied.edits.iter().map(|edit| edit.date_shift_secs).collect::<Vec<_>>();
        let first = faults.take("GET", "/");
        assert_eq!((edits(&first), ms(first)), (vec![0, -5], Some(1)));
        let second = faults.take("GET", "/");
        assert_eq!((edits(&second), ms(second)), (vec![0, -5], None));
        assert_eq!(edits(&faults.take("GET", "/")), [-5]);
    }
}
