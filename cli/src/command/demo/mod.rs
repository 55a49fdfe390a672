//! `demo`: shows the life of a token by running the commands of this program step by step, and checks the outcome of each.

mod leftovers;
mod stage;

use std::ffi::OsString;

use netbird_mock::MockServer;
use netbird_tokens::{Client, Credential, ErrorKind, Secret, Token, User};

use self::leftovers::Leftovers;
use self::stage::{Place, Ran, Stage};
use crate::exit;
use crate::failure::Failure;
use crate::session::Session;

/// Runs it on a test server of its own, or on the one that is given. `connection` is the options that reach that one.
pub(crate) fn demo(session: &Session, server: Option<&str>, connection: &[OsString]) -> Result<(), Failure> {
    match server {
        Some(url) => on_real_server(session, url, connection),
        None => on_test_server(session),
    }
}

fn on_test_server(session: &Session) -> Result<(), Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::Local(format!("the test server cannot start: {why}"));
    let server = MockServer::start(netbird_mock::cli::example_world()).map_err(|error| failed(&error))?;
    let url = server.url();
    let credential = plain_of_owner(&server).ok_or_else(|| failed(&"it has no users"))?;
    let client = Client::builder()
        .credential(Credential::pat(credential.expose())?)
        .management_url(url.as_str())
        .proxy_from_env(false)
        .build()?
        .with_cancel(&session.cancel);
    let stage = Stage::new(session, Place { url: &url, credential, proxies: false, options: &[] })?;
    stage.say(&format!(
        "A NetBird token server for tests runs at {url}. The commands use it over HTTP, with NB_MANAGEMENT_URL and NB_PAT set.\n"
    ))?;
    let requests = || Some(server.requests().len());
    let service_user = server.seeded().iter().find_map(|seeded| {
        let owner = client.list_users().ok()?.into_iter().find(|user| user.id() == seeded.user_id)?;
        owner.is_service_user().then(|| (owner, Secret::new(seeded.plain.clone())))
    });
    Story { session, stage, client: &client, requests: &requests, service_user }.tell()
}

fn plain_of_owner(server: &MockServer) -> Option<Secret> {
    server.seeded().first().map(|seeded| Secret::new(seeded.plain.clone()))
}

fn on_real_server(session: &Session, url: &str, connection: &[OsString]) -> Result<(), Failure> {
    let (client, credential) = session.client_and_text(url)?;
    let place = Place { url: client.management_url(), credential, proxies: true, options: connection };
    let stage = Stage::new(session, place)?;
    stage.say(&format!(
        "The commands use {}, with NB_MANAGEMENT_URL and NB_PAT set. What the demo creates is removed.\n",
        client.management_url()
    ))?;
    Story { session, stage, client: &client, requests: &|| None, service_user: None }.tell()
}

struct Story<'a> {
    session: &'a Session,
    stage: Stage<'a>,
    /// Asks the server directly whether what a step printed is true.
    client: &'a Client,
    /// How many requests the server has received, if that is known.
    requests: &'a dyn Fn() -> Option<usize>,
    /// A service user with a token of its own.
    service_user: Option<(User, Secret)>,
}

