//! Harvesting: following feeds, keeping what they say, and turning it into services.
//!
//! One poller follows each feed ([`follow`]); one [`Mapper`] keeps services true to what is stored. They
//! meet in the store only, so a crash of either is answered by starting it again.

mod assemble;
mod board;
mod classify;
mod cursor;
mod difference;
mod discovery;
mod explain;
mod explanation;
mod feed;
mod fold;
mod gate;
mod inspection;
mod leaves;
mod mapper;
mod page;
mod patience;
mod poller;
mod publication;
mod resync;
mod roots;
mod setback;
mod shown;

pub use board::Board;
pub use board::FeedState;
pub use board::FeedStatus;
pub use difference::Difference;
pub use difference::differences;
pub use discovery::DatasetSite;
pub use discovery::Discovered;
pub use discovery::discover;
pub use explain::Explainer;
pub use explanation::ExplainedField;
pub use explanation::ExplainedFinding;
pub use explanation::Explanation;
pub use explanation::FoldedSeries;
pub use explanation::Origin;
pub use feed::FeedSettings;
pub use feed::Followed;
pub use feed::Harvester;
pub use feed::PAGES_AT_ONCE;
pub use feed::Until;
pub use feed::follow;
pub use fold::fold_group;
pub use fold::folded_series;
pub use gate::Gate;
pub use gate::Guard;
pub use inspection::inspect;
pub use mapper::Mapper;
pub use page::ReadPage;
pub use page::read_page;
pub use publication::Sources;
pub use publication::publication;
pub use roots::MappedRoot;
pub use roots::map_roots;
pub use shown::SHOWN;
pub use shown::Shown;
pub use shown::shown_feeds;
pub use shown::withheld_since;
