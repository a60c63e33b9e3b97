//! What a check found, and how it is said: to people, to programs and to test runners.

use serde_json::Value;
use serde_json::json;

use super::Target;
use super::rule::Level;
use super::rule::Rule;

/// How one rule came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The rule is kept.
    Pass,
    /// A required rule is broken.
    Fail,
    /// A recommended rule is broken.
    Warn,
    /// The rule could not be judged; the detail says why.
    Skip,
}

impl Outcome {
    /// Returns the word for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Warn => "WARN",
            Self::Skip => "SKIP",
        }
    }
}

/// One rule, judged for one subject.
#[derive(Debug, Clone)]
pub struct RuleResult {
    /// The rule.
    pub rule: &'static Rule,
    /// How it came out.
    pub outcome: Outcome,
    /// What was judged: an endpoint, or a part of the API.
    pub subject: String,
    /// Why it came out so; empty when there is nothing to add.
    pub detail: String,
}

/// The result of a whole check.
#[derive(Debug, Clone)]
pub struct Report {
    /// What the API was checked against.
    pub target: Target,
    /// Where the API is.
    pub url: String,
    /// Every rule that was judged, in the order of judging.
    pub results: Vec<RuleResult>,
}

impl Report {
    /// Returns how many results are passes.
    pub fn passed(&self) -> usize {
        self.count(Outcome::Pass)
    }

    /// Returns how many results are failures; the API conforms when there are none.
    pub fn failed(&self) -> usize {
        self.count(Outcome::Fail)
    }

    /// Returns how many results are warnings.
    pub fn warned(&self) -> usize {
        self.count(Outcome::Warn)
    }

    /// Returns how many results are skips.
    pub fn skipped(&self) -> usize {
        self.count(Outcome::Skip)
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.results.iter().filter(|result| result.outcome == outcome).count()
    }

    /// Returns a line per result; the last line is `N passed, N failed`.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for result in &self.results {
            text.push_str(&line(result));
            text.push('\n');
        }
        let counts = format!(
            "{} warnings, {} skipped\n{} passed, {} failed\n",
            self.warned(),
            self.skipped(),
            self.passed(),
            self.failed()
        );
        text.push_str(&counts);
        text
    }

    /// Returns the report as a JSON object.
    pub fn to_json(&self) -> Value {
        let results: Vec<Value> = self.results.iter().map(result_json).collect();
        json!({
            "target": self.target.as_str(),
            "url": self.url,
            "passed": self.passed(),
            "failed": self.failed(),
            "warnings": self.warned(),
            "skipped": self.skipped(),
            "results": results,
        })
    }

    /// Returns the report as `JUnit` XML, a test case per result.
    ///
    /// `JUnit` knows no warnings: a warning is a passed case with a note in its output.
    pub fn to_junit(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let head = format!(
            "<testsuite name=\"{} {}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
            self.target.as_str(),
            escape(&self.url),
            self.results.len(),
            self.failed(),
            self.skipped()
        );
        xml.push_str(&head);
        for result in &self.results {
            xml.push_str(&test_case(result));
        }
        xml.push_str("</testsuite>\n");
        xml
    }
}

fn line(result: &RuleResult) -> String {
    let RuleResult { rule, outcome, subject, detail } = result;
    let said = if detail.is_empty() { rule.title } else { detail };
    let said = said.replace(['\n', '\r'], " ");
    format!("{} {} {subject}: {said}", outcome.as_str(), rule.id)
}

fn result_json(result: &RuleResult) -> Value {
    json!({
        "rule": result.rule.id,
        "level": result.rule.level.as_str(),
        "title": result.rule.title,
        "specification": result.rule.specification,
        "outcome": result.outcome.as_str().to_lowercase(),
        "subject": result.subject,
        "detail": result.detail,
    })
}

fn test_case(result: &RuleResult) -> String {
    let detail = escape(&result.detail);
    let inner = match result.outcome {
        Outcome::Pass => String::new(),
        Outcome::Fail => {
            format!("<failure message=\"{}\">{detail}</failure>", escape(result.rule.title))
        }
        Outcome::Warn => {
            format!("<system-out>warning: {}: {detail}</system-out>", escape(result.rule.title))
        }
        Outcome::Skip => format!("<skipped message=\"{detail}\"/>"),
    };
    format!(
        "  <testcase classname=\"{}\" name=\"{}\">{inner}</testcase>\n",
        result.rule.id,
        escape(&result.subject)
    )
}

