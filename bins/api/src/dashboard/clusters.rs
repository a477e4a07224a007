//! Clusters by what they run, for whoever may see them one by one.

use maud::{Markup, html};
use wfm_core::component::ComponentName;
use wfm_core::wire::v4::Cluster;

use super::asked::today;
use super::header::minute;
use super::table::Column::{Number, Text};
use super::words::{count, grouped};
use super::{Asked, Dashboard, Listing, block, table};

pub(super) fn clusters(page: &Dashboard, components: &[ComponentName], listing: &Listing) -> Markup {
    let asked = &page.asked;
    let body = html! {
        form.filter action="./#clusters" method="get" {
            (asked.carried(&["has", "version", "cursor"]))
            label { "Has" select name="has" {
                option value="" { "any component" }
                @for name in components { option value=(name) selected[asked.has.as_ref() == Some(name)] { (name) } }
            } }
            label { "In a version of" input type="text" name="version" value=[asked.version.as_ref()] maxlength="256" placeholder=">=2.18, <2.19" size="14"; }
            button type="submit" { "List" }
        }
        @if listing.clusters.is_empty() {
            p {
                @if asked.has.is_none() && asked.version.is_none() { "No cluster has checked in." }
                @else { "No cluster runs that. " a href=(Asked { has: None, version: None, cursor: None, ..asked.clone() }.href("clusters")) { "List all" } }
            }
        } @else {
            p.soft role="status" { (count(listing.clusters.len() as u64, "cluster")) " on this page, of every cohort" }
            (list(asked, &listing.clusters))
        }
        p.pages {
            @if asked.cursor.is_some() { a href=(Asked { cursor: None, ..asked.clone() }.href("clusters")) { "First page" } " " }
            @if listing.next.is_some() { a href=(Asked { cursor: listing.next, ..asked.clone() }.href("clusters")) { "Next page" } }
        }
    };
    let links = html! { a href=(as_data(asked)) aria-label="JSON: clusters" { "JSON" } };
    block::block("clusters", "Clusters by installed version", &links, &body)
}

fn as_data(asked: &Asked) -> String {
    let query = Asked { component: asked.has.clone(), version: asked.version.clone(), ..Asked::default() }.href("");
    format!("v4/clusters{}", query.trim_start_matches("./"))
}

fn list(asked: &Asked, clusters: &[Cluster]) -> Markup {
    let what = asked.has.as_ref().map_or_else(|| "Components".to_owned(), ToString::to_string);
    let row = |cluster: &Cluster| {
        vec![
            html! { a href={ "v3/clusters/" (cluster.id) } title=(cluster.id) { code { (cluster.id.short()) } } },
            match asked.has.as_ref().and_then(|name| cluster.components.get(name)) {
                Some(version) => html! { (version) },
                None => html! { (count(cluster.components.len() as u64, "component")) },
            },
            html! { (today(cluster.first_seen)) },
            html! { (minute(cluster.last_seen)) },
            html! { (grouped(cluster.check_ins)) },
            html! { (cluster.cohort) " " span.soft { (by(cluster)) } },
        ]
    };
    let rows: Vec<Vec<Markup>> = clusters.iter().map(row).collect();
    let headings =
        [Text("Cluster"), Text(&what), Text("First seen"), Text("Last seen"), Number("Check-ins"), Text("Cohort")];
    table::scrolling("List of clusters", &headings, &rows)
}

/// Who says whose it is.
fn by(cluster: &Cluster) -> &'static str {
    match (cluster.decided_cohort, cluster.ruled_cohort, cluster.declared_cohort) {
        (Some(_), _, _) => "decided",
        (None, Some(_), _) => "by rule",
        (None, None, Some(_)) => "declared",
        (None, None, None) => "",
    }
}
