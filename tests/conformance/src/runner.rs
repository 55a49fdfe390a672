//! Runs scenarios against one adapter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use netbird_mock::world::SeenRequest;
use serde_json::{Map, Value, json};

use crate::adapter::{Adapter, Answer, Hello, PROCESS_PER_CALL, Trouble};
use crate::expectation;
use crate::matcher::Mismatch;
use crate::process::End;
use crate::proxy::ForwardProxy;
use crate::registry::Launch;
use crate::report::{Failure, FailureKind, Outcome, Verdict};
use crate::scenario::{Scenario, ServerAction, Step};
use crate::secrets::Secrets;
use crate::server::{Live, Server};
use crate::skips::{self, Decision, Skip};
use crate::variables::{self, Source};
use crate::wire;

/// How long one command may take.
const CALL_LIMIT: Duration = Duration::from_secs(20);
/// How long a request that is expected may take to be noted by the server.
const ARRIVAL_LIMIT: Duration = Duration::from_secs(2);

/// What a run needs to know.
pub struct Settings {
    /// The adapter.
    pub launch: Launch,
    /// The folder in which adapters start.
    pub root: PathBuf,
    /// A real server instead of mocks.
    pub live: Option<Live>,
    /// Limit of one command.
    pub call_limit: Duration,
}

impl Settings {
    /// Mocks, and the usual limits.
    #[must_use]
    pub fn new(launch: Launch, root: PathBuf) -> Self {
        Self { launch, root, live: None, call_limit: CALL_LIMIT }
    }
}

/// Runs the scenarios in order and tells of each as it ends. `whole` says that these are all there are, so that skips
/// which hide nothing can be told.
///
/// # Errors
/// The adapter cannot be started at all.
pub fn run(
    settings: &Settings,
    scenarios: &[Scenario],
    skips: &[Skip],
    whole: bool,
    mut tell: impl FnMut(&Outcome),
) -> Result<Vec<Outcome>> {
    let mut pool = Pool::new(settings)?;
    let mut outcomes = Vec::new();
    if whole {
        for problem in skips::stale(scenarios, &pool.hello, skips, &settings.launch.name) {
            let outcome = Outcome {
                name: "skips.yaml".to_owned(),
                verdict: Verdict::Failed(vec![Failure::new(FailureKind::StaleSkip, "", problem)]),
                took: Duration::ZERO,
            };
            tell(&outcome);
            outcomes.push(outcome);
        }
    }
    for scenario in scenarios {
        let started = Instant::now();
        let verdict = match skips::decide(scenario, &pool.hello, skips, &settings.launch.name) {
            Decision::Skip(reason) => Verdict::Skipped(reason),
            Decision::Undeclared(names) => Verdict::Failed(vec![Failure::new(
                FailureKind::UndeclaredSkip,
                "",
                format!("the adapter lacks {}, and no skip declares it", names.join(", ")),
            )]),
            Decision::Run => {
                let mut failures = Story::tell(settings, &mut pool, scenario);
                if failures.is_empty() {
                    Verdict::Passed
                } else {
                    failures.sort_by_key(|failure| failure.at.is_empty());
                    Verdict::Failed(failures)
                }
            }
        };
        let outcome = Outcome { name: scenario.name.clone(), verdict, took: started.elapsed() };
        tell(&outcome);
        outcomes.push(outcome);
    }
    let failures = pool.finish();
    if !failures.is_empty() {
        let outcome = Outcome {
            name: "the adapter's own end".to_owned(),
            verdict: Verdict::Failed(failures),
            took: Duration::ZERO,
        };
        tell(&outcome);
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// The adapter process that scenarios share, and all secrets that it ever saw.
struct Pool<'a> {
    settings: &'a Settings,
    shared: Option<Adapter>,
    hello: Hello,
    secrets: Secrets,
    reported: BTreeSet<String>,
}

impl<'a> Pool<'a> {
    fn new(settings: &'a Settings) -> Result<Self> {
        let env = environment(settings, &BTreeMap::new());
        let (adapter, hello) = Adapter::start(&settings.launch.command, &settings.root, &env)?;
        Ok(Self { settings, shared: Some(adapter), hello, secrets: Secrets::default(), reported: BTreeSet::new() })
    }

    fn take(&mut self) -> Result<Adapter> {
        if let Some(adapter) = self.shared.take() {
            return Ok(adapter);
        }
        let env = environment(self.settings, &BTreeMap::new());
        Ok(Adapter::start(&self.settings.launch.command, &self.settings.root, &env)?.0)
    }

    fn finish(&mut self) -> Vec<Failure> {
        let Some(adapter) = self.shared.take() else {
            return Vec::new();
        };
        let (mut failures, output) = end(adapter);
        for leak in self.secrets.leaks(&output) {
            if !self.reported.iter().any(|known| known.contains(&leak.trace)) {
                failures.push(leak_failure("output", &leak.name, leak.what));
            }
        }
        failures
    }
}

/// The variables that every adapter process gets besides the inherited ones.
fn environment(settings: &Settings, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut env = settings.launch.env.clone();
    if !own.keys().any(|name| name.to_ascii_uppercase().ends_with("_PROXY")) {
        for name in ["NO_PROXY", "no_proxy"] {
            env.insert(name.to_owned(), "127.0.0.1,localhost,::1".to_owned());
        }
    }
    env.extend(own.clone());
    env
}

/// Ends a process and tells what was unclean about it, and all that it printed.
fn end(adapter: Adapter) -> (Vec<Failure>, String) {
    let ending = adapter.finish();
    let mut failures = Vec::new();
    let problem = match ending.end {
        End::Exited(status) if status.success() => None,
        End::Exited(status) => Some(format!("at the end of its input it ended with {status}")),
        End::Killed(after) => Some(format!("at the end of its input it did not end within {after:?}")),
    };
    if let Some(problem) = problem {
        let mut failure = Failure::new(FailureKind::UncleanExit, "", problem);
        failure.lines.push(tail(&ending.stderr));
        failures.push(failure);
    }
    if !ending.unasked.is_empty() {
        failures.push(Failure::new(
            FailureKind::UncleanExit,
            "",
            format!("lines on standard output that nobody asked for: {}", ending.unasked.join("\n")),
        ));
    }
    (failures, ending.printed + &ending.stderr)
}

fn leak_failure(place: &str, name: &str, what: &str) -> Failure {
    Failure::new(FailureKind::Leak, "", format!("{place} gives away {what} of {name}"))
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(20);
    lines[from..].join("\n")
}

/// One scenario while it runs.
struct Story<'a> {
    settings: &'a Settings,
    scenario: &'a Scenario,
    hello: Hello,
    server: Server,
    proxy: Option<ForwardProxy>,
    folder: Option<tempfile::TempDir>,
    saved: BTreeMap<String, Value>,
    secrets: Secrets,
    /// What was found of them in the output.
    leaked: BTreeSet<String>,
    /// What each client sends as `Authorization`, where the runner can know it.
    authorizations: BTreeMap<String, Option<String>>,
    /// How many requests earlier steps accounted for.
    consumed: usize,
    last_connection: Option<u64>,
    unique: String,
}

