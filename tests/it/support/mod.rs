//! What the tests share.

pub(crate) mod events;
pub(crate) mod follower;
pub(crate) mod gateway;
pub(crate) mod inside;
pub(crate) mod items;
pub(crate) mod json;
pub(crate) mod pipeline;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod publisher;
pub(crate) mod stored;
