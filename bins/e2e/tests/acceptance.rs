//! The agent's page, line by line: each test quotes the line of the page's contract that it proves.
//!
//! The contract asks of every block what it shows, what it says where there is nothing, and what it says where something
//! failed or is old; of the whole, that it works under any path, without JavaScript, and with hostile text.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

#[path = "acceptance/banner.rs"]
mod banner;
#[path = "acceptance/components.rs"]
mod components;
#[path = "acceptance/frame.rs"]
mod frame;
#[path = "acceptance/header.rs"]
mod header;
#[path = "acceptance/lines.rs"]
mod lines;
#[path = "acceptance/reading.rs"]
mod reading;
#[path = "acceptance/resources.rs"]
mod resources;
#[path = "acceptance/scene.rs"]
mod scene;
#[path = "acceptance/sharing.rs"]
mod sharing;
#[path = "acceptance/states.rs"]
mod states;
#[path = "acceptance/tiles.rs"]
mod tiles;
#[path = "acceptance/troubles.rs"]
mod troubles;
