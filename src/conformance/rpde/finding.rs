//! What was found in items: a line for each code, with how many items have it and one of them.

use std::collections::BTreeMap;

use crate::conformance::ItemFinding;
use crate::conformance::report::Ledger;
use crate::conformance::rule;
use crate::quality::Code;

use super::FEED;

/// Findings, counted.
#[derive(Default)]
pub(super) struct Findings {
    /// How many items have each, and the first of them: those that cannot be used for it, and others.
    lost: BTreeMap<Code, (usize, String)>,
    others: BTreeMap<Code, (usize, String)>,
}

impl Findings {
    pub(super) fn add(&mut self, found: Vec<ItemFinding>) {
        for ItemFinding { item, code, is_lost } in found {
            let of_rule = if is_lost { &mut self.lost } else { &mut self.others };
            of_rule.entry(code).or_insert((0, item)).0 += 1;
        }
    }

    pub(super) fn judge(&self, ledger: &mut Ledger, items: usize) {
        for (rule, found) in
            [(&rule::RPDE_ITEM_USABLE, &self.lost), (&rule::RPDE_ITEM_FINDINGS, &self.others)]
        {
            for (code, (count, example)) in found {
                let told = format!("{count} of {items} items, such as {example}: {}", code.title());
                ledger.judge(rule, code.as_str(), &[told]);
            }
            if items == 0 {
                ledger.skip(rule, FEED, "no items were seen");
            } else if found.is_empty() {
                ledger.judge(rule, FEED, &[]);
            }
        }
    }
}
