//! `[server]`: where the gateway listens and how it is known.

use std::net::Ipv4Addr;
use std::net::SocketAddr;

use serde::Deserialize;
use serde::Serialize;
use url::Url;

use super::check::Check;
use super::key_path::KeyPath;
use super::secret::Secret;

/// Where the gateway listens and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Server {
    /// The address and port to listen on; 127.0.0.1:8080 by default.
    pub listen: SocketAddr,
    /// The address clients use, for links in answers; without user, query and fragment.
    pub public_url: Option<Url>,
    /// What callers of the admin API must show, never empty; without it the admin API is off.
    pub admin_token: Option<Secret>,
}

impl Default for Server {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        Self { listen, public_url: None, admin_token: None }
    }
}

/// `[server]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawServer {
    listen: Option<String>,
    public_url: Option<String>,
    admin_token: Option<String>,
}

impl RawServer {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Server {
        let admin_token = check.text(&at.key("admin_token"), self.admin_token);
        Server {
            listen: listen(self.listen.as_deref(), &at.key("listen"), check),
            public_url: public_url(self.public_url.as_deref(), &at.key("public_url"), check),
            admin_token: admin_token.map(Secret::new),
        }
    }
}

fn listen(text: Option<&str>, at: &KeyPath, check: &mut Check<'_>) -> SocketAddr {
    let default = Server::default().listen;
    text.map_or(default, |text| {
        text.parse().unwrap_or_else(|_| {
            check.problem(at, format_args!("must be an IP address and a port, such as {default}"));
            default
        })
    })
}

fn public_url(text: Option<&str>, at: &KeyPath, check: &mut Check<'_>) -> Option<Url> {
    let url = check.http_url(at, text)?;
    let is_named = !url.username().is_empty() || url.password().is_some();
    if is_named || url.query().is_some() || url.fragment().is_some() {
        check.problem(at, "must have no user, query or fragment: everybody sees it");
    }
    Some(url)
}