/// Escapes for XML text and attributes; characters that XML cannot hold at all become spaces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            control if control.is_control() => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Collects results while a check runs.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    results: Vec<RuleResult>,
}

impl Ledger {
    /// Judges `rule`: kept when there are no problems.
    pub(super) fn judge(&mut self, rule: &'static Rule, subject: &str, problems: &[String]) {
        let outcome = match (problems.is_empty(), rule.level) {
            (true, _) => Outcome::Pass,
            (false, Level::Required) => Outcome::Fail,
            (false, Level::Recommended) => Outcome::Warn,
        };
        self.push(rule, outcome, subject, summary(problems));
    }

    /// Judges `rule` by one answer: kept, or the one problem.
    pub(super) fn judge_one(
        &mut self,
        rule: &'static Rule,
        subject: &str,
        answer: Result<(), String>,
    ) {
        self.judge(rule, subject, answer.err().as_slice());
    }

    /// Notes that `rule` could not be judged.
    pub(super) fn skip(&mut self, rule: &'static Rule, subject: &str, why: impl Into<String>) {
        self.push(rule, Outcome::Skip, subject, why.into());
    }

    /// Tells whether `rule` is broken somewhere.
    pub(super) fn has_failed(&self, rule: &Rule) -> bool {
        self.results.iter().any(|it| it.rule == rule && it.outcome == Outcome::Fail)
    }

    /// Adds to why `rule` is broken.
    pub(super) fn add(&mut self, rule: &Rule, detail: &str) {
        let broken = |it: &&mut RuleResult| it.rule == rule && it.outcome == Outcome::Fail;
        if let Some(result) = self.results.iter_mut().find(broken) {
            result.detail = format!("{}; {detail}", result.detail);
        }
    }

    pub(super) fn into_results(self) -> Vec<RuleResult> {
        self.results
    }

    fn push(&mut self, rule: &'static Rule, outcome: Outcome, subject: &str, detail: String) {
        self.results.push(RuleResult { rule, outcome, subject: subject.to_owned(), detail });
    }
}

/// Returns the first few problems, those that say the same only once.
fn summary(problems: &[String]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for problem in problems {
        if !distinct.contains(&problem.as_str()) {
            distinct.push(problem);
        }
        if distinct.len() > MAX_PROBLEMS_SHOWN {
            break;
        }
    }
    distinct.truncate(MAX_PROBLEMS_SHOWN);
    let text = distinct.join("; ");
    if problems.len() > distinct.len() {
        return format!("{text} ({} in all)", problems.len());
    }
    text
}

const MAX_PROBLEMS_SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::rule;

    fn report() -> Report {
        let mut ledger = Ledger::default();
        ledger.judge(&rule::ORUK3_ROOT, "/", &[]);
        ledger.judge(&rule::ORUK3_PAGE_SIZE, "/services", &["size is 3 <of> 4".into()]);
        ledger.judge(&rule::ORUK3_HEAD, "/services", &["status \"405\"".into()]);
        ledger.skip(&rule::ORUK3_STALE, "/services", "no last_modified");
        Report {
            target: Target::Oruk3,
            url: "http://127.0.0.1/v3".into(),
            results: ledger.into_results(),
        }
    }

    #[test]
    fn last_line_of_the_text_counts() {
        let text = report().to_text();
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed"));
        assert!(text.contains("FAIL oruk3-page-size /services: size is 3 <of> 4\n"), "{text}");
        assert!(text.contains("WARN oruk3-head /services: status \"405\"\n"), "{text}");
    }

    #[test]
    fn json_carries_the_rule_with_each_result() {
        let json = report().to_json();
        assert_eq!(json["failed"], 1);
        assert_eq!(json["results"][1]["outcome"], "fail");
        assert_eq!(json["results"][1]["level"], "required");
    }

    #[test]
    fn junit_escapes_what_servers_say() {
        let xml = report().to_junit();
        assert!(xml.contains("tests=\"4\" failures=\"1\" skipped=\"1\""), "{xml}");
        assert!(xml.contains("size is 3 &lt;of&gt; 4</failure>"), "{xml}");
    }

    #[test]
    fn many_problems_are_cut_and_counted() {
        let problems: Vec<String> = (0..9).map(|number| format!("problem {number}")).collect();
        assert!(summary(&problems).ends_with("problem 3 (9 in all)"));
        assert_eq!(summary(&["same".into(), "same".into()]), "same (2 in all)");
    }
}
