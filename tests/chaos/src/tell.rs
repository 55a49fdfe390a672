//! Stories in plain words.

use std::fmt::{self, Display, Formatter};

use crate::story::{ActorPlan, ClientPlan, Ending, Fault, Form, Moment, NAMES, On, PlannedFault, Step, Story, Which};
use crate::world::CREDENTIALS;

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.clock_step_secs > 0 {
            writeln!(f, "The server stamps times in multiples of {} s.", self.clock_step_secs)?;
        }
        for (at, client) in self.clients.iter().enumerate() {
            writeln!(f, "Client {at} {client}")?;
        }
        for (at, actor) in self.actors.iter().enumerate() {
            write!(f, "Caller {at} {actor}")?;
        }
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl Display for ClientPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (_, name) = CREDENTIALS[self.credential];
        let how = if self.token_file { "reads the credential from a file, at first" } else { "uses the credential" };
        let lost =
            if self.revoke_and_retry { "revokes a lost tagged create and retries it" } else { "reports a lost create" };
        write!(f, "{how} {name:?}, retries {} times and {lost}.", self.max_retries)
    }
}

impl Display for ActorPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "uses client {}:", self.client)?;
        self.steps.iter().enumerate().try_for_each(|(at, step)| writeln!(f, "  {}. {step}", at + 1))
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let tagged = |tag: &bool| if *tag { ", tagged" } else { "" };
        match self {
            Step::Create { name, days, tag, interrupt } => {
                write!(f, "creates {:?} for {days} days{}{}", NAMES[*name], tagged(tag), When(*interrupt))
            }
            Step::Delete { which, interrupt } => write!(f, "deletes {which}{}", When(*interrupt)),
            Step::List => f.write_str("lists the tokens"),
            Step::CurrentUser => f.write_str("asks who it is"),
            Step::Check => f.write_str("checks the credential"),
            Step::Audit => f.write_str("audits all tokens"),
            Step::Rotate { which, days, tag, adopt, prepare, interrupt, ending } => {
                let prepared = if *prepare { "prepares, then rotates" } else { "rotates" };
                let adopted = if *adopt { ", goes on with the successor" } else { "" };
                write!(f, "{prepared} {which} for {days} days{}{adopted}{}, {ending}", tagged(tag), When(*interrupt))
            }
            Step::SwapTokenFile => {
                f.write_str("has another credential put into the token file, and the old one revoked")
            }
            Step::Fork => f.write_str("goes on in a forked child"),
            Step::JumpClock { secs } => write!(f, "sees the server's clock jump by {secs} s"),
        }
    }
}

struct When(Option<Moment>);

impl Display for When {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            None => "",
            Some(Moment::Sent) => ", interrupted before the server sees it",
            Some(Moment::Acted) => ", interrupted when the server has acted",
        })
    }
}

impl Display for Which {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Which::Own(0) => f.write_str("its newest token"),
            Which::Own(back) => write!(f, "its newest token but {back}"),
            Which::Seeded(at) => write!(f, "token {at} of those that were there before"),
            Which::Credential => f.write_str("the credential in use"),
            Which::Missing => f.write_str("a token that does not exist"),
        }
    }
}

impl Display for Ending {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ending::Commit => "commits, again if that fails",
            Ending::KeepOld => "commits and keeps the old one",
            Ending::Abort => "aborts, again if that fails",
            Ending::CommitOrAbort => "commits, and aborts if that fails",
            Ending::Drop => "lets go of it",
            Ending::Resume { stored: false, secret: false } => "crashes and resumes",
            Ending::Resume { stored: true, secret: false } => "stores the secret, crashes and resumes",
            Ending::Resume { stored: false, secret: true } => "crashes and resumes with the secret",
            Ending::Resume { stored: true, secret: true } => "stores the secret, crashes and resumes with it",
        })
    }
}

impl Display for PlannedFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let on = match self.on {
            On::Get => "GET",
            On::Look => "GET after a broken POST",
            On::Post => "POST",
            On::Delete => "DELETE",
            On::Connection => "connection",
        };
        write!(f, "{on} {} of client {}: {}.", self.nth, self.client, self.fault)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let end = |reset: &bool| if *reset { "a reset" } else { "a close" };
        let acts = |act: &bool| if *act { ", after the server acted" } else { ", without the server" };
        match self {
            Fault::Refuse => f.write_str("it is reset at once"),
            Fault::CutRequest { at, reset } => write!(f, "{} after byte {at} of the request", end(reset)),
            Fault::DelayRequest { ms } => write!(f, "the server sees it {ms} ms late"),
            Fault::CutAnswer { at, reset } => write!(f, "{} after byte {at} of the answer", end(reset)),
            Fault::HoldAnswer { ms } => write!(f, "the answer comes {ms} ms late"),
            Fault::Stall { act } => write!(f, "no answer comes{}", acts(act)),
            Fault::Answer { status, form, act } => write!(f, "a gateway answers {status} with {form}{}", acts(act)),
            Fault::Redirect { status } => write!(f, "a redirect with {status}"),
            Fault::ShiftDate { secs } => write!(f, "the answer's Date is {secs} s off"),
            Fault::NoDate => f.write_str("the answer has no Date"),
            Fault::CloseAfter => f.write_str("the connection closes after the answer"),
            Fault::Drip { ms } => write!(f, "the answer's body comes byte by byte for {ms} ms"),
        }
    }
}

impl Display for Form {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::Html => "a login page",
            Form::Text => "a text",
            Form::ForeignJson => "another program's JSON",
            Form::Own => "an error in NetBird's form",
            Form::Echo => "an error in NetBird's form that repeats the credential",
        })
    }
}
