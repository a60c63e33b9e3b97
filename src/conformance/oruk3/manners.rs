//! How the server behaves, whatever it is asked for.

use reqwest::Method;
use reqwest::header;
use url::Host;
use url::Url;

use crate::conformance::report::Ledger;
use crate::conformance::rule;
use crate::conformance::session::Session;

use super::SERVICES;

pub(super) async fn check(session: &mut Session<'_>, ledger: &mut Ledger) {
    let unknown = session.get("/no-such-path", &[]).await;
    let is_not_found = if unknown.status() == Some(404) { Ok(()) } else { Err(unknown.told()) };
    ledger.judge_one(&rule::ORUK3_UNKNOWN_PATH, "/no-such-path", is_not_found);
    head(session, ledger).await;
    preflight(session, ledger).await;
    address(session.typed(), ledger);

    let manners = &session.manners;
    for (rule, problems, count) in [
        (&rule::ORUK3_CONTENT_TYPE, &manners.content_type, manners.successes),
        (&rule::ORUK3_CORS, &manners.cors, manners.successes),
        (&rule::ORUK3_CORS_ERROR, &manners.cors_error, manners.errors),
        (&rule::ORUK3_SERVER_ERROR, &manners.server_error, 1),
        (&rule::ORUK3_SPEED, &manners.slow, 1),
    ] {
        if count == 0 {
            ledger.skip(rule, ALL_ANSWERS, "there was no such answer");
        } else {
            ledger.judge(rule, ALL_ANSWERS, problems);
        }
    }
}

async fn head(session: &mut Session<'_>, ledger: &mut Ledger) {
    let reply = session.ask(Method::HEAD, SERVICES, &[]).await;
    let has_body = reply.answer.as_ref().is_ok_and(|answer| !answer.body.is_empty());
    let result = match (reply.is_success(), has_body) {
        (true, false) => Ok(()),
        (true, true) => Err("the answer has a body".to_owned()),
        (false, _) => Err(reply.told()),
    };
    ledger.judge_one(&rule::ORUK3_HEAD, SERVICES, result);
}

/// A plain GET needs no preflight, but any header of its own makes a browser send one.
async fn preflight(session: &mut Session<'_>, ledger: &mut Ledger) {
    let reply = session.ask(Method::OPTIONS, SERVICES, &[]).await;
    let origin = reply.header(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let result = if !reply.is_success() {
        Err(reply.told())
    } else if origin != Some("*") {
        Err("the answer does not carry Access-Control-Allow-Origin: *".to_owned())
    } else {
        Ok(())
    };
    ledger.judge_one(&rule::ORUK3_PREFLIGHT, SERVICES, result);
}

/// On this machine, what only a public address can have is not judged.
fn address(url: &Url, ledger: &mut Ledger) {
    let is_local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || !name.contains('.'),
        None => true,
    };
    if is_local {
        ledger.skip(&rule::ORUK3_HTTPS, SUBJECT, "the address is not public");
        ledger.skip(&rule::ORUK3_REGISTRABLE, SUBJECT, "the address is not public");
        return;
    }
    let https = if url.scheme() == "https" { vec![] } else { vec![format!("{url} is not https")] };
    ledger.judge(&rule::ORUK3_HTTPS, SUBJECT, &https);
    let mut problems = Vec::new();
    if url.as_str().chars().count() > MAX_REGISTERED_CHARS {
        problems.push("the URL is too long".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        problems.push("the URL has a query or a fragment".to_owned());
    }
    ledger.judge(&rule::ORUK3_REGISTRABLE, SUBJECT, &problems);
}

const SUBJECT: &str = "/";
const ALL_ANSWERS: &str = "all answers";

/// What the registration form takes.
const MAX_REGISTERED_CHARS: usize = 191;
