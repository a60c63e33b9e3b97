//! Why a table of postcodes cannot be used.

/// What is wrong with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GazetteerError {
    /// It is something else.
    #[error("this is not a table of postcodes")]
    Magic,
    /// It was made for another version of the program.
    #[error("the table of postcodes has a layout this program does not read: {found}")]
    Version {
        /// The version it has.
        found: u16,
    },
    /// It ends too early.
    #[error("the table of postcodes is cut short")]
    Truncated,
    /// It is not as it was made.
    #[error("the table of postcodes does not match its checksum")]
    Checksum,
    /// The code of an authority is none.
    #[error("authority {number} of the table of postcodes has no proper code")]
    Authority {
        /// Which, from 0.
        number: u16,
    },
    /// A block is cut short, contradicts itself or overlaps the one before.
    #[error("block {number} of the table of postcodes is malformed")]
    Block {
        /// Which, from 0.
        number: u32,
    },
    /// It does not hold as many postcodes as its header says, or more than its blocks.
    #[error("the table of postcodes does not hold what its header says")]
    Count,
}
