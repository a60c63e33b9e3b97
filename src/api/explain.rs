//! `GET /v3/services/{id}?explain=true`: a service and where each of its fields comes from.

use futures_util::future::BoxFuture;

use super::asked::Answer;
use super::asked::Asked;
use super::caching::Since;
use super::error::Problem;
use crate::oruk::Id;
use crate::store::StoreError;

/// What became of the wish for an explanation.
#[derive(Debug)]
pub enum Explained {
    /// It is there: JSON.
    Done(Vec<u8>),
    /// There is no such service.
    Unknown,
    /// Others are being made; each takes a while.
    Busy,
}

/// Explains services; implemented by whoever maps them.
pub trait ExplainSource: Send + Sync {
    /// Explains a service.
    fn explain(&self, service: Id) -> BoxFuture<'_, Result<Explained, StoreError>>;
}

/// Answers with the explanation of a service.
pub(super) async fn answer(asked: &Asked, service: Id) -> Answer {
    match asked.state.explain.explain(service).await? {
        Explained::Done(body) => {
            asked.bytes(body, Since { time: asked.state.clock.now(), is_telling: false }).await
        }
        Explained::Unknown => Err(Problem::UnknownId { what: "service" }),
        Explained::Busy => Err(Problem::Busy),
    }
}