impl<'a> Story<'a> {
    /// Runs it and gives what went wrong.
    fn tell(settings: &'a Settings, pool: &mut Pool<'_>, scenario: &'a Scenario) -> Vec<Failure> {
        let mut story = match Self::begin(settings, pool.hello.clone(), scenario) {
            Ok(story) => story,
            Err(error) => return vec![Failure::new(FailureKind::Setup, "", format!("{error:#}"))],
        };
        let mut failures = match story.play(pool) {
            Ok(failures) => failures,
            Err(error) => vec![Failure::new(FailureKind::Setup, "", format!("{error:#}"))],
        };
        for failure in &mut failures {
            for line in &mut failure.lines {
                *line = story.secrets.redact(line);
            }
        }
        pool.reported.append(&mut story.leaked);
        pool.secrets.merge(&story.secrets);
        failures
    }

    fn begin(settings: &'a Settings, hello: Hello, scenario: &'a Scenario) -> Result<Self> {
        let server = match &settings.live {
            Some(live) => Server::Live(live.clone()),
            None => {
                let world = variables::expand_map(&scenario.server, &mut Constants)?;
                Server::start(world)?
            }
        };
        let nanos =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let mut story = Self {
            settings,
            scenario,
            hello,
            server,
            proxy: if scenario.proxy { Some(ForwardProxy::start()?) } else { None },
            folder: None,
            saved: BTreeMap::new(),
            secrets: Secrets::default(),
            leaked: BTreeSet::new(),
            authorizations: BTreeMap::new(),
            consumed: 0,
            last_connection: None,
            unique: format!("{nanos:x}"),
        };
        story.server.collect_secrets(&mut story.secrets);
        for text in &scenario.secrets {
            let text = variables::expand_string(text, &mut story)?;
            story.secrets.add("a declared secret", &text);
        }
        if !scenario.files.is_empty() {
            let folder = tempfile::tempdir().context("a folder for the scenario's files")?;
            let path = folder.path().to_owned();
            story.folder = Some(folder);
            for (name, text) in &scenario.files {
                let text = variables::expand_string(text, &mut story)?;
                std::fs::write(path.join(name), text)?;
            }
        }
        Ok(story)
    }

