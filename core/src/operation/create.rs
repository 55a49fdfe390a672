//! Creating a token without ever losing one: also when its answer is lost, or its caller goes away.
//!
//! NetBird has no idempotency key, so a create is sent again only if the server certainly did not act on it. If the answer is
//! lost, the tokens are listed. With a tag, the token of that name is this call's and may be revoked. Without one, names and
//! clocks prove nothing: what fits is named as a candidate, and nothing is revoked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answer;
use crate::boxed::Boxed;
use crate::bug::{self, Bug};
use crate::endpoint::{Id, check_id, tokens_path};
use crate::engine::EngineError;
use crate::engine::lane::Lane;
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::exchange::Call;
use crate::options::OnUnknown;
use crate::retry::{Acted, Repeat};
use crate::tag;
use crate::timestamp::Timestamp;
use crate::token::{self, CreatedToken, ListedToken, NewToken, Wanted};
use crate::transport::Method;
use crate::unfinished::{Abandoned, Lasting};

use super::delete::delete;
use super::handed_out::{self, UnderWay};
use super::users::owner;

/// How far a token's creation may lie before the create by the server's clock: servers behind one address, and gateways that
/// write a `Date` of their own, may disagree.
const CLOCK_MARGIN: Duration = Duration::from_secs(60);

/// Creates a token. Dropped before its end, it is finished in the background.
pub(crate) fn create_token(
    call: &Call,
    new: &NewToken,
    user_id: Option<&str>,
) -> impl Future<Output = Result<CreatedToken>> + Send + 'static + use<> {
    let name = new.name().to_owned();
    let (create_call, new, user_id) = (call.clone(), new.clone(), user_id.map(str::to_owned));
    let create = async move {
        let call = create_call;
        new.check()?;
        let retries = call.shared.on_unknown == OnUnknown::RevokeAndRetry;
        if retries && !new.is_tagged() {
            return Err(Error::invalid_argument(
                "on_unknown is revoke_and_retry, which needs a tag: without one nothing proves which token a lost create made; create the token with a tag, or use report",
            ));
        }
        let owner = owner(&call, user_id.as_deref()).await?;
        create(&call, &owner, new.is_tagged(), retries, || new.wanted()).await
    };
    lasting(call.clone(), name, Box::pin(create))
}

/// Creates a token under a name that was made before. If its answer is lost and the name has a tag, what it made is revoked,
/// and it is created again under the same name. Dropped before its end, it is finished in the background.
pub(super) fn create_named(
    call: &Call,
    wanted: Wanted,
    tagged: bool,
    owner: Arc<str>,
) -> impl Future<Output = Result<CreatedToken>> + Send + 'static + use<> {
    let name = wanted.name.clone();
    let create_call = call.clone();
    let create = async move { create(&create_call, &owner, tagged, tagged, || Ok(wanted.clone())).await };
    lasting(call.clone(), name, Box::pin(create))
}

fn lasting(
    call: Call,
    name: String,
    create: Boxed<'static, Result<CreatedToken>>,
) -> impl Future<Output = Result<CreatedToken>> + Send + 'static {
    let unfinished = Arc::clone(&call.shared.unfinished);
    Lasting::new(create, Left { call, name, token_id: None }, &unfinished)
}

/// Creates a token under the name that `wanted` gives, and again, if need be and `retries` allows it, under the next one.
async fn create(
    call: &Call,
    owner: &Arc<str>,
    tagged: bool,
    retries: bool,
    wanted: impl Fn() -> Result<Wanted>,
) -> Result<CreatedToken> {
    let _under_way = UnderWay::begin();
    let first = Create::new(call, wanted()?, tagged, owner);
    let lost = match first.send(call).await {
        Answer::Created(created) => return Ok(created),
        Answer::Refused(error) => return Err(error),
        Answer::Lost(lost) => lost,
    };
    call.observe(&Event::Reconcile { path: &first.path, error: lost.error.kind() });
    let late = call.in_allowance();
    let found = first.find(&late).await;
    // NetBird said that it failed, and the list confirms it.
    if lost.acted == Acted::Failed && matches!(&found, Ok(found) if found.ids.is_empty() && !found.has_older) {
        return Err(lost.error);
    }
    let abandoned = call.sending.is_abandoned();
    let found = match found {
        // Only what bears the tag is certainly ours.
        Ok(found)
            if first.tagged && !found.ids.is_empty() && lost.answered_with.is_none() && (retries || abandoned) =>
        {
            found.ids
        }
        found => return Err(first.report(lost, found)),
    };
    first.revoke(&late, found, &lost.error).await?;
    // What the first create made is gone, so another one makes no duplicate; but nobody waits for an abandoned one.
    call.sending.nothing_happened();
    if call.sending.is_abandoned() {
        return Err(Error::cancelled());
    }
    let second = Create::new(call, wanted()?, tagged, owner);
    match second.send(&late).await {
        Answer::Created(created) => Ok(created),
        Answer::Refused(error) => {
            let why = format!(
                "the answer to the create was lost ({}); the token that it had made was found and revoked, but creating another one failed ({error}): no token is left, create it again",
                lost.error
            );
            Err(error.into_outcome_unknown(why, Vec::new()))
        }
        Answer::Lost(lost) => {
            let found = second.find(&late).await;
            Err(second.report(lost, found))
        }
    }
}

