//! Which proxy requests go through: the one that was given, or the environment's.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::endpoint::unprintable;
use crate::environment::{self, Variables};
use crate::error::{Advice, Error, ErrorKind, Result};

/// What the choice depends on.
pub(crate) struct ProxyChoice<'a> {
    /// The server's base URL.
    pub(crate) base_url: &'a str,
    /// The proxy that was given explicitly.
    pub(crate) explicit: Option<&'a str>,
    /// How errors name it.
    pub(crate) source: &'a str,
    pub(crate) from_env: bool,
    pub(crate) allow_insecure_http: bool,
}

impl ProxyChoice<'_> {
    /// The proxy's URL; `None` for a direct connection. A proxy that was set is used, or refused with an error that names
    /// where it was set.
    ///
    /// A proxy sees all of a cleartext request, the credential included. So without `allow_insecure_http` an `http://` server,
    /// which is then on this machine, is never reached through one: the environment's does not apply to it, and an explicit
    /// one is refused.
    pub(crate) fn choose(&self, get: Variables<'_>) -> Result<Option<Url>> {
        let cleartext = self.base_url.starts_with("http:") && !self.allow_insecure_http;
        if let Some(proxy) = self.explicit {
            if cleartext {
                return Err(Error::invalid_argument(
                    "the management URL is http://, so the proxy would see the credential in clear text: leave the proxy out, or allow insecure HTTP explicitly",
                )
                .with_advice(Advice::AllowInsecureHttp));
            }
            return parse(proxy, self.source, ErrorKind::InvalidArgument).map(Some);
        }
        if !self.from_env || cleartext {
            return Ok(None);
        }
        let Ok(server) = Url::parse(self.base_url) else { return Ok(None) };
        // curl's order. In a CGI program HTTP_PROXY may come from a request's Proxy header, so it does not count there.
        let cgi = get("REQUEST_METHOD").is_some();
        let variables: &[&str] = match server.scheme() {
            "http" if cgi => &["http_proxy", "all_proxy", "ALL_PROXY"],
            "http" => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
            _ => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        };
        for variable in variables {
            let Some(proxy) = environment::text(variable, get)? else { continue };
            if is_excluded(&server, get)? {
                return Ok(None);
            }
            return parse(&proxy, variable, ErrorKind::Configuration).map(Some);
        }
        Ok(None)
    }
}

fn parse(text: &str, source: &str, kind: ErrorKind) -> Result<Url> {
    let refuse = |why: &str| {
        Err(Error::new(kind, format!("{source} {why}: write it like http://proxy.example:3128"))
            .with_advice(Advice::CorrectInput))
    };
    if let Some(why) = unprintable(text) {
        return refuse(&why);
    }
    if text.contains(['"', '\'', '<', '>', '\\']) {
        return refuse("has quotes or other characters in it that do not belong into a URL");
    }
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let Ok(url) = Url::parse(&with_scheme) else { return refuse("is not a URL") };
    match url.scheme() {
        "http" | "https" => {}
        scheme if scheme.starts_with("socks") => return refuse("is a SOCKS proxy, which is not supported"),
        _ => return refuse("does not begin with http:// or https://"),
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return refuse("has more in it than a host and a port");
    }
    Ok(url)
}

/// Whether `NO_PROXY` names the server: by `*`, a host, a domain of it, an address, or a network, each with a port or without.
fn is_excluded(server: &Url, get: Variables<'_>) -> Result<bool> {
    let list = match environment::text("no_proxy", get)? {
        Some(list) => Some(list),
        None => environment::text("NO_PROXY", get)?,
    };
    let Some(list) = list else { return Ok(false) };
    let port = server.port_or_known_default();
    let mut entries = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
    Ok(entries.any(|entry| match server.host() {
        _ if entry == "*" => true,
        Some(Host::Domain(name)) => excludes_name(entry, name, port),
        Some(Host::Ipv4(address)) => excludes_address(entry, address.into(), port),
        Some(Host::Ipv6(address)) => excludes_address(entry, address.into(), port),
        None => false,
    }))
}

fn excludes_name(entry: &str, name: &str, port: Option<u16>) -> bool {
    let (entry, entry_port) = match entry.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>())) {
        Some((host, Ok(port))) => (host, Some(port)),
        _ => (entry, None),
    };
    if entry_port.is_some() && entry_port != port {
        return false;
    }
    let domain = entry.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !domain.is_empty() && (name == domain || name.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.')))
}

