//! Parameters with values that cannot be meant.

use crate::conformance::report::Ledger;
use crate::conformance::rule;
use crate::conformance::rule::Rule;
use crate::conformance::session::Session;

use super::SERVICE_AT_LOCATIONS;
use super::SERVICES;

/// Asks a list for pages that cannot exist.
pub(super) async fn check_paging(session: &mut Session<'_>, ledger: &mut Ledger, path: &str) {
    for (rule, name) in [(&rule::ORUK3_BAD_PAGE, "page"), (&rule::ORUK3_BAD_PER_PAGE, "per_page")] {
        let queries = ["0", "-1", "abc"].map(|value| (path, [(name, value)]));
        refused(session, ledger, rule, path, &queries).await;
    }
}

/// Asks for values that are no numbers, days or times.
pub(super) async fn check_filters(session: &mut Session<'_>, ledger: &mut Ledger) {
    let queries = [
        (SERVICES, [("minimum_age", "abc")]),
        (SERVICES, [("maximum_age", "abc")]),
        (SERVICES, [("day", "someday")]),
        (SERVICES, [("start_time", "25:61")]),
        (SERVICES, [("end_time", "25:61")]),
        (SERVICE_AT_LOCATIONS, [("proximity", "abc")]),
    ];
    refused(session, ledger, &rule::ORUK3_BAD_FILTER, "filters", &queries).await;
}

async fn refused(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    rule: &'static Rule,
    subject: &str,
    queries: &[(&str, [(&str, &str); 1])],
) {
    let mut problems = Vec::new();
    for (path, query) in queries {
        let reply = session.get(path, query).await;
        if !reply.is_refused() {
            problems.push(reply.told());
        }
    }
    ledger.judge(rule, subject, &problems);
}