impl Story<'_> {
    fn tell(mut self) -> Result<(), Failure> {
        let mut leftovers = Leftovers::new(self.client);
        let told = self.steps(&mut leftovers);
        let cleaned = leftovers.remove();
        match (told, cleaned) {
            (Ok(()), Ok(0)) => self.stage.say(&format!("All {} steps passed.", self.stage.steps())),
            (Ok(()), Ok(left)) => {
                Err(Failure::Local(format!("{left} tokens were left and had to be removed at the end")))
            }
            (Err(failure), Ok(_)) => Err(failure),
            (_, Err(failure)) => Err(failure),
        }
    }

    fn steps(&mut self, leftovers: &mut Leftovers<'_>) -> Result<(), Failure> {
        let me = self.client.current_user()?;
        self.look_around(&me)?;
        let (token, secret) = self.create(&me, leftovers)?;
        self.inspect(&token)?;
        self.use_it(&token, &secret)?;
        let (token, secret) = self.rotate(token, &secret)?;
        self.audit(&token)?;
        self.service_user(&me, leftovers)?;
        self.revoke(&token)?;
        self.try_revoked(&secret)?;
        self.explain_a_mistake(&secret)
    }

    fn look_around(&mut self, me: &User) -> Result<(), Failure> {
        self.stage.step("Whose credential is this, and which tokens does that user have?")?;
        let ran = self.stage.run(&["whoami"], None)?;
        self.stage.expect(ran.status == 0 && ran.stdout.contains(me.id()), "it names the user", &ran)?;
        let ran = self.stage.run(&["list"], None)?;
        let tokens = self.client.list_tokens(None)?;
        let all = tokens.iter().all(|token| ran.stdout.contains(token.id()));
        self.stage.expect(ran.status == 0 && all, "it shows every token", &ran)
    }

    fn create(&mut self, me: &User, leftovers: &mut Leftovers<'_>) -> Result<(Token, Secret), Failure> {
        self.stage.step("Create a token. Only the secret is on standard output, so that a script can capture it.")?;
        let name = leftovers.name().to_owned();
        leftovers.may_be_with(me.id());
        let ran = self.stage.run(&["create", &name, "--expires-in", "7"], None)?;
        let secret = self.stage.secret_of(&ran)?;
        let token = self.the_one_named(&name, me.id(), &ran)?;
        self.stage.expect(ran.stderr.contains(token.id()), "it names the new token on standard error", &ran)?;
        Ok((token, secret))
    }

    fn the_one_named(&self, name: &str, user_id: &str, ran: &Ran) -> Result<Token, Failure> {
        let mut tokens = self.client.list_tokens(Some(user_id))?;
        tokens.retain(|token| token.name() == name);
        self.stage.expect(tokens.len() == 1, "the server has exactly one token of that name", ran)?;
        Ok(tokens.remove(0))
    }

    fn inspect(&mut self, token: &Token) -> Result<(), Failure> {
        self.stage.step("Inspect it.")?;
        let ran = self.stage.run(&["inspect", token.id()], None)?;
        let right = ran.stdout.contains(token.id()) && ran.stdout.contains(token.name());
        self.stage.expect(ran.status == 0 && right, "it shows that token", &ran)
    }

    fn use_it(&mut self, token: &Token, secret: &Secret) -> Result<(), Failure> {
        self.stage.step("Use it: does it work, whose is it, and when does it expire?")?;
        let ran = self.stage.run(&["check"], Some(secret))?;
        // A server that keeps whole seconds does not prove which token is in use.
        let right = ran.stdout.contains("working") && ran.stdout.contains(token.user_id());
        self.stage.expect(ran.status == 0 && right, "the new token works, for its own user", &ran)
    }

    fn rotate(&mut self, old: Token, old_secret: &Secret) -> Result<(Token, Secret), Failure> {
        self.stage.step(
            "Rotate it: a new token of the same name and lifetime is created and proved to work, and the old one is revoked.",
        )?;
        let ran = self.stage.run(&["rotate", old.id()], None)?;
        let secret = self.stage.secret_of(&ran)?;
        let tokens = self.client.list_tokens(Some(old.user_id()))?;
        let is_gone = tokens.iter().all(|token| token.id() != old.id());
        let name = format!("{} #", old.name());
        let successor = tokens.into_iter().find(|token| token.name().starts_with(&name));
        let Some(token) = successor.filter(|_| is_gone) else {
            return Err(self.stage.failure("the new token has taken the old one's place", &ran));
        };
        let ran = self.stage.run(&["list"], Some(old_secret))?;
        self.stage.expect(ran.status == exit::of_kind(ErrorKind::Unauthorized), "the old token is refused", &ran)?;
        let ran = self.stage.run(&["check"], Some(&secret))?;
        self.stage.expect(ran.status == 0, "the new token works", &ran)?;
        Ok((token, secret))
    }

    fn audit(&mut self, token: &Token) -> Result<(), Failure> {
        self.stage.step("Audit: the state of all tokens that this credential may see, service users' included.")?;
        let ran = self.stage.run(&["audit", "--expiring-within", "2w"], None)?;
        let right = ran.stdout.contains(token.id()) && ran.stdout.contains("expiring");
        self.stage.expect(ran.status == 0 && right, "it shows that the new token expires soon", &ran)
    }

    fn service_user(&mut self, me: &User, leftovers: &mut Leftovers<'_>) -> Result<(), Failure> {
        self.stage.step(
            "The server does not tell a service user who it is. It is found in the list of users: no --user-id is needed.",
        )?;
        if me.is_service_user() {
            let ran = self.stage.run(&["list"], None)?;
            return self.stage.expect(ran.status == 0, "it found its own tokens", &ran);
        }
        if let Some((user, secret)) = self.service_user.take() {
            return self.list_as(&user, &secret);
        }
        let Some(user) = self.find_service_user()? else {
            return self.stage.say("Skipped: there is no service user for which this credential may create a token.");
        };
        let name = leftovers.name().to_owned();
        leftovers.may_be_with(user.id());
        let ran = self.stage.run(&["create", &name, "--expires-in", "1", "--user-id", user.id()], None)?;
        let secret = self.stage.secret_of(&ran)?;
        let token = self.the_one_named(&name, user.id(), &ran)?;
        self.list_as(&user, &secret)?;
        let ran = self.stage.run(&["revoke", token.id(), "--user-id", user.id(), "--yes"], None)?;
        self.stage.expect(ran.status == 0, "its token is revoked", &ran)
    }

    fn list_as(&mut self, user: &User, secret: &Secret) -> Result<(), Failure> {
        let ran = self.stage.run(&["whoami"], Some(secret))?;
        self.stage.expect(ran.status == 0 && ran.stdout.contains(user.id()), "it names the service user", &ran)?;
        let ran = self.stage.run(&["list"], Some(secret))?;
        let tokens = self.client.list_tokens(Some(user.id()))?;
        let all = !tokens.is_empty() && tokens.iter().all(|token| ran.stdout.contains(token.id()));
        self.stage.expect(ran.status == 0 && all, "it found its own tokens", &ran)
    }

    /// One for which this credential may create a token.
    fn find_service_user(&self) -> Result<Option<User>, Failure> {
        let users = self.client.list_users()?;
        let usable = |user: &User| user.is_service_user() && !user.is_blocked() && !user.is_current();
        Ok(users.into_iter().find(|user| usable(user) && self.client.list_tokens(Some(user.id())).is_ok()))
    }

    fn revoke(&mut self, token: &Token) -> Result<(), Failure> {
        self.stage.step("Revoke it. Without --yes the command shows the token and asks first.")?;
        let ran = self.stage.run(&["revoke", token.id(), "--yes"], None)?;
        self.stage.expect(ran.status == 0, "it is revoked", &ran)?;
        let gone = self.client.get_token(token.id(), Some(token.user_id()));
        let gone = gone.is_err_and(|error| error.kind() == ErrorKind::NotFound);
        self.stage.expect(gone, "the server no longer knows it", &ran)
    }

    fn try_revoked(&mut self, secret: &Secret) -> Result<(), Failure> {
        self.stage
            .step("The revoked token no longer authenticates. check tells it apart from an expired or blocked one.")?;
        let ran = self.stage.run(&["list"], Some(secret))?;
        self.stage.expect(ran.status == exit::of_kind(ErrorKind::Unauthorized), "it is refused", &ran)?;
        let ran = self.stage.run(&["check"], Some(secret))?;
        // Servers before 0.59.13 say only that it is refused.
        let refused = [netbird_tokens::CredentialState::Unknown, netbird_tokens::CredentialState::Refused];
        let told = refused.into_iter().any(|state| ran.status == exit::of_state(state));
        self.stage.expect(told, "check says that it is not known", &ran)
    }

    fn explain_a_mistake(&mut self, secret: &Secret) -> Result<(), Failure> {
        self.stage.step("A mistyped token is noticed before anything is sent, and the error says what is wrong.")?;
        let mistyped = self.stage.mistyped(secret);
        let before = (self.requests)();
        let ran = self.stage.run(&["list"], Some(&mistyped))?;
        let right = ran.status == exit::INVALID_CREDENTIAL && ran.stderr.contains("checksum");
        self.stage.expect(right, "the error names the mistake", &ran)?;
        self.stage.expect(before == (self.requests)(), "nothing was sent", &ran)?;
        if self.session.cancel.is_cancelled() { Err(Failure::cancelled("interrupted")) } else { Ok(()) }
    }
}
