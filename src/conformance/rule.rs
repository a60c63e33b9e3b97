//! The table of rules: what each demands, how strictly, and where the standard says so.
//!
//! A rule is data. The place that judges it names it by its constant, so that searching for the
//! constant finds the judge; nothing here knows how a rule is judged.

/// How strictly a rule is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The standard or its official validators demand it: breaking it is a failure.
    Required,
    /// Good practice that consumers notice: breaking it is a warning.
    Recommended,
}

impl Level {
    /// Returns the word for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Recommended => "recommended",
        }
    }
}

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name that people script against, such as `oruk3-page-size`.
    pub id: &'static str,
    /// How strictly it is meant.
    pub level: Level,
    /// What it demands, as a statement that holds when the rule is kept.
    pub title: &'static str,
    /// Where the standard says so.
    pub specification: &'static str,
}

macro_rules! rules {
    ($( $NAME:ident = $id:literal, $level:ident, $title:literal, $specification:expr; )+) => {
        $(
            #[doc = concat!("The rule `", $id, "`.")]
            pub static $NAME: Rule = Rule {
                id: $id,
                level: Level::$level,
                title: $title,
                specification: $specification,
            };
        )+

        /// Every rule, in the order of the table.
        pub static RULES: &[&Rule] = &[$(&$NAME),+];
    };
}