    fn play(&mut self, pool: &mut Pool<'_>) -> Result<Vec<Failure>> {
        let own = self.scenario.wants_own_process();
        let mut adapter = if own {
            let mut env = BTreeMap::new();
            for (name, text) in &self.scenario.env {
                let text = variables::expand_string(text, self)?;
                if is_credential_variable(name) {
                    self.secrets.add(&format!("the value of {name}"), &text);
                }
                env.insert(name.clone(), text);
            }
            let env = environment(self.settings, &env);
            Adapter::start(&self.settings.launch.command, &self.settings.root, &env)?.0
        } else {
            pool.take()?
        };
        let (printed, stderr) = adapter.output();
        let before = (printed.len(), stderr.len());

        let mut failures = Vec::new();
        let mut gone = false;
        if self.scenario.credential.is_some() {
            let step = Step {
                new_client: Some("default".to_owned()),
                options: self.scenario.options.clone(),
                ..Step::default()
            };
            gone = self.try_step(&mut adapter, &step, "the client `default`", &mut failures);
        }
        for (at, step) in self.scenario.steps.iter().enumerate() {
            if gone || (!failures.is_empty() && !step.always) {
                continue;
            }
            let title = format!("step {}, {}", at + 1, step.title());
            gone = self.try_step(&mut adapter, step, &title, &mut failures);
        }
        if !gone {
            self.close_clients(&mut adapter);
            self.late_requests(&mut failures);
        }

        let output = if gone {
            let (printed, stderr) = adapter.kill();
            printed[before.0.min(printed.len())..].to_owned() + &stderr[before.1.min(stderr.len())..]
        } else if own {
            let (unclean, output) = end(adapter);
            failures.extend(unclean);
            output
        } else {
            let (printed, stderr) = adapter.output();
            let output = printed[before.0..].to_owned() + &stderr[before.1.min(stderr.len())..];
            pool.shared = Some(adapter);
            output
        };
        self.server.collect_secrets(&mut self.secrets);
        for leak in self.secrets.leaks(&output) {
            failures.push(leak_failure("its output", &leak.name, leak.what));
            self.leaked.insert(leak.trace);
        }
        Ok(failures)
    }

    /// As [`Self::step`]; what the runner cannot do is one more failure and hides none before it.
    fn try_step(&mut self, adapter: &mut Adapter, step: &Step, title: &str, failures: &mut Vec<Failure>) -> bool {
        self.step(adapter, step, title, failures).unwrap_or_else(|error| {
            failures.push(Failure::new(FailureKind::Setup, title, format!("{error:#}")));
            false
        })
    }

    /// Does one step. True if the adapter is not usable any more: it is gone, or hangs, or its answers cannot be told apart.
    fn step(&mut self, adapter: &mut Adapter, step: &Step, title: &str, failures: &mut Vec<Failure>) -> Result<bool> {
        if let Some(action) = &step.server {
            let data = match action {
                ServerAction::PushFault(data) | ServerAction::AddToken { token: data, .. } => {
                    Some(variables::expand(data, self)?)
                }
                _ => None,
            };
            self.server.act(action, data)?;
            self.server.collect_secrets(&mut self.secrets);
            return Ok(false);
        }
        if let Some(wanted) = &step.server_has {
            if self.settings.live.is_none() {
                self.server_has(wanted, title, failures)?;
            }
            return Ok(false);
        }
        if let Some(wanted) = &step.proxy_saw {
            let wanted: Vec<String> =
                wanted.iter().map(|line| variables::expand_string(line, self)).collect::<Result<_>>()?;
            let seen = self.proxy.as_ref().map(ForwardProxy::seen).unwrap_or_default();
            if wanted != seen {
                failures.push(Failure::new(
                    FailureKind::State,
                    title,
                    format!("the proxy was asked for {seen:?}, expected {wanted:?}"),
                ));
            }
            return Ok(false);
        }
        self.command(adapter, step, title, failures)
    }