/// One create that is sent: its name, its lifetime, and the owner of the token.
struct Create<'a> {
    wanted: Wanted,
    tagged: bool,
    owner: &'a Arc<str>,
    path: String,
    began: Instant,
    /// The server's time then, by the `Date` of its last answer.
    began_at: Option<Timestamp>,
}

/// What a list shows of a lost create.
struct Found {
    /// The tokens that it may have made; with a tag, the one that it made.
    ids: Vec<String>,
    /// Whether a token would be among them if it were newer. A `Date` that is wrong makes it look older than it is.
    has_older: bool,
}

enum Answer {
    Created(CreatedToken),
    Refused(Error),
    Lost(Lost),
}

/// A create that may have happened.
struct Lost {
    error: Error,
    acted: Acted,
    /// The id of a token that came instead of the requested one.
    answered_with: Option<String>,
}

impl<'a> Create<'a> {
    fn new(call: &Call, wanted: Wanted, tagged: bool, owner: &'a Arc<str>) -> Self {
        call.sending.set_name(&wanted.name);
        let began_at = call.shared.server_clock.now();
        Create { wanted, tagged, owner, path: tokens_path(owner, None), began: Instant::now(), began_at }
    }

    async fn send(&self, call: &Call) -> Answer {
        let body = self.wanted.to_json();
        let outcome = call.exchange(Method::Post, &self.path, Some(&body), Repeat::CreatesDuplicate).await;
        let acted = outcome.acted();
        let reply = match outcome.result {
            Ok(reply) => reply,
            Err(error) if acted == Acted::No => return Answer::Refused(error),
            Err(error) => return Answer::Lost(Lost { error, acted, answered_with: None }),
        };
        if bug::is(Bug::LogBody) {
            log::debug!(target: "netbird_tokens", "{}", String::from_utf8_lossy(&reply.body));
        }
        let unusable = |why: &str, answered_with: Option<&CreatedToken>| {
            let answered_with = answered_with.map(|created| created.token.id().to_owned());
            Answer::Lost(Lost {
                error: answer::wrong_shape(&reply, why),
                acted: Acted::Maybe,
                answered_with: answered_with.filter(|id| check_id(id, Id::Token).is_ok()),
            })
        };
        match token::parse_created(&reply.body, self.owner) {
            Err(_) => unusable("the body is not in NetBird's form", None),
            Ok(created) if check_id(created.token.id(), Id::Token).is_err() => {
                unusable("with a token whose id cannot be one", None)
            }
            Ok(created) if created.token.name() != self.wanted.name => {
                unusable("with a token of another name", Some(&created))
            }
            Ok(created) if created.plain_token.expose().is_empty() => unusable("without the secret", Some(&created)),
            Ok(created) => {
                handed_out::note(created.token.id());
                Answer::Created(created)
            }
        }
    }

    /// Looks for what this create may have made.
    async fn find(&self, call: &Call) -> Result<Found> {
        let reply = call.get(&self.path).await?;
        let elapsed = self.began.elapsed();
        let mut tokens = token::parse_listed(&reply.body)
            .map_err(|_| answer::wrong_shape(&reply, "the body is not in NetBird's form"))?;
        let base = tag::without_tag(&self.wanted.name);
        tokens.retain(|token| {
            token.name == self.wanted.name || (bug::is(Bug::RevokeByName) && tag::without_tag(&token.name) == base)
        });
        let mut has_older = false;
        if !self.tagged {
            // By the server's clock alone: ours may be wrong by any amount. The earlier of two dates, because one may be wrong.
            let now = reply.date.as_deref().and_then(Timestamp::from_http_date);
            let now = now.ok_or_else(|| answer::wrong_shape(&reply, "without a date"))?;
            let began_at = now.saturating_sub(elapsed);
            let began_at = self.began_at.map_or(began_at, |before| before.min(began_at));
            let since = began_at.saturating_sub(CLOCK_MARGIN);
            let caller = call.identity.user_id.load();
            tokens.retain(|token| self.fits(token, caller.as_ref().map(|caller| caller.as_str())));
            let fitting = tokens.len();
            tokens.retain(|token| token.created_at.is_none_or(|created_at| created_at >= since));
            has_older = tokens.len() < fitting;
        }
        Ok(Found { ids: tokens.into_iter().map(|token| token.id).collect(), has_older })
    }

    /// Whether an untagged token may be the one, whenever it was created. What cannot be read of it excludes nothing.
    fn fits(&self, token: &ListedToken, caller: Option<&str>) -> bool {
        let by_us = match (&token.created_by, caller) {
            (Some(created_by), Some(caller)) => created_by == caller,
            _ => true,
        };
        let lifetime_fits = match (token.created_at, token.expiration_date) {
            (Some(created_at), Some(expires_at)) => self.wanted.has_lifetime(created_at, expires_at),
            _ => true,
        };
        by_us && lifetime_fits && !token.used && !handed_out::is(&token.id)
    }

