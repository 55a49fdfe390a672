//! The Rust crate, called in this process.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use netbird_tokens::{
    AuditOptions, CancelToken, Client, Credential, Error, Event, NewToken, OnUnknown, Result, RotateToken, Rotation,
    RotationRecord, Secret,
};

use super::{Front, New, Opening, Output, Reply, Rotating, Seat};
use crate::call::{Failure, Made, Record};
use crate::link::{Armed, Link, Mark};
use crate::story::Moment;
use crate::world::{BACKOFF, SILENCE, TIMEOUT};

/// The crate itself.
#[derive(Debug, Default)]
pub struct RustFront {
    output: Arc<Mutex<Output>>,
}

impl Front for RustFront {
    fn seats(&mut self, clients: &[Opening<'_>], actors: &[usize]) -> anyhow::Result<Vec<Box<dyn Seat>>> {
        let clients = clients.iter().map(|opening| self.open(opening)).collect::<Result<Vec<_>>>()?;
        let seat = |client: &usize| {
            let (client, link) = clients[*client].clone();
            Box::new(RustSeat { client, link, rotation: None, output: Arc::clone(&self.output) }) as Box<dyn Seat>
        };
        Ok(actors.iter().map(seat).collect())
    }

    fn take_output(&mut self) -> Output {
        let output = std::mem::take(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner));
        Output { is_complete: true, ..output }
    }
}

impl RustFront {
    fn open(&self, opening: &Opening<'_>) -> Result<(Client, Link)> {
        let output = Arc::clone(&self.output);
        let observer = move |event: &Event<'_>| note(&output, event);
        let mut builder = Client::builder()
            .management_url(opening.link.url())
            .proxy_from_env(false)
            .timeout(TIMEOUT)
            .read_timeout(SILENCE)
            .connect_timeout(SILENCE)
            .retry_base_delay(BACKOFF)
            .retry_max_delay(BACKOFF)
            .max_retries(opening.plan.max_retries)
            .observer(observer);
        if opening.plan.revoke_and_retry {
            builder = builder.on_unknown(OnUnknown::RevokeAndRetry);
        }
        builder = match opening.token_file {
            Some(path) => builder.token_file(path.display().to_string()),
            None => builder.credential(Credential::pat(opening.secret)?),
        };
        Ok((builder.build()?, opening.link.clone()))
    }
}

fn note(output: &Mutex<Output>, event: &Event<'_>) {
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    // Writing to a string cannot fail.
    let _ = writeln!(output.text, "{event}\n{event:?}");
    if matches!(event, Event::LeftBehind { .. } | Event::RotationOpen { .. }) {
        output.reports.push(event.to_string());
    }
}

struct RustSeat {
    client: Client,
    link: Link,
    rotation: Option<Rotation>,
    output: Arc<Mutex<Output>>,
}

impl RustSeat {
    /// The client, interrupted at that moment of a request with that mark.
    fn interrupted(&self, at: Option<Moment>, mark: Mark) -> (Client, Option<Armed>) {
        let Some(at) = at else { return (self.client.clone(), None) };
        let cancel = CancelToken::new();
        let client = self.client.with_cancel(&cancel);
        (client, Some(self.link.arm(at, mark, move || cancel.cancel())))
    }

    fn step(&mut self, step: impl FnOnce(&Rotation) -> Result<()>) -> Reply<Record> {
        let rotation = self.rotation.as_ref()?;
        self.say(&format!("{rotation:?}"));
        Some(step(rotation).map(|()| record(&rotation.record())).map_err(failure))
    }

    fn say(&self, text: &str) {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        output.text.push_str(text);
        output.text.push('\n');
    }
}

fn failure(error: Error) -> Failure {
    Failure {
        kind: error.kind().name().to_owned(),
        ids: error.candidate_token_ids().to_vec(),
        token_name: error.token_name().map(str::to_owned),
        text: format!("{error}\n{error:?}"),
    }
}

fn record(record: &RotationRecord) -> Record {
    Record {
        json: record.to_json(),
        old_id: record.old_token_id.clone(),
        name: record.token_name.clone(),
        new_id: record.token_id.clone(),
        stage: record.stage.name().to_owned(),
    }
}

fn begun(rotation: &Rotation) -> (Record, Option<Made>) {
    let made = rotation.token().zip(rotation.plain_token()).map(|(token, secret)| Made {
        id: token.id().to_owned(),
        name: token.name().to_owned(),
        secret: secret.expose().to_owned(),
    });
    (record(&rotation.record()), made)
}

