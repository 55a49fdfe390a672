//! One caller: plays its steps and writes down what it is told.

use std::collections::BTreeSet;

use crate::call::{Call, FORKED, Failure, Made, Record, Success, What};
use crate::driver::{New, Reply, Rotating, Seat};
use crate::scene::{Scene, Token, timed};
use crate::story::{ActorPlan, Ending, Moment, NAMES, Step, Story, Which};
use crate::world::{CREDENTIALS, SPARES};

/// A caller at work.
pub(crate) struct Actor<'a> {
    number: usize,
    plan: &'a ActorPlan,
    scene: &'a Scene<'a>,
    seat: Box<dyn Seat>,
    /// The number of the user that its credential belongs to.
    user: usize,
    /// The credential in use, as far as this caller knows.
    credential: Token,
    /// The tokens that it was given and has not let go of.
    held: Vec<Made>,
    pub(crate) calls: Vec<Call>,
    pub(crate) revoked: BTreeSet<String>,
}

/// What a step of the story says about a rotation.
struct Turn {
    old: String,
    days: i64,
    tag: bool,
    adopt: bool,
    prepare: bool,
    interrupt: Option<Moment>,
}

impl<'a> Actor<'a> {
    pub(crate) fn new(number: usize, story: &'a Story, scene: &'a Scene<'a>, seat: Box<dyn Seat>) -> Self {
        let plan = &story.actors[number];
        let (user, name) = CREDENTIALS[story.clients[plan.client].credential];
        let nobody = Token { id: String::new(), secret: String::new() };
        let credential = scene.token(user, name).cloned().unwrap_or(nobody);
        Actor {
            number,
            plan,
            scene,
            seat,
            user,
            credential,
            held: Vec::new(),
            calls: Vec::new(),
            revoked: BTreeSet::new(),
        }
    }

    pub(crate) fn play(&mut self) {
        let plan = self.plan;
        for step in &plan.steps {
            self.step(step);
        }
    }

    pub(crate) fn close(&mut self) {
        self.tell(What::Close, Seat::close, |()| Success::Done);
    }

