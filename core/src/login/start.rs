//! Beginning a login: finding the identity provider's endpoints, and asking for a code.

use std::sync::Arc;
use std::time::Instant;

use url::Url;

use crate::boxed::Boxed;
use crate::endpoint::{self, Subject};
use crate::engine::lane::Lane;
use crate::error::{Advice, Error, ErrorKind, Result};
use crate::exchange::after;
use crate::options::{ClientOptions, OnUnknown};
use crate::scope::Scope;

use super::answer::Refused;
use super::device::{self, Device};
use super::discovery::{self, Expected};
use super::form::form;
use super::options::LoginOptions;
use super::provider::{Endpoint, Provider, Question};

/// What of a client's options a login uses must be right, and what it does not use must not be given.
pub(super) fn check(client: &ClientOptions) -> Result<()> {
    client.check()?;
    let given = [
        ("credential", client.credential.is_some()),
        ("token_file", client.token_file.is_some()),
        ("on_unknown", client.on_unknown != OnUnknown::default()),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((name, _)) => {
            let name = client.sources.of(name).unwrap_or(name);
            Err(Error::invalid_argument(format!(
                "{name} does not apply to a login, which gives a credential: leave it out"
            ))
            .with_advice(Advice::CorrectInput))
        }
    }
}

/// A login before it has begun.
pub(super) struct Start {
    pub(super) management_url: String,
    pub(super) scope_of_calls: Scope,
    pub(super) deadline: Instant,
    pub(super) discovery: Endpoint,
    /// Where to ask for a code, and where to poll, once that is known.
    endpoints: Option<(Endpoint, Endpoint)>,
    device: Option<Device>,
    provider: Provider,
    issuer: Url,
    issuer_is_given: bool,
    login: LoginOptions,
    allow_insecure_http: bool,
    // Without the observer, which the provider has.
    options: ClientOptions,
}

/// A login that has begun.
pub(super) struct Begun {
    pub(super) management_url: String,
    pub(super) provider: Arc<Provider>,
    pub(super) token: Endpoint,
    pub(super) device: Device,
}

impl Start {
    /// Checks the options. Nothing is sent.
    pub(super) fn new(mut client: ClientOptions, login: LoginOptions) -> Result<Self> {
        check(&client)?;
        login.check()?;
        let management_url = client.resolve_management_url()?;
        let embedded = format!("{management_url}/oauth2");
        let issuer = login.issuer.as_deref().unwrap_or(&embedded);
        let issuer = endpoint::check_url(issuer, Subject::Issuer, client.allow_insecure_http)?;
        let shown = issuer.as_str().trim_end_matches('/').to_owned();
        let document = Url::parse(&format!("{shown}{}", discovery::PATH)).map_err(|_| Error::bug())?;
        let discovery = Endpoint::new(document, &client)?;
        let observer = std::mem::replace(&mut client.observer, Box::new(crate::event::log));
        let provider = Provider::new(shown, login.client_id.clone(), &client, observer);
        Ok(Start {
            management_url,
            scope_of_calls: login.scope_of_calls.clone(),
            deadline: after(Instant::now(), client.timeout),
            discovery,
            endpoints: None,
            device: None,
            provider,
            issuer,
            issuer_is_given: login.issuer.is_some(),
            allow_insecure_http: client.allow_insecure_http,
            login,
            options: client,
        })
    }

