//! `audit`: the state of every token that the credential may see.

mod collected;
mod destination;
mod html;
mod json;
mod progress;
mod prometheus;
mod verdict;
mod words;

use std::io::{self, IsTerminal as _, Write as _};

use netbird_tokens::{AuditOptions, AuditSummary, Timestamp, UserAudit};

use self::collected::Collected;
use self::destination::Destination;
use self::progress::Progress;
use self::prometheus::Metrics;
use self::verdict::Verdict;
use crate::arguments::{AuditOrder, AuditOutput};
use crate::failure::Failure;
use crate::printable::printable;
use crate::session::Session;
use crate::table::{self, Width};

/// How many users' failures are told one by one.
const MOST_WARNINGS: usize = 10;

pub(crate) fn audit(session: &Session, order: &AuditOrder) -> Result<(), Failure> {
    let client = session.client()?;
    let mut out = Destination::open(order.to.as_deref())?;
    let options = AuditOptions::default()
        .expiring_within(order.expiring_within)
        .unused_for(order.unused_for)
        .concurrency(order.concurrency)
        .time_limit(order.time_limit);
    let mut audit = client.audit_tokens(&options).map_err(|error| session.failed(error))?;

    let mut report = Report::new(order);
    let mut verdict = Verdict::new(order.fail_on.iter().copied());
    let mut warnings = Warnings { is_json: session.is_json(), count: 0 };
    let mut written = Ok(());
    let is_streamed_to_terminal = session.is_json() && out.is_stdout() && io::stdout().is_terminal();
    let progress = Progress::start(audit.user_count(), !is_streamed_to_terminal && !session.connection.verbose);
    while let Some(user) = audit.next() {
        let user = user.map_err(|error| session.failed(error))?;
        verdict.add(&user);
        warnings.add(session, &progress, &user);
        if written.is_ok() {
            written = report.add(&mut out, user);
        }
        if written.is_err() && verdict.looks_for_nothing() {
            break;
        }
        progress.advance(words::tokens(audit.summary().tokens));
    }
    drop(progress);
    warnings.finish(session);
    let summary = audit.summary();
    let written = written.and_then(|()| report.finish(session, out, &summary, client.management_url()));
    // What was found matters more than whether somebody read it.
    match (verdict.conclude(&summary), written) {
        (Err(found), _) => Err(found),
        (Ok(()), written) => written.map_err(|error| output_failed(order, &error)),
    }
}

fn output_failed(order: &AuditOrder, error: &io::Error) -> Failure {
    match &order.to {
        Some(path) if path != std::path::Path::new("-") => {
            Failure::Local(format!("the audit cannot be written to {}: {error}", path.display()))
        }
        _ => Failure::output(error),
    }
}

/// The audit in one of the formats.
enum Report {
    Json,
    Table(Collected),
    Html(Collected),
    Prometheus(Metrics),
}

impl Report {
    fn new(order: &AuditOrder) -> Self {
        match order.output {
            AuditOutput::Table => Report::Table(Collected::default()),
            AuditOutput::Json => Report::Json,
            AuditOutput::Html => Report::Html(Collected::default()),
            AuditOutput::Prometheus => Report::Prometheus(Metrics::new(order.names)),
        }
    }

    /// Takes one user's tokens, and writes them if the format has no order.
    fn add(&mut self, out: &mut Destination, user: UserAudit) -> io::Result<()> {
        match self {
            Report::Json => {
                out.write_all(json::user(&user).as_bytes())?;
                return out.flush();
            }
            Report::Table(collected) | Report::Html(collected) => collected.add(user),
            Report::Prometheus(metrics) => metrics.add(&user),
        }
        Ok(())
    }

    /// Writes the rest.
    fn finish(self, session: &Session, mut out: Destination, summary: &AuditSummary, url: &str) -> io::Result<()> {
        match self {
            Report::Json => out.write_all(json::summary(summary).as_bytes())?,
            Report::Table(mut collected) => {
                collected.sort();
                if out.is_stdout() {
                    return session.write_styled(&table_text(&collected, summary, session.width()));
                }
                let text = table_text(&collected, summary, Width::Any);
                write!(out, "{}", anstream::adapter::strip_str(&text))?;
            }
            Report::Html(mut collected) => {
                collected.sort();
                let mut buffered = io::BufWriter::new(out);
                html::write(&mut buffered, &collected, summary, url)?;
                out = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
            }
            Report::Prometheus(metrics) => metrics.write(&mut out, summary, Timestamp::now())?,
        }
        out.finish()
    }
}

fn table_text(collected: &Collected, summary: &AuditSummary, width: Width) -> String {
    let rows = collected.users.iter().flat_map(|user| user.tokens.iter().map(|token| (words::name(&user.user), token)));
    let mut text = if summary.tokens > 0 { table::audited(rows, width) + "\n" } else { String::new() };
    text.push_str(&words::summary(summary));
    text.push('\n');
    if let Some(sentence) = words::other_people(summary) {
        text.push_str(&sentence);
        text.push('\n');
    }
    text
}

/// Tells on standard error that users' tokens could not be listed. JSON says so in the user's line.
struct Warnings {
    is_json: bool,
    count: usize,
}

impl Warnings {
    fn add(&mut self, session: &Session, progress: &Progress, user: &UserAudit) {
        let Some(error) = &user.error else { return };
        self.count += 1;
        if !self.is_json && self.count <= MOST_WARNINGS {
            let name = printable(words::name(&user.user));
            let (id, message) = (printable(user.user.id()), printable(error.message()));
            let text = format!("warning: the tokens of {name} ({id}) could not be listed: {message}");
            progress.pause(|| session.note(&text));
        }
    }

    fn finish(&self, session: &Session) {
        if !self.is_json && self.count > MOST_WARNINGS {
            let more = self.count - MOST_WARNINGS;
            session.note(&format!("warning: and those of {more} more; --output json names all"));
        }
    }
}
