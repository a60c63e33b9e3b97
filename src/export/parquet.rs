//! A row for each place of a service, by columns, for databases and data frames.
//!
//! Specification: [Apache Parquet](https://parquet.apache.org/docs/file-format/). Rows are those of the
//! GeoJSON with the position in columns of their own; the column `service` holds the whole service. What
//! the export says of itself is in the metadata of the file, lists as JSON.

use std::fs::File;
use std::io;
use std::sync::Arc;

use chrono::DateTime;
use parquet::basic::Compression;
use parquet::basic::LogicalType;
use parquet::basic::Repetition;
use parquet::basic::TimeUnit;
use parquet::basic::ZstdLevel;
use parquet::data_type::ByteArray;
use parquet::data_type::ByteArrayType;
use parquet::data_type::DataType;
use parquet::data_type::DoubleType;
use parquet::data_type::Int64Type;
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::EnabledStatistics;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedColumnWriter;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use parquet::schema::types::Type;
use serde_json::Map;
use serde_json::Value;

use super::About;
use super::Writer;
use super::place::Place;
use crate::oruk::Id;
use crate::oruk::Service;

/// How many rows are held until they are written as a group.
const MAX_ROWS: usize = 8_192;

/// How many bytes of services are held until they are written as a group.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The column of whole services.
const SERVICE: &str = "service";

/// Groups of rows, of which one is held.
pub(super) struct RowGroups {
    out: SerializedFileWriter<File>,
    columns: Vec<Box<dyn Column>>,
    rows: usize,
    bytes: usize,
}

/// A service at one of its places, and the whole of it.
struct Row<'a> {
    place: Place<'a>,
    service: &'a str,
}

/// A column of the rows that are held.
trait Column: Send {
    fn schema(&self) -> Result<Type>;

