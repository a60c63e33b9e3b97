//! Publishers and clients that mean harm: each costs a bounded amount of memory and time.

use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::Running;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const MIB: u64 = 1024 * 1024;

/// What an attack may cost above what the gateway holds anyway.
const COST: u64 = 64 * MIB;

/// Longer than the gateway waits for a slow client.
const SLOW: Duration = Duration::from_mins(1);

async fn backs_off(gateway: &Gateway, url: &str) -> Value {
    let is_so = async || {
        let feed = gateway.feed(url).await;
        (feed["state"] == "backing_off").then_some(feed)
    };
    wait_until("backing off", PATIENCE, is_so).await
}

/// Returns so many mebibytes of zeros, compressed.
fn bomb(mib: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![b' '; usize::try_from(MIB).unwrap()];
    for _ in 0..mib {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_bomb_of_600_mebibytes_costs_little() {
    let publisher = FakePublisher::start().await;
    let good = publisher.feed("/good", 5);
    publisher.upsert("/good", "1", items::series(1, "Still here"));
    let gateway = Gateway::start(&Settings::following(&[("good", vec![good.clone()])])).await;
    gateway.settled().await;
    let baseline = gateway.process().peak_memory();

    let bomb = tokio::task::spawn_blocking(|| bomb(600)).await.unwrap();
    let bad = publisher.raw("/bomb", &[("content-encoding", "gzip")], bomb);
    let both = [("good", vec![good]), ("bad", vec![bad.clone()])];
    gateway.configure(&Settings::following(&both));
    let feed = backs_off(&gateway, &bad).await;
    assert!(feed["reason"].as_str().unwrap().contains("compressed by more than"), "{feed}");
    let cost = gateway.process().peak_memory() - baseline;
    assert!(cost < COST, "{} MiB", cost / MIB);
    assert_eq!(gateway.names().await, ["Still here"]);
}

#[tokio::test]
async fn json_ten_thousand_deep_costs_one_item() {
    let publisher = FakePublisher::start().await;
    let deep =
        |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    let item = |id: u32, data: &str| {
        format!("{{\"state\":\"updated\",\"id\":{id},\"modified\":{id},\"data\":{data}}}")
    };
    let mut in_a_field = items::series(1, "FIELD").to_string();
    in_a_field = in_a_field.replace("\"FIELD\"", &deep("[", "]"));
    let parents = deep("{\"@type\":\"SessionSeries\",\"superEvent\":", "}");
    let page = format!(
        "{{\"next\":\"{}\",\"license\":\"https://example.org/l\",\"items\":[{},{},{},{}]}}",
        publisher.url("/end"),
        item(1, &in_a_field),
        item(2, &parents),
        item(3, &deep("[", "]")),
        item(4, &items::series(4, "Shallow").to_string()),
    );
    let url = publisher.raw("/deep", &[], page);
    let end =
        json!({"next": publisher.url("/end"), "items": [], "license": "https://example.org/l"});
    publisher.raw("/end", &[], end.to_string());
    let envelope = publisher.raw("/envelope", &[], deep("{\"items\":", "}"));
    let mut gateway = Gateway::new(&Settings::default());
    gateway.start_again().await;
    let baseline = gateway.process().peak_memory();
    gateway.configure(&Settings::following(&[
        ("a", vec![url.clone()]),
        ("b", vec![envelope.clone()]),
    ]));
    let is_read = async || (gateway.feed(&url).await["state"] == "live").then_some(());
    wait_until("read", PATIENCE, is_read).await;
    backs_off(&gateway, &envelope).await;
    let is_shown = async || gateway.names().await.contains(&"Shallow".to_owned()).then_some(());
    wait_until("the good item", PATIENCE, is_shown).await;
    let cost = gateway.process().peak_memory() - baseline;
    assert!(cost < COST, "{} MiB", cost / MIB);
    assert!(!gateway.said().contains("panicked"));
}

#[tokio::test]
async fn a_request_with_a_body_is_refused() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let settings = Settings::following(&[("one", vec![url])]).admin("token");
    let gateway = Gateway::start(&settings).await;
    for (method, path) in
        [(Method::GET, "/v3/services"), (Method::POST, "/admin/feeds/pause?key=one")]
    {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}{path}", gateway.host());
        let request = client.request(method, url).bearer_auth("token").body("{}");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 413, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    gateway.settled().await;
}

#[tokio::test]
async fn a_client_that_never_ends_its_headers_is_cut() {
    let mut gateway = Gateway::new(&Settings::default());
    gateway.start_again().await;
    let mut slow = TcpStream::connect(gateway.host()).unwrap();
    slow.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n").unwrap();
    slow.set_read_timeout(Some(SLOW)).unwrap();
    let cut = tokio::task::spawn_blocking(move || {
        let mut rest = Vec::new();
        // An end or a reset: either way it is over, and not by our own time limit.
        match slow.read_to_end(&mut rest) {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    });
    assert!(cut.await.unwrap(), "still connected after {SLOW:?}");
    assert_eq!(gateway.get("/livez").await.status, 200);
}

#[tokio::test]
async fn many_connections_are_held_where_few_files_are_granted_at_first() {
    let mut command = std::process::Command::new("sh");
    let limited = "ulimit -Sn 100 && exec \"$0\" \"$@\"";
    command.args(["-c", limited, env!("CARGO_BIN_EXE_baton"), "demo", "--listen", "127.0.0.1:0"]);
    let mut demo = Running::start(&mut command);
    let address = demo.address_in("/v3/services").await;
    let host = address.strip_prefix("http://").unwrap();
    let mut held: Vec<TcpStream> = (0..300).map(|_| TcpStream::connect(host).unwrap()).collect();
    let last = held.last_mut().unwrap();
    last.set_read_timeout(Some(SLOW)).unwrap();
    last.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut status = [0; 12];
    last.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    assert!(!demo.said().join("\n").contains("connection not taken in"));
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut() {
    let mut gateway = Gateway::new(&Settings::default());
    gateway.start_again().await;
    let mut slow = TcpStream::connect(gateway.host()).unwrap();
    slow.set_nonblocking(true).unwrap();
    // More answers than the buffers on the way hold, none of them read.
    let request = b"GET /v3/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut sent = 0;
    let is_full = async || match slow.write(request) {
        Ok(count) if count == request.len() && sent < 20_000 => {
            sent += 1;
            None
        }
        _ => Some(()),
    };
    // Some are written at once, until nothing more is taken.
    let mut fill = is_full;
    while fill().await.is_none() {}
    let is_cut = async || gateway.said().contains("connection ended early").then_some(());
    wait_until("the connection cut", SLOW, is_cut).await;
    assert_eq!(gateway.get("/livez").await.status, 200);
}
