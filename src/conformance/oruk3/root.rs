//! The base URL: what leads consumers, and the official validator, to everything else.

use reqwest::Method;
use serde_json::Map;
use serde_json::Value;
use url::Url;

use crate::conformance::Target;
use crate::conformance::discovery;
use crate::conformance::report::Ledger;
use crate::conformance::rule;
use crate::conformance::schema;
use crate::conformance::session::Session;

pub(super) async fn check(session: &mut Session<'_>, ledger: &mut Ledger) {
    let typed = session.typed().clone();
    let root = session.request(Method::GET, &typed).await;
    let found = discovery::from_reply(&root);
    let discovery = match found.target {
        Target::Oruk3 => Ok(()),
        other => Err(format!("leads to {}: {}", other.as_str(), found.reason)),
    };
    ledger.judge_one(&rule::ORUK3_DISCOVERY, SUBJECT, discovery);
    let bare = session.get("", &[]).await;
    let slashed = session.get("/", &[]).await;
    ledger.judge_one(&rule::ORUK3_ROOT_SLASH, SUBJECT, alike(bare.object(), slashed.object()));
    match root.object() {
        Err(told) => ledger.judge_one(&rule::ORUK3_ROOT, SUBJECT, Err(told)),
        Ok(object) => {
            ledger.judge(&rule::ORUK3_ROOT, SUBJECT, &[]);
            fields(ledger, object);
            document(session, ledger, object).await;
        }
    }
}

fn alike(
    bare: Result<&Map<String, Value>, String>,
    slashed: Result<&Map<String, Value>, String>,
) -> Result<(), String> {
    if bare? == slashed? { Ok(()) } else { Err("the two answers differ".to_owned()) }
}

fn fields(ledger: &mut Ledger, root: &Map<String, Value>) {
    let version = exactly(root, "version", Target::Oruk3.as_str());
    ledger.judge_one(&rule::ORUK3_ROOT_VERSION, SUBJECT, version);
    ledger.judge_one(&rule::ORUK3_ROOT_PROFILE, SUBJECT, uri(root, "profile").map(|_| ()));
    let profile = exactly(root, "profile", UK_PROFILE);
    ledger.judge_one(&rule::ORUK3_ROOT_PROFILE_UK, SUBJECT, profile);
    let openapi_url = uri(root, "openapi_url").map(|_| ());
    ledger.judge_one(&rule::ORUK3_ROOT_OPENAPI_URL, SUBJECT, openapi_url);
}

fn exactly(root: &Map<String, Value>, name: &str, expected: &str) -> Result<(), String> {
    match root.get(name) {
        Some(Value::String(said)) if said == expected => Ok(()),
        Some(other) => Err(format!("{name} is {}, not {expected}", schema::shown(other))),
        None => Err(format!("{name} is missing")),
    }
}

fn uri<'r>(root: &'r Map<String, Value>, name: &str) -> Result<&'r str, String> {
    match root.get(name) {
        Some(Value::String(said)) if schema::is_uri(said) => Ok(said),
        Some(other) => Err(format!("{name} is {}, not an absolute URI", schema::shown(other))),
        None => Err(format!("{name} is missing")),
    }
}

async fn document(session: &mut Session<'_>, ledger: &mut Ledger, root: &Map<String, Value>) {
    let url = uri(root, "openapi_url").and_then(|said| {
        Url::parse(said).map_err(|error| format!("openapi_url cannot be read: {error}"))
    });
    let url = match url {
        Ok(url) => url,
        Err(why) => {
            ledger.judge_one(&rule::ORUK3_OPENAPI_DOCUMENT, SUBJECT, Err(why.clone()));
            ledger.skip(&rule::ORUK3_OPENAPI_PATHS, SUBJECT, why);
            return;
        }
    };
    let reply = session.request_aside(&url).await;
    let is_openapi = reply.object().and_then(openapi);
    ledger.judge_one(&rule::ORUK3_OPENAPI_DOCUMENT, SUBJECT, is_openapi);
    let paths = reply.json().and_then(|document| document.get("paths")).and_then(Value::as_object);
    let missing: Vec<String> = NINE_ENDPOINTS
        .iter()
        .filter(|(path, other)| {
            !paths.is_some_and(|paths| paths.contains_key(*path) || paths.contains_key(*other))
        })
        .map(|(path, _)| format!("{path} is not described"))
        .collect();
    ledger.judge(&rule::ORUK3_OPENAPI_PATHS, SUBJECT, &missing);
}

fn openapi(document: &Map<String, Value>) -> Result<(), String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).is_some();
    if !text(document.get("openapi").or_else(|| document.get("swagger"))) {
        return Err("the document does not say which OpenAPI it is".to_owned());
    }
    let info = document.get("info");
    if !["title", "version"].iter().all(|name| text(info.and_then(|info| info.get(name)))) {
        return Err("the document has no info.title or no info.version".to_owned());
    }
    match document.get("paths").and_then(Value::as_object) {
        Some(paths) if !paths.is_empty() => Ok(()),
        _ => Err("the document has no paths".to_owned()),
    }
}

const SUBJECT: &str = "/";

const UK_PROFILE: &str = "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md";

/// The paths as the standard writes them, and another usual spelling.
const NINE_ENDPOINTS: [(&str, &str); 9] = [
    ("/", ""),
    ("/services", "/services/"),
    ("/services/{id}", "/services/{service_id}"),
    ("/service_at_locations", "/service_at_locations/"),
    ("/service_at_locations/{id}", "/service_at_locations/{service_at_location_id}"),
    ("/taxonomies", "/taxonomies/"),
    ("/taxonomies/{id}", "/taxonomies/{taxonomy_id}"),
    ("/taxonomy_terms", "/taxonomy_terms/"),
    ("/taxonomy_terms/{id}", "/taxonomy_terms/{taxonomy_term_id}"),
];
