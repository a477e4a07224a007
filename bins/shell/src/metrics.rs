//! Metrics as they are sent: in the text format of Prometheus, or as OpenMetrics to a scraper that asks for it; and numbers of the
//! process itself.

use std::fmt::Write;

use http::{HeaderMap, HeaderValue, header};

/// The text format of Prometheus, which every scraper reads.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// The content type and the text of an answer. `metrics` is OpenMetrics; each family's series are put in a fixed order.
#[must_use]
pub fn exposition(metrics: &str, headers: &HeaderMap) -> (HeaderValue, String) {
    let families = families(metrics);
    if takes_open_metrics(headers) {
        let texts: Vec<String> = families.iter().map(Family::open_metrics).collect();
        (OPEN_METRICS, texts.concat() + "# EOF\n")
    } else {
        (TEXT, families.iter().map(Family::text).collect())
    }
}

/// The memory of this process that is in RAM, in bytes; unknown where there is no Linux.
#[must_use]
pub fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Whether OpenMetrics is asked for by name, and the text format is not preferred.
fn takes_open_metrics(headers: &HeaderMap) -> bool {
    let open = quality(headers, "application/openmetrics-text").unwrap_or(0.0);
    open > 0.0 && quality(headers, "text/plain").is_none_or(|text| text <= open)
}

/// The weight that `Accept` gives to this type by name, from 0 to 1; `None` where it is not named. A weight that cannot be read is 0.
#[must_use]
pub fn quality(headers: &HeaderMap, kind: &str) -> Option<f32> {
    let fields = headers.get_all(header::ACCEPT).iter().filter_map(|field| field.to_str().ok());
    let weights = fields.flat_map(|field| field.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(kind) {
            return None;
        }
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
        Some(weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0))
    });
    weights.reduce(f32::max)
}

/// A metric: its name without `_total` and the like, its lines of description, and its series.
#[derive(Debug, Default)]
struct Family<'a> {
    name: &'a str,
    kind: &'a str,
    help: &'a str,
    unit: &'a str,
    series: Vec<&'a str>,
}

fn families(metrics: &str) -> Vec<Family<'_>> {
    let mut families: Vec<Family<'_>> = Vec::new();
    for line in metrics.lines().filter(|line| !line.is_empty() && *line != "# EOF") {
        let described = line.strip_prefix("# ").and_then(|rest| {
            let (word, rest) = rest.split_once(' ')?;
            let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
            Some((word, name, text))
        });
        if let Some((_, name, _)) = described
            && families.last().is_none_or(|family| family.name != name)
        {
            families.push(Family { name, ..Family::default() });
        }
        let Some(family) = families.last_mut() else { continue };
        match described {
            Some(("HELP", _, text)) => family.help = text,
            Some(("TYPE", _, text)) => family.kind = text,
            Some(("UNIT", _, text)) => family.unit = text,
            Some(_) => {}
            None => family.series.push(line),
        }
    }
    for family in &mut families {
        // The buckets of a histogram stay in their order.
        family.series.sort_by_key(|line| labels(line));
    }
    families.retain(|family| !family.series.is_empty());
    families.sort_by_key(|family| family.name);
    families
}

/// The labels of a series without the bucket's bound. A quote within a value is escaped, so `le="` is never a part of one.
fn labels(line: &str) -> String {
    let labels = line.find('{').zip(line.rfind('}')).map_or("", |(from, to)| &line[from + 1..to]);
    let from = if labels.starts_with("le=\"") { Some(0) } else { labels.find(",le=\"") };
    let Some((before, bound)) = from.map(|from| labels.split_at(from)) else { return labels.to_owned() };
    let after = bound.splitn(3, '"').nth(2).unwrap_or_default();
    format!("{before}{after}").trim_start_matches(',').to_owned()
}

