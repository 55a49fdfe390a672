//! Rotation records.

use netbird_tokens::RotationRecord;

use crate::shown::assert_repeats_nothing_of;

/// A record that was read is the same when it is written and read again; an error repeats nothing of the text.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    match RotationRecord::from_json(text) {
        Ok(record) => {
            let written = record.to_json();
            assert!(!written.contains('\n'), "a record is one line");
            assert_eq!(RotationRecord::from_json(&written).as_ref(), Ok(&record));
            for id in
                [Some(&record.user_id), Some(&record.old_token_id), record.token_id.as_ref()].into_iter().flatten()
            {
                assert!(!id.is_empty() && !id.contains('/') && !id.starts_with("nbp_"));
            }
        }
        Err(error) => assert_repeats_nothing_of(text, &error),
    }
}
