//! `baton check`: the conformance of an API or a feed.