impl Family<'_> {
    fn open_metrics(&self) -> String {
        let Self { name, kind, help, unit, .. } = self;
        let unit = if unit.is_empty() { String::new() } else { format!("# UNIT {name} {unit}\n") };
        format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{unit}{}", self.lines())
    }

    /// In the text format a counter and an info are described under the name of their series.
    fn text(&self) -> String {
        let Self { name, kind, help, .. } = self;
        let (suffix, kind) = match *kind {
            "counter" => ("_total", "counter"),
            "info" => ("_info", "gauge"),
            "unknown" => ("", "untyped"),
            kind => ("", kind),
        };
        format!("# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {kind}\n{}", self.lines())
    }

    fn lines(&self) -> String {
        self.series.iter().fold(String::new(), |mut text, line| {
            // The encoder writes the braces of a family without labels.
            let _ = match line.split_once("{} ") {
                Some((name, value)) if !name.contains('{') => writeln!(text, "{name} {value}"),
                _ => writeln!(text, "{line}"),
            };
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "# HELP b_requests Requests.\n# TYPE b_requests counter\nb_requests_total{a=\"2\"} 1\nb_requests_total{a=\"1\"} 4\n\
        # HELP a_build What runs here.\n# TYPE a_build info\na_build_info{version=\"1\"} 1\n\
        # HELP c_seconds Time.\n# TYPE c_seconds histogram\n# UNIT c_seconds seconds\n\
        c_seconds_sum{r=\"/b\"} 1.0\nc_seconds_count{r=\"/b\"} 2\nc_seconds_bucket{le=\"0.5\",r=\"/b\"} 1\nc_seconds_bucket{le=\"+Inf\",r=\"/b\"} 2\n\
        c_seconds_sum{r=\"/a\"} 1.0\nc_seconds_count{r=\"/a\"} 2\nc_seconds_bucket{r=\"/a\",le=\"0.5\"} 1\nc_seconds_bucket{r=\"/a\",le=\"+Inf\"} 2\n\
        # HELP d_none Nothing yet.\n# TYPE d_none gauge\n# HELP e_one One.\n# TYPE e_one gauge\ne_one{} 1\n# EOF\n";

    fn accepting(accept: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))])
    }

    #[test]
    fn the_text_format_is_what_a_scraper_gets_that_does_not_ask_for_another() {
        let (kind, text) = exposition(METRICS, &HeaderMap::new());
        assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
        assert_eq!(
            text,
            "# HELP a_build_info What runs here.\n# TYPE a_build_info gauge\na_build_info{version=\"1\"} 1\n\
             # HELP b_requests_total Requests.\n# TYPE b_requests_total counter\nb_requests_total{a=\"1\"} 4\nb_requests_total{a=\"2\"} 1\n\
             # HELP c_seconds Time.\n# TYPE c_seconds histogram\n\
             c_seconds_sum{r=\"/a\"} 1.0\nc_seconds_count{r=\"/a\"} 2\nc_seconds_bucket{r=\"/a\",le=\"0.5\"} 1\nc_seconds_bucket{r=\"/a\",le=\"+Inf\"} 2\n\
             c_seconds_sum{r=\"/b\"} 1.0\nc_seconds_count{r=\"/b\"} 2\nc_seconds_bucket{le=\"0.5\",r=\"/b\"} 1\nc_seconds_bucket{le=\"+Inf\",r=\"/b\"} 2\n\
             # HELP e_one One.\n# TYPE e_one gauge\ne_one 1\n"
        );
    }

    #[test]
    fn open_metrics_is_for_a_scraper_that_asks_for_it() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
        let (kind, text) = exposition(METRICS, &accepting(prometheus));
        assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
        assert!(text.starts_with("# HELP a_build What runs here.\n# TYPE a_build info\n"), "{text}");
        assert!(text.contains("# UNIT c_seconds seconds\n") && text.ends_with("# EOF\n"), "{text}");
        for accept in [
            "text/plain;version=0.0.4",
            "*/*",
            "application/openmetrics-text;q=0",
            "",
            "text/plain;q=1, application/openmetrics-text;q=0.1",
            "application/openmetrics-text; version=1.0.0; q=0.4, text/plain; version=0.0.4",
            "application/openmetrics-text;q=x",
        ] {
            assert_eq!(exposition(METRICS, &accepting(accept)).0, TEXT, "{accept}");
        }
        for accept in [
            "application/openmetrics-text, text/plain",
            "text/plain;q=0.3, application/openmetrics-text;q=0.4",
            "application/openmetrics-text;q=0.1, text/plain;q=0",
        ] {
            assert_eq!(exposition(METRICS, &accepting(accept)).0, OPEN_METRICS, "{accept}");
        }
    }

    #[test]
    fn the_order_of_what_is_encoded_makes_no_difference() {
        let swapped = METRICS.replace("{a=\"2\"} 1", "{a=\"x\"}").replace("{a=\"1\"} 4", "{a=\"2\"} 1");
        let swapped = swapped.replace("{a=\"x\"}", "{a=\"1\"} 4");
        assert_eq!(exposition(&swapped, &HeaderMap::new()), exposition(METRICS, &HeaderMap::new()));
    }

    #[test]
    fn a_process_knows_its_memory() {
        assert!(resident_memory().is_none_or(|bytes| bytes > 1 << 20));
    }
}
