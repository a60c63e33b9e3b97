//! `baton harvest`: every feed to its end once.

use tokio_util::sync::CancellationToken;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::progress::Bars;
use super::say;
use crate::app::App;
use crate::app::without_secrets;
use crate::clock::Clock;
use crate::harvest::Followed;
use crate::store::FeedRecord;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigPath,
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
    for (record, followed) in &done {
        is_well &= *followed == Followed::End;
        say(&summary(record, followed));
    }
    let (services, secs) = (app.service_count(), begun.elapsed().as_secs_f64());
    say(&format!("{services} services from {} feeds in {secs:.1} s", done.len()));
    Ok(if is_well { Verdict::Well } else { Verdict::Unwell })
}

fn summary(record: &FeedRecord, followed: &Followed) -> String {
    let how = match followed {
        Followed::End => "done".to_owned(),
        Followed::Failed(reason) => format!("failed: {reason}"),
        Followed::Cancelled => "stopped half way; the next run goes on from here".to_owned(),
    };
    format!(
        "{} {}: {} items, {} deleted, {} orphans, {} findings, {} pages, {how}",
        record.publisher,
        without_secrets(&record.url),
        record.items,
        record.deleted,
        record.orphans,
        record.findings,
        record.pages,
    )
}
