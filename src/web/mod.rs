//! Pages for people.

mod api;

use axum::extract::State;
use axum::response::Html;

use crate::api::ApiState;
use crate::api::StatusReport;
use crate::catalogue::Area;
use crate::places::ATTRIBUTION;

pub(crate) use api::api;

/// `/`: what this gateway is, how its feeds are doing, where the API is.
pub async fn home(State(state): State<ApiState>) -> Html<String> {
    let report = state.status.report().await.ok();
    let report = report.unwrap_or(StatusReport {
        services: 0,
        waiting: 0,
        feeds: Vec::new(),
        datasets: Vec::new(),
    });
    let rows: String = report.feeds.iter().map(row).collect();
    Html(format!(
        "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"refresh\" content=\"10\"><title>Baton</title><style>{STYLE}</style></head>\
         <body><main><h1>Baton</h1>\
         <p>Sport and physical activity, published as OpenActive, republished as Open Referral UK. \
         <strong>{services}</strong> services.</p>\
         <ul><li><a href=\"/v3\">/v3</a>: the API as HSDS-UK 3.0, \
         <a href=\"/v3/services\">/v3/services</a></li>\
         <li><a href=\"/v1/services\">/v1/services</a>: the API as Open Referral UK 1.0</li>\
         <li><a href=\"/api\">/api</a>: what can be asked, with examples</li>\
         <li><a href=\"/status.json\">/status.json</a>: how the feeds are doing</li></ul>\
         <h2 id=\"sources\">Feeds</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Publisher</th>\
         <th scope=\"col\">Feed</th><th scope=\"col\">State</th><th scope=\"col\">Items</th>\
         <th scope=\"col\">Pages</th><th scope=\"col\">Waiting for a parent</th>\
         <th scope=\"col\">Findings</th><th scope=\"col\">Last read</th><th scope=\"col\">Licence</th></tr>\
         </thead><tbody>{rows}</tbody></table></div>{areas}<p><small>Where a place lies is looked up in the \
         postcodes of Great Britain. {attribution}</small></p></main></body></html>",
        services = report.services,
        areas = areas(&state),
        attribution = escape(ATTRIBUTION),
    ))
}

/// Names the areas that are served as feeds of their own.
fn areas(state: &ApiState) -> String {
    let items: String = state.catalogue.areas().iter().map(area).collect();
    if items.is_empty() { items } else { format!("<h2>Areas</h2><ul>{items}</ul>") }
}

fn area(area: &Area) -> String {
    let (name, slug) = (escape(&area.name), escape(&area.slug));
    format!(
        "<li>{name}: <a href=\"/areas/{slug}/v3\">/areas/{slug}/v3</a>, \
         <a href=\"/areas/{slug}/v1/services\">/areas/{slug}/v1/services</a></li>"
    )
}

fn row(feed: &crate::api::FeedReport) -> String {
    let read = feed.last_success.map(|time| time.format("%-d %b %Y %H:%M:%S UTC").to_string());
    let reason = feed.reason.as_deref().map(|why| format!("<br><small>{}</small>", escape(why)));
    format!(
        "<tr><td>{}</td><td><code>{}</code></td><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td>\
         <td>{}</td><td>{}</td><td>{}</td></tr>",
        escape(&feed.publisher),
        escape(&feed.url),
        feed.state.replace('_', " "),
        reason.unwrap_or_default(),
        feed.items,
        feed.pages,
        feed.orphans,
        feed.findings,
        read.as_deref().unwrap_or("not yet"),
        escape(feed.license.as_deref().unwrap_or("not stated")),
    )
}

fn escape(text: &str) -> String {
    html_escape::encode_safe(text).into_owned()
}

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#0b0c0c}\
main{max-width:70rem;margin:0 auto;padding:1.5rem}a{color:#1d70b8}\
table{border-collapse:collapse;width:100%;font-size:.95rem}\
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #b1b4b6;vertical-align:top}\
.scroll{overflow-x:auto}code{overflow-wrap:anywhere}";
