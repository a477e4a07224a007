//! Every path of the service: its method, whom it answers, and which function does.
//!
//! This list is the only one: requests are dispatched by it, tokens are asked for by it, the description of the API is
//! held against it, and a test tries each of its rows with each role.

use crate::dispatch::Verb::{Delete, Get, Post, Put};
use crate::dispatch::{ADMIN, ANYONE, DOCTOR, PROBE, PUBLISHER, READER, Route, routes};
use crate::handlers::{audit, backup, clusters, docs, doctor, export, fleet, health, landing, listing};
use crate::handlers::{metrics, notices, publish, releases, versions, withdraw};

routes! {
    // pages and probes
    Get  "/"             ANYONE  landing::page;
    Get  "/docs"         ANYONE  docs::page;
    Get  "/openapi.json" ANYONE  docs::description;
    Get  "/ping"         PROBE   health::alive;
    Get  "/livez"        PROBE   health::alive;
    Get  "/healthz"      PROBE   health::alive;
    Get  "/readyz"       PROBE   health::ready;
    Get  "/metrics"      READER  metrics::all;

    // releases, as agents of today read and makers publish them
    Get    "/v4/releases/{train}"                               ANYONE     releases::train;
    Put    "/v4/releases/{train}/{component}/{version}"         PUBLISHER  publish::release;
    Delete "/v4/releases/{train}/{component}/{version}"         PUBLISHER  withdraw::yank;
    Post   "/v4/releases/{train}/{component}/{version}/restore" PUBLISHER  withdraw::restore;
    Post   "/v4/releases:import"                                PUBLISHER  publish::import;
    Put    "/v4/notices/{train}/{notice}"                       PUBLISHER  notices::put;
    Delete "/v4/notices/{train}/{notice}"                       PUBLISHER  notices::remove;

    // versions, as agents of 2016–2020 read them
    Get  "/versions/{component}"                       ANYONE     versions::list;
    Post "/v2/versions/latest"                         ANYONE     versions::latest_of_each;
    Post "/v3/versions/latest"                         ANYONE     versions::latest_of_each;
    Get  "/v3/versions/{train}/{component}"            ANYONE     versions::of_component;
    Get  "/v3/versions/{train}/{component}/{version}"  ANYONE     versions::release;
    Post "/v3/versions/{train}/{component}/{version}"  PUBLISHER  publish::release;

    // clusters. The id is random and known to its cluster alone, so whoever has it may read what it said.
    Post "/v2/clusters/{id}"         ANYONE  clusters::check_in;
    Post "/v3/clusters"              ANYONE  clusters::check_in;
    Get  "/v3/clusters/count"        ANYONE  clusters::count;
    Get  "/v3/clusters/age"          READER  fleet::by_age;
    Get  "/v3/clusters/checkins"     READER  fleet::check_ins;
    Get  "/v3/clusters/persistent"   READER  fleet::persistent;
    Get  "/v3/clusters/{id}"         ANYONE  clusters::one;
    Get  "/v4/clusters"              READER  listing::clusters;
    Put  "/v4/clusters/{id}/cohort"  ADMIN   listing::set_cohort;

    // files for data tools: docs/DATA.md
    Get  "/v4/export/clusters.ndjson"   READER  export::clusters;
    Get  "/v4/export/clusters.csv"      READER  export::clusters;
    Get  "/v4/export/clusters.parquet"  READER  export::clusters;
    Get  "/v4/export/checkins.ndjson"   READER  export::check_ins;
    Get  "/v4/export/checkins.csv"      READER  export::check_ins;
    Get  "/v4/export/checkins.parquet"  READER  export::check_ins;
    Get  "/v4/export/daily.ndjson"      READER  export::daily;
    Get  "/v4/export/daily.csv"         READER  export::daily;
    Get  "/v4/export/daily.parquet"     READER  export::daily;

    // doctor reports, under a random id that their owner tells whoever helps
    Post "/v3/doctor/{id}"  ANYONE  doctor::keep;
    Get  "/v3/doctor/{id}"  DOCTOR  doctor::one;

    // the service itself
    Get  "/v4/audit"   ADMIN  audit::log;
    Get  "/v4/backup"  ADMIN  backup::stream;
}
