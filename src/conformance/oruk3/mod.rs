//! Open Referral UK 3.0, rule by rule.
//!
//! Specification: <https://openreferraluk.org/developers/compliance>.

mod detail;
mod filter;
mod form;
mod key;
mod manners;
mod privacy;
mod query;
mod root;

use serde_json::Value;

use super::Options;
use super::page;
use super::page::Dialect;
use super::page::List;
use super::page::Names;
use super::page::Rules;
use super::report::Ledger;
use super::rule;
use super::schema::Entity;
use super::schema::View;
use super::schema::hsds3;
use super::session::Session;

/// Checks everything.
pub(super) async fn check(session: &mut Session<'_>, ledger: &mut Ledger, options: &Options) {
    root::check(session, ledger).await;
    let mut collections = Vec::new();
    for endpoint in &ENDPOINTS {
        // Only the list of services must be there.
        let is_there = (endpoint.path != SERVICES).then_some(&rule::ORUK3_EXTRA_LIST);
        let list = page::check(session, ledger, options, &DIALECT, endpoint.path, is_there).await;
        if list.records.is_empty() && !list.is_complete {
            continue;
        }
        query::check_paging(session, ledger, endpoint.path).await;
        let details = detail::check(session, ledger, options, endpoint, &list).await;
        collections.push(Collection { endpoint, list, details });
    }
    key::check_references(session, ledger, options, &collections).await;
    filter::check(session, ledger, options, &collections).await;
    query::check_filters(session, ledger).await;
    manners::check(session, ledger).await;
}

/// A pair of endpoints: the list, and one record.
struct Endpoint {
    path: &'static str,
    entity: &'static Entity,
    /// How much of the entity the list shows.
    list_view: View,
}

static ENDPOINTS: [Endpoint; 4] = [
    Endpoint { path: SERVICES, entity: &hsds3::SERVICE, list_view: View::OneToOne },
    Endpoint {
        path: SERVICE_AT_LOCATIONS,
        entity: &hsds3::SERVICE_AT_LOCATION,
        list_view: View::OneToOne,
    },
    Endpoint { path: TAXONOMIES, entity: &hsds3::TAXONOMY, list_view: View::Full },
    Endpoint { path: TAXONOMY_TERMS, entity: &hsds3::TAXONOMY_TERM, list_view: View::Full },
];

/// What was read from a pair of endpoints.
struct Collection {
    endpoint: &'static Endpoint,
    list: List,
    details: Vec<Value>,
}

/// Returns what was read from the list at `path`.
fn at<'c>(collections: &'c [Collection], path: &str) -> Option<&'c Collection> {
    collections.iter().find(|collection| collection.endpoint.path == path)
}

static DIALECT: Dialect = Dialect {
    names: Names {
        total_items: "total_items",
        total_pages: "total_pages",
        page_number: "page_number",
        size: "size",
        first_page: "first_page",
        last_page: "last_page",
        empty: "empty",
        contents: "contents",
        is_empty_optional: false,
    },
    rules: Rules {
        list: &rule::ORUK3_LIST,
        filled: &rule::ORUK3_LIST_FILLED,
        answers: &rule::ORUK3_PAGE_ANSWERS,
        fields: &rule::ORUK3_PAGE_FIELDS,
        types: &rule::ORUK3_PAGE_TYPES,
        number: &rule::ORUK3_PAGE_NUMBER,
        size: &rule::ORUK3_PAGE_SIZE,
        first: &rule::ORUK3_PAGE_FIRST,
        last: &rule::ORUK3_PAGE_LAST,
        empty: &rule::ORUK3_PAGE_EMPTY,
        default: &rule::ORUK3_PAGE_DEFAULT,
        per_page: &rule::ORUK3_PER_PAGE,
        total_pages: &rule::ORUK3_TOTAL_PAGES,
        total_items: &rule::ORUK3_TOTAL_ITEMS,
        unique_ids: &rule::ORUK3_UNIQUE_IDS,
        beyond: &rule::ORUK3_PAGE_BEYOND,
        stable: &rule::ORUK3_STABLE_ORDER,
    },
};

const SERVICES: &str = "/services";
const SERVICE_AT_LOCATIONS: &str = "/service_at_locations";
const TAXONOMIES: &str = "/taxonomies";
const TAXONOMY_TERMS: &str = "/taxonomy_terms";
