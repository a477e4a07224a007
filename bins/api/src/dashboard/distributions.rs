//! On what the fleet runs.

use maud::{Markup, html};
use wfm_core::wire::insights::{About, Count, Distribution, Distributions};

use super::chart::points::most;
use super::table::Column::{Number, Text};
use super::words::told;
use super::{Dashboard, block, table};

pub(super) fn distributions(page: &Dashboard, told: Option<&Distributions>) -> Markup {
    let shown: Vec<&Distribution> =
        told.iter().flat_map(|all| &all.distributions).filter(|one| !is_empty(one)).collect();
    let body = html! {
        @match told {
            Some(all) if !shown.is_empty() => {
                p.soft { "Reports of the week from " (all.week) ". They carry no id, so they are counted and cannot be joined. "
                    "A value in fewer than " (if all.about.rounded_to.is_some() { "twenty" } else { "five" })
                    " reports may be among the rarer ones." }
                div.cards { @for one in &shown { (card(one, &all.about)) } }
            },
            _ => {
                p { "No environment reports yet. They are counted by the week, and shown when the first week is over. "
                    "Agents send them where they share (" code { "SHARE_USAGE_DATA=true" } ")." }
            },
        }
    };
    block::block("distributions", "What it runs on", &block::data(page, "distributions", &[]), &body)
}

fn is_empty(one: &Distribution) -> bool {
    one.values.is_empty() && one.rest == Count::Told(0)
}

fn card(one: &Distribution, about: &About) -> Markup {
    let title = title(&one.name);
    let whole: u64 = one.values.iter().map(|value| most(value.clusters)).sum::<u64>() + most(one.rest);
    let is_told = one.values.iter().all(|value| value.clusters != Count::Few) && one.rest != Count::Few;
    let told_whole = if is_told { Count::Told(whole) } else { Count::Few };
    let line =
        |what: Markup, count: Count| vec![what, html! { (told(count)) }, table::share(count, told_whole, whole, about)];
    let mut rows: Vec<Vec<Markup>> =
        one.values.iter().map(|value| line(html! { (value.value) }, value.clusters)).collect();
    if one.rest != Count::Told(0) {
        rows.push(line(html! { "rarer values" }, one.rest));
    }
    html! {
        div.card {
            h3 { (title) }
            @if one.values.is_empty() { p.soft { "No value is in five reports or more." } }
            (table::scrolling(&format!("Distribution: {title}"), &[Text("Value"), Number("Reports"), Text("Share")], &rows))
        }
    }
}

/// What is distributed, as people call it.
fn title(name: &str) -> &str {
    match name {
        "kubernetes" => "Kubernetes",
        "vendor" => "Vendor of Kubernetes",
        "os" => "Operating system",
        "kernel" => "Kernel",
        "runtime" => "Container runtime",
        "architecture" => "Architecture",
        "nodes" => "Nodes",
        "cpu" => "CPU",
        "memory" => "Memory",
        "disk" => "Disk",
        "creation" => "Created in",
        "other-workloads" => "Other workloads beside",
        other => other,
    }
}
