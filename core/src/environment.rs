//! Credentials and URLs from environment variables, under the names already in use.

use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};

/// The variables that hold a credential, the first that is set deciding.
pub const CREDENTIAL_VARIABLES: [&str; 4] = ["NB_PAT", "NETBIRD_API_TOKEN", "NETBIRD_TOKEN", "NB_API_KEY"];

/// The variables that hold the management URL, the first that is set deciding.
pub const URL_VARIABLES: [&str; 2] = ["NB_MANAGEMENT_URL", "NETBIRD_API_URL"];

/// The credential that the environment holds, and the variable it stood in.
pub(crate) fn credential(get: &dyn Fn(&str) -> Option<String>) -> Result<Credential> {
    let Some((variable, text)) = first(&CREDENTIAL_VARIABLES, get, |a, b| a.trim() == b.trim())? else {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("no credential: set {} to a PAT, or give one explicitly", CREDENTIAL_VARIABLES[0]),
        ));
    };
    Credential::detect(&text)
        .map_err(|error| Error::new(ErrorKind::InvalidCredential, format!("{variable}: {}", error.message())))
}

/// The management URL that the environment holds, if it does.
pub(crate) fn management_url(get: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>> {
    let same = |a: &str, b: &str| crate::endpoint::normalise(a, true).ok() == crate::endpoint::normalise(b, true).ok();
    Ok(first(&URL_VARIABLES, get, same)?.map(|(_, url)| url))
}

/// The first of the variables that is set and not empty; an error when another says something else.
fn first(
    variables: &[&'static str],
    get: &dyn Fn(&str) -> Option<String>,
    same: impl Fn(&str, &str) -> bool,
) -> Result<Option<(&'static str, String)>> {
    let mut set = variables
        .iter()
        .filter_map(|&variable| get(variable).map(|value| (variable, value)))
        .filter(|(_, value)| !value.trim().is_empty());
    let Some((variable, value)) = set.next() else { return Ok(None) };
    for (other, others_value) in set {
        if !same(&value, &others_value) {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{variable} and {other} are both set and disagree: unset one of them"),
            ));
        }
    }
    Ok(Some((variable, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAT: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";
    const OTHER: &str = "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr";

    fn environment(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn each_name_is_read_and_an_empty_one_is_none() {
        assert!(credential(&environment(&[("NB_PAT", " "), ("NB_API_KEY", PAT)])).is_ok());
        assert!(credential(&environment(&[("NETBIRD_TOKEN", PAT), ("NB_PAT", PAT)])).is_ok());
        assert_eq!(credential(&environment(&[])).unwrap_err().kind(), ErrorKind::Configuration);
        let url = management_url(&environment(&[("NETBIRD_API_URL", "https://a.example/api")])).unwrap();
        assert_eq!(url.as_deref(), Some("https://a.example/api"));
    }

    #[test]
    fn a_disagreement_names_both_and_shows_neither() {
        let error = credential(&environment(&[("NETBIRD_API_TOKEN", PAT), ("NB_API_KEY", OTHER)])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.message().contains("NETBIRD_API_TOKEN and NB_API_KEY"));
        assert!(!error.message().contains("nbp_"));
    }

    #[test]
    fn urls_that_mean_the_same_agree() {
        let both: &[_] = &[("NB_MANAGEMENT_URL", "https://a.example"), ("NETBIRD_API_URL", "https://a.example/api/")];
        assert!(management_url(&environment(both)).is_ok());
        let differ: &[_] = &[("NB_MANAGEMENT_URL", "https://a.example"), ("NETBIRD_API_URL", "https://b.example")];
        assert_eq!(management_url(&environment(differ)).unwrap_err().kind(), ErrorKind::Configuration);
    }
}