    /// A step that the adapter answers.
    fn command(
        &mut self,
        adapter: &mut Adapter,
        step: &Step,
        title: &str,
        failures: &mut Vec<Failure>,
    ) -> Result<bool> {
        let mut args = variables::expand_map(&step.args, self)?;
        self.note_credentials(&args);
        let mut client = step.client.clone().unwrap_or_else(|| "default".to_owned());
        let mut authorization = None;
        let command = if let Some(name) = &step.new_client {
            let options = self.options(&step.options)?;
            self.note_credentials(&options);
            client.clone_from(name);
            authorization = authorization_of(&options);
            json!({"cmd": "new_client", "client": name, "options": options})
        } else if let Some(name) = &step.close {
            json!({"cmd": "close", "client": name})
        } else {
            let operation = step.call.as_deref().unwrap_or_default();
            if operation == "set_credential" {
                authorization = authorization_of(&args);
            }
            let mut command = json!({"cmd": "call", "client": client, "operation": operation, "args": args});
            if let Some(after) = step.cancel_after_ms {
                command["cancel_after_ms"] = json!(after);
            }
            command
        };
        let confidential = step.call.as_deref() == Some("expose");
        let limit = self.settings.call_limit;
        let (answer, took) = match adapter.command(command, limit, confidential) {
            Ok(answered) => answered,
            Err(trouble) => {
                failures.push(trouble_failure(&trouble, title, adapter));
                return Ok(true);
            }
        };
        if matches!(answer, Answer::Ok(_))
            && (step.new_client.is_some() || step.call.as_deref() == Some("set_credential"))
        {
            self.authorizations.insert(client.clone(), authorization);
        }
        if confidential && let Answer::Ok(Value::String(plain)) = &answer {
            self.secrets.add("an exposed secret", plain);
        }
        self.server.collect_secrets(&mut self.secrets);

        let expect = match &step.expect {
            Some(expect) => Some(variables::expand(expect, self)?),
            None => None,
        };
        let misses = expectation::check(expect.as_ref(), &answer, step.requests.len());
        let answer_ok = misses.is_empty();
        if let (Answer::Ok(value) | Answer::Error(value), Some(name)) = (&answer, &step.save) {
            self.saved.insert(name.clone(), value.clone());
        }
        let requests =
            step.requests.iter().map(|request| variables::expand(request, self)).collect::<Result<Vec<_>>>()?;
        args.retain(|_, value| !value.is_null());
        let (problems, seen) = self.requests(&requests, step.any_order, &client, &args);
        if !answer_ok {
            let mut lines = vec![diff(&misses)];
            if let Answer::Error(error) = &answer {
                lines.push(format!("message: {}", error["message"].as_str().unwrap_or_default()));
            }
            lines.extend(seen.clone());
            failures.push(Failure { kind: FailureKind::Answer, at: title.to_owned(), lines });
        }
        if !problems.is_empty() {
            let mut lines = problems;
            lines.extend(seen);
            failures.push(Failure { kind: FailureKind::Requests, at: title.to_owned(), lines });
        }
        for (limit, wrong, word) in [
            (step.at_least_ms, step.at_least_ms.is_some_and(|least| took < Duration::from_millis(least)), "least"),
            (step.at_most_ms, step.at_most_ms.is_some_and(|most| took > Duration::from_millis(most)), "most"),
        ] {
            if let (Some(limit), true) = (limit, wrong) {
                failures.push(Failure::new(
                    FailureKind::Timing,
                    title,
                    format!("took {} ms, expected at {word} {limit} ms", took.as_millis()),
                ));
            }
        }
        Ok(false)
    }

    /// The options of a client, with what goes without saying.
    fn options(&mut self, given: &Map<String, Value>) -> Result<Map<String, Value>> {
        let mut options = variables::expand_map(given, self)?;
        let from_env = options.get("from_env") == Some(&json!(true));
        if !from_env {
            let url = self.server.url();
            options.entry("management_url").or_insert_with(|| json!(url));
        }
        let has_credential = ["pat", "bearer", "detect"].iter().any(|name| options.contains_key(*name));
        if !from_env && !has_credential && self.scenario.credential.is_some() {
            let (name, text) = self.credential()?;
            options.insert(name.to_owned(), json!(text));
        }
        if self.hello.options.contains("retry_base_delay_ms") {
            options.entry("retry_base_delay_ms").or_insert_with(|| json!(1));
        }
        if self.hello.options.contains("retry_max_delay_ms") {
            options.entry("retry_max_delay_ms").or_insert_with(|| json!(5));
        }
        options.retain(|_, value| !value.is_null());
        Ok(options)
    }