    /// Calls the front end, and writes down what it said.
    fn tell<T: Clone>(
        &mut self,
        what: What,
        call: impl FnOnce(&mut (dyn Seat + 'static)) -> Reply<T>,
        success: impl FnOnce(T) -> Success,
    ) -> Option<Result<T, Failure>> {
        let seat = self.seat.as_mut();
        let (reply, began, took) = timed(|| call(seat));
        let result = reply.clone().map(|result| result.map(success));
        self.calls.push(Call { actor: self.number, client: self.plan.client, what, began, took, result });
        reply
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Create { name, days, tag, interrupt } => {
                let (name, days, tag) = (NAMES[name % NAMES.len()], *days, *tag);
                let new = New { name, days, tag };
                let what = What::Create { name, days, tag };
                if let Some(Ok(made)) = self.tell(what, |seat| seat.create(new, *interrupt), Success::Made) {
                    self.held.push(made);
                }
            }
            Step::Delete { which, interrupt } => {
                let Some(id) = self.find(*which) else { return };
                let what = What::Delete { id: id.clone() };
                if let Some(Ok(())) = self.tell(what, |seat| seat.delete(&id, *interrupt), |()| Success::Done) {
                    self.held.retain(|made| made.id != id);
                }
            }
            Step::List => drop(self.tell(What::List, Seat::list, Success::Ids)),
            Step::CurrentUser => drop(self.tell(What::CurrentUser, Seat::current_user, Success::Word)),
            Step::Check => drop(self.tell(What::Check, Seat::check, Success::Word)),
            Step::Audit => drop(self.tell(What::Audit, Seat::audit, Success::Ids)),
            Step::Rotate { which, days, tag, adopt, prepare, interrupt, ending } => {
                let Some(old) = self.find(*which) else { return };
                let turn =
                    Turn { old, days: *days, tag: *tag, adopt: *adopt, prepare: *prepare, interrupt: *interrupt };
                self.rotate(&turn, *ending);
            }
            Step::SwapTokenFile => self.swap_token_file(),
            Step::Fork => {
                let place =
                    |is_child: bool| Success::Word(if is_child { FORKED } else { "the same process" }.to_owned());
                self.tell(What::Fork, Seat::fork, place);
            }
            Step::JumpClock { secs } => self.scene.server.advance_clock(*secs),
        }
    }

    fn find(&self, which: Which) -> Option<String> {
        match which {
            Which::Own(back) => {
                let at = self.held.len().checked_sub(1 + back % self.held.len().max(1))?;
                Some(self.held[at].id.clone())
            }
            Which::Seeded(at) => {
                let strangers = self.scene.strangers(self.user);
                Some(strangers.get(at % strangers.len().max(1))?.id.clone())
            }
            Which::Credential => Some(self.credential.id.clone()),
            // In the server's form, but of no token.
            Which::Missing => Some("d5jv00000000000000mg".to_owned()),
        }
    }

    /// As an operator does: the new credential is put into the file, then the old one is revoked.
    fn swap_token_file(&mut self) {
        let client = self.plan.client;
        let Some(path) = &self.scene.token_files[client] else { return };
        let Some(spare) = self.scene.token(self.user, &format!("spare {}", client % SPARES)) else { return };
        // A file that cannot be written leaves the old credential, which is a story too.
        if spare.id == self.credential.id || std::fs::write(path, &spare.secret).is_err() {
            return;
        }
        if matches!(self.scene.revoke_as_operator(self.user, &self.credential), Ok(true)) {
            self.revoked.insert(self.credential.id.clone());
        }
        self.credential = spare.clone();
    }

    fn rotate(&mut self, turn: &Turn, ending: Ending) {
        let Turn { old, days, tag, adopt, prepare, interrupt } = turn;
        let rotating = Rotating { old, days: *days, tag: *tag, adopt: *adopt, prepare: *prepare };
        let what = What::Rotate { old: old.clone(), days: *days, prepare: *prepare };
        let (killed, interrupt) = if *prepare { (*interrupt, None) } else { (None, *interrupt) };
        let begun = |(record, made)| Success::Begun(record, made);
        let Some(Ok((mut record, mut made))) = self.tell(what, |seat| seat.rotate(rotating, interrupt), begun) else {
            return;
        };
        if *prepare {
            let what = What::RotationCreate { old: old.clone(), days: *days };
            match self.tell(what, |seat| seat.rotation_create(*days, killed), begun) {
                Some(Ok((later, created))) => (record, made) = (later, created),
                Some(Err(_)) => {}
                None => return self.finish(record, None, false, Ending::Resume { stored: false, secret: false }),
            }
        }
        self.held.extend(made.clone());
        self.finish(record, made, *adopt, ending);
        self.tell(What::Drop, Seat::let_go, |()| Success::Done);
    }

    fn finish(&mut self, record: Record, made: Option<Made>, adopt: bool, ending: Ending) {
        match ending {
            Ending::Commit => {
                if !self.commit(&record, made.as_ref(), adopt, false) {
                    self.commit(&record, made.as_ref(), adopt, false);
                }
            }
            Ending::KeepOld => drop(self.commit(&record, made.as_ref(), adopt, true)),
            Ending::CommitOrAbort => {
                if !self.commit(&record, made.as_ref(), adopt, false) {
                    self.abort(&record);
                }
            }
            Ending::Abort => {
                if !self.abort(&record) {
                    self.abort(&record);
                }
            }
            Ending::Drop => {}
            Ending::Resume { stored, secret } => {
                let marked = if stored { self.seat.mark_stored() } else { None };
                let record = marked.and_then(Result::ok).unwrap_or(record);
                let (died, began, took) = timed(|| self.seat.crash());
                let what = if died { What::Crash } else { What::Drop };
                let (actor, client, result) = (self.number, self.plan.client, Some(Ok(Success::Done)));
                self.calls.push(Call { actor, client, what, began, took, result });
                let secret = made.filter(|_| secret).map(|made| made.secret);
                for _ in 0..2 {
                    let what = What::Resume { record: record.clone(), with_secret: secret.is_some() };
                    let resumed = self.tell(what, |seat| seat.resume(&record, secret.as_deref()), Success::Record);
                    if !matches!(resumed, Some(Err(_))) {
                        break;
                    }
                }
            }
        }
    }

    /// Commits, and says whether that succeeded.
    fn commit(&mut self, record: &Record, made: Option<&Made>, adopt: bool, keep_old: bool) -> bool {
        let Some(made) = made else { return false };
        let what = What::Commit { old: record.old_id.clone(), new: made.id.clone(), keep_old };
        let committed = matches!(self.tell(what, |seat| seat.commit(keep_old), Success::Record), Some(Ok(_)));
        if committed && !keep_old {
            self.held.retain(|held| held.id != record.old_id);
        }
        if committed && adopt {
            self.credential = Token { id: made.id.clone(), secret: made.secret.clone() };
        }
        committed
    }

    fn abort(&mut self, record: &Record) -> bool {
        let what = What::Abort { old: record.old_id.clone(), new: record.new_id.clone() };
        let aborted = matches!(self.tell(what, Seat::abort, Success::Record), Some(Ok(_)));
        if aborted {
            self.held.retain(|held| Some(&held.id) != record.new_id.as_ref());
        }
        aborted
    }
}
