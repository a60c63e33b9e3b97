//! Disks that fail: full, not to be written, or with a file that is no database.

use std::fs;
use std::process::Command;

use rusqlite::Connection;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::baton;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// How large a file may become, in kibibytes: room for the tables and little more.
const LIMIT_KIB: u32 = 1_000;

const SERVICES: usize = 1_500;

const TOKEN: &str = "a-token-of-the-tests";

/// Runs what follows with a limit on the size of files, past which writing fails as on a full disk.
fn limited() -> Command {
    let mut command = Command::new("bash");
    let script = format!("trap '' XFSZ; ulimit -S -f {LIMIT_KIB}; exec \"$0\" \"$@\"");
    command.args(["-c", &script]).arg(baton().get_program());
    command
}

#[tokio::test]
async fn a_full_disk_stops_harvesting_and_nothing_else_and_heals_by_itself() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    publisher.upsert("/feed", "first", items::series("first", "First"));
    let settings = Settings::following(&[("one", vec![url.clone()])]);
    let mut gateway = Gateway::new(&settings);
    gateway.start_as(limited()).await;
    gateway.settled().await;
    for id in 0..SERVICES {
        let mut series = items::series(id, &format!("Class {id}"));
        // Text that cannot be packed, so that the disk fills.
        let words = (1..=40).map(|n| format!("{:x}", (id + 1) * 7_919 * n));
        let noise = words.collect::<Vec<_>>().join(" ");
        series["description"] = noise.into();
        publisher.upsert("/feed", &id.to_string(), series);
    }
    let is_full = async || {
        let feed = gateway.feed(&url).await;
        let is_told = feed["reason"].as_str().is_some_and(|why| why.contains("database failed"));
        (feed["state"] == "backing_off" && is_told).then_some(())
    };
    wait_until("the disk full", PATIENCE, is_full).await;
    // The API goes on: what was published is served.
    for path in ["/v3/services", "/v1/services", "/readyz", "/metrics"] {
        assert_eq!(gateway.get(path).await.status, 200, "{path}");
    }
    assert!(gateway.names().await.contains(&"First".to_owned()));

    let id = gateway.process().id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status();
    assert!(raised.unwrap().success());
    gateway.settled().await;
    assert_eq!(gateway.names().await.len(), SERVICES + 1);
    assert!(!gateway.said().contains("panicked"));
}

#[tokio::test]
async fn a_last_page_that_could_not_be_written_is_written_when_it_can_be() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    publisher.upsert("/feed", "1", items::series(1, "Vanishes"));
    publisher.upsert("/feed", "2", items::series(2, "Stays"));
    let settings = Settings::following(&[("one", vec![url.clone()])]).admin(TOKEN);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let database = Connection::open(gateway.folder().join("baton.db")).unwrap();
    database.busy_timeout(PATIENCE).unwrap();
    // A disk that fails at the very end.
    let fails = "CREATE TRIGGER fails BEFORE UPDATE OF caught_up ON feed WHEN NEW.caught_up
         BEGIN SELECT RAISE(ABORT, 'no room for the last page'); END";
    database.execute_batch(fails).unwrap();
    publisher.forget("/feed", "1");
    assert_eq!(gateway.command(&["feeds", "resync", "one"]).await.0, Some(0));
    let is_told = async || {
        let feed = gateway.feed(&url).await;
        feed["reason"].as_str()?.contains("no room for the last page").then_some(())
    };
    wait_until("the last page failing", PATIENCE, is_told).await;
    database.execute_batch("DROP TRIGGER fails").unwrap();
    // What the feed no longer holds goes once its last page is written.
    gateway.settled().await;
    let is_swept = async || (gateway.names().await == ["Stays"]).then_some(());
    wait_until("the end of the resync", PATIENCE, is_swept).await;
    assert_eq!(gateway.feed(&url).await["items"], 1);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_and_left_alone() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    publisher.upsert("/feed", "1", items::series(1, "First"));
    let gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    let file = gateway.folder().join("baton.db");
    let torn = {
        assert_eq!(gateway.harvest().await.code, Some(0));
        // What stands in the write-ahead log would mend the file.
        for log in ["baton.db-wal", "baton.db-shm"] {
            drop(fs::remove_file(gateway.folder().join(log)));
        }
        let mut bytes = fs::read(&file).unwrap();
        bytes.iter_mut().take(2_000).for_each(|byte| *byte = 0x5a);
        bytes
    };
    for content in [b"This is a letter to my aunt. ".repeat(100), torn] {
        fs::write(&file, &content).unwrap();
        for command in ["serve", "harvest"] {
            let mut command = {
                let mut baton = baton();
                baton.arg(command).arg("--config").arg(gateway.config());
                baton
            };
            let output = tokio::task::spawn_blocking(move || command.output().unwrap());
            let output = output.await.unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains("baton.db") && said.contains("not a database"), "{said}");
            assert!(!said.contains("panicked"), "{said}");
        }
        assert_eq!(fs::read(&file).unwrap(), content, "the file was changed");
    }
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_told_at_the_start() {
    // Not even the administrator writes there.
    let settings = Settings::following(&[("one", vec!["https://feeds.example.org/f".to_owned()])]);
    let gateway = Gateway::new(&settings);
    let text = fs::read_to_string(gateway.config()).unwrap();
    let path = gateway.folder().join("baton.db").display().to_string();
    fs::write(gateway.config(), text.replace(&path, "/proc/baton.db")).unwrap();
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(1));
    let said = &harvested.stderr;
    assert!(said.contains("/proc/baton.db") && said.contains("cannot be"), "{harvested:?}");
}
