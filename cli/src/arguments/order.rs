//! Options may come before the command, as in `netbird-tokens --ca-file ca.pem list`. Each belongs to the commands that have
//! it and not to the program, so they are moved behind the command before clap reads them.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::Command;

/// The arguments with the command first. Left as they are if there is no command, or if an option before it is one of the
/// program itself, such as `--help`, or unknown: clap then says so.
pub(crate) fn command_first(args: Vec<OsString>, program: &Command) -> Vec<OsString> {
    let known = Known::of(program);
    let mut at = 1;
    while let Some(word) = args.get(at) {
        let Some(used) = known.words(&word.to_string_lossy()) else { break };
        at += used;
    }
    let is_command = args.get(at).is_some_and(|word| !word.to_string_lossy().starts_with('-'));
    if at == 1 || !is_command {
        return args;
    }
    let mut ordered = args;
    ordered[1..=at].rotate_right(1);
    ordered
}

/// The options of all commands, and whether each takes a value.
struct Known {
    long: HashMap<String, bool>,
    short: HashMap<char, bool>,
}

impl Known {
    fn of(program: &Command) -> Self {
        let mut known = Known { long: HashMap::new(), short: HashMap::new() };
        for arg in program.get_subcommands().flat_map(Command::get_arguments) {
            let takes_value = arg.get_action().takes_values();
            known.long.extend(arg.get_long().map(|name| (name.to_owned(), takes_value)));
            known.short.extend(arg.get_short().map(|name| (name, takes_value)));
        }
        known
    }

    /// How many words an option takes up that begins with this one. `None` if it begins none.
    fn words(&self, word: &str) -> Option<usize> {
        if let Some(long) = word.strip_prefix("--") {
            let (name, has_value) = long.split_once('=').map_or((long, false), |(name, _)| (name, true));
            let takes_value = *self.long.get(name)?;
            return Some(if takes_value && !has_value { 2 } else { 1 });
        }
        let mut letters = word.strip_prefix('-')?.chars();
        let mut used = None;
        while let Some(letter) = letters.next() {
            if *self.short.get(&letter)? {
                // What follows the letter is its value.
                return Some(if letters.as_str().is_empty() { 2 } else { 1 });
            }
            used = Some(1);
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(line: &str) -> String {
        let program = crate::arguments::command();
        let args = line.split(' ').map(OsString::from).collect();
        let words: Vec<_> = command_first(args, &program).into_iter().map(|word| word.into_string().unwrap()).collect();
        words.join(" ")
    }

    #[test]
    fn the_command_comes_first() {
        for (line, expected) in [
            ("n list -o json", "n list -o json"),
            ("n -o json list --verbose", "n list -o json --verbose"),
            ("n --ca-file=a --timeout 3 list x", "n list --ca-file=a --timeout 3 x"),
            ("n -vo json -ojson -v list", "n list -vo json -ojson -v"),
            ("n --user-id list mock-server", "n mock-server --user-id list"),
        ] {
            assert_eq!(ordered(line), expected);
        }
    }

    #[test]
    fn what_is_not_for_a_command_stays() {
        for line in ["n", "n --help list", "n -V", "n --frobnicate list", "n -- list", "n --timeout", "n -v --", "n -"]
        {
            assert_eq!(ordered(line), line);
        }
    }
}
