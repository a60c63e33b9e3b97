//! `baton remap`: maps the whole store again, or says what that would change.

use std::io::Write as _;
use std::time::Duration;

use indicatif::ProgressBar;
use serde_json::Value;
use serde_json::json;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::check_store_exists;
use super::progress::Bar;
use super::progress::spinner;
use super::say;
use super::terminal;
use super::terminal::Form;
use crate::app::App;
use crate::app::Change;
use crate::app::ServiceChange;
use crate::app::remap_differences;
use crate::clock::Clock;
use crate::config::Config;
use crate::mapping::Ruleset;

/// How much of a value is shown to people.
const MAX_SHOWN: usize = 100;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigPath,
    /// Only report which services would change and how; nothing is written.
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let (config, rules) = arguments.config.load()?;
    check_store_exists(&config)?;
    if arguments.diff {
        let bar = spinner();
        report(&config, rules, &bar, arguments.form.is_json).await?;
    } else {
        remap(config, arguments.form.is_json).await?;
    }
    Ok(Verdict::Well)
}

async fn report(
    config: &Config,
    rules: Ruleset,
    bar: &ProgressBar,
    is_json: bool,
) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let (mut added, mut changed, mut withdrawn, mut held) = (0, 0, 0, 0);
    let mut failed = None;
    let clock = Clock::default();
    let roots = remap_differences(config, rules, &clock, |count, changes| {
        bar.set_message(format!("{count} looked at"));
        bar.tick();
        for change in changes {
            *match change.change {
                Change::Added => &mut added,
                Change::Changed => &mut changed,
                Change::Withdrawn => &mut withdrawn,
                Change::Held => &mut held,
            } += 1;
            failed = failed.take().or(write(&mut out, &change, is_json).err());
        }
    });
    let roots = roots.await?;
    bar.finish_and_clear();
    failed.map_or(Ok(()), Err)?;
    out.flush()?;
    say(&format!(
        "{roots} looked at: {added} would be added, {changed} changed, {withdrawn} withdrawn"
    ));
    if held > 0 {
        say(&format!(
            "{held} would be lost; held until the drop guard has judged what their feeds lose"
        ));
    }
    Ok(())
}

async fn remap(config: Config, is_json: bool) -> Result<(), Failure> {
    let app = App::open(config, Clock::default()).await?;
    let bar = Bar::start("roots");
    let mut most = 0;
    let mut remapping = std::pin::pin!(app.remap());
    let remapped = loop {
        tokio::select! {
            done = &mut remapping => break done?,
            () = tokio::time::sleep(Duration::from_millis(200)) => {
                let waiting = usize::try_from(app.waiting().await).unwrap_or(usize::MAX);
                most = most.max(waiting);
                bar.show(most - waiting, most);
            }
        }
    };
    drop(bar);
    let (roots, changed) = (remapped.roots, remapped.changed);
    if is_json {
        return terminal::print_json(&json!({ "roots": roots, "changed": changed }));
    }
    say(&format!("{roots} mapped again, {changed} services changed"));
    Ok(())
}

fn write(
    out: &mut impl std::io::Write,
    change: &ServiceChange,
    is_json: bool,
) -> Result<(), std::io::Error> {
    if is_json {
        return writeln!(out, "{}", serde_json::to_string(change)?);
    }
    let how = match change.change {
        Change::Added => "added",
        Change::Changed => "changed",
        Change::Withdrawn => "withdrawn",
        Change::Held => "held: it would be lost",
    };
    writeln!(out, "{} {}: {how}", change.service, change.name)?;
    for field in &change.fields {
        let (before, after) = (shown(field.before.as_ref()), shown(field.after.as_ref()));
        writeln!(out, "  {}: {before} -> {after}", field.field)?;
    }
    Ok(())
}

fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    if text.chars().count() <= MAX_SHOWN {
        return text;
    }
    text.chars().take(MAX_SHOWN).chain(['…']).collect()
}
