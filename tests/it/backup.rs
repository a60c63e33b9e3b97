//! Copies of a store: made while it is written to, brought back, moved to a server and back again.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use baton::store;
use serde_json::Value;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::postgres::Server;
use crate::support::postgres::query;
use crate::support::process::Running;
use crate::support::process::baton;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const SERIES: usize = 60;

const PAGE: usize = 20;

const BETWEEN_CHANGES: Duration = Duration::from_millis(5);

/// What readers may compare: whole services with their times, and the change log with its numbers.
const READ: [&str; 3] = ["/v3/services?full=true&per_page=200", "/v1/services", "/rpde/services"];

/// Publishes series with sessions, and a session that waits for its parent.
fn publish(publisher: &FakePublisher) -> Settings {
    let feeds = ["/series", "/sessions"].map(|path| publisher.feed(path, PAGE)).to_vec();
    for number in 0..SERIES {
        upsert(publisher, &number.to_string(), &format!("Class {number}"));
    }
    let orphan = items::session("orphan", items::uri("series", "missing"), 7);
    publisher.upsert("/sessions", "orphan", orphan);
    Settings::following(&[("one", feeds)])
}

fn upsert(publisher: &FakePublisher, id: &str, name: &str) {
    publisher.upsert("/series", id, items::series(id, name));
    publisher.upsert("/sessions", id, items::session(id, items::uri("series", id), 7));
}

