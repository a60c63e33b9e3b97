//! Dataset sites: pages that tell people and harvesters which feeds there are.
//!
//! Each carries a `Dataset` in JSON-LD, after
//! <https://openactive.io/dataset-api-discovery/EditorsDraft/>.

use serde_json::Value;
use serde_json::json;

use super::dataset::DATASETS;
use super::dataset::Dataset;
use super::dataset::Listing;
use super::server::LICENSE;
use super::server::RPDE;

/// Returns the page of the whole sample, with all feeds and how to make an edit.
pub(super) fn front_page(base_url: &str) -> String {
    let base = escape(base_url);
    let everything = Subject {
        url: format!("{base_url}/"),
        publisher: "Baton sample publisher",
        website: "https://baton.example.org",
        email: "sample@baton.example.org",
        about: "All sample feeds together. Everything in them is invented; something changes every \
                20 seconds.",
    };
    let json_ld = everything.json_ld(base_url, &DATASETS);
    let line = |dataset: &Dataset| {
        let Dataset { key, publisher, about, .. } = dataset;
        format!("<li><a href=\"{base}/{key}/\">{publisher}</a>: {about}</li>")
    };
    let body = format!(
        "<h2>Datasets</h2>\n{}<h2>Make an edit</h2>\n\
         <p>Rename the first community session and watch the new name arrive:</p>\n\
         <pre>curl -X POST '{base}/edit?name=Walking+Football+and+Tea'</pre>\n",
        list(DATASETS.iter().map(line))
    );
    everything.html(&json_ld, &body)
}

/// Returns the page of one dataset.
pub(super) fn dataset_site(base_url: &str, dataset: &Dataset) -> String {
    let subject = Subject {
        url: format!("{base_url}/{}/", dataset.key),
        publisher: dataset.publisher,
        website: dataset.website,
        email: dataset.email,
        about: dataset.about,
    };
    let json_ld = subject.json_ld(base_url, std::slice::from_ref(dataset));
    let base = escape(base_url);
    let line = |listing: &Listing| {
        let Listing { path, kind, .. } = listing;
        format!("<li>{kind}: <a href=\"{base}{path}\">{path}</a></li>")
    };
    let body = format!("<h2>Feeds</h2>\n{}", list(dataset.listings.iter().map(line)));
    subject.html(&json_ld, &body)
}

/// What a page is about.
struct Subject {
    url: String,
    publisher: &'static str,
    website: &'static str,
    email: &'static str,
    about: &'static str,
}

impl Subject {
    fn json_ld(&self, base_url: &str, datasets: &[Dataset]) -> Value {
        json!({
            "@context": ["https://schema.org/", "https://openactive.io/"],
            "@type": "Dataset",
            "@id": self.url,
            "url": self.url,
            "name": format!("{} Sessions and Facilities", self.publisher),
            "description": self.about,
            "keywords": ["Sessions", "Facilities", "Activities", "Sports", "OpenActive", "Sample"],
            "license": LICENSE,
            "discussionUrl": format!("{}/discussion", self.website),
            "documentation": "https://developer.openactive.io/",
            "inLanguage": ["en-GB"],
            "schemaVersion": "https://www.openactive.io/modelling-opportunity-data/2.0/",
            "publisher": {
                "@type": "Organization",
                "name": self.publisher,
                "legalName": self.publisher,
                "description": self.about,
                "email": self.email,
                "url": self.website,
            },
            "distribution": distribution(base_url, datasets),
        })
    }

    /// Returns the page around a body that is HTML already.
    fn html(&self, json_ld: &Value, body: &str) -> String {
        // No `<` inside the script, or a value could close it.
        let json_ld = format!("{json_ld:#}").replace('<', "\\u003c");
        let Self { publisher, about, .. } = self;
        format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
             <title>{publisher}: open data</title>\n\
             <script type=\"application/ld+json\">\n{json_ld}\n</script>\n</head>\n<body>\n\
             <h1>{publisher}</h1>\n<p>{about}</p>\n{body}\
             <p>Licence: <a href=\"{LICENSE}\">CC BY 4.0</a></p>\n</body>\n</html>\n"
        )
    }
}

fn distribution(base_url: &str, datasets: &[Dataset]) -> Vec<Value> {
    let listings = datasets.iter().flat_map(|dataset| dataset.listings);
    listings
        .map(|listing| {
            json!({
                "@type": "DataDownload",
                "name": listing.kind,
                "additionalType": format!("https://openactive.io/{}", listing.kind),
                "encodingFormat": RPDE,
                "contentUrl": format!("{base_url}{}", listing.path),
            })
        })
        .collect()
}

fn list(lines: impl Iterator<Item = String>) -> String {
    format!("<ul>\n{}\n</ul>\n", lines.collect::<Vec<_>>().join("\n"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