impl Seat for RustSeat {
    fn create(&mut self, new: New<'_>, interrupt: Option<Moment>) -> Reply<Made> {
        let (client, _armed) = self.interrupted(interrupt, Mark::Days(new.days));
        let new = NewToken::new(new.name).expires_in_days(new.days).tag(new.tag);
        let created = client.create_token(&new, None);
        self.say(&format!("{created:?}"));
        let made = created.map(|created| Made {
            id: created.token.id().to_owned(),
            name: created.token.name().to_owned(),
            secret: created.plain_token.expose().to_owned(),
        });
        Some(made.map_err(failure))
    }

    fn delete(&mut self, id: &str, interrupt: Option<Moment>) -> Reply<()> {
        let (client, _armed) = self.interrupted(interrupt, Mark::Delete(id.to_owned()));
        Some(client.delete_token(id, None).map_err(failure))
    }

    fn list(&mut self) -> Reply<Vec<String>> {
        let ids = |tokens: Vec<netbird_tokens::Token>| tokens.iter().map(|token| token.id().to_owned()).collect();
        Some(self.client.list_tokens(None).map(ids).map_err(failure))
    }

    fn current_user(&mut self) -> Reply<String> {
        Some(self.client.current_user().map(|user| user.id().to_owned()).map_err(failure))
    }

    fn check(&mut self) -> Reply<String> {
        let check = self.client.check_credential();
        self.say(&format!("{check:?}"));
        Some(check.map(|check| check.state.name().to_owned()).map_err(failure))
    }

    fn audit(&mut self) -> Reply<Vec<String>> {
        let options = AuditOptions::default().time_limit(TIMEOUT);
        let audit = match self.client.audit_tokens(&options) {
            Ok(audit) => audit,
            Err(error) => return Some(Err(failure(error))),
        };
        let mut ids = Vec::new();
        for user in audit {
            match user {
                Ok(user) => ids.extend(user.tokens.iter().map(|audited| audited.token.id().to_owned())),
                Err(error) => return Some(Err(failure(error))),
            }
        }
        Some(Ok(ids))
    }

    fn rotate(&mut self, rotating: Rotating<'_>, interrupt: Option<Moment>) -> Reply<(Record, Option<Made>)> {
        let (client, _armed) = self.interrupted(interrupt, Mark::Days(rotating.days));
        let rotate = RotateToken::id(rotating.old)
            .expires_in_days(rotating.days)
            .tag(rotating.tag)
            .adopt(rotating.adopt)
            .prepare_only(rotating.prepare);
        match client.rotate_token(&rotate, None) {
            Ok(rotation) => {
                let begun = begun(&rotation);
                self.rotation = Some(rotation);
                Some(Ok(begun))
            }
            Err(error) => Some(Err(failure(error))),
        }
    }

    fn rotation_create(&mut self, days: i64, killed: Option<Moment>) -> Reply<(Record, Option<Made>)> {
        let rotation = self.rotation.as_ref()?;
        let cancel = CancelToken::new();
        let interrupted = rotation.with_cancel(&cancel);
        let _armed = killed.map(|at| self.link.arm(at, Mark::Days(days), move || cancel.cancel()));
        Some(interrupted.create().map(|()| begun(rotation)).map_err(failure))
    }

    fn mark_stored(&mut self) -> Reply<Record> {
        self.step(|rotation| {
            rotation.mark_stored();
            Ok(())
        })
    }

    fn commit(&mut self, keep_old: bool) -> Reply<Record> {
        self.step(|rotation| rotation.commit(keep_old))
    }

    fn abort(&mut self) -> Reply<Record> {
        self.step(Rotation::abort)
    }

    fn let_go(&mut self) -> Reply<()> {
        self.rotation = None;
        Some(Ok(()))
    }

    fn crash(&mut self) -> bool {
        self.rotation = None;
        false
    }

    fn fork(&mut self) -> Reply<bool> {
        Some(Ok(false))
    }

    fn resume(&mut self, record_given: &Record, secret: Option<&str>) -> Reply<Record> {
        let secret = secret.map(Secret::new);
        let resumed = RotationRecord::from_json(&record_given.json)
            .and_then(|record| self.client.resume_rotation(&record, secret.as_ref()));
        Some(resumed.map(|resumed| record(&resumed)).map_err(failure))
    }

    fn close(&mut self) -> Reply<()> {
        self.rotation = None;
        Some(self.client.close().map(drop).map_err(failure))
    }
}
