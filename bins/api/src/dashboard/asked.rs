//! What the page is asked: its query string, read and written.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::component::ComponentName;
use wfm_core::fleet::Cohorts;
use wfm_core::store::VersionQuery;

/// Plain in a query, and in more values than not.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b',');

/// The names that a query may hold.
const NAMES: [&str; 8] = ["range", "include", "component", "day", "has", "version", "cursor", "sign-in"];

/// How far back the charts go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Range {
    /// 30 days.
    Month,
    /// 90 days.
    #[default]
    Quarter,
    /// 365 days.
    Year,
    /// From the first check-in on.
    All,
}

impl Range {
    /// Every range, shortest first.
    pub(crate) const ALL: [Self; 4] = [Self::Month, Self::Quarter, Self::Year, Self::All];

    /// The range as the query says it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Month => "30d",
            Self::Quarter => "90d",
            Self::Year => "1y",
            Self::All => "all",
        }
    }

    /// The range as people say it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Month => "30 days",
            Self::Quarter => "90 days",
            Self::Year => "1 year",
            Self::All => "all",
        }
    }

    /// The first day of the range that ends on the day of a moment; none where it has no beginning.
    pub(crate) fn first_day(self, at: Timestamp) -> Option<Date> {
        let days: i32 = match self {
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
            Self::All => return None,
        };
        Some(today(at).saturating_sub((days - 1).days()))
    }
}

/// The UTC day of a moment.
pub(super) fn today(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// What the page is asked. All of its state: there is no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// How far back the charts go.
    pub(crate) range: Range,
    /// Whose clusters are counted.
    pub(crate) include: Cohorts,
    /// The component whose adoption is shown; the page chooses one where absent.
    pub(crate) component: Option<ComponentName>,
    /// The day whose versions are told in full; now where absent.
    pub(crate) day: Option<Date>,
    /// Clusters are listed that have this component; all where absent.
    pub(crate) has: Option<ComponentName>,
    /// … in a version of this range.
    pub(crate) version: Option<VersionQuery>,
    /// … after this one.
    pub(crate) cursor: Option<ClusterId>,
    /// Whether the browser is to ask for a token.
    pub(crate) sign_in: bool,
}

impl Asked {
    /// Reads a query. A field that a form left empty counts as absent; `include` may stand once with commas or, as a
    /// form with boxes to tick sends it, once for each cohort.
    pub(crate) fn read(query: &str) -> Result<Self, String> {
        let mut asked = Self::default();
        let mut cohorts: Vec<Cohort> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = value.replace('+', " ");
            let value = percent_decode_str(&value).decode_utf8_lossy();
            match name {
                "sign-in" => asked.sign_in = true,
                _ if !NAMES.contains(&name) => {
                    return Err(format!(
                        "the query holds a name that this page does not know: use {}",
                        NAMES.join(" or ")
                    ));
                }
                _ if value.is_empty() => {}
                "range" => {
                    let known = Range::ALL.into_iter().find(|range| range.as_str() == value);
                    asked.range = known.ok_or("range: write 30d, 90d, 1y or all")?;
                }
                "include" => cohorts.extend(parse::<Cohorts>(name, &value)?.iter()),
                "component" => asked.component = Some(parse(name, &value)?),
                "day" => asked.day = Some(value.parse().map_err(|_| "day: write a day such as 2026-01-05")?),
                "has" => asked.has = Some(parse(name, &value)?),
                "version" => asked.version = Some(parse(name, &value)?),
                _ => asked.cursor = Some(parse(name, &value)?),
            }
        }
        asked.include = cohorts.try_into().unwrap_or_default();
        Ok(asked)
    }

    /// What differs from a page that is asked nothing.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut say = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        say("range", (self.range != Range::default()).then(|| self.range.as_str().to_owned()));
        say("include", (self.include != Cohorts::default()).then(|| self.include.to_string()));
        say("component", self.component.as_ref().map(ToString::to_string));
        say("day", self.day.map(|day| day.to_string()));
        say("has", self.has.as_ref().map(ToString::to_string));
        say("version", self.version.as_ref().map(ToString::to_string));
        say("cursor", self.cursor.map(|cursor| cursor.to_string()));
        pairs
    }

    /// A link to the page that is asked this, at one of its blocks.
    pub(super) fn href(&self, block: &str) -> String {
        let query = written(self.pairs().iter().map(|(name, value)| (*name, value.as_str())));
        let block = if block.is_empty() { String::new() } else { format!("#{block}") };
        format!("./{}{query}{block}", if query.is_empty() { "" } else { "?" })
    }

    /// A link to the same page that asks the browser for a token.
    pub(super) fn sign_in(&self) -> String {
        let page = self.href("");
        format!("{page}{}sign-in", if page.ends_with('/') { "?" } else { "&" })
    }

    /// What a form carries along unseen: all but what it asks itself.
    pub(super) fn carried(&self, own: &[&str]) -> Markup {
        html! {
            @for (name, value) in self.pairs().iter().filter(|(name, _)| !own.contains(name)) {
                input type="hidden" name=(name) value=(value);
            }
        }
    }

    /// A link to the same answer as data.
    pub(super) fn data(&self, question: &str, parameters: &[(&str, &str)]) -> String {
        let include = self.include.to_string();
        let pairs = [("include", include.as_str())].into_iter().chain(parameters.iter().copied());
        format!("v4/insights/{question}?{}", written(pairs))
    }
}

fn parse<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|e: T::Err| format!("{name}: {e}"))
}

fn written<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ESCAPED))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_reads_back_from_its_link() {
        assert_eq!([Asked::default().href(""), Asked::default().sign_in()], ["./", "./?sign-in"]);
        assert_eq!(Asked { range: Range::Year, ..Asked::default() }.sign_in(), "./?range=1y&sign-in");
        let asked = Asked {
            range: Range::All,
            include: Cohorts::ALL,
            component: Some("deis-router".parse().unwrap()),
            day: Some("2026-01-05".parse().unwrap()),
            has: Some("deis-builder".parse().unwrap()),
            version: Some(">=2.18, <2.19".parse().unwrap()),
            cursor: Some("6d3f1a52-3f0b-4f0c-9d3a-0a4b5b6c7d8e".parse().unwrap()),
            sign_in: false,
        };
        let href = asked.href("clusters");
        let query = href.strip_prefix("./?").and_then(|rest| rest.strip_suffix("#clusters")).unwrap();
        assert_eq!(Asked::read(query), Ok(asked));
    }

    #[test]
    fn a_form_may_tick_several_boxes_and_leave_fields_empty() {
        let asked = Asked::read("include=ci&include=staff&component=&day=&range=1y").unwrap();
        assert_eq!((asked.include.to_string().as_str(), asked.range), ("staff,ci", Range::Year));
        assert_eq!((asked.component, asked.day), (None, None));
        assert_eq!(Asked::read("include=").unwrap().include, Cohorts::default());
    }

    #[test]
    fn what_is_no_question_is_refused_with_what_to_write() {
        assert!(Asked::read("ranje=1y").unwrap_err().contains("range or include"));
        assert_eq!(Asked::read("range=2y").unwrap_err(), "range: write 30d, 90d, 1y or all");
        assert!(Asked::read("day=yesterday").unwrap_err().contains("2026-01-05"));
        assert!(Asked::read("include=everybody").unwrap_err().starts_with("include: not a set"));
    }
}
