//! A reader of server-sent events.

use std::time::Duration;

use serde_json::Value;

/// An event as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: String,
}

impl Event {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap()
    }
}

/// An open stream.
pub(crate) struct Events {
    response: reqwest::Response,
    unread: Vec<u8>,
}

impl Events {
    /// Opens a stream, from after an event if one is named.
    pub(crate) async fn open(url: &str, last_event_id: Option<&str>) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.get(url).header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self { response, unread: Vec::new() }
    }

    /// Returns the next block that names an id, with or without data; nothing when the stream ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let end = self.unread.windows(2).position(|two| two == b"\n\n");
            let Some(end) = end else {
                let read = tokio::time::timeout(Duration::from_secs(30), self.response.chunk());
                self.unread.extend(read.await.unwrap().ok()??);
                continue;
            };
            let block: Vec<u8> = self.unread.drain(..end + 2).collect();
            let mut event = Event::default();
            for line in String::from_utf8(block).unwrap().lines() {
                match line.split_once(": ") {
                    Some(("event", value)) => value.clone_into(&mut event.name),
                    Some(("id", value)) => value.clone_into(&mut event.id),
                    Some(("data", value)) => event.data.push_str(value),
                    _ => {}
                }
            }
            if !event.id.is_empty() {
                return Some(event);
            }
        }
    }
}
