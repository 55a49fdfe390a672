//! Scenario files.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use netbird_conformance::scenario_file::load_file;
use netbird_conformance::schema::Schema;
use tempfile::NamedTempFile;

/// A file is read or refused, and means the same when its values are written and read again.
pub fn check(data: &[u8]) {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
        Schema::read(&folder.join("scenario.schema.json")).expect("the schema is in the repository")
    });
    let Ok(scenarios) = load(data, schema) else { return };
    for scenario in &scenarios {
        assert!(!scenario.name.is_empty() && !scenario.steps.is_empty());
    }
    let Some(text) = crate::text::text(data) else { return };
    let values: serde_json::Value = serde_norway::from_str(text).expect("it was read");
    let again = load(values.to_string().as_bytes(), schema).expect("JSON is YAML");
    assert_eq!(format!("{scenarios:?}"), format!("{again:?}"));
}

/// Reads the text as a file, because that is what the runner reads.
fn load(text: &[u8], schema: &Schema) -> Result<Vec<netbird_conformance::scenario::Scenario>, String> {
    thread_local! {
        static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("a temporary file"));
    }
    FILE.with_borrow_mut(|file| {
        let path = file.path().to_owned();
        let out = file.as_file_mut();
        std::io::Seek::rewind(out)
            .and_then(|()| out.set_len(0))
            .and_then(|()| out.write_all(text))
            .expect("it is written");
        load_file(&path, schema).map_err(|error| format!("{error:#}"))
    })
}
