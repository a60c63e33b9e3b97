//! A PostgreSQL server for the tests of this process, gone when they are.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use tokio::task::JoinSet;
use tokio_postgres::NoTls;
use tokio_postgres::SimpleQueryMessage;

/// A server that does what it is told by `scripts/postgres-server.sh`.
pub(crate) struct Server {
    inner: Mutex<Inner>,
    folder: String,
    databases: AtomicU32,
}

struct Inner {
    // Closed when this is dropped or the process ends, which ends the server.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    child: Child,
}

impl Server {
    /// Returns the server that the tests of this process share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Server> = LazyLock::new(Server::start);
        &SHARED
    }

    /// Starts a server of one's own, to be treated badly.
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres-server.sh");
        let mut child =
            Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut inner = Inner { orders, answers, child };
        let folder = inner.answer();
        assert!(Path::new(&folder).is_dir(), "the server did not start: {folder:?}");
        Self { inner: Mutex::new(inner), folder, databases: AtomicU32::new(0) }
    }

    /// Makes an empty database and returns its address.
    pub(crate) fn database(&self) -> String {
        let name = format!("baton_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.tell(&format!("createdb {name}"));
        address(&self.folder, &name)
    }

    /// Makes an empty database for a user who can notify nobody, as on a server without NOTIFY.
    pub(crate) async fn mute_database(&self) -> String {
        let url = self.database();
        let name = url.rsplit_once('/').unwrap().1;
        let statements = format!(
            "REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC;
             CREATE ROLE mute LOGIN; ALTER DATABASE {name} OWNER TO mute"
        );
        query(&url, &statements).await;
        url.replace("//postgres@", "//mute@")
    }

    /// Stops the server in good order.
    pub(crate) fn stop(&self) {
        self.tell("stop");
    }

    /// Starts the server after it was stopped.
    pub(crate) fn start_again(&self) {
        self.tell("start");
    }

    /// Stops the server in good order and starts it again.
    pub(crate) fn restart(&self) {
        self.tell("restart");
    }

    /// Stops the server in no order at all and starts it again.
    pub(crate) fn crash(&self) {
        self.tell("crash");
    }

    /// Starts a second server that follows this one; what is confirmed from now on, both have.
    pub(crate) fn standby(&self) -> Standby {
        let said = self.tell("standby");
        Standby { folder: said.into_iter().next().unwrap() }
    }

    /// Ends this server in no order at all, and has the standby take its place.
    pub(crate) fn promote(&self) {
        self.tell("promote");
    }

    /// Starts the server again with TLS, as `localhost` on a free port; returns the port.
    pub(crate) fn speak_tls(&self) -> u16 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        self.tell(&format!("tls {port}"));
        port
    }

    /// Returns a file in the server's folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        Path::new(&self.folder).join(name)
    }

    fn tell(&self, order: &str) -> Vec<String> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(inner.orders.as_mut().unwrap(), "{order}").unwrap();
        let mut said = Vec::new();
        loop {
            let line = inner.answer();
            assert!(!line.is_empty(), "the server is gone: {order}");
            if line == "done" {
                return said;
            }
            said.push(line);
        }
    }
}

impl Inner {
    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(inner.orders.take());
        drop(inner.child.wait());
    }
}

/// Runs statements and returns the first column of what they say.
pub(crate) async fn query(url: &str, statements: &str) -> Vec<String> {
    let (client, line) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let mut lines = JoinSet::new();
    lines.spawn(line);
    let messages = client.simple_query(statements).await.unwrap();
    let first = |message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.into_iter().filter_map(first).collect()
}

/// A server that follows another.
pub(crate) struct Standby {
    folder: String,
}

impl Standby {
    /// Returns the address of a database of the first server on this one.
    pub(crate) fn address(&self, url: &str) -> String {
        address(&self.folder, url.rsplit_once('/').unwrap().1)
    }

    /// Returns the address of a database on whichever of both takes what is written.
    pub(crate) fn or_this(&self, url: &str) -> String {
        let (first, database) = url.rsplit_once('/').unwrap();
        let host = encoded(&self.folder);
        format!("{first},{host}/{database}?target_session_attrs=read-write")
    }
}

/// Returns the address of a database of the server with its socket in a folder.
fn address(folder: &str, database: &str) -> String {
    format!("postgres://postgres@{}/{database}", encoded(folder))
}

fn encoded(folder: &str) -> String {
    url::form_urlencoded::byte_serialize(folder.as_bytes()).collect()
}
