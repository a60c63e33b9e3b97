//! Where the data of a publisher goes: its last 90 days as small charts, with the same in words and
//! numbers for whoever cannot see them.

use chrono::Days;
use chrono::NaiveDate;

use crate::store::DAYS_KEPT;
use crate::store::Day;
use crate::web::words;

/// The charts of a report.
#[derive(Debug)]
pub(super) struct Trend {
    pub(super) charts: Vec<Chart>,
    /// The newest first.
    pub(super) rows: Vec<Row>,
    pub(super) from: String,
    pub(super) until: String,
}

/// A line over the days.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// `from 61 to 74`.
    pub(super) words: String,
    /// Points of a line in a box 90 wide and 100 high, as SVG has them.
    pub(super) points: String,
    /// The number at the upper edge.
    pub(super) most: String,
}

/// A day in numbers.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) date: String,
    pub(super) score: u32,
    pub(super) services: String,
    pub(super) items: String,
    pub(super) findings: String,
}

impl Trend {
    /// Returns the trend of days, the oldest first; nothing when there are fewer than two.
    pub(super) fn of(days: &[Day]) -> Option<Self> {
        let [first, .., last] = days else { return None };
        let charts = vec![
            chart("Score out of 100", days, 100, |day| day.score.into()),
            chart("Services", days, 1, |day| day.services),
            chart("Findings", days, 1, |day| day.findings),
        ];
        let rows = days.iter().rev().map(row).collect();
        Some(Self { charts, rows, from: date(first.date), until: date(last.date) })
    }
}

/// Draws a line whose upper edge is the greatest number of all, and no less than `least`.
fn chart(title: &'static str, days: &[Day], least: u64, number: fn(&Day) -> u64) -> Chart {
    let most = days.iter().map(number).max().unwrap_or_default().max(least);
    let points: Vec<String> = days
        .iter()
        .map(|day| {
            // In tenths, from the upper edge.
            let depth = 1000 - number(day).saturating_mul(1000) / most;
            format!("{},{}.{}", place(days, day.date), depth / 10, depth % 10)
        })
        .collect();
    let ends = [days.first(), days.last()].map(|day| day.map(number).unwrap_or_default());
    let words = match ends {
        [from, to] if from == to => format!("{} on the first day and the last", words::number(to)),
        [from, to] => format!("from {} to {}", words::number(from), words::number(to)),
    };
    Chart { title, words, points: points.join(" "), most: words::number(most) }
}

/// Returns where a day is drawn: the latest at the right edge.
fn place(days: &[Day], date: NaiveDate) -> u64 {
    let first = days.last().and_then(|last| last.date.checked_sub_days(Days::new(DAYS_KEPT)));
    let since = first.map_or(0, |first| (date - first).num_days());
    u64::try_from(since).unwrap_or_default()
}

fn row(day: &Day) -> Row {
    Row {
        date: date(day.date),
        score: day.score,
        services: words::number(day.services),
        items: words::number(day.items),
        findings: words::number(day.findings),
    }
}

fn date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u64, score: u32, services: u64) -> Day {
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        Day { date: first + Days::new(number), items: 9, services, findings: 0, score }
    }

    #[test]
    fn two_days_make_a_trend() {
        assert!(Trend::of(&[]).is_none());
        assert!(Trend::of(&[day(0, 50, 3)]).is_none());
        let trend = Trend::of(&[day(0, 50, 4000), day(10, 75, 1000)]).unwrap();
        assert_eq!((&*trend.from, &*trend.until), ("1 January 2026", "11 January 2026"));
        let [score, services, findings] = &trend.charts[..] else { panic!("three charts") };
        assert_eq!((&*score.points, &*score.words), ("80,50.0 90,25.0", "from 50 to 75"));
        assert_eq!((&*services.points, &*services.most), ("80,0.0 90,75.0", "4,000"));
        assert_eq!(&*findings.points, "80,100.0 90,100.0");
        assert_eq!(findings.words, "0 on the first day and the last");
        assert_eq!(trend.rows[0].date, "11 January 2026");
    }
}
