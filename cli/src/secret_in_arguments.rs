//! Refuses a secret on the command line: every user of the machine can read it in the process list, and the shell keeps it in
//! its history.

use std::ffi::OsString;

use netbird_tokens::Credential;

use crate::failure::Failure;

const PAT_PREFIX: &str = "nbp_";
/// The fewest letters and digits after the prefix that are taken for a secret and not for a name.
const LEAST_SECRET: usize = 16;

/// Refuses the command line if any of its words holds a secret. Runs before the words are parsed, because an error message
/// about one would show it.
pub(crate) fn refuse(args: &[OsString]) -> Result<(), Failure> {
    for arg in args {
        let arg = arg.to_string_lossy();
        if holds_pat(&arg) {
            return Err(Failure::usage(
                "a token (nbp_…) is on the command line, where every user of this machine can read it and the shell's \
                 history keeps it: revoke that token, and pass the next one with NB_PAT or --token-file",
            ));
        }
        if arg.split(['=', ' ']).any(is_jwt) {
            return Err(Failure::usage(
                "a JWT is on the command line, where every user of this machine can read it and the shell's history \
                 keeps it: log out to invalidate it, and pass the next one with NB_PAT or --token-file",
            ));
        }
    }
    Ok(())
}

fn holds_pat(text: &str) -> bool {
    text.match_indices(PAT_PREFIX).any(|(at, _)| {
        text[at + PAT_PREFIX.len()..].chars().take_while(char::is_ascii_alphanumeric).count() >= LEAST_SECRET
    })
}

fn is_jwt(text: &str) -> bool {
    let three_parts = text.starts_with("eyJ") && text.split('.').count() == 3;
    three_parts || text.starts_with("eyJ") && Credential::detect(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arg: &str) -> bool {
        refuse(&[OsString::from("netbird-tokens"), OsString::from(arg)]).is_err()
    }

    #[test]
    fn tokens_are_found_anywhere() {
        for arg in [
            "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
            "--token=nbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
            "Token nbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
            "nbp_abcdefghijklmnopqrst",
            "nbp_ nbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
            "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
            "--token=eyJhbGciOiJIUzI1NiJ9.e30.",
        ] {
            assert!(refused(arg), "{arg}");
        }
    }

    #[test]
    fn names_that_resemble_a_token_are_accepted() {
        for arg in ["nbp_rotation", "nbp_", "ch8i54g6lnn4g9hqv7n0", "eyJ.json", "--name=my nbp_ token"] {
            assert!(!refused(arg), "{arg}");
        }
    }
}
