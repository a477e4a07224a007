use utoipa::ToSchema;
use wfm_core::component::ComponentName;
use wfm_core::wire::insights::{Adoption, AgeSeries, Distributions, Interval, Lag, ReleasesInUse, Series, Summary};

use super::super::operation::Operation;
use super::super::parameters::Parameter;
use super::INSIGHTS;
use crate::dispatch::Verb::Get;

const CSV: &str = "text/csv";
const MORE: &str = "Answers CSV where the request prefers text/csv.";

/// What is said of a question, at its path and at the paths of its forms.
struct Question {
    /// The path and the operation's name: as the request prefers, `.json`, `.csv`.
    names: [(&'static str, &'static str); 3],
    summary: &'static str,
    /// The columns of the table.
    columns: &'static str,
    query: fn() -> Vec<Parameter>,
}

macro_rules! question {
    ($word:literal, $id:literal, $summary:literal, $columns:literal, $query:expr) => {
        Question {
            names: [
                (concat!("/v4/insights/", $word), $id),
                (concat!("/v4/insights/", $word, ".json"), concat!($id, "Json")),
                (concat!("/v4/insights/", $word, ".csv"), concat!($id, "Csv")),
            ],
            summary: $summary,
            columns: concat!("Columns: ", $columns, "."),
            query: $query,
        }
    };
}

impl Question {
    fn operations<T: ToSchema>(self) -> [Operation; 3] {
        let [either, json, csv] = self.names;
        let is_about_one = matches!(either.1, "insightsAdoption" | "insightsLag");
        let new = |(path, id), more| {
            let operation = Operation::new(Get, path, id, INSIGHTS, self.summary).more(more);
            let operation = (self.query)().into_iter().fold(operation, Operation::query).cached();
            if is_about_one { operation.refuses(404, "There is no component of this name.") } else { operation }
        };
        [
            new(either, MORE).gives::<T>(200, "The answer.").or_gives(200, CSV),
            new(json, "").gives::<T>(200, "The answer."),
            new(csv, self.columns).gives_text(200, "The answer as a table.", CSV),
        ]
    }
}

fn include() -> Parameter {
    Parameter::cohorts(
        "include",
        "Whose clusters are counted: cohorts with commas between. Others than customer need a token.",
    )
}

fn component() -> Parameter {
    Parameter::text::<ComponentName>("component", "The component, such as deis-router.").required()
}

fn series() -> Vec<Parameter> {
    vec![
        include(),
        Parameter::day("from", "The first UTC day, or a time on it; 29 days before the last where absent."),
        Parameter::day("to", "The last; today where absent. 3,700 days at most."),
        Parameter::text::<Interval>("interval", "Buckets of a day, or of a week that begins on Monday."),
    ]
}

pub(super) fn all() -> Vec<Operation> {
    let summary = question!(
        "summary",
        "insightsSummary",
        "The fleet at a moment",
        "question, window, clusters, seconds; the last is for ages",
        || {
            let about = "This second, or the end of this UTC day; now where absent. A time needs a token.";
            vec![include(), Parameter::day("at", about)]
        }
    );
    let active = question!(
        "active",
        "insightsActive",
        "Clusters that checked in, by day, or on the last day of each week",
        "from, to, complete, clusters",
        series
    );
    let appeared = question!(
        "appeared",
        "insightsAppeared",
        "Clusters by their first check-in, by week where nothing else is asked",
        "from, to, complete, clusters",
        series
    );
    let disappeared = question!(
        "disappeared",
        "insightsDisappeared",
        "Clusters whose 24 hours of silence ended, by week where nothing else is asked",
        "from, to, complete, clusters",
        series
    );
    let age = question!(
        "age",
        "insightsAge",
        "How old the active clusters are, at the end of each day or week",
        "from, to, complete, mean_seconds, median_seconds",
        series
    );
    let adoption = question!(
        "adoption",
        "insightsAdoption",
        "Active clusters by their version of a component: now, and by day",
        "day, complete, active, version, clusters; the version is none where a cluster lacks the component. Only the days \
         are there, not what runs now",
        || [vec![component()], series()].into_iter().flatten().collect()
    );
    let lag = question!(
        "lag",
        "insightsLag",
        "Days until half and nine tenths of the active clusters had followed each release; never public",
        "version, released, days_to_half, days_to_nine_tenths",
        || vec![component(), include()]
    );
    let releases = question!(
        "releases",
        "insightsReleases",
        "Every release with how many active clusters run it now",
        "component, version, trains (with spaces between), released, yanked, clusters",
        || vec![include()]
    );
    let distributions = question!(
        "distributions",
        "insightsDistributions",
        "On what the fleet runs and since when it exists, as clusters reported it without any id in the last week that is over",
        "week, name, value, clusters, weeks; the value is rest for those that are too rare. Only the lines of \
         age_since_creation, the mean and the median, have weeks",
        || vec![include()]
    );
    [
        summary.operations::<Summary>(),
        active.operations::<Series>(),
        appeared.operations::<Series>(),
        disappeared.operations::<Series>(),
        age.operations::<AgeSeries>(),
        adoption.operations::<Adoption>(),
        lag.operations::<Lag>(),
        releases.operations::<ReleasesInUse>(),
        distributions.operations::<Distributions>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