rules! {
    // Open Referral UK 3.0: the root.
    ORUK3_DISCOVERY = "oruk3-discovery", Required, "the base URL leads consumers to version 3.0", COMPLIANCE;
    ORUK3_ROOT = "oruk3-root", Required, "the base URL answers with a JSON object", COMPLIANCE;
    ORUK3_ROOT_SLASH = "oruk3-root-slash", Required, "the base URL answers alike with and without a slash at its end", COMPLIANCE;
    ORUK3_ROOT_VERSION = "oruk3-root-version", Required, "version is HSDS-UK-3.0", OPENAPI_3;
    ORUK3_ROOT_PROFILE = "oruk3-root-profile", Required, "profile is an absolute URI", OPENAPI_3;
    ORUK3_ROOT_PROFILE_UK = "oruk3-root-profile-uk", Recommended, "profile is the URI of the UK profile", OPENAPI_3;
    ORUK3_ROOT_OPENAPI_URL = "oruk3-root-openapi-url", Required, "openapi_url is an absolute URI", OPENAPI_3;
    ORUK3_OPENAPI_DOCUMENT = "oruk3-openapi-document", Required, "openapi_url leads to an OpenAPI document in JSON", OPENAPI_3;
    ORUK3_OPENAPI_PATHS = "oruk3-openapi-paths", Recommended, "the OpenAPI document describes the nine endpoints", OPENAPI_3;

    // Open Referral UK 3.0: pages.
    ORUK3_LIST = "oruk3-list", Required, "the list answers with a JSON object", COMPLIANCE;
    ORUK3_EXTRA_LIST = "oruk3-extra-list", Recommended, "services at locations, taxonomies and taxonomy terms can be listed", COMPLIANCE;
    ORUK3_LIST_FILLED = "oruk3-list-filled", Recommended, "the list has at least one record", COMPLIANCE;
    ORUK3_PAGE_ANSWERS = "oruk3-page-answers", Required, "every page of the list answers", API_REFERENCE;
    ORUK3_PAGE_FIELDS = "oruk3-page-fields", Required, "every page has total_items, total_pages, page_number, size, first_page, last_page, empty and contents", API_REFERENCE;
    ORUK3_PAGE_TYPES = "oruk3-page-types", Required, "the fields of a page are integers, booleans and an array of objects", OPENAPI_3;
    ORUK3_PAGE_NUMBER = "oruk3-page-number", Required, "page_number is the page asked for, from 1", API_REFERENCE;
    ORUK3_PAGE_SIZE = "oruk3-page-size", Required, "size is the number of records on the page", API_REFERENCE;
    ORUK3_PAGE_FIRST = "oruk3-page-first", Required, "first_page is true on page 1 only", API_REFERENCE;
    ORUK3_PAGE_LAST = "oruk3-page-last", Required, "last_page is true on page total_pages only", API_REFERENCE;
    ORUK3_PAGE_EMPTY = "oruk3-page-empty", Required, "empty is true exactly when the page has no records", API_REFERENCE;
    ORUK3_PAGE_DEFAULT = "oruk3-page-default", Recommended, "the list without parameters begins with page 1", API_REFERENCE;
    ORUK3_PER_PAGE = "oruk3-per-page", Required, "per_page is honoured", OPENAPI_3;
    ORUK3_TOTAL_PAGES = "oruk3-total-pages", Required, "total_pages agrees with total_items and per_page", API_REFERENCE;
    ORUK3_TOTAL_ITEMS = "oruk3-total-items", Required, "total_items is the number of records on all pages", API_REFERENCE;
    ORUK3_UNIQUE_IDS = "oruk3-unique-ids", Required, "no record appears twice", SCHEMATA_3;
    ORUK3_PAGE_BEYOND = "oruk3-page-beyond", Required, "a page after the last has no records", API_REFERENCE;
    ORUK3_STABLE_ORDER = "oruk3-stable-order", Required, "the same page read twice has the same records in the same order", API_REFERENCE;
    ORUK3_BAD_PAGE = "oruk3-bad-page", Recommended, "an impossible page is refused with a 4xx status", OPENAPI_3;
    ORUK3_BAD_PER_PAGE = "oruk3-bad-per-page", Recommended, "an impossible per_page is refused with a 4xx status", OPENAPI_3;

    // Open Referral UK 3.0: records.
    ORUK3_REQUIRED = "oruk3-required", Required, "every required field is there", SCHEMATA_3;
    ORUK3_NULL = "oruk3-null", Required, "no declared field is null", SCHEMATA_3;
    ORUK3_TYPE = "oruk3-type", Required, "every field has its declared type", SCHEMATA_3;
    ORUK3_FORMAT = "oruk3-format", Required, "every uuid, uri, email and date-time is well formed", SCHEMATA_3;
    ORUK3_ENUM = "oruk3-enum", Required, "every field with a closed list of values has one of them", SCHEMATA_3;
    ORUK3_EMPTY = "oruk3-empty", Recommended, "fields without content are left out, not sent empty or null", COMPLIANCE;
    ORUK3_DETAIL = "oruk3-detail", Required, "every listed record can be read by its id", COMPLIANCE;
    ORUK3_DETAIL_ID = "oruk3-detail-id", Required, "a record read by its id has that id", OPENAPI_3;
    ORUK3_LIST_DETAIL = "oruk3-list-detail", Required, "a record says the same in the list and by its id", OPENAPI_3;
    ORUK3_SAL_DUAL = "oruk3-sal-dual", Recommended, "a service at location also passes the published schema, which asks for name and status", "https://github.com/openreferral/specification/pull/574";
    ORUK3_UNKNOWN_ID = "oruk3-unknown-id", Recommended, "an unknown id is answered with 404", API_REFERENCE;
    ORUK3_MALFORMED_ID = "oruk3-malformed-id", Recommended, "an id that is not a UUID is answered with a 4xx status", API_REFERENCE;
    ORUK3_ORGANIZATION = "oruk3-organization", Required, "every service names its organization", COMPLIANCE;
    ORUK3_FOREIGN_KEY = "oruk3-foreign-key", Required, "ids that point to a nested or enclosing object agree with it", SCHEMATA_3;
    ORUK3_SCHEDULE_PLACE = "oruk3-schedule-place", Required, "a schedule's service_at_location_id is one of its service's", SCHEMATA_3;
    ORUK3_CHILD_IDS = "oruk3-child-ids", Required, "no id appears twice in one array", SCHEMATA_3;
    ORUK3_SERVICE_RESOLVES = "oruk3-service-resolves", Required, "the service of a service at location can be read", SCHEMATA_3;
    ORUK3_SAL_RESOLVES = "oruk3-sal-resolves", Required, "the services at locations of a service can be read", SCHEMATA_3;
    ORUK3_TERM_RESOLVES = "oruk3-term-resolves", Required, "taxonomy terms in use can be read", SCHEMATA_3;
    ORUK3_TAXONOMY_RESOLVES = "oruk3-taxonomy-resolves", Required, "taxonomies of terms can be read", SCHEMATA_3;
    ORUK3_DATE_FORM = "oruk3-date-form", Recommended, "dates are real and written YYYY-MM-DD", SCHEMATA_3;
    ORUK3_TIME_FORM = "oruk3-time-form", Recommended, "times are real and written HH:MM", SCHEMATA_3;
    ORUK3_RECURRENCE_FORM = "oruk3-recurrence-form", Recommended, "byday, bymonthday and interval follow RFC 5545", SCHEMATA_3;
    ORUK3_PERIOD = "oruk3-period", Recommended, "nothing ends before it begins", SCHEMATA_3;
    ORUK3_COORDINATES = "oruk3-coordinates", Recommended, "latitude and longitude come together and lie in the United Kingdom", SCHEMATA_3;
    ORUK3_COUNTRY = "oruk3-country", Recommended, "country is a code of two capital letters", SCHEMATA_3;
    ORUK3_POSTCODE = "oruk3-postcode", Recommended, "postal codes in the United Kingdom are whole postcodes", SCHEMATA_3;
    ORUK3_AGES = "oruk3-ages", Recommended, "ages and amounts are plausible and the minimum is not above the maximum", SCHEMATA_3;
    ORUK3_MOBILE_NUMBER = "oruk3-mobile-number", Recommended, "no text shows a mobile number", DATA_SHARING;
    ORUK3_PERSONAL_EMAIL = "oruk3-personal-email", Recommended, "no e-mail address is at a consumer mail host", DATA_SHARING;
    ORUK3_JOINING_LINK = "oruk3-joining-link", Required, "no field shows the joining link of an online meeting", DATA_SHARING;
    ORUK3_STALE = "oruk3-stale", Recommended, "a service was modified in the last 90 days", DATA_SHARING;

    // Open Referral UK 3.0: filters.
    ORUK3_FILTER_SEARCH = "oruk3-filter-search", Required, "search finds a service by a word of its name, and nothing by nonsense", OPENAPI_3;
    ORUK3_FILTER_TERM = "oruk3-filter-term", Required, "taxonomy_term_id keeps services with the term only", OPENAPI_3;
    ORUK3_FILTER_TAXONOMY = "oruk3-filter-taxonomy", Required, "taxonomy_id keeps services with a term of the taxonomy only", OPENAPI_3;
    ORUK3_FILTER_MINIMUM_AGE = "oruk3-filter-minimum-age", Required, "minimum_age keeps services with at least that minimum age only", OPENAPI_3;
    ORUK3_FILTER_MAXIMUM_AGE = "oruk3-filter-maximum-age", Required, "maximum_age keeps services with at most that maximum age only", OPENAPI_3;
    ORUK3_FILTER_DAY = "oruk3-filter-day", Required, "day keeps services on that day only", OPENAPI_3;
    ORUK3_FILTER_START_TIME = "oruk3-filter-start-time", Required, "start_time keeps services that start then or later only", OPENAPI_3;
    ORUK3_FILTER_END_TIME = "oruk3-filter-end-time", Required, "end_time keeps services that end then or earlier only", OPENAPI_3;
    ORUK3_FILTER_POSTCODE = "oruk3-filter-postcode", Required, "postcode with proximity keeps what is near only", OPENAPI_3;
    ORUK3_FILTER_AND = "oruk3-filter-and", Required, "parameters combine with AND", API_REFERENCE;
    ORUK3_BAD_FILTER = "oruk3-bad-filter", Recommended, "impossible filter values are refused with a 4xx status", OPENAPI_3;

    // Open Referral UK 3.0: manners.
    ORUK3_CONTENT_TYPE = "oruk3-content-type", Required, "every answer is sent as application/json", OPENAPI_3;
    ORUK3_CORS = "oruk3-cors", Required, "every answer carries Access-Control-Allow-Origin: *", PROFILE_COMPLIANCE;
    ORUK3_CORS_ERROR = "oruk3-cors-error", Required, "errors carry Access-Control-Allow-Origin: * too", PROFILE_COMPLIANCE;
    ORUK3_SERVER_ERROR = "oruk3-server-error", Required, "no request is answered with a 5xx status or broken off", COMPLIANCE;
    ORUK3_UNKNOWN_PATH = "oruk3-unknown-path", Recommended, "an unknown path is answered with 404", API_REFERENCE;
    ORUK3_HEAD = "oruk3-head", Recommended, "HEAD is answered like GET, without a body", "https://www.rfc-editor.org/rfc/rfc9110#name-head";
    ORUK3_PREFLIGHT = "oruk3-preflight", Recommended, "a preflight request of a browser is granted", "https://fetch.spec.whatwg.org/#cors-preflight-fetch";
    ORUK3_SPEED = "oruk3-speed", Recommended, "every answer comes within 5 seconds", COMPLIANCE;
    ORUK3_HTTPS = "oruk3-https", Recommended, "the API is served over HTTPS", PROFILE_COMPLIANCE;
    ORUK3_REGISTRABLE = "oruk3-registrable", Recommended, "the base URL fits the registration form: at most 191 characters, no query, a public host", "https://openreferraluk.org/developers/register";

    // Open Referral UK 1.0.
    ORUK1_LIST = "oruk1-list", Required, "the list answers with a JSON object", VALIDATION_1;
    ORUK1_LIST_FILLED = "oruk1-list-filled", Recommended, "the list has at least one record", VALIDATION_1;
    ORUK1_LIST_SLASH = "oruk1-list-slash", Recommended, "/services answers with a slash at its end too", VALIDATION_1;
    ORUK1_EXTRA_LIST = "oruk1-extra-list", Recommended, "taxonomies, organizations and locations can be listed", VALIDATION_1;
    ORUK1_VOCABULARIES = "oruk1-vocabularies", Recommended, "/vocabularies answers with an array of strings", OPENAPI_1;
    ORUK1_PAGE_ANSWERS = "oruk1-page-answers", Required, "every page of the list answers", VALIDATION_1;
    ORUK1_PAGE_FIELDS = "oruk1-page-fields", Required, "every page has totalElements, totalPages, number, size, first, last and content", VALIDATION_1;
    ORUK1_PAGE_TYPES = "oruk1-page-types", Required, "the fields of a page are integers, booleans and an array of objects", OPENAPI_1;
    ORUK1_PAGE_NUMBER = "oruk1-page-number", Required, "number is the page asked for, from 1", VALIDATION_1;
    ORUK1_PAGE_SIZE = "oruk1-page-size", Required, "size is the number of records on the page", VALIDATION_1;
    ORUK1_PAGE_FIRST = "oruk1-page-first", Required, "first is true on page 1 only", VALIDATION_1;
    ORUK1_PAGE_LAST = "oruk1-page-last", Required, "last is true on page totalPages only", VALIDATION_1;
    ORUK1_PAGE_EMPTY = "oruk1-page-empty", Required, "empty, where sent, is true exactly when the page has no records", OPENAPI_1;
    ORUK1_PAGE_DEFAULT = "oruk1-page-default", Recommended, "the list without parameters begins with page 1", OPENAPI_1;
    ORUK1_PER_PAGE = "oruk1-per-page", Required, "per_page is honoured", OPENAPI_1;
    ORUK1_TOTAL_PAGES = "oruk1-total-pages", Required, "totalPages agrees with totalElements and per_page", VALIDATION_1;
    ORUK1_TOTAL_ITEMS = "oruk1-total-items", Required, "totalElements is the number of records on all pages", VALIDATION_1;
    ORUK1_UNIQUE_IDS = "oruk1-unique-ids", Required, "no record appears twice", VALIDATION_1;
    ORUK1_PAGE_BEYOND = "oruk1-page-beyond", Required, "a page after the last has no records", OPENAPI_1;
    ORUK1_STABLE_ORDER = "oruk1-stable-order", Required, "the same page read twice has the same records in the same order", OPENAPI_1;
    ORUK1_REQUIRED = "oruk1-required", Required, "every required field is there", VALIDATION_1;
    ORUK1_NULL = "oruk1-null", Recommended, "no field is null", OPENAPI_1;
    ORUK1_TYPE = "oruk1-type", Required, "every field has its declared type", VALIDATION_1;
    ORUK1_FORMAT = "oruk1-format", Required, "every uuid, url, email, date and time is well formed", VALIDATION_1;
    ORUK1_ENUM = "oruk1-enum", Required, "every field with a closed list of values has one of them", VALIDATION_1;
    ORUK1_DETAIL = "oruk1-detail", Required, "every listed record can be read by its id", VALIDATION_1;
    ORUK1_DETAIL_ID = "oruk1-detail-id", Required, "a record read by its id has that id", OPENAPI_1;
    ORUK1_LIST_DETAIL = "oruk1-list-detail", Required, "a record says the same in the list and by its id", OPENAPI_1;
    ORUK1_CHILD_IDS = "oruk1-child-ids", Required, "no id appears twice in one array", VALIDATION_1;
    ORUK1_UNKNOWN_ID = "oruk1-unknown-id", Recommended, "an unknown id is answered with 404", OPENAPI_1;
    ORUK1_RICH_AGE = "oruk1-rich-age", Required, "minimum_age and maximum_age find a service by its ages", VALIDATION_1;
    ORUK1_RICH_POSTCODE = "oruk1-rich-postcode", Required, "postcode and proximity find a service near its address", VALIDATION_1;
    ORUK1_RICH_TIME = "oruk1-rich-time", Required, "start_time, end_time and day find a service by its schedule", VALIDATION_1;
    ORUK1_RICH_TAXONOMY = "oruk1-rich-taxonomy", Required, "taxonomy_id and vocabulary find a service by its taxonomy", VALIDATION_1;
    ORUK1_RICH_TEXT = "oruk1-rich-text", Required, "text finds a service by its name, and nothing by nonsense", VALIDATION_1;
    ORUK1_CONTENT_TYPE = "oruk1-content-type", Required, "every answer is sent as application/json", OPENAPI_1;
    ORUK1_CORS = "oruk1-cors", Recommended, "every answer carries Access-Control-Allow-Origin: *", VALIDATION_1;
    ORUK1_SERVER_ERROR = "oruk1-server-error", Required, "no request is answered with a 5xx status or broken off", VALIDATION_1;
    ORUK1_SPEED = "oruk1-speed", Recommended, "every answer comes within 5 seconds", VALIDATION_1;

    // RPDE.
    RPDE_STATUS = "rpde-status", Required, "every page is answered with status 200", "https://openactive.io/realtime-paged-data-exchange/#http-status-codes";
    RPDE_JSON = "rpde-json", Required, "every page is a JSON object", "https://openactive.io/realtime-paged-data-exchange/#response";
    RPDE_CONTENT_TYPE = "rpde-content-type", Required, "every page is sent as JSON or as RPDE 1", "https://openactive.io/realtime-paged-data-exchange/#response";
    RPDE_CACHE_CONTROL = "rpde-cache-control", Recommended, "full pages are public for at least an hour, the last page for at most 8 seconds", "https://developer.openactive.io/publishing-data/data-feeds/scaling-feeds";
    RPDE_NEXT = "rpde-next", Required, "next is an absolute URL", RPDE_PAGING;
    RPDE_NEXT_PATH = "rpde-next-path", Required, "next stays at the scheme, host, port and path of the feed", RPDE_PAGING;
    RPDE_NEXT_MOVES = "rpde-next-moves", Required, "next of a page with items leads to a page not seen before", RPDE_PAGING;
    RPDE_NEXT_CURSOR = "rpde-next-cursor", Required, "next has afterTimestamp and afterId, or afterChangeNumber, in the form of modified, and grows", RPDE_ORDERING;
    RPDE_NEXT_LAST_ITEM = "rpde-next-last-item", Recommended, "next is made from the last item of the page", RPDE_PAGING;
    RPDE_ITEMS = "rpde-items", Required, "items is an array of objects", RPDE_ITEM;
    RPDE_LICENSE = "rpde-license", Required, "license is an absolute URL", RPDE_PAGING;
    RPDE_STATE = "rpde-state", Required, "state is updated or deleted", RPDE_ITEM;
    RPDE_KIND = "rpde-kind", Required, "kind is a string", RPDE_ITEM;
    RPDE_ID = "rpde-id", Required, "id is a string or an integer", RPDE_ITEM;
    RPDE_MODIFIED = "rpde-modified", Required, "modified is a string or an integer", RPDE_ITEM;
    RPDE_MODIFIED_INTEGER = "rpde-modified-integer", Recommended, "modified is an integer", RPDE_ITEM;
    RPDE_JSON_LD = "rpde-json-ld", Required, "no JSON-LD stands outside data", RPDE_ITEM;
    RPDE_DATA = "rpde-data", Required, "data is an object on updated items and absent on deleted ones", RPDE_ITEM;
    RPDE_UNIQUE_IDS = "rpde-unique-ids", Required, "no id appears twice on a page, or on two unless it was modified in between", RPDE_ITEM;
    RPDE_ORDER = "rpde-order", Required, "items are in the order of modified, through all pages", RPDE_ORDERING;
    RPDE_ORDER_ID = "rpde-order-id", Recommended, "items of the same modified are in the order of id", RPDE_ORDERING;
    RPDE_CHANGE_NUMBER = "rpde-change-number", Required, "change numbers are unique", RPDE_ORDERING;
    RPDE_LAST_PAGE = "rpde-last-page", Required, "the last page has no items and names itself as next", RPDE_PAGING;
    RPDE_STABLE = "rpde-stable", Required, "the same page read twice has the same items", RPDE_PAGING;
    RPDE_DELETED_SEEN = "rpde-deleted-seen", Recommended, "the feed shows deleted items", "https://openactive.io/realtime-paged-data-exchange/#deleting-items";
    RPDE_PAGE_LENGTH = "rpde-page-length", Recommended, "full pages have at least 500 items", "https://developer.openactive.io/publishing-data/data-feeds/scaling-feeds";
    RPDE_ITEM_USABLE = "rpde-item-usable", Required, "every item can be used", MODELLING;
    RPDE_ITEM_FINDINGS = "rpde-item-findings", Recommended, "nothing in an item is missing, or has to be put right or dropped", MODELLING;
    RPDE_SPEED = "rpde-speed", Recommended, "every answer comes within 5 seconds", RPDE_PAGING;
}

