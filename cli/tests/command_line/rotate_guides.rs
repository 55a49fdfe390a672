//! The recipes in the guides about rotation and about a leaked token do what they say.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;

use serde_json::Value;

use crate::rotate_desk::Desk;
use crate::support::{ALICE, Ran, program, run, write};

fn guide(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)).unwrap()
}

/// The blocks of a language below a heading.
fn blocks(guide: &str, heading: &str, language: &str) -> Vec<String> {
    let (_, section) = guide.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let level = heading.split(' ').next().unwrap();
    let end = ["\n## ", &format!("\n{level} ")].iter().filter_map(|next| section.find(next)).min();
    let section = &section[..end.unwrap_or(section.len())];
    let fence = format!("```{language}\n");
    section.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn recipe(heading: &str, language: &str) -> String {
    blocks(&guide("rotation.md"), heading, language).remove(0)
}

/// A directory with stand-ins for other programs, which comes first on the path.
struct Bench {
    desk: Desk,
    bin: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let desk = Desk::new();
        let bin = desk.path("bin");
        fs::create_dir(&bin).unwrap();
        Bench { desk, bin }
    }

    fn stand_in(&self, name: &str, script: &str) {
        write(&self.bin.join(name), &format!("#!/bin/sh\nset -eu\n{script}"), 0o755);
    }

    /// A shell in the folder with the token file, without a credential in the environment.
    fn shell(&self, lines: &str) -> Command {
        let program = program();
        let directory = Path::new(program.get_program()).parent().unwrap();
        let rest = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{rest}", self.bin.display(), directory.display());
        let home = self.bin.parent().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", lines]).current_dir(home).env("HOME", home).env("PATH", path);
        for (name, value) in self.desk.server.with_token("ulis").get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env_remove("NB_PAT");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, lines: &str) -> Ran {
        run(&mut self.shell(lines))
    }

    fn soon(&self) {
        self.desk.server.0.advance_clock(20 * 86_400);
    }

    /// The token whose secret a file holds.
    fn in_file(&self, name: &str) -> Option<String> {
        let secret = fs::read_to_string(self.desk.path(name)).unwrap();
        self.desk.ids().into_iter().find(|id| self.desk.server.plain(id) == secret)
    }
}

#[test]
fn the_line_for_cron() {
    let bench = Bench::new();
    let line = recipe("### cron", "crontab");
    let mut fields = line.trim().splitn(6, ' ');
    assert_eq!(fields.by_ref().take(5).collect::<Vec<_>>(), ["17", "*", "*", "*", "*"]);
    let command = fields.next().unwrap().replace("--name deploy", "--name laptop");
    assert!(!command.contains('%'), "which cron takes for the end of the line");
    let ran = bench.run(&command).ok();
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "cron would mail it");
    bench.soon();
    let ran = bench.run(&command).ok();
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    assert_eq!((bench.desk.ids().len(), bench.in_file("token").is_some()), (2, true));
    bench.desk.server.0.advance_clock(25 * 3600);
    bench.run(&command).ok();
    assert_eq!(bench.desk.ids(), [bench.in_file("token").unwrap()]);
}

#[test]
fn the_units_for_systemd() {
    let bench = Bench::new();
    let units = blocks(&guide("rotation.md"), "### systemd timer", "ini");
    let value = |name: &str| {
        let lines = units[0].lines().chain(units[1].lines());
        lines.filter_map(|line| line.strip_prefix(name)).next().unwrap_or_else(|| panic!("{name}")).to_owned()
    };
    let file = bench.desk.file().display().to_string();
    let command = value("ExecStart=").replace("/etc/deploy/token", &file).replace("--name deploy", "--name laptop");
    let nothing_to_do: i32 = value("SuccessExitStatus=").parse().unwrap();
    assert_eq!(bench.run(&command).status, nothing_to_do);
    bench.soon();
    bench.run(&command).ok();
    assert!(bench.in_file("token").is_some_and(|id| id != "laptop"));
    assert_eq!(value("OnCalendar="), "hourly");
}