    /// The scenario's credential: the option's name and the text.
    fn credential(&mut self) -> Result<(&'static str, String)> {
        if let Server::Live(live) = &self.server {
            let kind = if live.token.starts_with("nbp_") { "pat" } else { "bearer" };
            return Ok((kind, live.token.clone()));
        }
        let scenario = self.scenario;
        let name = scenario.credential.as_deref().context("the scenario has no `as`")?;
        let (kind, reference) = match name.strip_prefix("jwt:") {
            Some(user) => ("bearer", format!("jwt:{user}:3600")),
            None => ("pat", format!("plain:{name}")),
        };
        match self.saved.get(&reference) {
            Some(Value::String(text)) => Ok((kind, text.clone())),
            _ => {
                let text = variables::expand_string(&format!("${{{reference}}}"), self)?;
                self.saved.insert(reference, json!(text));
                Ok((kind, text))
            }
        }
    }

    fn note_credentials(&mut self, fields: &Map<String, Value>) {
        for name in ["pat", "bearer", "detect"] {
            if let Some(text) = fields.get(name).and_then(Value::as_str) {
                self.secrets.add(&format!("the text given as `{name}`"), text);
            }
        }
    }

    fn server_has(
        &mut self,
        wanted: &BTreeMap<String, Vec<String>>,
        title: &str,
        failures: &mut Vec<Failure>,
    ) -> Result<()> {
        for (user, names) in wanted {
            let user = variables::expand_string(user, self)?;
            let mut names: Vec<String> =
                names.iter().map(|name| variables::expand_string(name, self)).collect::<Result<_>>()?;
            names.sort();
            let got = self.server.token_names(&user)?;
            if names != got {
                failures.push(Failure::new(
                    FailureKind::State,
                    title,
                    format!("{user} has the tokens {got:?}, expected {names:?}"),
                ));
            }
        }
        Ok(())
    }

    /// Compares what arrived since the last step. Gives the problems, and what was seen.
    fn requests(
        &mut self,
        wanted: &[Value],
        any_order: bool,
        client: &str,
        args: &Map<String, Value>,
    ) -> (Vec<String>, Vec<String>) {
        if self.settings.live.is_some() {
            return (Vec::new(), Vec::new());
        }
        let until = Instant::now() + ARRIVAL_LIMIT;
        let asks_anew = self.hello.options.contains(PROCESS_PER_CALL) && !wire::begins_with_lookup(wanted);
        let lookups = |seen: &[SeenRequest]| if asks_anew { wire::leading_lookups(seen) } else { 0 };
        let mut all = self.server.requests();
        let mut begin = self.consumed.min(all.len());
        while all.len() < begin + lookups(&all[begin..]) + wanted.len() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
            all = self.server.requests();
        }
        // A program that is started anew for each call does not know who it is from the call before.
        begin += lookups(&all[begin..]);
        let seen = &all[begin..];
        let authorization = self.authorizations.get(client).cloned().flatten();
        let problems = wire::check(
            &wire::Wanted { requests: wanted, any_order, authorization: authorization.as_deref(), args },
            seen,
            self.last_connection,
        );
        let mut lines: Vec<String> = seen.iter().map(|request| format!("seen: {}", wire::line_of(request))).collect();
        if lines.is_empty() {
            lines.push("seen: no request".to_owned());
        }
        self.consumed = all.len();
        self.last_connection = seen.last().map(|request| request.connection).or(self.last_connection);
        (problems, lines)
    }

    /// Requests that arrived after the step that caused them had its answer.
    fn late_requests(&mut self, failures: &mut Vec<Failure>) {
        let all = self.server.requests();
        for request in all.iter().skip(self.consumed) {
            failures.push(Failure::new(
                FailureKind::Requests,
                "",
                format!("a request after the last step: {}", wire::line_of(request)),
            ));
        }
    }

    fn close_clients(&mut self, adapter: &mut Adapter) {
        let mut names: BTreeSet<String> = self.authorizations.keys().cloned().collect();
        for step in &self.scenario.steps {
            if let Some(name) = &step.close {
                names.remove(name);
            }
        }
        for name in names {
            // What a client that was closed twice answers is not this scenario's business.
            let _ = adapter.command(json!({"cmd": "close", "client": name}), self.settings.call_limit, false);
        }
    }
}