const COMPLIANCE: &str = "https://openreferraluk.org/developers/compliance";
const PROFILE_COMPLIANCE: &str =
    "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/profile_compliance.md";
const OPENAPI_3: &str = "https://openreferraluk.org/specifications/3.0/openapi.json";
const SCHEMATA_3: &str = "https://openreferraluk.org/developers/schemata";
const API_REFERENCE: &str = "https://docs.openreferral.org/en/v3.0/hsds/api_reference.html";
const DATA_SHARING: &str = "https://openreferraluk.org/data-sharing";
const OPENAPI_1: &str = "https://openreferraluk.org/specifications/1.0/openapi.json";
const VALIDATION_1: &str = "https://developers.openreferraluk.org/ApiValidation";
const RPDE_PAGING: &str = "https://openactive.io/realtime-paged-data-exchange/#paging";
const RPDE_ORDERING: &str = "https://openactive.io/realtime-paged-data-exchange/#ordering";
const RPDE_ITEM: &str = "https://openactive.io/realtime-paged-data-exchange/#items";
const MODELLING: &str = "https://openactive.io/modelling-opportunity-data/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_name_their_standard() {
        let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        for rule in RULES {
            let standard = rule.id.split('-').next();
            assert!(matches!(standard, Some("oruk3" | "oruk1" | "rpde")), "{}", rule.id);
            assert!(rule.specification.starts_with("https://"), "{}", rule.id);
        }
    }
}
