//! `baton demo`: a bundled sample publisher and the gateway, with no network and no configuration.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Failure;
use super::Verdict;
use super::discover::quoted;
use super::progress::Bars;
use super::say;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::ProcessEnvironment;
use crate::demo::SamplePublisher;

/// How often something changes at the sample publisher.
const TICK: Duration = Duration::from_secs(20);

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where the gateway listens; another free port is taken when this one is in use.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the sample publisher listens; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    publisher: SocketAddr,
}

pub(super) async fn run(
    arguments: &Arguments,
    stop: CancellationToken,
) -> Result<Verdict, Failure> {
    let clock = Clock::default();
    let listener = listen(arguments.listen).await?;
    let publisher_listener = TcpListener::bind(arguments.publisher)
        .await
        .with_context(|| format!("listening on {}", arguments.publisher))?;
    let publisher_url = format!("http://{}", publisher_listener.local_addr()?);
    let publisher = SamplePublisher::new(&publisher_url, clock.now());
    let folder = std::env::temp_dir().join(format!("baton-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let config = configuration(&publisher, &folder.join("baton.db"));
    let config = Config::parse(&config, &folder.join("demo.toml"), &ProcessEnvironment)?;
    let app = App::open(config, clock.clone()).await?;
    announce(&format!("http://{}", listener.local_addr()?), &publisher_url);
    let _bars = Bars::start(&app);
    let serving = axum::serve(publisher_listener, publisher.router().into_make_service());
    let done = tokio::select! {
        done = app.serve(listener, stop.clone()) => done,
        served = serving.into_future() => served.context("the sample publisher stopped"),
        () = edit(&publisher, &clock) => Ok(()),
    };
    stop.cancel();
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tracing::warn!(folder = %folder.display(), %error, "temporary folder not removed");
    }
    done?;
    Ok(Verdict::Well)
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let any = SocketAddr::new(address.ip(), 0);
            TcpListener::bind(any).await.with_context(|| format!("listening on {any}"))
        }
        Err(error) => Err(error).with_context(|| format!("listening on {address}")),
    }
}

/// Changes something at the publisher now and then, for ever.
async fn edit(publisher: &SamplePublisher, clock: &Clock) {
    loop {
        tokio::time::sleep(TICK).await;
        publisher.tick(clock.now());
    }
}

fn configuration(publisher: &SamplePublisher, database: &std::path::Path) -> String {
    let mut text = format!(
        "[store]\nurl = {}\n\n[fetch]\nallow_private_networks = true\npoll_interval_secs = 2\n\n\
         [limits]\nrequests_per_minute = 100000\n\n\
         [mappings]\nactivity_list = \"\"\nfacility_types = \"\"\naccessibility_support = \"\"\n",
        quoted(&format!("sqlite:{}", database.display())),
    );
    let mut feeds = publisher.feeds();
    feeds.sort_by_key(|feed| feed.publisher_key);
    for of_publisher in feeds.chunk_by(|a, b| a.publisher_key == b.publisher_key) {
        let urls: Vec<_> = of_publisher.iter().map(|feed| quoted(&feed.url)).collect();
        let (key, name) = (of_publisher[0].publisher_key, of_publisher[0].publisher_name);
        let (key, name, urls) = (quoted(key), quoted(name), urls.join(", "));
        text.push_str("\n[[publishers]]\n");
        for line in
            [format!("key = {key}\n"), format!("name = {name}\n"), format!("feeds = [{urls}]\n")]
        {
            text.push_str(&line);
        }
    }
    text.push_str(
        "\n[[areas]]\nslug = \"bristol\"\nname = \"Bristol\"\nlocal_authorities = [\"E06000023\"]\n",
    );
    text
}

fn announce(gateway: &str, publisher: &str) {
    for line in [
        "Baton demo: a sample publisher and the gateway that follows it.".to_owned(),
        String::new(),
        format!("  Open in a browser    {gateway}/"),
        format!("  HSDS-UK 3.0          {gateway}/v3/services"),
        format!("  ORUK 1.0             {gateway}/v1/services"),
        format!("  Feeds                {gateway}/status.json"),
        format!("  Sample publisher     {publisher}/"),
        String::new(),
        "Something changes at the publisher every 20 seconds. To change something yourself:"
            .to_owned(),
        format!("  curl -X POST '{publisher}/edit?name=My+new+name'"),
        format!("  curl '{gateway}/v3/services?search=my+new+name'"),
        String::new(),
        "Stop with Ctrl-C; nothing is kept.".to_owned(),
    ] {
        say(&line);
    }
}
