//! Finding feeds: from a catalogue or a dataset site to the feeds it lists.
//!
//! Specification: <https://openactive.io/dataset-api-discovery/>.

use std::collections::BTreeSet;
use std::collections::HashSet;
use std::collections::VecDeque;

use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::Endpoint;
use crate::fetch::Fetcher;
use crate::fetch::Request;
use crate::fetch::Response;
use crate::openactive::Dataset;

/// How many pages are read at most: there are a few hundred dataset sites in the country.
const MAX_PAGES: usize = 2_000;

/// How many catalogues lead to one another.
const MAX_DEPTH: usize = 4;

/// What a dataset site says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DatasetSite {
    /// Where it is.
    pub url: String,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// Licence of its data.
    pub license: Option<String>,
    /// First pages of its feeds, in its order, each once.
    pub feeds: Vec<String>,
}

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Discovered {
    /// The dataset sites, in the order they were found. No feed is in two of them.
    pub sites: Vec<DatasetSite>,
    /// What could not be read: address and reason.
    pub unread: Vec<(String, String)>,
}

/// Walks from an address to every feed that it leads to.
pub async fn discover(fetcher: &Fetcher, start: Url) -> Discovered {
    let mut discovered = Discovered::default();
    let mut visited: HashSet<Url> = HashSet::from([start.clone()]);
    let mut waiting = VecDeque::from([(start, 0)]);
    let mut known_feeds: BTreeSet<String> = BTreeSet::new();
    while let Some((url, depth)) = waiting.pop_front() {
        let (found, url) = match page(fetcher, &url).await {
            Ok(found) => found,
            Err(reason) => {
                discovered.unread.push((Endpoint::of(&url).to_string(), reason));
                continue;
            }
        };
        for dataset in found {
            let links = dataset.has_part.iter().chain(dataset.dataset.iter());
            for link in links.filter_map(|link| url.join(link.url.get()?).ok()) {
                let is_new = depth < MAX_DEPTH && visited.len() < MAX_PAGES;
                if is_new && visited.insert(link.clone()) {
                    waiting.push_back((link, depth + 1));
                }
            }
            let mut site = site(&url, &dataset);
            site.feeds.retain(|feed| known_feeds.insert(feed.clone()));
            if !site.feeds.is_empty() {
                discovered.sites.push(site);
            }
        }
    }
    discovered
}

/// Returns what a page holds, and where it was in the end.
async fn page(fetcher: &Fetcher, url: &Url) -> Result<(Vec<Dataset>, Url), String> {
    match fetcher.get(Request::new(url.clone())).await {
        Ok(Response::Body(body)) => {
            let found = Dataset::read_all(&body.bytes);
            if found.is_empty() {
                return Err(
                    "it holds no JSON-LD that lists feeds, dataset sites or catalogues".to_owned()
                );
            }
            Ok((found, body.url))
        }
        Ok(Response::NotModified { .. }) => Err("it sent no page".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn site(url: &Url, dataset: &Dataset) -> DatasetSite {
    let downloads = dataset.distribution.iter().filter(|download| download.may_be_feed());
    let feeds = downloads.filter_map(|download| {
        let feed = url.join(download.content_url.get()?).ok()?;
        matches!(feed.scheme(), "http" | "https").then(|| feed.to_string())
    });
    DatasetSite {
        url: url.to_string(),
        publisher: dataset.publisher.get().and_then(|party| party.name.get()).map(str::to_owned),
        license: dataset.license.get().map(str::to_owned),
        feeds: feeds.collect(),
    }
}