    /// Asks for the endpoints.
    pub(super) fn discover(&mut self, lane: Option<Arc<Lane>>) -> Boxed<'_, Result<()>> {
        Box::pin(async move {
            let question = Question {
                endpoint: &self.discovery,
                form: None,
                secrets: &[],
                deadline: self.deadline,
                may_be_repeated: true,
                lane,
            };
            let reply = self.provider.ask(&question).await.map_err(|refused| self.no_document(refused))?;
            let expected = Expected {
                issuer: &self.issuer,
                endpoint_host: self.login.endpoint_host.as_deref(),
                allow_insecure_http: self.allow_insecure_http,
            };
            let found = discovery::endpoints(&reply, &expected).map_err(|error| self.provider.locate(error))?;
            let device = self.discovery.other(found.device_authorization, &self.options)?;
            let token = device.other(found.token, &self.options)?;
            self.endpoints = Some((device, token));
            Ok(())
        })
    }

    /// Where to ask for a code.
    pub(super) fn device_endpoint(&self) -> Result<Endpoint> {
        self.endpoints.as_ref().map(|(device, _)| device.clone()).ok_or_else(Error::bug)
    }

    /// There is no document: the server may have no identity provider of its own.
    fn no_document(&self, refused: Refused) -> Error {
        let error = refused.error;
        if error.kind() != ErrorKind::UnexpectedResponse && error.kind() != ErrorKind::Rejected {
            return error;
        }
        error.with_advice(Advice::CorrectInput).with_hint(if self.issuer_is_given {
            ". Check the issuer: its discovery document was asked for there"
        } else {
            ". The server seems to have no embedded identity provider: give the issuer of the one that it uses, or check the management URL"
        })
    }

    /// Asks for a code. A code that nobody takes expires, so this may be sent twice.
    pub(super) fn authorize<'a>(
        &'a mut self,
        endpoint: &'a Endpoint,
        lane: Option<Arc<Lane>>,
    ) -> Boxed<'a, Result<()>> {
        Box::pin(async move {
            let mut fields = vec![("client_id", self.login.client_id.as_str()), ("scope", self.login.scope.as_str())];
            if let Some(audience) = &self.login.audience {
                fields.push(("audience", audience));
            }
            let (form, deadline) = (Some(form(&fields)), self.deadline);
            let question = Question { endpoint, form, secrets: &[], deadline, may_be_repeated: true, lane };
            let device = match self.provider.ask(&question).await {
                Ok(reply) => device::read(&reply).map_err(|error| self.provider.locate(error))?,
                Err(Refused { error, code: Some(code), .. }) => {
                    return Err(error.with_hint(explain_refusal(&code)).with_advice(Advice::CorrectInput));
                }
                Err(Refused { error, .. }) => return Err(error),
            };
            self.device = Some(device);
            Ok(())
        })
    }

    pub(super) fn begun(self) -> Result<Begun> {
        let ((_, token), device) = self.endpoints.zip(self.device).ok_or_else(Error::bug)?;
        Ok(Begun { management_url: self.management_url, provider: Arc::new(self.provider), token, device })
    }
}

/// What to do about an error code of OAuth2.
pub(super) fn explain_refusal(code: &str) -> &'static str {
    match code {
        "invalid_client" | "unauthorized_client" => {
            ": check client_id, which must be a public client that may use the device flow"
        }
        "unsupported_grant_type" => ": have the device flow switched on for this client",
        "invalid_scope" => ": check scope",
        "invalid_target" => ": check audience",
        _ => ": check client_id, scope and audience",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Credential;

    fn refused(client: ClientOptions, login: LoginOptions) -> Error {
        Start::new(client.management_url("https://nb.example"), login).err().unwrap()
    }

    #[test]
    fn what_a_login_does_not_use_is_refused_by_name() {
        let pat = Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").unwrap();
        let options = ClientOptions::default;
        for (client, name) in [
            (options().credential(pat), "credential"),
            (options().token_file("/run/token"), "token_file"),
            (options().on_unknown(OnUnknown::RevokeAndRetry), "on_unknown"),
            (options().token_file("x").source("token_file", "--token-file"), "--token-file"),
        ] {
            let error = refused(client, LoginOptions::default());
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.message().starts_with(&format!("{name} does not apply")), "{error}");
        }
    }

    #[test]
    fn an_issuer_over_http_needs_permission() {
        let login = || LoginOptions::default().issuer("http://login.example");
        let error = refused(ClientOptions::default(), login());
        assert!(error.message().starts_with("issuer is http://"), "{error}");
        assert_eq!(error.advice(), Some(Advice::AllowInsecureHttp));
        Start::new(ClientOptions::default().allow_insecure_http(true), login()).unwrap();
    }

    #[test]
    fn the_document_is_below_the_issuer() {
        let at = |login| {
            let client = ClientOptions::default().management_url("https://nb.example/vpn/api/");
            Start::new(client, login).unwrap().discovery.url.to_string()
        };
        let end = "/.well-known/openid-configuration";
        assert_eq!(at(LoginOptions::default()), format!("https://nb.example/vpn/oauth2{end}"));
        assert_eq!(at(LoginOptions::default().issuer("https://id.example/")), format!("https://id.example{end}"));
    }
}