impl Source for Story<'_> {
    fn lookup(&mut self, name: &str) -> Result<Value> {
        if let Ok(value) = Constants.lookup(name) {
            return Ok(value);
        }
        let (root, path) = name.split_once('.').unwrap_or((name, ""));
        if let Some(saved) = self.saved.get(root) {
            return variables::dig(saved, path);
        }
        let (word, rest) = name.split_once(':').unwrap_or((name, ""));
        let text = match word {
            "server.url" => self.server.url(),
            "server.address" => self
                .server
                .url()
                .split_once("://")
                .map(|(_, address)| address.to_owned())
                .context("the server's URL has no scheme")?,
            "server.port" => self
                .server
                .url()
                .rsplit_once(':')
                .map(|(_, port)| port.to_owned())
                .context("the server's URL has no port")?,
            "server.ca_pem" => self.server.mock()?.ca_pem(),
            "proxy.url" => self.proxy.as_ref().context("the scenario has no `proxy: true`")?.url(),
            "unique" => self.unique.clone(),
            "token" => self.credential()?.1,
            "plain" => {
                let plain =
                    self.server.mock()?.plain_of(rest).with_context(|| format!("the server has no token {rest:?}"))?;
                self.secrets.add(&format!("PAT {rest}"), &plain);
                plain
            }
            "jwt" => {
                let (user, seconds) = rest.rsplit_once(':').context("as `jwt:USER_ID:SECONDS`")?;
                let jwt = self.server.mock()?.issue_jwt(user, seconds.parse()?);
                self.secrets.add(&format!("JWT of {user}"), &jwt);
                jwt
            }
            "file" => {
                let folder = self.folder.as_ref().context("the scenario has no `files`")?;
                folder.path().join(rest).display().to_string()
            }
            _ => bail!("nobody knows what ${{{name}}} is"),
        };
        Ok(Value::String(text))
    }
}

/// References that need no server.
struct Constants;

impl Source for Constants {
    fn lookup(&mut self, name: &str) -> Result<Value> {
        let (word, rest) = name.split_once(':').unwrap_or((name, ""));
        match word {
            "repeat" => {
                let (text, times) = rest.rsplit_once(':').context("as `repeat:TEXT:TIMES`")?;
                Ok(Value::String(text.repeat(times.parse()?)))
            }
            "http_date" => {
                let seconds: i64 = rest.parse().context("as `http_date:SECONDS`")?;
                let then = jiff::Timestamp::now().checked_add(jiff::Span::new().try_seconds(seconds)?)?;
                let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&then)?;
                Ok(Value::String(text))
            }
            "unused.url" => {
                let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
                Ok(Value::String(format!("http://{}", listener.local_addr()?)))
            }
            _ => bail!("nobody knows what ${{{name}}} is"),
        }
    }
}

fn is_credential_variable(name: &str) -> bool {
    matches!(name, "NB_PAT" | "NETBIRD_API_TOKEN" | "NETBIRD_TOKEN" | "NB_API_KEY")
}

/// What a client with these options sends, where that takes no guessing.
fn authorization_of(fields: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    text("pat").map(|pat| format!("Token {pat}")).or_else(|| text("bearer").map(|jwt| format!("Bearer {jwt}")))
}

fn diff(misses: &[Mismatch]) -> String {
    let lines: Vec<String> = misses
        .iter()
        .map(|miss| {
            let path = if miss.path.is_empty() { "the answer" } else { &miss.path };
            format!("{path}\n  expected: {}\n  got:      {}", miss.expected, miss.got)
        })
        .collect();
    lines.join("\n")
}

fn trouble_failure(trouble: &Trouble, title: &str, adapter: &Adapter) -> Failure {
    let (kind, what) = match trouble {
        Trouble::TooSlow(limit) => (FailureKind::Hang, format!("no answer within {limit:?}")),
        Trouble::Ended => (FailureKind::UncleanExit, "the adapter ended in the middle".to_owned()),
        Trouble::Protocol(why) => (FailureKind::Protocol, why.clone()),
    };
    let mut failure = Failure::new(kind, title, what);
    failure.lines.push(tail(&adapter.output().1));
    failure
}
