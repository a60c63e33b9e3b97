//! A PostgreSQL server for the tests of this process, gone when they are.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::path::Path;
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

    /// Stops the server in good order and starts it again.
    pub(crate) fn restart(&self) {
        self.tell("restart");
    }

    /// Stops the server in no order at all and starts it again.
    pub(crate) fn crash(&self) {
        self.tell("crash");
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

/// Returns the address of a database of the server with its socket in a folder.
fn address(folder: &str, database: &str) -> String {
    let host: String = url::form_urlencoded::byte_serialize(folder.as_bytes()).collect();
    format!("postgres://postgres@{host}/{database}")
}
