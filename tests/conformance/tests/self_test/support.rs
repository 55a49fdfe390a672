//! Runs scenario files through the fake adapter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use netbird_conformance::launch::Launch;
use netbird_conformance::report::Outcome;
use netbird_conformance::runner::settings::Settings;
use netbird_conformance::runner::{self, Suite};
use netbird_conformance::scenario::Scenario;
use netbird_conformance::scenario_file::load_file;
use netbird_conformance::schema::Schema;
use netbird_conformance::skips::Skip;

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

pub fn shared_scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

pub fn schema() -> Schema {
    Schema::read(&shared_scenarios().join("scenario.schema.json")).expect("the schema is good")
}

pub fn settings() -> Settings {
    let launch = Launch {
        name: "fake".to_owned(),
        command: vec![env!("CARGO_BIN_EXE_netbird-fake-adapter").to_owned()],
        env: BTreeMap::default(),
    };
    let mut settings = Settings::new(launch, folder(""));
    settings.call_limit = Duration::from_millis(1500);
    settings
}

/// The operations that the fake adapter has.
pub fn own_operations() -> BTreeSet<String> {
    ["list_tokens", "create_token"].map(str::to_owned).into()
}

/// The scenarios of a file, or why it cannot be loaded.
pub fn load(path: &Path) -> Result<Vec<Scenario>, String> {
    load_file(path, &schema()).map_err(|error| format!("{error:#}"))
}

pub fn run(settings: &Settings, scenarios: &[Scenario], skips: &[Skip], all: &BTreeSet<String>) -> Vec<Outcome> {
    let suite = Suite { scenarios, skips, all_operations: Some(all) };
    runner::run(settings, &suite, |_| {}).expect("the fake adapter starts")
}

/// Runs one file as if its scenarios and the fake adapter's operations were all that there are.
pub fn outcomes(path: &Path, skips: &[Skip]) -> Result<Vec<Outcome>, String> {
    Ok(run(&settings(), &load(path)?, skips, &own_operations()))
}
