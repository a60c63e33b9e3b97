//! The vocabularies: from their addresses or paths, with the last good copy in the store.

use std::sync::Arc;

use tracing::info;
use tracing::warn;
use xxhash_rust::xxh3::Xxh3;

use crate::causes::with_causes;
use crate::config::Mappings;
use crate::config::Publisher;
use crate::config::VocabularySource;
use crate::fetch::Fetcher;
use crate::fetch::Request;
use crate::fetch::Response;
use crate::mapping::Rules;
use crate::mapping::Ruleset;
use crate::openactive::Vocabulary;
use crate::store::Store;
use crate::store::StoreError;

/// Vocabularies that were read, by name.
pub(super) type Read = Vec<(&'static str, Vocabulary)>;

/// Where vocabularies come from.
pub(super) struct Vocabularies<'a> {
    pub(super) config: &'a Mappings,
    pub(super) store: &'a Arc<dyn Store>,
    pub(super) fetcher: &'a Arc<Fetcher>,
}

impl Vocabularies<'_> {
    /// Returns name and source of each vocabulary that is switched on.
    fn all(&self) -> impl Iterator<Item = (&'static str, &VocabularySource)> {
        switched_on(self.config)
    }

    /// Returns the copies in the store.
    pub(super) async fn stored(&self) -> Read {
        Self::stored_in(self.config, self.store.as_ref()).await
    }

    /// Returns the copies in a store.
    pub(super) async fn stored_in(config: &Mappings, store: &dyn Store) -> Read {
        let mut read = Read::new();
        for (name, _) in switched_on(config) {
            match store.document(name.to_owned()).await {
                Ok(Some(body)) => {
                    read.extend(Vocabulary::parse(&body).ok().map(|vocabulary| (name, vocabulary)));
                }
                Ok(None) => {}
                Err(error) => warn!(
                    error = with_causes(&error),
                    vocabulary = name,
                    "stored vocabulary not read"
                ),
            }
        }
        read
    }

    /// Reads every vocabulary; returns those that changed, and whether all could be had.
    pub(super) async fn refreshed(&self) -> (Read, bool) {
        let (mut read, mut is_all) = (Read::new(), true);
        for (name, source) in self.all() {
            let kept = self.store.document(name.to_owned()).await.ok().flatten();
            let body = match self.read(source).await {
                Ok(body) if kept.as_ref() == Some(&body) => continue,
                Ok(body) => body,
                Err(error) => {
                    warn_of(name, &error, kept.is_some());
                    is_all = false;
                    continue;
                }
            };
            match Vocabulary::parse(&body) {
                Ok(vocabulary) => read.push((name, vocabulary)),
                Err(error) => {
                    let error = format!("what was read is no vocabulary: {error}");
                    warn_of(name, &error, kept.is_some());
                    is_all = false;
                    continue;
                }
            }
            info!(vocabulary = name, bytes = body.len(), "vocabulary read");
            if let Err(error) = self.store.keep_document(name.to_owned(), body).await {
                warn!(error = with_causes(&error), vocabulary = name, "vocabulary not kept");
            }
        }
        (read, is_all)
    }

    /// Returns a mark of everything services are made with: the stored vocabularies, the rules that
    /// are data, and what the configuration says of publishers.
    pub(super) async fn made_with(
        &self,
        publishers: &[Publisher],
        rules: &Ruleset,
    ) -> Result<Vec<u8>, StoreError> {
        let mut hash = Xxh3::new();
        // Another build may map differently.
        hash.update(env!("BATON_MADE_OF").as_bytes());
        hash.update(&rules.digest().to_be_bytes());
        for (name, _) in self.all() {
            hash.update(name.as_bytes());
            hash.update(&self.store.document(name.to_owned()).await?.unwrap_or_default());
        }
        for publisher in publishers {
            let Publisher { key, name, preset, dataset, license, republish, options, .. } =
                publisher;
            let said = format!("{:?}", (key, name, preset, dataset, license, republish, options));
            hash.update(said.as_bytes());
        }
        Ok(hash.digest128().to_be_bytes().to_vec())
    }

    async fn read(&self, source: &VocabularySource) -> Result<Vec<u8>, String> {
        match source {
            VocabularySource::Web(url) => match self.fetcher.get(Request::new(url.clone())).await {
                Ok(Response::Body(body)) => Ok(body.bytes.to_vec()),
                Ok(Response::NotModified { .. }) => Err("not modified".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            VocabularySource::File(path) => {
                tokio::fs::read(path).await.map_err(|error| format!("{}: {error}", path.display()))
            }
        }
    }
}

fn warn_of(vocabulary: &str, error: &str, has_copy: bool) {
    if has_copy {
        warn!(vocabulary, error, "vocabulary not read; the last copy stays");
    } else {
        warn!(vocabulary, error, "vocabulary not read; there is no copy of it yet");
    }
}

fn switched_on(
    config: &Mappings,
) -> impl Iterator<Item = (&'static str, &VocabularySource)> + use<'_> {
    let all = [
        ("activity_list", &config.activity_list),
        ("facility_types", &config.facility_types),
        ("accessibility_support", &config.accessibility_support),
    ];
    all.into_iter().filter_map(|(name, source)| Some((name, source.as_ref()?)))
}

/// Tells whether there is an activity list, and rules hold all vocabularies that are switched on.
pub(super) fn holds_all(config: &Mappings, rules: &Rules) -> bool {
    let is_held = |name| match name {
        "activity_list" => !rules.activities.terms().is_empty(),
        "facility_types" => !rules.facility_types.terms().is_empty(),
        _ => !rules.accessibility.terms().is_empty(),
    };
    config.activity_list.is_some() && switched_on(config).all(|(name, _)| is_held(name))
}

/// Reads the vocabularies that are files.
pub(super) fn in_files(config: &Mappings) -> Read {
    let read = switched_on(config).filter_map(|(name, source)| match source {
        VocabularySource::File(path) => {
            Some((name, Vocabulary::parse(&std::fs::read(path).ok()?).ok()?))
        }
        VocabularySource::Web(_) => None,
    });
    read.collect()
}

/// Puts vocabularies into rules.
pub(super) fn put(rules: &mut Rules, read: Read) {
    for (name, vocabulary) in read {
        match name {
            "activity_list" => rules.activities = vocabulary,
            "facility_types" => rules.facility_types = vocabulary,
            _ => rules.accessibility = vocabulary,
        }
    }
}
