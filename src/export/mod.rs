//! Exports: services written to files that other tools read.
//!
//! A [`Writer`] for each [`Format`] takes services one after the other, as they are shown under `/v3`,
//! and holds no more of them than it has to write together. Nothing is read here: whoever exports says what and
//! from where.

mod about;
mod data_package;
mod geojson;
mod ndjson;
mod parquet;
mod place;
mod rows;
mod table;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;

pub use about::About;
pub use about::Source;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// A line of JSON for each service.
    Ndjson,
    /// The HSDS tabular data package: CSV files and their description in a ZIP archive.
    Csv,
    /// A feature for each place of a service.
    #[value(name = "geojson")]
    GeoJson,
    /// A row for each place of a service, by columns.
    Parquet,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Ndjson, Self::Csv, Self::GeoJson, Self::Parquet];

    /// Returns the name of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Ndjson => "services.ndjson",
            Self::Csv => "services.zip",
            Self::GeoJson => "services.geojson",
            Self::Parquet => "services.parquet",
        }
    }

    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "application/zip",
            Self::GeoJson => "application/geo+json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// Begins an export into an empty file.
    ///
    /// # Errors
    /// When the file, or a temporary one beside it, cannot be written.
    pub fn writer(self, file: File, about: About) -> io::Result<Box<dyn Writer>> {
        Ok(match self {
            Self::Ndjson => Box::new(ndjson::Lines::new(file)),
            Self::Csv => Box::new(data_package::DataPackage::new(file, about)?),
            Self::GeoJson => Box::new(geojson::Features::new(file, &about)?),
            Self::Parquet => Box::new(parquet::RowGroups::new(file, &about)?),
        })
    }
}

/// Writes services to a file.
pub trait Writer: Send {
    /// Writes a service: JSON, whole, as `/v3` shows it.
    ///
    /// # Errors
    /// When the file cannot be written, or the service cannot be read.
    fn write(&mut self, service: &str) -> io::Result<()>;

    /// Writes what comes last; without it the file is not whole.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
