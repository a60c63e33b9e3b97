//! The real binary as a child process.

use std::io::BufRead as _;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

/// Returns a command that runs `baton` and sees no setting of the one who runs the tests.
pub(crate) fn baton() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baton"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BATON_") {
            command.env_remove(name);
        }
    }
    command
}

/// A running `baton`; it is killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    /// What reads standard error, until the process has ended.
    reader: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let (lines, kept) =
            (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&said));
        let reader = Some(std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap().push(line);
            }
        }));
        Self { child, said, reader }
    }

    /// Returns what was written to standard error so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Waits for a line that holds `words` and returns the `http://host:port` in it.
    pub(crate) async fn address_in(&mut self, words: &str) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let said = self.said();
            if let Some(line) = said.iter().find(|line| line.contains(words)) {
                let rest = line.split_once("http://").unwrap().1;
                return format!("http://{}", rest.split('/').next().unwrap());
            }
            assert!(self.child.try_wait().unwrap().is_none(), "baton ended: {said:#?}");
            assert!(Instant::now() < deadline, "no line with {words:?}: {said:#?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends the process without a chance to tidy up.
    pub(crate) fn kill_9(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.read_to_end();
    }

    /// Waits until everything is read that the process said before it ended.
    fn read_to_end(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }

    /// Returns the most memory the process has held so far, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kib * 1024
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let (signal, id) = (format!("-{name}"), self.child.id().to_string());
        assert!(Command::new("kill").args([signal, id]).status().unwrap().success());
    }

    /// Asks the process to stop and returns its exit code.
    pub(crate) async fn stop(&mut self) -> Option<i32> {
        self.stop_by("TERM").await
    }

    /// Sends a signal that asks the process to stop and returns its exit code.
    pub(crate) async fn stop_by(&mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.read_to_end();
                return status.code();
            }
            assert!(Instant::now() < deadline, "baton does not stop: {:#?}", self.said());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Asks again and again until there is an answer; fails when `what` did not happen in time.
pub(crate) async fn wait_until<T>(
    what: &str,
    within: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs `baton check oruk` on the root of an API and returns what it printed of what is not well.
pub(crate) async fn faults_by_check(url: &str) -> Vec<String> {
    let mut command = baton();
    command.args(["check", "oruk", url]);
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let last = said.lines().last().unwrap_or_default();
    assert!(last.ends_with(" failed"), "{url}: {said}{}", String::from_utf8_lossy(&ended.stderr));
    let lines = said.lines().filter(|line| line.starts_with("FAIL") || line.starts_with("WARN"));
    let mut faults: Vec<String> = lines.map(|line| format!("{url}: {line}")).collect();
    if !ended.status.success() && faults.is_empty() {
        faults.push(format!("{url}: {last}"));
    }
    faults
}
