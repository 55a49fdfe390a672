//! A token file is followed: when the server refuses the credential and the file holds another one, the call is repeated once.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use netbird_mock::MockServer;
use netbird_tokens::{CancelToken, Client, ClientOptions, Credential, CredentialState, ErrorKind, Event, NewToken};

use support::PAT;

/// Well-formed, and unknown to the server.
const OLD: &str = "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr";
const OLDER: &str = "nbp_example0000000000000000000005500ekhp";

const LAPTOP: &str = "ch8i54g6lnn4g9hqv7n0";
const PHONE: &str = "ch8i54g6lnn4g9hqv7ng";

/// A server, and a client of it whose token file holds [`OLD`].
struct Setup {
    server: MockServer,
    folder: tempfile::TempDir,
    client: Client,
    /// The events that say that the file was read again.
    followed: Arc<Mutex<Vec<String>>>,
}

impl Setup {
    fn new() -> Self {
        Setup::with(|options| options)
    }

    fn with(change: impl FnOnce(ClientOptions) -> ClientOptions) -> Self {
        let server = support::server();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), OLD).unwrap();
        let followed = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&followed);
        let options = options(&server, &folder.path().join("token")).observer(move |event| {
            if matches!(event, Event::CredentialRead { .. }) {
                assert!(!event.is_warning());
                seen.lock().unwrap().push(event.to_string());
            }
        });
        let client = change(options).build().unwrap();
        Setup { server, folder, client, followed }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("token")
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
    }

    /// The requests since the last time: method, what is requested, status.
    fn requests(&self) -> Vec<String> {
        let shown = |target: &str| target.trim_start_matches("/api/users").to_owned();
        let requests = self.server.take_requests();
        requests.iter().map(|seen| format!("{} {} {:?}", seen.method, shown(&seen.target), seen.status)).collect()
    }

    fn fault(&self, json: &str) {
        self.server.push_fault(serde_json::from_str(json).unwrap());
    }
}

fn options(server: &MockServer, path: &Path) -> ClientOptions {
    Client::builder().management_url(server.url()).token_file(path.to_str().unwrap()).proxy_from_env(false)
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what} never came");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_call_is_repeated_once_with_what_the_file_holds_by_then() {
    type Call = fn(&Client);
    let calls: [(Call, &[&str]); 6] = [
        (|client| assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 3), &["GET /ada/tokens Some(200)"]),
        (
            |client| assert_eq!(client.get_token(LAPTOP, Some("ada")).unwrap().name(), "laptop"),
            &["GET /ada/tokens/ch8i54g6lnn4g9hqv7n0 Some(200)"],
        ),
        (
            |client| assert_eq!(client.create_token(&NewToken::new("ci"), Some("ada")).unwrap().token.name(), "ci"),
            &["POST /ada/tokens Some(200)"],
        ),
        (
            |client| client.delete_token(PHONE, Some("ada")).unwrap(),
            &["DELETE /ada/tokens/ch8i54g6lnn4g9hqv7ng Some(200)"],
        ),
        (|client| assert_eq!(client.current_user().unwrap().id(), "ada"), &["GET /current Some(200)"]),
        (|client| assert_eq!(client.list_users().unwrap().len(), 1), &["GET  Some(200)"]),
    ];
    for (call, expected) in calls {
        let setup = Setup::new();
        let phone = serde_json::json!({"id": PHONE, "name": "phone"});
        setup.server.add_token("ada", serde_json::from_value(phone).unwrap()).unwrap();
        setup.write(&format!("Token {PAT}\n"));
        call(&setup.client);
        let refused = expected[0].replace("200", "404");
        assert_eq!(setup.requests(), [&[refused.as_str()], expected].concat());
        let path = setup.path();
        let event = format!(
            "the server refused the credential, and {} holds another one: repeating the call with it",
            path.display()
        );
        assert_eq!(*setup.followed.lock().unwrap(), [event]);
        setup.client.clone().list_users().unwrap();
        assert_eq!(setup.requests(), ["GET  Some(200)"], "the client goes on with it");
    }
}