fn excludes_address(entry: &str, address: IpAddr, port: Option<u16>) -> bool {
    let bare = |text: &str| text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    if let Ok(network) = entry.parse::<IpNet>() {
        return network.contains(&address);
    }
    if bare(entry) == Some(address) {
        return true;
    }
    entry.rsplit_once(':').is_some_and(|(host, entry_port)| {
        bare(host) == Some(address) && entry_port.parse().ok().is_some_and(|entry_port: u16| Some(entry_port) == port)
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn chosen(base_url: &str, pairs: &[(&str, &str)]) -> Result<Option<String>> {
        choose(base_url, None, false, pairs)
    }

    fn choose(base_url: &str, explicit: Option<&str>, allow: bool, pairs: &[(&str, &str)]) -> Result<Option<String>> {
        let get = |name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from((*value).to_owned()))
        };
        let choice =
            ProxyChoice { base_url, explicit, source: "the proxy", from_env: true, allow_insecure_http: allow };
        Ok(choice.choose(&get)?.map(|url| url.to_string()))
    }

    const PROXY: (&str, &str) = ("HTTPS_PROXY", "http://p.example:3128");

    #[test]
    fn the_variable_of_the_scheme_counts_then_all_proxy() {
        let url = Some("http://p.example:3128/".to_owned());
        assert_eq!(chosen("https://nb.example", &[PROXY]).unwrap(), url);
        assert_eq!(chosen("https://nb.example", &[("ALL_PROXY", "p.example:3128")]).unwrap(), url);
        assert_eq!(chosen("https://nb.example", &[("HTTP_PROXY", "http://p.example:3128")]).unwrap(), None);
        assert_eq!(chosen("https://nb.example", &[]).unwrap(), None);
        assert_eq!(
            chosen("https://nb.example", &[("https_proxy", "http://q.example:1"), PROXY]).unwrap().as_deref(),
            Some("http://q.example:1/")
        );
    }

    #[test]
    fn a_cleartext_request_goes_through_a_proxy_only_where_that_is_allowed() {
        let proxy = [("HTTP_PROXY", "http://p.example:3128")];
        assert_eq!(chosen("http://127.0.0.1:8080", &proxy).unwrap(), None);
        assert_eq!(
            choose("http://127.0.0.1:8080", None, true, &proxy).unwrap().as_deref(),
            Some("http://p.example:3128/")
        );
        let refused = choose("http://127.0.0.1:8080", Some("http://p.example:3128"), false, &[]).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_that_names_the_variable() {
        for value in [
            "http://127.0.0.1:39901 ",
            "http://127.0.0.1:39901\r",
            "http://127.0.0.1:39901\n",
            "\"http://127.0.0.1:39901\"",
            "http://127.0.0.1:99999",
            "socks5://127.0.0.1:1080",
            "ftp://p.example",
            "http://p.example/path",
            "://",
        ] {
            let error = chosen("https://nb.example", &[("HTTPS_PROXY", value)]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{value:?}");
            assert!(error.message().starts_with("HTTPS_PROXY "), "{error}");
        }
        let error = chosen("https://nb.example", &[("HTTPS_PROXY", "http://ada:hunter2@p exa")]).unwrap_err();
        assert!(!error.message().contains("hunter2"), "{error}");
    }

    #[test]
    fn no_proxy_names_servers_as_for_curl() {
        for (server, list) in [
            ("https://192.0.2.7", "*"),
            ("https://nb.example", "*"),
            ("https://nb.example", "other, nb.example"),
            ("https://nb.example", ".example"),
            ("https://nb.example", "EXAMPLE"),
            ("https://nb.example:8443", "nb.example:8443"),
            ("https://192.0.2.7", "192.0.2.7"),
            ("https://192.0.2.7", "192.0.2.0/24"),
            ("https://[2001:db8::1]", "2001:db8::/32"),
            ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443"),
        ] {
            assert_eq!(chosen(server, &[PROXY, ("NO_PROXY", list)]).unwrap(), None, "{server} {list}");
        }
        for (server, list) in [
            ("https://nb.example", "b.example"),
            ("https://nb.example", "nb.example:8443"),
            ("https://192.0.2.7", "192.0.2.70"),
            ("https://192.0.2.7", "198.51.100.0/24"),
            ("https://nb.example", ""),
        ] {
            assert!(chosen(server, &[PROXY, ("NO_PROXY", list)]).unwrap().is_some(), "{server} {list}");
        }
    }
}
