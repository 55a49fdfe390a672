//! Creating a token without ever losing one: what to do when the answer to a create does not come.
//!
//! NetBird has no idempotency key, so a create is never sent again while the first may have been acted on. Instead the
//! tokens are listed: one of the name that was asked for, created since by the server's own clock, by this caller, is a
//! candidate. The caller gets their ids, or has them revoked and the token created anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::answer;
use crate::endpoint::tokens_path;
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::exchange::{Call, OnUnknown};
use crate::retry::{Acted, Repeat};
use crate::timestamp::Timestamp;
use crate::token::{self, CreatedToken, NewToken, Token};
use crate::transport::Method;

/// What finding out may take, beyond the call's own time, which may just have run out.
const TIME_TO_RECONCILE: Duration = Duration::from_secs(15);

/// By how much the servers behind one address may disagree about the time.
const CLOCK_MARGIN: Duration = Duration::from_secs(2);

/// Creates a token for `owner`.
pub(crate) async fn create(call: &Call<'_>, new: &NewToken, owner: &Arc<str>) -> Result<CreatedToken> {
    let body = new.to_json();
    let path = tokens_path(owner, None);
    let began = Instant::now();
    // What a create anew gets: as much time as the first had.
    let mut anew: Option<Call<'_>> = None;
    loop {
        let lost = match send(anew.as_ref().unwrap_or(call), &path, &body, new, owner).await {
            Sent::Created(created) => {
                if anew.is_some() {
                    sweep(call, new, owner, &path, began, &created).await;
                }
                return Ok(created);
            }
            Sent::Refused(error) => return Err(error),
            Sent::Unknown(lost) => lost,
        };
        (call.shared.observer)(&Event::Reconcile { path: &path, error: lost.error.kind() });
        let finding = call.with_time(TIME_TO_RECONCILE);
        let found = candidates(&finding, new, owner, &path, began).await;
        // What the server called a failure, and the list confirms, is one.
        if lost.acted == Acted::Failed && matches!(&found, Ok(found) if found.is_empty()) {
            return Err(lost.error);
        }
        let may_retry = call.shared.on_unknown == OnUnknown::RevokeAndRetry && lost.answered_with.is_none();
        match found {
            Ok(found) if may_retry && anew.is_none() => {
                let Ok(mine) = certainly_ours(&finding, &found).await else {
                    return Err(report(new, lost, Ok(found)));
                };
                revoke(&finding, &mine, owner, &lost.error).await?;
                anew = Some(call.with_time(call.shared.timeout));
            }
            found => return Err(report(new, lost, found)),
        }
    }
}

enum Sent {
    Created(CreatedToken),
    Refused(Error),
    Unknown(Lost),
}

/// A create that may have happened.
struct Lost {
    error: Error,
    acted: Acted,
    /// The id of a token that came in place of the one asked for.
    answered_with: Option<String>,
}

async fn send(call: &Call<'_>, path: &str, body: &[u8], new: &NewToken, owner: &Arc<str>) -> Sent {
    let outcome = call.exchange(Method::Post, path, Some(body), Repeat::Doubles).await;
    let acted = outcome.acted();
    let mut reply = match outcome.result {
        Ok(reply) => reply,
        Err(error) if acted == Acted::No => return Sent::Refused(error),
        Err(error) => return Sent::Unknown(Lost { error, acted, answered_with: None }),
    };
    // It has the plain token in it.
    let body = Zeroizing::new(std::mem::take(&mut reply.body));
    let unusable = |why: &str, answered_with| {
        let error = answer::wrong_shape(&reply, why);
        Sent::Unknown(Lost { error, acted: Acted::Maybe, answered_with })
    };
    match token::parse_created(&body, owner) {
        Err(_) => unusable("not in NetBird's form", None),
        Ok(created) if created.token.name() != new.name() => {
            unusable("with a token of another name", Some(created.token.id().to_owned()))
        }
        Ok(created) if created.plain_token.expose().is_empty() => {
            unusable("without the plain token", Some(created.token.id().to_owned()))
        }
        Ok(created) => Sent::Created(created),
    }
}

