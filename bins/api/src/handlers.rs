//! What each path answers: plain async functions from what [`request`](crate::request) read to an answer.

pub(crate) mod clusters;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod landing;
pub(crate) mod publish;
pub(crate) mod releases;
pub(crate) mod versions;
