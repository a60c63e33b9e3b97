//! Dataset sites and data catalogues: where feeds are found.
//!
//! Specification: <https://openactive.io/dataset-api-discovery/>. A dataset site is a web page for people
//! that holds its `Dataset` as JSON-LD in a script; a catalogue is JSON-LD that names dataset sites or
//! further catalogues.

use super::lenient::Absent as _;
use super::lenient::Many;
use super::lenient::Nested;
use super::lenient::Text;
use super::lenient::lenient_object;
use super::party::Party;

lenient_object! {
    /// A [`Dataset`](https://schema.org/Dataset), a [`DataCatalog`](https://schema.org/DataCatalog) or a
    /// collection of catalogues.
    pub struct Dataset {
        /// What it is.
        type_name: Text = "@type" | "type",
        /// Its address.
        id: Text = "@id" | "id" | "url",
        /// What it is called.
        name: Text = "name",
        /// Licence of its data.
        license: Text = "license" | "licence",
        /// Who publishes it.
        publisher: Nested<Party> = "publisher",
        /// Its feeds.
        distribution: Many<DataDownload> = "distribution",
        /// The dataset sites of a catalogue.
        dataset: Many<Reference> = "dataset",
        /// The catalogues of a collection.
        has_part: Many<Reference> = "hasPart",
        /// The datasets of a page that holds several.
        graph: Many<Dataset> = "@graph",
    }
    text => id
}

lenient_object! {
    /// A [`DataDownload`](https://schema.org/DataDownload): a feed of a dataset.
    pub struct DataDownload {
        /// Address of the first page.
        content_url: Text = "contentUrl",
        /// Its media type.
        encoding_format: Text = "encodingFormat",
        /// What it holds, in words of the publisher's own.
        name: Text = "name",
    }
    text => content_url
}

lenient_object! {
    /// Something named by its address.
    pub struct Reference {
        /// The address.
        url: Text = "url" | "@id" | "id" | "contentUrl",
    }
    text => url
}

impl DataDownload {
    /// Tells whether it may be a feed: it says that it is, or nothing of its format. The media type of feeds was
    /// another before RPDE had its own, and their pages are JSON.
    pub fn may_be_feed(&self) -> bool {
        let Some(format) = self.encoding_format.get() else { return true };
        let format = format.to_ascii_lowercase();
        let media_type = format.split(';').next().unwrap_or_default().trim();
        media_type == "application/json" || media_type.starts_with("application/vnd.openactive")
    }
}

impl Dataset {
    /// Reads what a page holds: JSON-LD itself, or HTML with JSON-LD in scripts. Nothing usable gives
    /// nothing.
    pub fn read_all(body: &[u8]) -> Vec<Self> {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let documents = if text.starts_with('<') { scripts(text) } else { vec![text.to_owned()] };
        let mut found = Vec::new();
        for document in documents {
            let read: Many<Self> = serde_json::from_str(&document).unwrap_or_default();
            for dataset in read.0 {
                found.extend(dataset.graph.0.iter().cloned());
                found.push(dataset);
            }
        }
        found.retain(|dataset| {
            !(dataset.distribution.is_absent()
                && dataset.dataset.is_absent()
                && dataset.has_part.is_absent())
        });
        found
    }
}

/// Returns the content of each JSON-LD script of an HTML page. Up to its end tag a script is text.
fn scripts(html: &str) -> Vec<String> {
    // Only ASCII letters change, so that places stay the same.
    let lower = html.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(tag) = lower.get(at..).and_then(|rest| rest.find("<script")) {
        let begin = at + tag;
        let Some(open_end) = lower.get(begin..).and_then(|rest| rest.find('>')) else { break };
        let content = begin + open_end + 1;
        let end = lower.get(content..).and_then(|rest| rest.find("</script"));
        let end = end.map_or(lower.len(), |end| content + end);
        let attributes = lower.get(begin..content).unwrap_or_default();
        if attributes.contains("application/ld+json") {
            found.extend(html.get(content..end).map(str::to_owned));
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_json_ld_script_of_a_page_is_read_and_nothing_else() {
        let html = r#"<!DOCTYPE html><HTML><script>var a = "<script type='application/ld+json'>";</script>
            <SCRIPT id=x Type="application/ld+json">{"@type":"WebPage","name":"About us"}</SCRIPT>
            <script type="application/ld+json"> [{"@type":"Dataset","license":"L","publisher":{"name":"P"},
            "distribution":[{"contentUrl":"https://a.org/f"},"https://a.org/g"]}]</script>
            <script type="application/ld+json">{"broken":</script>"#;
        let found = Dataset::read_all(html.as_bytes());
        assert_eq!(found.len(), 1);
        let feeds: Vec<_> = found[0].distribution.iter().map(|d| d.content_url.as_str()).collect();
        assert_eq!(feeds, ["https://a.org/f", "https://a.org/g"]);
        assert_eq!(found[0].publisher.get().unwrap().name.as_str(), "P");
        assert_eq!(found[0].license.as_str(), "L");
    }

    #[test]
    fn a_download_in_another_format_is_no_feed() {
        let may_be_feed =
            |download: &str| serde_json::from_str::<DataDownload>(download).unwrap().may_be_feed();
        for format in [
            "application/vnd.openactive.rpde+json; version=1",
            "application/vnd.openactive+json; rpde=1.0, model=2.0",
            "Application/JSON;charset=utf-8",
            "",
        ] {
            assert!(may_be_feed(&format!(r#"{{"encodingFormat":"{format}"}}"#)), "{format}");
        }
        assert!(may_be_feed(r#""https://a.org/feed""#));
        for format in ["text/csv", "text/html", "application/geo+json", "CSV"] {
            assert!(!may_be_feed(&format!(r#"{{"encodingFormat":"{format}"}}"#)), "{format}");
        }
    }

    #[test]
    fn a_catalogue_names_sites_and_a_collection_catalogues() {
        let catalogue = r#"{"@type":"DataCatalog","dataset":["https://a.org/",{"@type":"Dataset","url":"https://b.org/"}]}"#;
        let found = Dataset::read_all(catalogue.as_bytes());
        let sites: Vec<_> = found[0].dataset.iter().map(|site| site.url.as_str()).collect();
        assert_eq!(sites, ["https://a.org/", "https://b.org/"]);
        let collection = br#"{"hasPart":["https://c.org/catalogue.jsonld"]}"#;
        assert_eq!(
            Dataset::read_all(collection)[0].has_part[0].url.as_str(),
            "https://c.org/catalogue.jsonld"
        );
        for nothing in
            ["", "<html>", "<script", "<script type=application/ld+json>", "{}", "null", "[1]"]
        {
            assert!(Dataset::read_all(nothing.as_bytes()).is_empty(), "{nothing}");
        }
    }
}
