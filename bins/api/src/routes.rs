//! Every path of the service: its method, whom it answers, and which function does.
//!
//! This list is the only one: requests are dispatched by it, tokens are asked for by it, the description of the API is
//! held against it, and a test tries each of its rows with each role.

use crate::dispatch::Verb::{Get, Post, Put};
use crate::dispatch::{ANYONE, PROBE, PUBLISHER, Route, routes};
use crate::handlers::{clusters, docs, health, landing, publish, releases, versions};

routes! {
    // probes and pages
    Get  "/"        ANYONE  landing::page;
    Get  "/docs"    ANYONE  docs::page;
    Get  "/openapi.json"  ANYONE  docs::description;
    Get  "/ping"    PROBE   health::alive;
    Get  "/livez"   PROBE   health::alive;
    Get  "/healthz" PROBE   health::alive;
    Get  "/readyz"  PROBE   health::ready;

    // releases, as agents of today read and makers publish them
    Get  "/v4/releases/{train}"                       ANYONE     releases::train;
    Put  "/v4/releases/{train}/{component}/{version}" PUBLISHER  publish::release;
    Post "/v4/releases:import"                        PUBLISHER  publish::import;

    // versions, as agents of 2016–2020 read them
    Get  "/versions/{component}"                       ANYONE     versions::list;
    Post "/v3/versions/latest"                         ANYONE     versions::latest_of_each;
    Get  "/v3/versions/{train}/{component}"            ANYONE     versions::of_component;
    Get  "/v3/versions/{train}/{component}/{version}"  ANYONE     versions::release;
    Post "/v3/versions/{train}/{component}/{version}"  PUBLISHER  publish::release;

    // clusters. The id is random and known to its cluster alone, so whoever has it may read what it said.
    Post "/v3/clusters"        ANYONE  clusters::check_in;
    Get  "/v3/clusters/count"  ANYONE  clusters::count;
    Get  "/v3/clusters/{id}"   ANYONE  clusters::one;
}