async fn read(gateway: &Gateway) -> Vec<String> {
    let mut answers = Vec::new();
    for path in READ {
        let answer = gateway.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        // Links name the address that was asked.
        answers.push(answer.text().replace(gateway.host(), "gateway"));
    }
    answers
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn run(gateway: &Gateway, command: &str, file: &Path, more: &[&str]) -> Output {
    let arguments = [&[command, file.to_str().unwrap()], more].concat();
    gateway.run(&arguments).await
}

#[tokio::test]
async fn a_backup_made_while_serving_comes_back_whole() {
    let publisher = FakePublisher::start().await;
    let settings = publish(&publisher);
    let mut gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let file = gateway.folder().join("copy.db");
    let expected = gateway.names().await;

    // The publisher goes on while the copy is made.
    let mut written = 0;
    let publishing = async {
        loop {
            tokio::time::sleep(BETWEEN_CHANGES).await;
            upsert(&publisher, &format!("meanwhile-{written}"), "Meanwhile");
            written += 1;
        }
    };
    let backup = tokio::select! {
        backup = run(&gateway, "backup", &file, &["--json"]) => backup,
        () = publishing => unreachable!(),
    };
    assert_eq!(backup.status.code(), Some(0), "{}", said(&backup));
    let told: Value = serde_json::from_slice(&backup.stdout).unwrap();
    assert_eq!(told["bytes"], file.metadata().unwrap().len());
    let all = SERIES + written + 1;
    let again = run(&gateway, "backup", &file, &[]).await;
    assert_eq!(again.status.code(), Some(1), "a backup is never overwritten");
    assert!(said(&again).contains("exists already"), "{}", said(&again));

    let too_early = run(&gateway, "restore", &file, &["--force"]).await;
    assert_eq!(too_early.status.code(), Some(1), "a store in use is never replaced");
    assert!(said(&too_early).contains("stop it first"), "{}", said(&too_early));

    // A change after the backup, which readers are told of.
    upsert(&publisher, "new", "After the backup");
    let is_there = async || (gateway.names().await.len() == all).then_some(());
    wait_until("the change", PATIENCE, is_there).await;
    let told = latest_change(&gateway).await;
    gateway.kill_9();

    let refused = run(&gateway, "restore", &file, &[]).await;
    assert_eq!(refused.status.code(), Some(1), "a store that is there is not replaced unasked");
    let restored = run(&gateway, "restore", &file, &["--force"]).await;
    assert_eq!(restored.status.code(), Some(0), "{}", said(&restored));
    let store = gateway.folder().join("baton.db");
    assert!(said(&restored).contains(store.to_str().unwrap()), "{}", said(&restored));
    assert_eq!(store_restored(&gateway, &file, &store), store);
    assert_eq!(parts(gateway.folder()), 0);

    gateway.start_again().await;
    let is_back = async || (gateway.names().await.len() == all).then_some(());
    wait_until("what was read again", PATIENCE, is_back).await;
    let names = gateway.names().await;
    assert!(expected.iter().all(|name| names.contains(name)));
    // Whoever was told of everything before is told of what is read again.
    let changes = changes(&gateway, &format!("/rpde/services?afterChangeNumber={told}")).await;
    assert!(changes.iter().any(|item| item["data"]["name"] == "After the backup"), "{changes:?}");
}

/// Restores a copy with slashes before the path as an address has them; the store that it says it made.
fn store_restored(gateway: &Gateway, file: &Path, store: &Path) -> std::path::PathBuf {
    let config = gateway.folder().join("slashes.toml");
    fs::write(&config, format!("[store]\nurl = \"sqlite:///{}\"\n", store.display())).unwrap();
    let mut command = baton();
    command.args(["restore", "--force", "--json", "--config"]).args([&config, file]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    text(&told["store"]).into()
}

#[tokio::test]
async fn what_is_no_sound_backup_replaces_nothing() {
    let publisher = FakePublisher::start().await;
    let mut gateway = Gateway::start(&publish(&publisher)).await;
    gateway.settled().await;
    let expected = gateway.names().await;
    let folder = gateway.folder().to_owned();
    let good = folder.join("copy.db");
    assert_eq!(run(&gateway, "backup", &good, &[]).await.status.code(), Some(0));
    gateway.kill_9();
    let sound = fs::read(&good).unwrap();
    let mut overwritten = sound.clone();
    let middle = sound.len() / 2;
    overwritten[middle..middle + 8192].fill(0xff);
    let text = "no database at all, and longer than the head of one would be".repeat(20);
    let other = folder.join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE feed (id)").unwrap();
    let cases = [
        ("text", text.into_bytes(), "is damaged"),
        ("cut short", sound[..middle].to_vec(), "is damaged"),
        ("overwritten", overwritten, "is damaged"),
        ("of another program", fs::read(&other).unwrap(), "no store of Baton"),
        ("empty", Vec::new(), "no store of Baton"),
    ];
    for (case, bytes, reason) in cases {
        let file = folder.join("unsound.db");
        fs::write(&file, bytes).unwrap();
        let refused = run(&gateway, "restore", &file, &["--force"]).await;
        assert_eq!(refused.status.code(), Some(1), "{case}: {}", said(&refused));
        assert!(said(&refused).contains(reason), "{case}: {}", said(&refused));
        assert_eq!(parts(&folder), 0, "{case}");
    }
    gateway.start_again().await;
    assert_eq!(gateway.names().await, expected);
}

#[tokio::test]
async fn the_file_alone_is_the_store_once_nobody_is_at_work() {
    let publisher = FakePublisher::start().await;
    let mut gateway = Gateway::new(&publish(&publisher));
    let log = gateway.folder().join("baton.db-wal");
    let is_settled = || fs::metadata(&log).map_or(0, |file| file.len()) == 0;
    assert_eq!(gateway.harvest().await.code, Some(0));
    assert!(is_settled(), "after a harvest");
    upsert(&publisher, "late", "Late");
    gateway.start_again().await;
    gateway.settled().await;
    assert!(!is_settled(), "what is written while it serves is in the log");
    assert_eq!(gateway.stop().await, Some(0));
    assert!(is_settled(), "after serving");
}

#[tokio::test]
async fn a_backup_and_a_restore_that_are_stopped_leave_everything_as_it_was() {
    let publisher = FakePublisher::start().await;
    let gateway = Gateway::new(&publish(&publisher));
    assert_eq!(gateway.harvest().await.code, Some(0));
    let folder = gateway.folder();
    let store = folder.join("baton.db");
    takes_a_minute_to_check(&store);
    let other = folder.join("other.db");
    fs::copy(&store, &other).unwrap();
    let there = || {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        // SQLite leaves these where it may only read.
        names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        names.sort();
        (names, fs::read(&store).unwrap())
    };
    let before = there();
    let new = folder.join("new.db");
    for (arguments, signal) in [
        (vec!["backup", new.to_str().unwrap()], "INT"),
        (vec!["backup", new.to_str().unwrap()], "TERM"),
        (vec!["restore", other.to_str().unwrap(), "--force"], "INT"),
    ] {
        let mut command = baton();
        command.args(&arguments).arg("--config").arg(gateway.config());
        let mut running = Running::start(&mut command);
        let is_begun = async || (parts(folder) > 0).then_some(());
        wait_until("a copy that was begun", PATIENCE, is_begun).await;
        assert_eq!(running.stop_by(signal).await, Some(1), "{arguments:?}");
        let is_told = async || running.said().concat().contains("nothing was kept").then_some(());
        wait_until("what became of it", PATIENCE, is_told).await;
        assert!(there() == before, "{arguments:?}: {:?}", there().0);
    }
}

/// Adds rows to a store that each take some milliseconds to check.
fn takes_a_minute_to_check(store: &Path) {
    let file = rusqlite::Connection::open(store).unwrap();
    let statements = "
        PRAGMA ignore_check_constraints = ON;
        CREATE TABLE ballast (bytes INTEGER CHECK (length(hex(zeroblob(bytes))) > 0));
        WITH RECURSIVE row (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM row LIMIT 10000)
        INSERT INTO ballast SELECT 5000000 FROM row;
        PRAGMA wal_checkpoint(TRUNCATE)";
    file.execute_batch(statements).unwrap();
}

/// Counts files that were begun and not finished.
fn parts(folder: &Path) -> usize {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|kind| kind == "part")).count()
}

