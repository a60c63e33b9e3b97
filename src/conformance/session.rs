//! One check's conversation with an API: builds URLs, reads JSON, remembers the server's manners.

use std::time::Duration;

use reqwest::Method;
use reqwest::header;
use serde_json::Map;
use serde_json::Value;
use url::Url;

use super::Answer;
use super::Client;
use super::Unreachable;

/// The conversation.
pub(super) struct Session<'c> {
    client: &'c dyn Client,
    /// The base URL as it was typed.
    typed: Url,
    /// The base URL without query and without a slash at its end.
    base: String,
    pub(super) manners: Manners,
}

impl<'c> Session<'c> {
    pub(super) fn new(client: &'c dyn Client, url: &Url) -> Self {
        let mut stem = url.clone();
        stem.set_query(None);
        stem.set_fragment(None);
        let base = stem.as_str().trim_end_matches('/').to_owned();
        Self { client, typed: url.clone(), base, manners: Manners::default() }
    }

    pub(super) fn typed(&self) -> &Url {
        &self.typed
    }

    /// Makes sure that someone is there at all.
    pub(super) async fn greet(&mut self, url: &Url) -> Result<(), Unreachable> {
        match self.client.send(url, Method::GET).await {
            Ok(_) => Ok(()),
            Err(reason) => Err(Unreachable { url: url.clone(), reason }),
        }
    }

    /// Asks for a path below the base URL, such as `/services`.
    pub(super) async fn get(&mut self, path: &str, query: &[(&str, &str)]) -> Reply {
        self.ask(Method::GET, path, query).await
    }

    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
    ) -> Reply {
        match Url::parse(&format!("{}{path}", self.base)) {
            Ok(mut url) => {
                if !query.is_empty() {
                    url.query_pairs_mut().extend_pairs(query);
                }
                self.request(method, &url).await
            }
            Err(error) => Reply::unasked(path, &error.to_string()),
        }
    }

    /// Returns the address of a path below the base URL.
    pub(super) fn below(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("{}{path}", self.base)).ok()
    }

    /// Asks for any URL and remembers how the server behaved.
    pub(super) async fn request(&mut self, method: Method, url: &Url) -> Reply {
        let answer = self.client.send(url, method.clone()).await;
        let reply = Reply::new(&self.label(url), answer);
        if method == Method::GET {
            self.manners.observe(&reply);
        }
        reply
    }

    /// Asks for a URL of another server, whose manners are not judged.
    pub(super) async fn request_aside(&mut self, url: &Url) -> Reply {
        let answer = self.client.send(url, Method::GET).await;
        Reply::new(url.as_str(), answer)
    }

    /// Returns what to call a URL in reports: its part after the base URL.
    fn label(&self, url: &Url) -> String {
        let label = url.as_str().strip_prefix(&self.base).unwrap_or(url.as_str());
        if label.is_empty() { "(base URL)".to_owned() } else { label.to_owned() }
    }
}

/// An answer, or why there is none, with its JSON where it has some.
pub(super) struct Reply {
    pub(super) label: String,
    pub(super) answer: Result<Answer, String>,
    json: Option<Value>,
}

impl Reply {
    fn new(label: &str, answer: Result<Answer, String>) -> Self {
        let json =
            answer.as_ref().ok().and_then(|answer| serde_json::from_slice(&answer.body).ok());
        Self { label: label.to_owned(), answer, json }
    }

    fn unasked(label: &str, why: &str) -> Self {
        Self { label: label.to_owned(), answer: Err(why.to_owned()), json: None }
    }

    /// Returns the status; absent when there was no answer.
    pub(super) fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|answer| answer.status)
    }

    pub(super) fn is_success(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    pub(super) fn is_refused(&self) -> bool {
        self.status().is_some_and(|status| (400..500).contains(&status))
    }

    /// Returns a header as text.
    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.answer.as_ref().ok()?.headers.get(name)?.to_str().ok()
    }

    pub(super) fn json(&self) -> Option<&Value> {
        self.json.as_ref()
    }

    /// Returns the JSON of a successful answer, or says what came instead.
    pub(super) fn success(&self) -> Result<&Value, String> {
        if !self.is_success() {
            return Err(self.told());
        }
        self.json.as_ref().ok_or_else(|| format!("{} is not JSON", self.label))
    }

    /// Returns the JSON object of a successful answer, or says what came instead.
    pub(super) fn object(&self) -> Result<&Map<String, Value>, String> {
        self.success()?.as_object().ok_or_else(|| format!("{} is not a JSON object", self.label))
    }

    /// Says in a few words how the request was answered.
    pub(super) fn told(&self) -> String {
        match &self.answer {
            Ok(answer) => format!("{} answered {}", self.label, answer.status),
            Err(reason) => format!("{} did not answer: {reason}", self.label),
        }
    }
}

/// What was noticed about all answers, to be judged at the end.
#[derive(Debug, Default)]
pub(super) struct Manners {
    pub(super) successes: usize,
    pub(super) errors: usize,
    pub(super) content_type: Vec<String>,
    pub(super) cors: Vec<String>,
    pub(super) cors_error: Vec<String>,
    pub(super) server_error: Vec<String>,
    pub(super) slow: Vec<String>,
}

impl Manners {
    fn observe(&mut self, reply: &Reply) {
        let Ok(answer) = &reply.answer else {
            self.server_error.push(reply.told());
            return;
        };
        if answer.status >= 500 {
            self.server_error.push(reply.told());
        }
        if answer.elapsed > SLOW {
            self.slow.push(format!("{} took {:.1} s", reply.label, answer.elapsed.as_secs_f32()));
        }
        let allowed = reply.header(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        let cors = (allowed != Some("*")).then(|| match allowed {
            Some(origin) => format!("{} allows {origin}", reply.label),
            None => format!("{} does not carry it", reply.label),
        });
        if reply.is_success() {
            self.successes += 1;
            self.cors.extend(cors);
            self.content_type.extend(wrong_content_type(reply));
        } else {
            self.errors += 1;
            self.cors_error.extend(cors);
        }
    }
}

fn wrong_content_type(reply: &Reply) -> Option<String> {
    let sent = reply.header(header::CONTENT_TYPE).unwrap_or("nothing");
    let media_type = sent.split(';').next().unwrap_or_default().trim();
    (!media_type.eq_ignore_ascii_case("application/json"))
        .then(|| format!("{} is sent as {sent}", reply.label))
}

const SLOW: Duration = Duration::from_secs(5);
