//! Harvesting: following feeds, keeping what they say, and turning it into services.

mod assemble;
mod classify;
mod page;
mod worker;

pub use page::read_page;
pub use worker::Sources;
pub use worker::publication;
