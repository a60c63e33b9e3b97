//! `baton harvest`: every feed to its end once.

use serde_json::Value;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::progress::Bars;
use super::say;
use super::terminal;
use super::terminal::Form;
use crate::app::App;
use crate::app::UnreadDataset;
use crate::clock::Clock;
use crate::config::without_secrets;
use crate::harvest::Followed;
use crate::store::FeedRecord;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(
    arguments: &Arguments,
    stop: CancellationToken,
) -> Result<Verdict, Failure> {
    let (config, _) = arguments.config.load()?;
    let app = App::open(config, Clock::default()).await?;
    let begun = std::time::Instant::now();
    let bars = Bars::start(&app);
    let done = app.harvest_once(&stop).await;
    drop(bars);
    let done = done?;
    let mut is_well = !stop.is_cancelled();
    for (_, followed) in &done {
        is_well &= *followed == Followed::End;
    }
    let unread = app.unread_datasets();
    is_well &= !unread.iter().any(|dataset| dataset.is_all);
    let (services, secs) = (app.service_count(), begun.elapsed().as_secs_f64());
    if arguments.form.is_json {
        let feeds: Vec<Value> =
            done.iter().map(|(record, how)| report(&app, record, how)).collect();
        let datasets: Vec<Value> = unread.iter().map(unread_report).collect();
        terminal::print_json(&json!({
            "services": services, "seconds": secs, "feeds": feeds, "unread_datasets": datasets,
        }))?;
    } else {
        for (record, followed) in &done {
            say(&terminal::plain(&summary(&app, record, followed)));
        }
        for UnreadDataset { publisher, reason, .. } in &unread {
            say(&terminal::plain(&format!("{publisher}: dataset site not read: {reason}")));
        }
        say(&format!("{services} services from {} feeds in {secs:.1} s", done.len()));
    }
    Ok(if is_well { Verdict::Well } else { Verdict::Unwell })
}

fn unread_report(dataset: &UnreadDataset) -> Value {
    json!({ "publisher": dataset.publisher, "reason": dataset.reason })
}

fn report(app: &App, record: &FeedRecord, followed: &Followed) -> Value {
    let (outcome, reason) = match followed {
        Followed::End => ("done", None),
        Followed::Failed(reason) => ("failed", Some(reason)),
        Followed::Cancelled => ("stopped", None),
    };
    json!({
        "publisher": record.publisher,
        "url": without_secrets(&record.url),
        "items": record.items,
        "deleted": record.deleted,
        "orphans": record.orphans,
        "findings": record.findings,
        "pages": record.pages,
        "outcome": outcome,
        "reason": reason,
        "withheld": app.withheld(record),
    })
}

fn summary(app: &App, record: &FeedRecord, followed: &Followed) -> String {
    let how = match followed {
        Followed::End => "done".to_owned(),
        Followed::Failed(reason) => format!("failed: {reason}"),
        Followed::Cancelled => "stopped half way; the next run goes on from here".to_owned(),
    };
    let withheld = app.withheld(record).map(|why| format!("; not republished: {why}"));
    format!(
        "{} {}: {} items, {} deleted, {} orphans, {} findings, {} pages, {how}{}",
        record.publisher,
        without_secrets(&record.url),
        record.items,
        record.deleted,
        record.orphans,
        record.findings,
        record.pages,
        withheld.unwrap_or_default(),
    )
}
