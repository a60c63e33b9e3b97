//! A line of JSON for each service.

use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write as _;

use super::Writer;

/// Lines of JSON.
pub(super) struct Lines(BufWriter<File>);

impl Lines {
    pub(super) fn new(file: File) -> Self {
        Self(BufWriter::new(file))
    }
}

impl Writer for Lines {
    fn write(&mut self, service: &str) -> io::Result<()> {
        // JSON as it is kept has no line breaks: inside text they are escaped.
        self.0.write_all(service.as_bytes())?;
        self.0.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}
