//! Every sample is a whole page, and nothing on it is a number that is none.

use std::collections::BTreeSet;

use super::samples::all;

fn bodies() -> Vec<(&'static str, String)> {
    all().into_iter().map(|(name, page)| (name, page.page().respond(None).into_body())).collect()
}

/// What a reader reads, without markup, style and script.
fn words(html: &str) -> String {
    let body = html.split("<body>").nth(1).unwrap().split("<script>").next().unwrap();
    body.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words).collect::<Vec<_>>().join(" ")
}

fn body_of(name: &str) -> String {
    bodies().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn values<'a>(html: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(before).skip(1).map(|rest| rest.split('"').next().unwrap())
}

#[test]
fn every_sample_is_a_whole_page() {
    for (name, html) in bodies() {
        let said = words(&html);
        for never in ["NaN", "null", "undefined", "None", "Some("] {
            assert!(!said.contains(never), "{name}: {never}");
        }
        let markup = html.split("<body>").nth(1).unwrap();
        for never in ["NaN", "\"inf", " inf", "style=", "http://", "https://", "onload=x>"] {
            assert!(!markup.contains(never), "{name}: {never}");
        }
        assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        let ids: Vec<&str> = values(&html, " id=\"").collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}: {ids:?}");
        for used in values(&html, "url(#").map(|rest| rest.split(')').next().unwrap()) {
            assert!(ids.contains(&used), "{name}: {used}");
        }
        for link in values(&html, "href=\"#").chain(values(&html, "aria-labelledby=\"").flat_map(|ids| ids.split(' ')))
        {
            assert!(ids.contains(&link), "{name}: {link}");
        }
    }
}

#[test]
fn every_chart_has_a_title_something_to_see_and_a_table() {
    for (name, html) in bodies() {
        assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count(), "{name}");
        for chart in html.split("<svg class=\"chart\"").skip(1) {
            let (chart, rest) = chart.split_once("</figure>").unwrap();
            assert!(chart.contains("<title id=") && !chart.contains("></desc>"), "{name}: {chart}");
            let draws =
                ["class=\"line", "class=\"bar", "class=\"layer", "class=\"hatched", "<circle", "-few)\"", "-gap)\""];
            assert!(draws.iter().any(|shape| chart.contains(shape)), "{name}: an empty chart: {chart}");
            assert!(chart.contains("<details class=\"data\"") && chart.contains("<caption"), "{name}");
            assert!(chart.contains("scope=\"col\"") && chart.contains("scope=\"row\""), "{name}");
            assert!(!rest.is_empty());
        }
    }
}

#[test]
fn a_count_that_is_not_told_is_never_a_zero() {
    let html = body_of("public-few");
    // An axis does begin at zero.
    let said = words(&html.replace(">0</text>", "></text>"));
    assert!(said.contains("&lt;20"), "{said}");
    assert!(!said.contains(" 0 "), "{said}");
    assert!(said.contains("fewer than twenty"));
    let first = words(&body_of("public-first-days"));
    assert!(first.contains("The public numbers have not begun") && !first.contains(" 0 "), "{first}");
}

#[test]
fn every_question_is_linked_as_data_with_whom_it_counts() {
    let html = body_of("year");
    for question in
        ["summary", "active", "appeared", "disappeared", "age", "adoption", "lag", "distributions", "releases"]
    {
        assert!(html.contains(&format!("href=\"v4/insights/{question}?include=customer,staff")), "{question}");
    }
    assert!(
        html.contains("href=\"v4/insights/active.csv?include=customer,staff&amp;interval=day&amp;from=2025-03-12\"")
    );
    assert!(html.contains("href=\"v4/clusters?component=deis-router&amp;version="));
}

#[test]
fn whoever_is_not_signed_in_sees_no_cluster_and_how_to_sign_in() {
    let (nobody, public) = (body_of("nobody"), body_of("public"));
    assert!(nobody.contains("are not public") && nobody.contains("href=\"./?sign-in\"") && !nobody.contains("<svg"));
    for page in [&nobody, &public] {
        assert!(!page.contains("v3/clusters/6") && !page.contains("v4/export"), "{page}");
        assert!(page.contains("href=\"v4/releases/stable\"") && page.contains("href=\"readyz?verbose\""));
    }
}

#[test]
fn the_age_since_creation_and_the_other_workloads_are_shown_if_clusters_reported_them() {
    let year = words(&body_of("year"));
    for shown in ["70 weeks", "median age since creation", "90 weeks", "mean age since creation"] {
        assert!(year.contains(shown), "{shown}: {year}");
    }
    assert!(year.contains("Created in") && year.contains("Other workloads beside"), "{year}");
    let one = words(&body_of("one-cluster"));
    assert!(!one.contains("median age since creation"), "{one}");
}

#[test]
fn a_first_day_says_what_to_do() {
    let said = words(&body_of("empty"));
    assert!(said.contains("No check-ins yet") && said.contains("SHARE_USAGE_DATA=true VERSIONS_API_URL="), "{said}");
    assert!(said.contains("wfm-api import FILE"), "{said}");
    assert!(words(&body_of("only-others")).contains("3 clusters of other cohorts did."));
}

#[test]
fn a_year_stays_small() {
    let html = body_of("year");
    for chart in html.split("<svg class=\"chart\"").skip(1) {
        let drawn = chart.split("<figcaption").next().unwrap().len();
        assert!(drawn < 16_000, "{drawn} bytes before they are compressed");
    }
    assert!(html.len() < 250_000, "{}", html.len());
}

/// Writes every sample as a file, to be looked at: `WFM_SAMPLES=folder cargo test … -- --ignored writes_the_samples`.
#[test]
#[ignore = "writes files to look at: just samples FOLDER"]
fn writes_the_samples() {
    let folder = std::env::var("WFM_SAMPLES").unwrap();
    for (name, page) in all() {
        let response = page.page().respond(None);
        let policy = response.headers()[http::header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let meta = format!("<head><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
        std::fs::write(format!("{folder}/{name}.html"), response.body().replacen("<head>", &meta, 1)).unwrap();
    }
}
