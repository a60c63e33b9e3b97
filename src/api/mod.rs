//! The API: what directories, finders and pipelines call.
//!
//! A file for each part of the URL space; `api` is the whole map. A slash at the end of a path is taken off before it
//! is looked for there. Bodies come from the
//! [`crate::catalogue`]; a page that was asked for lately is kept ready.

mod admin;
mod asked;
mod caching;
mod changes;
mod client;
mod error;
mod explain;
mod export;
mod front;
mod health;
mod links;
mod meanwhile;
mod metrics;
mod middleware;
mod openapi;
mod openapi_streams;
mod parameters;
mod params;
mod ready;
pub(crate) mod records;
mod rpde;
mod server;
mod state;
mod status;
mod stream;
mod streams;
mod v1;
mod v3;
mod walks;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;

pub use admin::Action;
pub use admin::Admin;
pub use admin::Control;
pub use admin::ControlError;
pub use admin::Done;
pub use admin::MissingParent;
pub use admin::MissingParents;
pub(crate) use asked::names;
pub(crate) use changes::UNBUFFERED;
pub(crate) use error::Problem;
pub use explain::ExplainSource;
pub use explain::Explained;
pub use export::Export;
pub use export::ExportError;
pub use export::Written;
pub use front::Api;
pub use metrics::Metrics;
pub(crate) use openapi::description;
pub use server::serve;
pub use state::ApiState;
pub use state::DatasetReport;
pub use state::FeedReport;
pub use state::Reach;
pub use state::StatusReport;
pub use state::StatusSource;
pub use state::Traffic;
pub use streams::Streams;

/// Returns the API: every route, and what happens around every request.
pub fn api(state: ApiState) -> Api {
    let routes = Router::new()
        .merge(crate::web::routes())
        .nest("/v3", v3::routes())
        .nest("/v1", v1::routes())
        .nest("/areas/{slug}/v3", v3::routes())
        .nest("/areas/{slug}/v1", v1::routes())
        .route("/rpde/services", get(rpde::services))
        .route("/areas/{slug}/rpde/services", get(rpde::services))
        .route("/status.json", get(status::status))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .merge(admin::routes(&state))
        .fallback(error::no_such_path)
        .method_not_allowed_fallback(error::no_such_method);
    let routes = middleware::wrap(routes.layer(from_fn(metrics::name_route)));
    Api::new(routes.with_state(state.clone()), state)
}