#[test]
fn what_was_created_and_deleted_is_so_once() {
    let setup = Setup::new();
    setup.write(PAT);
    let created = setup.client.create_token(&NewToken::new("ci").tag(true), None).unwrap();
    assert_eq!(setup.server.tokens("ada").len(), 3);
    assert_eq!(
        setup.requests(),
        ["GET /current Some(404)", "GET /current Some(200)", "POST /ada/tokens Some(200)"],
        "who it is is asked again"
    );
    let again = Setup::new();
    again.write(PAT);
    let id = again.server.seeded().iter().find(|token| token.id != LAPTOP).unwrap().id.clone();
    again.client.delete_token(&id, None).unwrap();
    assert_eq!(again.server.tokens("ada").len(), 1);
    assert_eq!(again.requests().len(), 3);
    drop(created);
}

#[test]
fn a_create_whose_answer_was_lost_is_not_repeated() {
    let setup = Setup::new();
    setup.write(PAT);
    setup.client.list_users().unwrap();
    setup.write(OLDER);
    setup.requests();
    // The server creates the token, and then knows the credential no longer.
    setup.fault(r#"{"method": "POST", "action": {"drop_after": {}}}"#);
    setup.fault(
        r#"{"method": "GET", "times": 0, "action": {"answer": {"status": 401, "headers": [["Content-Type", "application/json"]], "body": "{\"message\":\"token invalid\",\"code\":401}"}}}"#,
    );
    let error = setup.client.create_token(&NewToken::new("ci"), Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
    assert_eq!(setup.requests(), ["POST /ada/tokens None", "GET /ada/tokens Some(401)"]);
    assert_eq!(setup.server.tokens("ada").len(), 3);
    assert_eq!(setup.followed.lock().unwrap().len(), 1, "only the first call");
}

#[test]
fn a_delete_of_the_credential_in_use_whose_answer_was_lost_is_not_repeated() {
    let setup = Setup::with(|options| options.retry_base_delay(Duration::ZERO));
    setup.write(PAT);
    setup.client.list_users().unwrap();
    setup.write(OLDER);
    setup.requests();
    setup.fault(r#"{"method": "DELETE", "action": {"drop_after": {}}}"#);
    let error = setup.client.delete_token(LAPTOP, Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
    assert_eq!(setup.requests().len(), 2, "the delete and its retry");
    assert_eq!(setup.followed.lock().unwrap().len(), 1, "only the first call");
}

#[test]
fn threads_that_are_refused_at_once_swap_once() {
    const THREADS: usize = 8;
    let setup = Setup::new();
    setup.fault(r#"{"times": 8, "action": {"hold": {}}}"#);
    thread::scope(|scope| {
        let calls: Vec<_> = (0..THREADS)
            .map(|_| {
                let client = setup.client.clone();
                scope.spawn(move || client.list_tokens(Some("ada")).map(|tokens| tokens.len()))
            })
            .collect();
        until("every request", || setup.server.requests().len() == THREADS);
        setup.write(PAT);
        setup.server.release_held();
        for call in calls {
            assert_eq!(call.join().unwrap().unwrap(), 2);
        }
    });
    let requests = setup.requests();
    assert_eq!(requests.iter().filter(|seen| *seen == "GET /ada/tokens Some(404)").count(), THREADS);
    assert_eq!(requests.iter().filter(|seen| *seen == "GET /ada/tokens Some(200)").count(), THREADS);
    assert_eq!(setup.followed.lock().unwrap().len(), 1, "the others use what the first one read");
}

#[test]
fn a_file_that_changes_all_the_time_repeats_each_call_once() {
    let setup = Setup::new();
    setup.write(OLDER);
    assert_eq!(setup.client.list_users().unwrap_err().kind(), ErrorKind::Unauthorized);
    assert_eq!(setup.requests().len(), 2);
    setup.write(PAT);
    setup.client.list_users().unwrap();
    assert_eq!(setup.requests().len(), 2);
}

#[test]
fn a_file_without_another_credential_gives_the_error_and_says_what_is_wrong() {
    let setup = Setup::new();
    let path = setup.path();
    let refused = |expected: &str| {
        let error = setup.client.list_tokens(Some("ada")).unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthorized, Some(404)));
        assert!(error.message().starts_with("the server does not know this PAT"), "{error}");
        assert!(error.message().contains(expected) && error.message().contains(path.to_str().unwrap()), "{error}");
        assert!(!error.message().contains("nbp_a"), "{error}");
        assert_eq!(setup.requests().len(), 1, "{expected}");
    };
    refused("still holds this credential");
    setup.write(&PAT[..20]);
    refused("cut short");
    setup.write(&format!("{}\0\0\0\0", &PAT[..36]));
    refused("character 37 of the PAT is a control character");
    setup.write("");
    refused("is empty");
    fs::remove_file(&path).unwrap();
    refused("cannot be read");
    fs::create_dir(&path).unwrap();
    refused("is a directory");
    fs::remove_dir(&path).unwrap();
    setup.write(PAT);
    setup.client.list_users().unwrap();
    assert_eq!(setup.requests().len(), 2, "once it is whole");
}

#[cfg(unix)]
#[test]
fn a_fifo_is_refused_and_never_waited_for() {
    let setup = Setup::new();
    let path = setup.path();
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let error = setup.client.list_users().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.message().contains("is not a regular file"), "{error}");
    let error = options(&setup.server, &path).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let error = options(&setup.server, Path::new("/dev/zero")).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.message().contains("/dev/zero is not a regular file"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_secret_that_kubernetes_replaces_is_followed() {
    use std::os::unix::fs::symlink;
    let setup = Setup::new();
    let volume = setup.folder.path().join("volume");
    for (version, text) in [("..2026_11_22", OLD), ("..2026_11_23", PAT)] {
        fs::create_dir_all(volume.join(version)).unwrap();
        fs::write(volume.join(version).join("token"), text).unwrap();
    }
    symlink("..2026_11_22", volume.join("..data")).unwrap();
    symlink("..data/token", volume.join("token")).unwrap();
    let client = options(&setup.server, &volume.join("token")).build().unwrap();
    symlink("..2026_11_23", volume.join("..data_tmp")).unwrap();
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    fs::remove_dir_all(volume.join("..2026_11_22")).unwrap();
    assert_eq!(client.list_tokens(None).unwrap().len(), 2);
}

#[test]
fn a_credential_of_another_user_means_that_user() {
    let setup = Setup::new();
    setup.write(PAT);
    assert_eq!(setup.client.list_tokens(None).unwrap()[0].user_id(), "ada");
    let admin = setup.server.seeded().iter().find(|token| token.id != LAPTOP).unwrap().plain.clone();
    setup.server.add_user(serde_json::from_str(r#"{"id": "bob", "role": "admin"}"#).unwrap()).unwrap();
    let bobs = setup.server.add_token("bob", serde_json::from_str(r#"{"name": "phone"}"#).unwrap()).unwrap();
    let admin = support::builder(&setup.server).credential(Credential::pat(&admin).unwrap()).build().unwrap();
    admin.delete_token(LAPTOP, None).unwrap();
    setup.write(&bobs.plain);
    setup.requests();
    let tokens = setup.client.list_tokens(None).unwrap();
    assert_eq!((tokens.len(), tokens[0].user_id(), tokens[0].name()), (1, "bob", "phone"));
    assert_eq!(
        setup.requests(),
        ["GET /ada/tokens Some(404)", "GET /current Some(200)", "GET /bob/tokens Some(200)"],
        "what was known about the old credential is forgotten"
    );
}

#[test]
fn a_check_follows_too() {
    let setup = Setup::new();
    let check = setup.client.check_credential().unwrap();
    assert_eq!(check.state, CredentialState::Unknown);
    assert!(check.error.unwrap().message().contains("still holds this credential"));
    setup.write(&PAT[..39]);
    let check = setup.client.check_credential().unwrap();
    assert_eq!(check.state, CredentialState::Unknown);
    assert!(check.error.unwrap().message().contains("cut short"));
    setup.requests();
    setup.write(PAT);
    let check = setup.client.check_credential().unwrap();
    assert_eq!(check.state, CredentialState::Working);
    assert!(check.error.is_none());
    assert_eq!(setup.requests().len(), 4, "one refused; who it is; two lists");
}

#[test]
fn a_credential_that_is_set_ends_the_following() {
    let setup = Setup::new();
    setup.fault(r#"{"action": {"hold": {}}}"#);
    thread::scope(|scope| {
        let call = scope.spawn(|| setup.client.list_users());
        until("the request", || !setup.server.requests().is_empty());
        setup.client.set_credential(&Credential::pat(OLDER).unwrap()).unwrap();
        setup.write(PAT);
        setup.server.release_held();
        assert_eq!(call.join().unwrap().unwrap_err().kind(), ErrorKind::Unauthorized, "it keeps its own");
    });
    let error = setup.client.list_users().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(!error.message().contains(setup.path().to_str().unwrap()), "{error}");
    assert_eq!(setup.requests().len(), 2);
    assert!(setup.followed.lock().unwrap().is_empty());
}

#[test]
fn only_netbird_itself_refuses_a_credential() {
    let setup = Setup::new();
    setup.write(PAT);
    setup.fault(
        r#"{"action": {"answer": {"status": 401, "headers": [["Content-Type", "text/html"]], "body": "log in"}}}"#,
    );
    assert_eq!(setup.client.list_users().unwrap_err().kind(), ErrorKind::UnexpectedResponse);
    assert_eq!(setup.requests().len(), 1);
}

#[test]
fn the_repeat_ends_within_the_time_of_the_call() {
    let setup = Setup::with(|options| options.timeout(Duration::from_millis(400)).max_retries(0));
    setup.write(PAT);
    setup.fault(r#"{"skip": 1, "action": {"delay": {"ms": 60000}}}"#);
    let began = Instant::now();
    assert_eq!(setup.client.list_tokens(Some("ada")).unwrap_err().kind(), ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn an_interrupted_create_that_had_followed_is_finished_in_the_background() {
    let setup = Setup::new();
    setup.write(PAT);
    setup.fault(r#"{"method": "POST", "skip": 1, "action": {"hold_answer": {}}}"#);
    let cancel = CancelToken::new();
    let handle = setup.client.with_cancel(&cancel);
    thread::scope(|scope| {
        let call = scope.spawn(move || handle.create_token(&NewToken::new("ci"), Some("ada")).map(drop));
        until("the token", || setup.server.tokens("ada").len() == 3);
        cancel.cancel();
        assert_eq!(call.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    });
    setup.server.release_held();
    assert!(setup.client.close().unwrap());
    assert_eq!(setup.server.tokens("ada").len(), 2, "nobody holds its secret, so it is revoked");
}

#[cfg(feature = "async")]
#[test]
fn the_asynchronous_calls_follow_too() {
    let setup = Setup::new();
    setup.write(PAT);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let client = setup.client.clone();
    runtime
        .block_on(runtime.spawn(async move {
            client.create_token_async(&NewToken::new("ci"), None).await.unwrap();
            client.list_tokens_async(None).await.unwrap();
        }))
        .unwrap();
    assert_eq!(
        setup.requests(),
        ["GET /current Some(404)", "GET /current Some(200)", "POST /ada/tokens Some(200)", "GET /ada/tokens Some(200)"]
    );
}

#[test]
fn a_file_that_cannot_be_used_is_named_and_never_shown() {
    let server = support::server();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let refused = |kind: ErrorKind, expected: &str| {
        let error = options(&server, &path).from_env().build().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().starts_with(&format!("token_file {}", path.display())), "{error}");
        assert!(error.message().contains(expected), "{error}");
        assert!(!error.message().contains("nbp_a"), "{error}");
    };
    refused(ErrorKind::Configuration, "cannot be read");
    fs::write(&path, " \n").unwrap();
    refused(ErrorKind::Configuration, "is empty");
    fs::write(&path, format!("{PAT}{}", " ".repeat(64 * 1024))).unwrap();
    refused(ErrorKind::Configuration, "larger than 64 KiB");
    fs::write(&path, &PAT[..39]).unwrap();
    refused(ErrorKind::InvalidCredential, "cut short");
    fs::write(&path, format!("{PAT}\n{PAT}\n")).unwrap();
    refused(ErrorKind::InvalidCredential, "white space");
    fs::write(&path, [&[0xff, 0xfe], PAT.as_bytes()].concat()).unwrap();
    refused(ErrorKind::InvalidCredential, "UTF-8");
    fs::write(&path, format!("{PAT}{}", " ".repeat(64 * 1024 - 40))).unwrap();
    options(&server, &path).build().unwrap();
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_path_is_not_a_credential_and_one_source_is_enough() {
    let server = support::server();
    let refused = |options: ClientOptions, expected: &str| {
        let error = options.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains(expected) && !error.message().contains("nbp_"), "{error}");
    };
    refused(options(&server, Path::new("")), "token_file is empty");
    refused(options(&server, Path::new(PAT)), "token_file is the path of a file");
    refused(support::builder(&server).token_file("/no/such/file"), "credential and token_file are both given");
    refused(
        support::builder(&server).token_file("/no/such/file").source("token_file", "--token-file"),
        "credential and --token-file are both given",
    );
}