    /// Revokes what bears the tag.
    async fn revoke(&self, call: &Call, found: Vec<String>, lost: &Error) -> Result<()> {
        for (at, id) in found.iter().enumerate() {
            match delete(call, id, self.owner).await {
                Ok(()) => {}
                Err(error) if answer::says_token_is_unknown(&error, id) => {}
                Err(error) => {
                    let left = found[at..].to_vec();
                    let why = format!(
                        "the answer to the create was lost ({lost}), and revoking the token that it had made failed ({error}): revoke {}, then create the token again",
                        left.join(", ")
                    );
                    return Err(error.into_outcome_unknown(why, left).with_token_name(&self.wanted.name));
                }
            }
        }
        Ok(())
    }

    fn report(&self, lost: Lost, found: Result<Found>) -> Error {
        let name = &self.wanted.name;
        let (mut ids, listed) = match found {
            Ok(found) => (found.ids, Ok(found.has_older)),
            Err(error) => (Vec::new(), Err(error)),
        };
        let unread = lost.answered_with.filter(|id| !ids.contains(id));
        if let Some(id) = unread {
            ids.insert(0, id);
        }
        if bug::is(Bug::DropCandidates) {
            ids.clear();
        }
        let advice = match (&listed, ids.is_empty(), self.tagged) {
            (_, false, true) => {
                format!("its secret cannot be recovered, so revoke {} and create the token again", ids.join(", "))
            }
            (_, false, false) => format!(
                "{} may be it, or somebody else's: inspect before you revoke, and create a token with a tag to be certain next time",
                ids.join(", ")
            ),
            (Ok(_), true, true) => {
                "no token of that name is there yet. It may still arrive: look for that exact name later, and revoke it"
                    .to_owned()
            }
            (Ok(true), true, false) => {
                "what is there under that name was created earlier, if the dates of the answers are right. It may still arrive: list the tokens again before you create another one".to_owned()
            }
            (Ok(false), true, false) => {
                "no such token is there yet. It may still arrive: list the tokens again before you create another one"
                    .to_owned()
            }
            (Err(error), true, _) => {
                format!("listing the tokens to find it failed too ({error}): look for that name later")
            }
        };
        let message = format!(
            "the token {name:?} may have been created, but its secret did not arrive ({}): {advice}",
            lost.error
        );
        lost.error.into_outcome_unknown(message, ids).with_token_name(name)
    }
}

/// A create whose caller went away.
#[derive(Clone)]
struct Left {
    call: Call,
    /// The name that was given, if none has been sent yet.
    name: String,
    /// The token that is to be revoked, if that is known from the start.
    token_id: Option<String>,
}

impl Left {
    fn report_left_behind(&self, token_ids: &[String], error: &Error) {
        let name = self.call.sending.name().unwrap_or_else(|| self.name.clone());
        self.call.observe(&Event::LeftBehind { token_name: &name, token_ids, error });
    }

    fn report_finished(&self, token_id: Option<&str>) {
        let name = self.call.sending.name().unwrap_or_else(|| self.name.clone());
        self.call.observe(&Event::Finished { token_name: &name, token_id });
    }
}

impl Abandoned<Result<CreatedToken>> for Left {
    fn must_go_on(&self) -> bool {
        self.call.sending.abandon() && !bug::is(Bug::ForgetInterrupted)
    }

    fn still_open(&self) -> impl Fn() + Send + Sync + 'static {
        let left = self.clone();
        move || {
            let why = "cleaning up has not ended in time; while the process lives it goes on: look for that name later, and revoke the token if it is there";
            left.report_left_behind(left.token_id.as_slice(), &Error::new(ErrorKind::OutcomeUnknown, why));
        }
    }

    async fn clean_up(self, created: Result<CreatedToken>) {
        match created {
            Ok(created) => {
                let (id, owner) = (created.token.id(), created.token.user_id());
                match delete(&self.call.in_background(), id, owner).await {
                    Ok(()) => self.report_finished(Some(id)),
                    Err(error) if answer::says_token_is_unknown(&error, id) => self.report_finished(Some(id)),
                    Err(error) => self.report_left_behind(&[id.to_owned()], &error),
                }
            }
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                self.report_left_behind(error.candidate_token_ids(), &error);
            }
            Err(_) => self.report_finished(None),
        }
    }

    fn lane(&self) -> Option<Arc<Lane>> {
        self.call.lane.clone()
    }

    fn report(self, error: EngineError) {
        self.report_left_behind(&[], &error.into());
    }
}

/// Revokes a token, in the background, whose secret a front end could not hand to its caller.
pub(crate) fn discard(call: &Call, created: CreatedToken) {
    let (name, token_id) = (created.token.name().to_owned(), created.token.id().to_owned());
    let left = Left { call: call.clone(), name, token_id: Some(token_id) };
    let unfinished = Arc::clone(&call.shared.unfinished);
    // Dropped at once: as a create whose caller went away.
    left.call.sending.begin();
    drop(Lasting::new(std::future::ready(Ok(created)), left, &unfinished));
}
