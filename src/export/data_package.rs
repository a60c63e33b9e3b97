//! The HSDS tabular data package: a CSV file for each table and `datapackage.json`, in a ZIP archive.
//!
//! Specification: [Tabular Data Package](https://specs.frictionlessdata.io/tabular-data-package/). A
//! service has rows in many tables, and an archive holds one file after the other, so each table is
//! written to a temporary file of its own first.
//!
//! Cells are what publishers wrote, also where they begin with `=`, `+`, `-` or `@`: telephone numbers
//! and rules such as `-1FR` do, and whoever reads a data package by its description gets text as text.
//! A spreadsheet that is made to open a table may take such a cell for a formula; the description of the
//! package says so.

use std::fs::File;
use std::io;
use std::io::Seek as _;
use std::io::Write as _;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::About;
use super::Writer;
use super::rows::Rows;
use super::table::Kind;
use super::table::TABLES;
use super::table::Table;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3;

const DESCRIPTION: &str = "Services in the tables of HSDS 3.0, with the additions of its UK profile. \
    Cells hold text as it was published. Import the tables as text: a spreadsheet may take a cell that \
    begins with =, +, - or @ for a formula.";

/// A data package on its way.
pub(super) struct DataPackage {
    file: File,
    about: About,
    tables: Vec<csv::Writer<File>>,
    rows: Rows,
    /// Terms that only services name.
    terms: Vec<TaxonomyTerm>,
}

impl DataPackage {
    pub(super) fn new(file: File, about: About) -> io::Result<Self> {
        let tables: io::Result<Vec<_>> = TABLES.iter().map(begin).collect();
        let (rows, terms) = (Rows::default(), Vec::new());
        let mut package = Self { file, about, tables: tables?, rows, terms };
        let known = package.about.terms.clone();
        for term in known {
            let term = serde_json::to_value(term.as_ref())?;
            let tables = &mut package.tables;
            package.rows.of_term(Some(&term), &mut |table, row| put(tables, table, row))?;
        }
        Ok(package)
    }
}

fn begin(table: &Table) -> io::Result<csv::Writer<File>> {
    let mut out = csv::Writer::from_writer(tempfile::tempfile()?);
    out.write_record(table.fields.iter().map(|(name, _)| name))?;
    Ok(out)
}

fn put(tables: &mut [csv::Writer<File>], name: &str, row: &Map<String, Value>) -> io::Result<()> {
    let found = TABLES.iter().zip(tables).find(|(table, _)| table.name == name);
    let Some((table, out)) = found else { return Ok(()) };
    for (field, _) in table.fields {
        match row.get(*field) {
            None | Some(Value::Null) => out.write_field("")?,
            Some(Value::String(text)) => out.write_field(text)?,
            // Dates, of which none holds a comma.
            Some(Value::Array(items)) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                out.write_field(texts.join(","))?;
            }
            Some(other) => out.write_field(other.to_string())?,
        }
    }
    out.write_record(None::<&[u8]>)?;
    Ok(())
}

impl Writer for DataPackage {
    fn write(&mut self, service: &str) -> io::Result<()> {
        let service: Map<String, Value> = serde_json::from_str(service)?;
        let (tables, terms) = (&mut self.tables, &mut self.terms);
        self.rows.of_service(&service, &mut |table, row| {
            if table == "taxonomy_term" {
                terms.extend(serde_json::from_value::<TaxonomyTerm>(Value::Object(row.clone())));
            }
            put(tables, table, row)
        })
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        let terms = self.about.terms.iter().map(AsRef::as_ref).chain(&self.terms);
        for taxonomy in v3::taxonomies_of(terms) {
            if let Value::Object(row) = serde_json::to_value(taxonomy)? {
                put(&mut self.tables, "taxonomy", &row)?;
            }
        }
        let mut archive = ZipWriter::new(self.file);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true);
        archive.start_file("datapackage.json", options)?;
        serde_json::to_writer_pretty(&mut archive, &description(&self.about))?;
        for (table, rows) in TABLES.iter().zip(self.tables) {
            let mut rows = rows.into_inner().map_err(csv::IntoInnerError::into_error)?;
            rows.rewind()?;
            archive.start_file(table.path, options)?;
            io::copy(&mut rows, &mut archive)?;
        }
        archive.finish()?.flush()
    }
}

/// Returns `datapackage.json`.
fn description(about: &About) -> Value {
    let sources = about.sources.iter().map(|source| {
        json!({
            "title": source.name, "path": source.url,
            "license": source.license, "last_read": source.last_read,
        })
    });
    let licenses = about.licenses().into_iter().map(|license| json!({ "path": license }));
    let mut description = json!({
        "profile": "tabular-data-package",
        "name": "open-referral-uk-services",
        "title": about.title,
        "description": DESCRIPTION,
        "created": about.created,
        "version": about.change_number.to_string(),
        "attribution": about.attribution,
        "sources": sources.collect::<Vec<_>>(),
        "licenses": licenses.collect::<Vec<_>>(),
        "resources": TABLES.iter().map(resource).collect::<Vec<_>>(),
    });
    // An empty list is not allowed here; without one there is no licence that says anything.
    if about.licenses().is_empty()
        && let Some(members) = description.as_object_mut()
    {
        members.remove("licenses");
    }
    description
}

fn resource(table: &Table) -> Value {
    let keys = table.keys.iter().map(|(field, other)| {
        json!({ "fields": field, "reference": { "resource": other, "fields": "id" } })
    });
    json!({
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": table.fields.iter().map(|(name, kind)| field(name, *kind)).collect::<Vec<_>>(),
            "primaryKey": "id",
            "foreignKeys": keys.collect::<Vec<_>>(),
        },
    })
}

fn field(name: &str, kind: Kind) -> Value {
    match kind {
        Kind::Text if name == "id" => {
            json!({ "name": name, "type": "string", "constraints": { "required": true } })
        }
        Kind::Text => json!({ "name": name, "type": "string" }),
        Kind::Number => json!({ "name": name, "type": "number" }),
        Kind::Integer => json!({ "name": name, "type": "integer" }),
        Kind::Date => json!({ "name": name, "type": "date" }),
        Kind::Time => json!({ "name": name, "type": "time", "format": "%H:%M" }),
        Kind::Instant => json!({ "name": name, "type": "datetime" }),
    }
}
