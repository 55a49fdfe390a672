//! Auditing the tokens of all users that the credential may see: oneself and the service users.
//!
//! The users are listed first. A task on the engine then lists the tokens of each, several at a time, and hands the results
//! over as they come. A 429 slows all of them down, and none fails by it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::audit::{Audit, AuditOptions, Listed, Pace};
use crate::boxed::Boxed;
use crate::engine::stream::{Helpers, Producer, Stream};
use crate::engine::{self, EngineError};
use crate::error::{ErrorKind, Result};
use crate::exchange::{Call, after};
use crate::user::User;

use super::list::request_tokens;
use super::users::list_users;

/// In place of no time limit.
const CENTURY: Duration = Duration::from_secs(36_525 * 86_400);

/// A pause that the server asks for and that is longer than this ends the audit.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

pub(crate) fn audit_tokens<'a>(call: &'a Call, options: &'a AuditOptions) -> Boxed<'a, Result<Audit>> {
    Box::pin(start(call, options))
}

async fn start(call: &Call, options: &AuditOptions) -> Result<Audit> {
    options.check()?;
    let end = after(Instant::now(), options.time_limit.unwrap_or(CENTURY));
    let mut pace = Pace::new(options.concurrency, &call.shared.retry);
    let listed = list_users_in_step(&call.leaving_429().until(end), &mut pace).await?;
    let (users, others): (Vec<User>, Vec<User>) =
        listed.into_iter().partition(|user| user.is_current() || user.is_service_user());
    let counts = (users.len(), others.len());
    let work = Work { call: call.on_engine(), users: users.into(), pace, end };
    let results = Stream::start(options.concurrency, |out| async move {
        // What is not finished by the end is dropped.
        let _ = engine::before(|| end, work.drive(out)).await;
    })?;
    Ok(Audit::new(results, options.clone(), counts, call.scope.clone(), end))
}

/// The users; after a 429 once more, as long as there is time.
async fn list_users_in_step(call: &Call, pace: &mut Pace) -> Result<Vec<User>> {
    loop {
        let sent = Instant::now();
        match list_users(call).await {
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                let now = Instant::now();
                let pause = pace.limited(sent, now, error.retry_after(), fastrand::f64());
                if after(now, pause) >= call.deadline() {
                    return Err(error);
                }
                call.sleep(pause).await?;
            }
            listed => return listed,
        }
    }
}

/// What is left to do of an audit.
struct Work {
    call: Call,
    users: VecDeque<User>,
    pace: Pace,
    end: Instant,
}

/// A request for one user's tokens that has ended.
struct Answer {
    call: Call,
    sent: Instant,
    listed: Listed,
}

impl Work {
    async fn drive(mut self, out: Producer<Result<Listed>>) {
        let mut running = Helpers::new();
        loop {
            while self.pace.may_start(running.len(), Instant::now()) {
                let Some(user) = self.users.pop_front() else { break };
                let call = self.call.with_new_time().leaving_429();
                running.start(request(call, user));
            }
            let pause_ends_at = self.pace.pause_ends_at(Instant::now()).filter(|_| !self.users.is_empty());
            let ended = match (running.len(), pause_ends_at) {
                (0, None) => return,
                (0, Some(at)) => {
                    engine::sleep_until(at).await;
                    continue;
                }
                (_, None) => running.next().await,
                (_, Some(at)) => running.next_before(at).await,
            };
            let sent = match ended {
                None => continue,
                Some(Ok(answer)) => self.take(answer, &out).await,
                Some(Err(error)) => out.send(Err(EngineError::into(error))).await.and(Err(())),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    async fn take(&mut self, answer: Answer, out: &Producer<Result<Listed>>) -> Result<(), ()> {
        let Answer { call, sent, listed: Listed { user, reply, as_of } } = answer;
        let reply = match reply {
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                let (now, asked) = (Instant::now(), error.retry_after());
                let pause = self.pace.limited(sent, now, asked, fastrand::f64());
                if asked.is_none_or(|_| pause <= LONGEST_PAUSE && after(now, pause) < self.end) {
                    self.users.push_front(user);
                    return Ok(());
                }
                self.users.clear();
                Err(error)
            }
            Err(error) if error.kind() == ErrorKind::Unauthorized => match call.follow(error) {
                Ok(followed) => {
                    self.call = followed;
                    self.users.push_front(user);
                    return Ok(());
                }
                Err(error) => {
                    // Every further request would be refused too.
                    self.users.clear();
                    Err(error)
                }
            },
            reply => {
                self.pace.accepted(sent);
                reply
            }
        };
        out.send(Ok(Listed { user, reply, as_of })).await
    }
}

async fn request(call: Call, user: User) -> Answer {
    let sent = Instant::now();
    let reply = request_tokens(&call, user.id()).await;
    Answer { call, sent, listed: Listed::new(user, reply) }
}