#[test]
fn the_workflow_for_github() {
    let bench = Bench::new();
    let workflow: Value = serde_norway::from_str(&recipe("### GitHub Actions", "yaml")).unwrap();
    let step = &workflow["jobs"]["rotate"]["steps"][0];
    assert!(step["env"]["NB_PAT"].as_str().unwrap().contains("secrets.NB_PAT"));
    let lines = step["run"].as_str().unwrap().replace("--name ci", "--name laptop");
    bench.stand_in(
        "gh",
        "test \"$*\" = 'secret set NB_PAT'\nread -r secret || test -n \"$secret\"\nprintf %s \"$secret\" > stored\n",
    );
    let secret = bench.desk.server.plain("laptop");
    run(bench.shell(&lines).env("NB_PAT", &secret)).ok();
    assert!(!bench.desk.path("stored").exists(), "it does not expire soon");
    bench.soon();
    let ran = run(bench.shell(&lines).env("NB_PAT", &secret)).ok();
    assert!(!ran.out.contains("nbp_") && !ran.err.contains("nbp_"), "a log is public: {ran:?}");
    assert_eq!(bench.desk.ids(), [bench.in_file("stored").unwrap()]);
}

/// Takes one request as the Kubernetes API server would, and gives its head and body.
fn api_server() -> (String, mpsc::Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v1/namespaces/default/secrets/netbird", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut text = Vec::new();
            let mut part = [0; 4096];
            let (head, body) = loop {
                let length = connection.read(&mut part).unwrap();
                text.extend_from_slice(&part[..length]);
                let all = String::from_utf8_lossy(&text).into_owned();
                let Some((head, body)) = all.split_once("\r\n\r\n") else { continue };
                let lower = head.to_ascii_lowercase();
                let expected = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                if body.len() >= expected.parse().unwrap() {
                    break (head.to_owned(), body.to_owned());
                }
            };
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").unwrap();
            if sender.send((head, body)).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

#[test]
fn the_job_for_kubernetes() {
    let bench = Bench::new();
    let manifest = recipe("### Kubernetes CronJob", "yaml");
    let mut documents = manifest.split("\n---\n").map(|text| serde_norway::from_str::<Value>(text).unwrap());
    let (job, role) = (documents.next().unwrap(), documents.next().unwrap());
    assert_eq!((&role["kind"], &role["rules"][0]["verbs"][0]), (&"Role".into(), &"patch".into()));

    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    // The task runner holds the manifest against Kubernetes' schemas, which do not compare names.
    let names = |list: &Value| -> Vec<_> { list.as_array().unwrap().iter().map(|item| item["name"].clone()).collect() };
    assert_eq!(names(&container["volumeMounts"]), names(&pod["volumes"]), "each mount has its volume");
    let script = container["args"][0].as_str().unwrap();
    let (url, patches) = api_server();
    let account = bench.desk.path("account");
    let (state, tmp) = (bench.desk.path("state"), bench.desk.path("tmp"));
    for folder in [&account, &state, &tmp] {
        fs::create_dir(folder).unwrap();
    }
    fs::write(account.join("token"), "service-account-token").unwrap();
    fs::write(account.join("ca.crt"), "").unwrap();
    let script = script
        .replace("/tmp/", &format!("{}/", tmp.display()))
        .replace("/state/", &format!("{}/", state.display()))
        .replace("/etc/netbird/token", &bench.desk.file().display().to_string())
        .replace("--name app", "--name laptop");
    let job = || {
        let mut command = bench.shell(&script);
        run(command.env("ACCOUNT", &account).env("SECRET_URL", &url).env("no_proxy", "127.0.0.1"))
    };
    job().ok();
    assert!(patches.try_recv().is_err(), "it does not expire soon");
    bench.soon();
    let ran = job().ok();
    assert!(!ran.out.contains("nbp_") && !ran.err.contains("nbp_"), "{ran:?}");
    let (head, body) = patches.recv().unwrap();
    assert!(head.starts_with("PATCH /api/v1/namespaces/default/secrets/netbird HTTP/1.1"), "{head}");
    assert!(head.contains("Authorization: Bearer service-account-token"), "{head}");
    assert!(head.contains("Content-Type: application/merge-patch+json"), "{head}");
    let patch: Value = serde_json::from_str(&body).unwrap();
    let secret = patch["stringData"]["token"].as_str().unwrap();
    // The kubelet brings the new content into the mounted file, by replacing a link.
    fs::write(bench.desk.file(), secret).unwrap();
    let new = bench.in_file("token").unwrap();
    assert_eq!(bench.desk.ids(), ["laptop".to_owned(), new.clone()]);
    bench.desk.server.0.advance_clock(25 * 3600);
    job().ok();
    assert_eq!(bench.desk.ids(), [new]);
}

#[test]
fn vault_and_pass() {
    for (heading, program, script) in [
        (
            "### HashiCorp Vault",
            "vault",
            "case \"$*\" in\n'kv get -field=token secret/netbird') cat stored ;;\n\
             'kv put secret/netbird token=-') cat > stored.new; mv stored.new stored ;;\n*) exit 2 ;;\nesac\n",
        ),
        (
            "### pass",
            "pass",
            "case \"$*\" in\n'show netbird/token') cat stored; echo; echo 'a note' ;;\n\
             'insert --multiline --force netbird/token') cat > stored.new; mv stored.new stored ;;\n*) exit 2 ;;\nesac\n",
        ),
    ] {
        let bench = Bench::new();
        bench.stand_in(program, script);
        fs::copy(bench.desk.file(), bench.desk.path("stored")).unwrap();
        let lines = recipe(heading, "sh").replace("--name deploy", "--name laptop");
        bench.soon();
        for _ in 0..2 {
            let before = bench.in_file("stored");
            let ran = bench.run(&lines);
            assert!([0, 71].contains(&ran.status), "{heading}: {ran:?}");
            assert!(!ran.out.contains("nbp_") && !ran.err.contains("nbp_"), "{heading}: {ran:?}");
            assert!(bench.in_file("stored").is_some());
            if ran.status == 0 && !lines.contains("--if-expires-within") {
                assert_eq!(bench.desk.ids().len(), 1);
                assert_ne!(bench.in_file("stored"), before);
            }
            bench.desk.server.0.advance_clock(25 * 3600);
        }
        assert_eq!(bench.desk.ids(), [bench.in_file("stored").unwrap()], "{heading}");
        assert!(bench.in_file("stored").is_some_and(|id| id != "laptop"), "{heading}");
    }
}

#[test]
fn the_first_line_of_the_guide() {
    let bench = Bench::new();
    let line = guide("rotation.md").split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned();
    let line = line.replace("/etc/deploy/token", "deploy.token").replace("--name deploy", "--name laptop");
    run(bench.shell(&line).env("NB_PAT", bench.desk.server.plain("laptop"))).ok();
    assert_eq!(bench.desk.ids(), [bench.in_file("deploy.token").unwrap()]);
}

#[test]
fn what_to_run_after_a_leak() {
    let bench = Bench::new();
    let guide = guide("incident.md");
    let secret = bench.desk.server.plain("laptop");
    let own = |heading: &str, number: usize| {
        let mut command = bench.shell(&blocks(&guide, heading, "sh")[number]);
        command.env("NB_PAT", &secret).env("USER_ID", ALICE).env("TOKEN_ID", "laptop").env("TOKEN_FILE", "new.token");
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // A block that does not read it may have ended.
        let _ = child.stdin.take().unwrap().write_all(secret.as_bytes());
        crate::support::finish(child)
    };
    let ran = own("## 1. Which token is it?", 0).ok();
    assert!(ran.out.contains("laptop") && ran.out.contains(ALICE), "{ran:?}");
    assert_eq!(own("## 3. Make sure", 0).status, 0, "it still works");
    own("## 1. Which token is it?", 1).ok();
    own("## 2. Stop it", 1).ok();
    assert_eq!(bench.desk.ids(), [bench.in_file("new.token").unwrap()]);
    assert_eq!(own("## 3. Make sure", 0).status, 51);
    own("## 3. Make sure", 1).ok();
    assert!(!bench.desk.path("leaked").exists());
    let new = fs::read_to_string(bench.desk.path("new.token")).unwrap();
    for (heading, number) in [("## 4. What has it been used for?", 0), ("## 4. What has it been used for?", 1)] {
        let mut command = bench.shell(&blocks(&guide, heading, "sh")[number]);
        run(command.env("NB_PAT", &new).env("USER_ID", ALICE)).ok();
    }
    // Or, where nothing needs it:
    let id = bench.desk.ids().remove(0);
    let mut command = bench.shell(&blocks(&guide, "## 2. Stop it", "sh")[0]);
    run(command.env("NB_PAT", &new).env("USER_ID", ALICE).env("TOKEN_ID", &id)).ok();
    assert_eq!(bench.desk.ids(), [""; 0]);
}
