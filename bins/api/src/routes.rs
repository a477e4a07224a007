//! Every path of the service: its method, whom it answers, and which function does.
//!
//! This list is the only one: requests are dispatched by it, tokens are asked for by it, the description of the API is
//! held against it, and a test tries each of its rows with each role.

use crate::dispatch::Verb::{Delete, Get, Post, Put};
use crate::dispatch::{
    ADMIN, ANYONE, DOCTOR, INSIGHTS, OWNER, PAGE, PROBE, PUBLISHER, READER, Route, SIGNED_IN, routes,
};
use crate::handlers::{audit, backup, clusters, docs, doctor, envelopes, erase, export, fleet, health, insights};
use crate::handlers::{listing, metrics, notices, page, publish, releases, schemas, versions, withdraw};

routes! {
    // pages and probes
    Get  "/"             PAGE    page::insights;
    Get  "/docs"         ANYONE  docs::page;
    Get  "/openapi.json" ANYONE  docs::description;
    Get  "/ping"         PROBE   health::ping;
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

    // envelopes, as agents of today send them
    Post "/v4/reports"             ANYONE  envelopes::check_in;
    Post "/v4/facets"              ANYONE  envelopes::count;
    Get  "/v4/schemas"             ANYONE  schemas::list;
    Get  "/v4/schemas/{envelope}"  ANYONE  schemas::one;

    // clusters. The id is random, so anyone who has it may read what the cluster reported; erasing it needs more.
    Post "/v2/clusters/{id}"         ANYONE  clusters::check_in;
    Post "/v3/clusters"              ANYONE  clusters::check_in;
    Get  "/v3/clusters/count"        INSIGHTS clusters::count;
    Get  "/v3/clusters/age"          READER  fleet::by_age;
    Get  "/v3/clusters/checkins"     READER  fleet::check_ins;
    Get  "/v3/clusters/persistent"   READER  fleet::persistent;
    Get  "/v3/clusters/{id}"         ANYONE  clusters::one;
    Get  "/v4/clusters"              READER  listing::clusters;
    Put  "/v4/clusters/{id}/cohort"  ADMIN   listing::set_cohort;
    Delete "/v4/clusters/{id}"       OWNER   erase::cluster;

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

    // insights: how many clusters there are, and what they run. Rounded they may be public; of ages, of who came and went,
    // and of how fast a release was followed there is no rounding that hides the counts.
    Get  "/v4/insights/summary"               INSIGHTS   insights::summary;
    Get  "/v4/insights/summary.json"          INSIGHTS   insights::summary;
    Get  "/v4/insights/summary.csv"           INSIGHTS   insights::summary;
    Get  "/v4/insights/active"                INSIGHTS   insights::active;
    Get  "/v4/insights/active.json"           INSIGHTS   insights::active;
    Get  "/v4/insights/active.csv"            INSIGHTS   insights::active;
    Get  "/v4/insights/appeared"              SIGNED_IN  insights::appeared;
    Get  "/v4/insights/appeared.json"         SIGNED_IN  insights::appeared;
    Get  "/v4/insights/appeared.csv"          SIGNED_IN  insights::appeared;
    Get  "/v4/insights/disappeared"           SIGNED_IN  insights::disappeared;
    Get  "/v4/insights/disappeared.json"      SIGNED_IN  insights::disappeared;
    Get  "/v4/insights/disappeared.csv"       SIGNED_IN  insights::disappeared;
    Get  "/v4/insights/age"                   SIGNED_IN  insights::age;
    Get  "/v4/insights/age.json"              SIGNED_IN  insights::age;
    Get  "/v4/insights/age.csv"               SIGNED_IN  insights::age;
    Get  "/v4/insights/adoption"              INSIGHTS   insights::adoption;
    Get  "/v4/insights/adoption.json"         INSIGHTS   insights::adoption;
    Get  "/v4/insights/adoption.csv"          INSIGHTS   insights::adoption;
    Get  "/v4/insights/lag"                   SIGNED_IN  insights::lag;
    Get  "/v4/insights/lag.json"              SIGNED_IN  insights::lag;
    Get  "/v4/insights/lag.csv"               SIGNED_IN  insights::lag;
    Get  "/v4/insights/releases"              INSIGHTS   insights::releases;
    Get  "/v4/insights/releases.json"         INSIGHTS   insights::releases;
    Get  "/v4/insights/releases.csv"          INSIGHTS   insights::releases;
    Get  "/v4/insights/distributions"         INSIGHTS   insights::distributions;
    Get  "/v4/insights/distributions.json"    INSIGHTS   insights::distributions;
    Get  "/v4/insights/distributions.csv"     INSIGHTS   insights::distributions;

    // doctor reports, under a random id that their owner tells whoever helps
    Post "/v3/doctor/{id}"  ANYONE  doctor::keep;
    Get  "/v3/doctor/{id}"  DOCTOR  doctor::one;

    // the service itself
    Get  "/v4/audit"   ADMIN  audit::log;
    Get  "/v4/backup"  ADMIN  backup::stream;
}
