//! The commands about rotations. A rotation that has begun is kept under a handle until `rotation_drop`.

use std::collections::HashMap;

use netbird_tokens::{Client, RotateToken, Rotation, RotationRecord, Secret};
use serde_json::{Value, json};

use crate::answer::{Answer, Fields, error, refused, shown, text};

/// The commands on a rotation that has begun.
pub(crate) const COMMANDS: &[&str] = &[
    "rotation_create",
    "rotation_mark_stored",
    "rotation_commit",
    "rotation_abort",
    "rotation_record",
    "rotation_drop",
];

/// The rotations that have begun and were not dropped.
#[derive(Default)]
pub(crate) struct Rotations {
    begun: usize,
    open: HashMap<String, Rotation>,
}

impl Rotations {
    pub(crate) fn begin(&mut self, client: &Client, args: &Fields, secrets: &mut Vec<Secret>) -> Answer {
        let mut rotate = RotateToken::id_or_name(text(args, "token_id"), text(args, "name")).map_err(error)?;
        if let Some(name) = text(args, "new_name") {
            rotate = rotate.new_name(name.to_owned());
        }
        if let Some(days) = args.get("expires_in_days") {
            let days = days.as_i64().ok_or_else(|| refused("expires_in_days: expected a whole number"))?;
            rotate = rotate.expires_in_days(days);
        }
        let flag = |key: &str| args.get(key).and_then(Value::as_bool);
        if let Some(tag) = flag("tag") {
            rotate = rotate.tag(tag);
        }
        if let Some(adopt) = flag("adopt") {
            rotate = rotate.adopt(adopt);
        }
        if let Some(prepare_only) = flag("prepare_only") {
            rotate = rotate.prepare_only(prepare_only);
        }
        let rotation = client.rotate_token(&rotate, text(args, "user_id")).map_err(error)?;
        let mut answer = progress(&rotation, args, secrets)?;
        let handle = self.begun.to_string();
        answer["rotation"] = json!(handle);
        answer["old_token"] = shown(rotation.old_token(), args)?;
        self.begun += 1;
        self.open.insert(handle, rotation);
        Ok(answer)
    }

    /// One of [`COMMANDS`].
    pub(crate) fn run(&mut self, command: &str, args: &Fields, secrets: &mut Vec<Secret>) -> Answer {
        let handle = text(args, "rotation").unwrap_or_default();
        let rotation = self.open.get(handle).ok_or_else(|| refused("no such rotation"))?;
        match command {
            "rotation_create" => {
                rotation.create().map_err(error)?;
                return progress(rotation, args, secrets);
            }
            "rotation_mark_stored" => rotation.mark_stored(),
            "rotation_commit" => {
                let keep_old = args.get("keep_old").and_then(Value::as_bool).unwrap_or_default();
                rotation.commit(keep_old).map_err(error)?;
            }
            "rotation_abort" => rotation.abort().map_err(error)?,
            "rotation_drop" => {
                self.open.remove(handle);
                return Ok(json!({}));
            }
            _ => {}
        }
        Ok(json!({"record": record(&rotation.record())?}))
    }
}

pub(crate) fn resume(client: &Client, args: &Fields) -> Answer {
    let json = args.get("record").map(Value::to_string).unwrap_or_default();
    let begun = RotationRecord::from_json(&json).map_err(error)?;
    let plain_token = text(args, "plain_token").map(Secret::new);
    let finished = client.resume_rotation(&begun, plain_token.as_ref()).map_err(error)?;
    Ok(json!({"record": record(&finished)?}))
}

/// What a rotation has made so far.
fn progress(rotation: &Rotation, args: &Fields, secrets: &mut Vec<Secret>) -> Answer {
    let plain_token = rotation.plain_token();
    let answer = json!({
        "token": rotation.token().map(|token| shown(&token, args)).transpose()?,
        "plain_token": plain_token.as_ref().map(ToString::to_string),
        "secret": plain_token.as_ref().map(|_| secrets.len().to_string()),
        "record": record(&rotation.record())?,
    });
    secrets.extend(plain_token);
    Ok(answer)
}

/// The record's own JSON form.
fn record(record: &RotationRecord) -> Answer {
    serde_json::from_str(&record.to_json()).map_err(|_| refused("the record is not JSON"))
}