    fn hold(&mut self, row: &Row<'_>);

    /// Writes what is held, and holds nothing then.
    fn write(&mut self, out: SerializedColumnWriter<'_>) -> Result<()>;
}

/// A column of a type; any cell may be empty.
struct Cells<T: DataType, F> {
    name: &'static str,
    logical: Option<LogicalType>,
    cell: F,
    /// Those that are not empty.
    values: Vec<T::T>,
    /// For each row 1, or 0 where it is empty.
    levels: Vec<i16>,
}

impl RowGroups {
    pub(super) fn new(file: File, about: &About) -> io::Result<Self> {
        let columns = columns();
        let fields: Result<Vec<_>> =
            columns.iter().map(|column| Ok(Arc::new(column.schema()?))).collect();
        let schema = Type::group_type_builder("services").with_fields(fields?).build()?;
        let service = ColumnPath::from(SERVICE);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // Hardly two are the same, and nobody asks for the smallest.
            .set_column_dictionary_enabled(service.clone(), false)
            .set_column_statistics_enabled(service, EnabledStatistics::None)
            .set_key_value_metadata(Some(metadata(about)?));
        let properties = Arc::new(properties.build());
        let out = SerializedFileWriter::new(file, Arc::new(schema), properties)?;
        Ok(Self { out, columns, rows: 0, bytes: 0 })
    }

    fn write_group(&mut self) -> Result<()> {
        let mut group = self.out.next_row_group()?;
        for column in &mut self.columns {
            if let Some(out) = group.next_column()? {
                column.write(out)?;
            }
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Writer for RowGroups {
    fn write(&mut self, service: &str) -> io::Result<()> {
        let read: Service = serde_json::from_str(service)?;
        for place in Place::all_of(&read) {
            let row = Row { place, service };
            self.columns.iter_mut().for_each(|column| column.hold(&row));
            self.rows += 1;
            self.bytes += service.len();
            if self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES {
                self.write_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.out.close()?;
        Ok(())
    }
}

impl<T, F> Column for Cells<T, F>
where
    T: DataType,
    F: Fn(&Row<'_>) -> Option<T::T> + Send,
{
    fn schema(&self) -> Result<Type> {
        Type::primitive_type_builder(self.name, T::get_physical_type())
            .with_logical_type(self.logical.clone())
            .with_repetition(Repetition::OPTIONAL)
            .build()
    }

    fn hold(&mut self, row: &Row<'_>) {
        let value = (self.cell)(row);
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn write(&mut self, mut out: SerializedColumnWriter<'_>) -> Result<()> {
        out.typed::<T>().write_batch(&self.values, Some(&self.levels), None)?;
        self.values.clear();
        self.levels.clear();
        out.close()
    }
}

fn columns() -> Vec<Box<dyn Column>> {
    vec![
        id("id", |at| Some(at.id)),
        id("service_id", |at| Some(at.service_id)),
        text("name", |at| Some(at.name)),
        text("status", |at| Some(at.status.as_str())),
        text("description", |at| at.description),
        text("url", |at| at.url),
        id("organization_id", |at| Some(at.organization_id)),
        text("organization", |at| Some(at.organization)),
        id("location_id", |at| at.location_id),
        text("location", |at| at.location),
        text("address", |at| at.address.as_deref()),
        text("postal_code", |at| at.postal_code),
        number("latitude", |at| at.position.map(|(latitude, _)| latitude)),
        number("longitude", |at| at.position.map(|(_, longitude)| longitude)),
        text("activities", |at| Some(&at.activities)),
        text("schedules", |at| Some(&at.schedules)),
        text("fees", |at| at.fees),
        number("minimum_age", |at| at.minimum_age),
        number("maximum_age", |at| at.maximum_age),
        instant("last_modified", |at| at.last_modified),
        text("publisher", |at| at.publisher),
        text("license", |at| at.license),
        text("dataset", |at| at.dataset),
        text("source_id", |at| at.source_id.as_deref()),
        column::<ByteArrayType>(SERVICE, Some(LogicalType::Json), |row| Some(row.service.into())),
    ]
}

fn id(name: &'static str, cell: fn(&Place<'_>) -> Option<Id>) -> Box<dyn Column> {
    let cell = move |row: &Row<'_>| Some(cell(&row.place)?.to_string().into_bytes().into());
    column::<ByteArrayType>(name, Some(LogicalType::String), cell)
}

fn text(name: &'static str, cell: for<'a> fn(&'a Place<'_>) -> Option<&'a str>) -> Box<dyn Column> {
    let cell = move |row: &Row<'_>| cell(&row.place).map(ByteArray::from);
    column::<ByteArrayType>(name, Some(LogicalType::String), cell)
}

fn number(name: &'static str, cell: fn(&Place<'_>) -> Option<f64>) -> Box<dyn Column> {
    column::<DoubleType>(name, None, move |row| cell(&row.place))
}

/// Returns a column of moments in UTC, from text of RFC 3339.
fn instant(name: &'static str, cell: for<'a> fn(&Place<'a>) -> &'a str) -> Box<dyn Column> {
    let logical = LogicalType::timestamp(true, TimeUnit::MILLIS);
    let cell = move |row: &Row<'_>| {
        let moment = DateTime::parse_from_rfc3339(cell(&row.place)).ok()?;
        Some(moment.timestamp_millis())
    };
    column::<Int64Type>(name, Some(logical), cell)
}

fn column<T: DataType>(
    name: &'static str,
    logical: Option<LogicalType>,
    cell: impl Fn(&Row<'_>) -> Option<T::T> + Send + 'static,
) -> Box<dyn Column> {
    let (values, levels) = (Vec::new(), Vec::new());
    Box::new(Cells::<T, _> { name, logical, cell, values, levels })
}

/// Returns what the export says of itself; what is no text is JSON.
fn metadata(about: &About) -> serde_json::Result<Vec<KeyValue>> {
    let members: Map<String, Value> = serde_json::from_value(serde_json::to_value(about)?)?;
    let members = members.into_iter().map(|(key, value)| match value {
        Value::String(text) => KeyValue::new(key, text),
        other => KeyValue::new(key, other.to_string()),
    });
    Ok(members.collect())
}
