//! Credentials and URLs from environment variables, under the names already in use.

use std::ffi::OsString;

use zeroize::Zeroizing;

use crate::credential::Credential;
use crate::error::{Advice, Error, Result};

/// The variables that hold a credential, of which the first that is set counts.
pub const CREDENTIAL_VARIABLES: [&str; 4] = ["NB_PAT", "NETBIRD_API_TOKEN", "NETBIRD_TOKEN", "NB_API_KEY"];

/// The variables that hold the management URL, of which the first that is set counts.
pub const URL_VARIABLES: [&str; 2] = ["NB_MANAGEMENT_URL", "NETBIRD_API_URL"];

/// What is read: the process's environment, or a test's.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The process's environment.
pub(crate) fn variables(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The credential that the environment holds.
pub(crate) fn credential(get: Variables<'_>) -> Result<Credential> {
    let Some((variable, text)) = first(&CREDENTIAL_VARIABLES, get, |a, b| a.trim() == b.trim())? else {
        return Err(Error::configuration(format!(
            "no credential: set {} to a PAT, or give one explicitly",
            CREDENTIAL_VARIABLES[0]
        ))
        .with_advice(Advice::GiveCredential));
    };
    Credential::detect(&text).map_err(|error| error.from_source(variable).with_advice(Advice::CorrectInput))
}

/// The management URL that the environment holds, if it does, and the variable it was in.
pub(crate) fn management_url(get: Variables<'_>) -> Result<Option<(&'static str, String)>> {
    let same = |a: &str, b: &str| crate::endpoint::normalise(a, true).ok() == crate::endpoint::normalise(b, true).ok();
    Ok(first(&URL_VARIABLES, get, same)?.map(|(variable, url)| (variable, url.as_str().to_owned())))
}

/// A variable's text; `None` if it is not set or empty.
pub(crate) fn text(variable: &str, get: Variables<'_>) -> Result<Option<Zeroizing<String>>> {
    let Some(value) = get(variable) else { return Ok(None) };
    let text = value.into_string().map(Zeroizing::new).map_err(|value| {
        drop(Zeroizing::new(value.into_encoded_bytes()));
        Error::configuration(format!("{variable} is not UTF-8 text: set it again, or unset it"))
            .with_advice(Advice::CorrectInput)
    })?;
    Ok((!text.trim().is_empty()).then_some(text))
}

/// The first of the variables that is set; an error when another one has a different value.
fn first(
    variables: &[&'static str],
    get: Variables<'_>,
    same: impl Fn(&str, &str) -> bool,
) -> Result<Option<(&'static str, Zeroizing<String>)>> {
    let mut first: Option<(&'static str, Zeroizing<String>)> = None;
    for &variable in variables {
        let Some(value) = text(variable, get)? else { continue };
        match &first {
            None => first = Some((variable, value)),
            Some((earlier, other)) if !same(other, &value) => {
                return Err(Error::configuration(format!(
                    "{earlier} and {variable} are both set and disagree: unset one of them"
                ))
                .with_advice(Advice::CorrectInput));
            }
            Some(_) => {}
        }
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const PAT: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";
    const OTHER: &str = "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr";

    fn environment(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<OsString> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into())
    }

    #[test]
    fn each_name_is_read_and_an_empty_one_is_none() {
        assert!(credential(&environment(&[("NB_PAT", " "), ("NB_API_KEY", PAT)])).is_ok());
        assert!(credential(&environment(&[("NETBIRD_TOKEN", PAT), ("NB_PAT", PAT)])).is_ok());
        assert_eq!(credential(&environment(&[])).unwrap_err().kind(), ErrorKind::Configuration);
        let url = management_url(&environment(&[("NETBIRD_API_URL", "https://a.example/api")])).unwrap();
        assert_eq!(url, Some(("NETBIRD_API_URL", "https://a.example/api".to_owned())));
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf_8_is_never_taken_for_unset() {
        use std::os::unix::ffi::OsStringExt as _;
        let get = |name: &str| match name {
            "NB_PAT" | "NB_MANAGEMENT_URL" => Some(OsString::from_vec(b"http://127.0.0.1:1/\xff".to_vec())),
            "NETBIRD_TOKEN" => Some(PAT.into()),
            _ => None,
        };
        for (error, variable) in
            [(credential(&get).unwrap_err(), "NB_PAT"), (management_url(&get).unwrap_err(), "NB_MANAGEMENT_URL")]
        {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.message().contains(variable), "{error}");
        }
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