#[tokio::test]
async fn a_store_on_a_server_is_backed_up_by_the_servers_own_tools() {
    let settings = Settings::default().store("postgres://nobody@localhost/none");
    let gateway = Gateway::new(&settings);
    let refused = run(&gateway, "backup", &gateway.folder().join("copy.db"), &[]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("pg_dump"), "{}", said(&refused));
}

#[tokio::test]
async fn a_store_migrates_to_a_server_and_back_and_no_feed_is_read_anew() {
    let publisher = FakePublisher::start().await;
    let settings = publish(&publisher);
    let mut gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    publisher.delete("/series", "7");
    let is_gone = async || (gateway.names().await.len() == SERIES - 1).then_some(());
    wait_until("a tombstone", PATIENCE, is_gone).await;
    gateway.settled().await;
    let expected = read(&gateway).await;
    let on_disk = format!("sqlite:{}", gateway.folder().join("baton.db").display());
    let unused = format!("sqlite:{}", gateway.folder().join("unused.db").display());
    let in_use = migrate(&on_disk, &unused).await;
    assert!(said(&in_use).contains("stop it first"), "{}", said(&in_use));
    assert_eq!(gateway.stop().await, Some(0));

    let on_server = Server::shared().database();
    let back = format!("sqlite:{}", gateway.folder().join("back.db").display());
    for (from, to) in [(&on_disk, &on_server), (&on_server, &back)] {
        let asked = publisher.asked().len();
        let migrated = migrate(from, to).await;
        assert_eq!(migrated.status.code(), Some(0), "{}", said(&migrated));
        let mut moved = Gateway::start(&settings.clone().store(to)).await;
        moved.settled().await;
        assert_eq!(read(&moved).await, expected, "{to}");
        for asked in &publisher.asked()[asked..] {
            assert!(!asked.query.is_empty(), "{} is read anew", asked.path);
        }
        if to.starts_with("postgres:") {
            let in_use = migrate(to, &unused).await;
            assert_eq!(in_use.status.code(), Some(1), "a store in use does not move");
            assert!(said(&in_use).contains("stop it first"), "{}", said(&in_use));
        }
        assert_eq!(moved.stop().await, Some(0));
        let again = migrate(from, to).await;
        assert_eq!(again.status.code(), Some(1), "what is there is never overwritten");
    }
}

#[tokio::test]
async fn a_copy_has_every_column_of_every_table() {
    let gateway = Gateway::new(&Settings::default());
    let on_disk = format!("sqlite:{}", gateway.folder().join("new.db").display());
    let on_server = Server::shared().database();
    let (embedded, server) = store::copied_columns();
    for (url, mut copied, mut there) in [
        (&on_disk, embedded, columns_on_disk(&on_disk).await),
        (&on_server, server, columns_on_server(&on_server).await),
    ] {
        copied.sort();
        there.sort();
        assert_eq!(copied, there, "{url}: TABLES in store/copy.rs and the tables");
    }
}

async fn columns_on_disk(url: &str) -> Vec<String> {
    drop(store::open(url).await.unwrap());
    let file = rusqlite::Connection::open(url.strip_prefix("sqlite:").unwrap()).unwrap();
    let columns = "SELECT t.name || '.' || c.name
                   FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
                   WHERE t.name NOT LIKE 'sqlite!_%' ESCAPE '!'";
    let mut columns = file.prepare(columns).unwrap();
    columns.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Who is at work is no part of what is moved, nor which migrations were run. What pages marked becomes
/// rows of `dirty` first.
async fn columns_on_server(url: &str) -> Vec<String> {
    drop(store::open(url).await.unwrap());
    let columns = "SELECT table_name || '.' || column_name FROM information_schema.columns
                   WHERE table_schema = 'public'
                   AND table_name NOT IN ('worker', 'lease', 'migration', 'marked')";
    query(url, columns).await
}

async fn migrate(from: &str, to: &str) -> Output {
    let mut command = baton();
    command.args(["migrate", from, to]);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// Returns the number of the latest change that readers are told of.
async fn latest_change(gateway: &Gateway) -> u64 {
    let items = changes(gateway, "/rpde/services").await;
    items.iter().filter_map(|item| number(&item["modified"])).max().unwrap()
}

/// Returns the changes of a page and of all that follow it.
async fn changes(gateway: &Gateway, path: &str) -> Vec<Value> {
    let (mut path, mut items) = (path.to_owned(), Vec::new());
    loop {
        let page = gateway.json(&path).await;
        let more = page["items"].as_array().unwrap();
        if more.is_empty() {
            return items;
        }
        items.extend(more.clone());
        path = text(&page["next"]).replace(&gateway.url(""), "");
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