/// The tokens that a create sent since `began` may have made; where it is known who the caller is, only that caller's.
async fn candidates(
    call: &Call<'_>,
    new: &NewToken,
    owner: &Arc<str>,
    path: &str,
    began: Instant,
) -> Result<Vec<Token>> {
    let reply = call.get(path).await?;
    let elapsed = began.elapsed();
    // By the server's clock alone: ours may be wrong by any amount.
    let since = reply
        .date
        .as_deref()
        .and_then(Timestamp::from_http_date)
        .and_then(|date| date.checked_sub(elapsed + CLOCK_MARGIN))
        .ok_or_else(|| answer::wrong_shape(&reply, "without a date"))?;
    let mut tokens =
        token::parse_tokens(&reply.body, owner).map_err(|_| answer::wrong_shape(&reply, "not in NetBird's form"))?;
    let caller = call.identity.user_id.load();
    let by_us = |created_by: &str| caller.as_ref().is_none_or(|caller| caller.as_str() == created_by);
    tokens.retain(|token| token.name() == new.name() && token.created_at() >= since && by_us(token.created_by()));
    Ok(tokens)
}

/// Those that the caller made, asking who that is if it is not known yet: nothing is revoked that may be somebody else's.
async fn certainly_ours(call: &Call<'_>, found: &[Token]) -> Result<Vec<String>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let caller = match call.identity.user_id.load_full() {
        Some(caller) => caller.as_str().to_owned(),
        None => call.current_user().await?.id().to_owned(),
    };
    Ok(found.iter().filter(|token| token.created_by() == caller).map(|token| token.id().to_owned()).collect())
}

async fn revoke(call: &Call<'_>, found: &[String], owner: &str, lost: &Error) -> Result<()> {
    for (at, id) in found.iter().enumerate() {
        match call.delete(id, owner).await {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                let why = format!(
                    "the answer to the create was lost ({lost}), and revoking the token that it may have made failed ({error}): revoke {} by hand, then create anew",
                    found[at..].join(", ")
                );
                return Err(error.into_outcome_unknown(why, found[at..].to_vec()));
            }
        }
    }
    Ok(())
}

/// After a create anew: the lost one may only now have been acted on.
async fn sweep(call: &Call<'_>, new: &NewToken, owner: &Arc<str>, path: &str, began: Instant, created: &CreatedToken) {
    let finding = call.with_time(TIME_TO_RECONCILE);
    // The new token is in hand: that the search for another fails is no reason to lose it. The observer tells of the failure.
    let mut late = candidates(&finding, new, owner, path, began).await.unwrap_or_default();
    late.retain(|token| token.id() != created.token.id());
    for id in certainly_ours(&finding, &late).await.unwrap_or_default() {
        let _ = finding.delete(&id, owner).await;
    }
}

fn report(new: &NewToken, lost: Lost, found: Result<Vec<Token>>) -> Error {
    let name = new.name();
    let (mut ids, listed) = match found {
        Ok(found) => (found.iter().map(|token| token.id().to_owned()).collect(), Ok(())),
        Err(error) => (Vec::new(), Err(error)),
    };
    if let Some(id) = lost.answered_with
        && !ids.contains(&id)
    {
        ids.insert(0, id);
    }
    let advice = match (&listed, ids.is_empty()) {
        (_, false) => format!("revoke {} and create anew, the plain text cannot be had any more", ids.join(", ")),
        (Ok(()), true) => {
            "no such token is there yet: list the tokens again before creating anew, and revoke it if it has come"
                .to_owned()
        }
        (Err(error), true) => format!(
            "listing the tokens to find it failed too ({error}): list them later and revoke the one of that name that is new"
        ),
    };
    let message =
        format!("the token {name:?} may have been created, but its plain text did not come ({}): {advice}", lost.error);
    lost.error.into_outcome_unknown(message, ids)
}
