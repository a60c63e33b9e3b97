//! Hints that something changed, by LISTEN and NOTIFY. They save waiting and nothing else: where a server
//! knows neither, or a hint is lost, whoever waits looks by itself soon.

use std::future::poll_fn;

use tokio::sync::Mutex;
use tokio_postgres::AsyncMessage;
use tokio_postgres::Client;
use tokio_postgres::Connection;
use tokio_postgres::Socket;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Address;
use super::connection::Session;
use super::sql;
use crate::store::Hint;
use crate::store::StoreError;

const DOING: &str = "waiting for hints";

/// The channel, which the payloads below go through.
const LISTEN: &str = "LISTEN baton";

const MARKED: &str = "marked";
const PUBLISHED: &str = "published";

type Line = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// A connection of its own that hints come through, made when the first is waited for.
pub(super) struct Hints {
    address: Address,
    listening: Mutex<Option<Listening>>,
}

struct Listening {
    /// Held, because dropping it ends the connection.
    _client: Client,
    line: Line,
}

impl std::fmt::Debug for Hints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hints").field("place", &self.address.place).finish_non_exhaustive()
    }
}

impl Hints {
    pub(super) fn new(address: Address) -> Self {
        Self { address, listening: Mutex::default() }
    }

    /// Returns the next hint. What is waiting may stop doing so at any time and misses nothing.
    pub(super) async fn next(&self) -> Result<Hint, StoreError> {
        let mut listening = self.listening.lock().await;
        let line = match listening.as_mut() {
            Some(listening) => &mut listening.line,
            None => &mut listening.insert(self.listen().await?).line,
        };
        loop {
            match poll_fn(|cx| line.poll_message(cx)).await {
                Some(Ok(AsyncMessage::Notification(notification))) => {
                    return Ok(match notification.payload() {
                        MARKED => Hint::Marked,
                        _ => Hint::Published,
                    });
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    *listening = None;
                    return Err(sql(DOING)(error));
                }
                None => {
                    *listening = None;
                    return Err(StoreError::Closed);
                }
            }
        }
    }

    async fn listen(&self) -> Result<Listening, StoreError> {
        let connected = self.address.config.connect(self.address.tls.clone()).await;
        let (client, mut line) = connected.map_err(sql(DOING))?;
        {
            let told = client.batch_execute(LISTEN);
            tokio::pin!(told);
            // The connection does its work while somebody asks it for messages.
            loop {
                tokio::select! {
                    done = &mut told => break done.map_err(sql(DOING))?,
                    message = poll_fn(|cx| line.poll_message(cx)) => match message {
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return Err(sql(DOING)(error)),
                        None => return Err(StoreError::Closed),
                    },
                }
            }
        }
        Ok(Listening { _client: client, line })
    }
}

/// Tells whoever waits; a server that cannot is no harm.
pub(super) async fn tell(session: &Session<'_>, hint: Hint) -> Result<(), StoreError> {
    let payload = match hint {
        Hint::Marked => MARKED,
        Hint::Published => PUBLISHED,
    };
    session.execute("SELECT pg_notify('baton', $1)", &[&payload]).await?;
    Ok(())
}
