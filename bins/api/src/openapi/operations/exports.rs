use super::super::operation::Operation;
use super::super::parameters::Parameter;
use super::EXPORTS;
use crate::dispatch::Verb::Get;
use crate::export::Format;

const PAGES: &str = "Without limit it is written while it is sent, however long it is; where the service fails on the way, \
                     it breaks off. With limit it is a page; the pages one behind the other are the whole file, byte for \
                     byte, as long as nothing changes meanwhile.";

pub(super) fn all() -> Vec<Operation> {
    const CLUSTERS: &str = "Every cluster as it last reported";
    const CHECK_INS: &str = "Every check-in whose moment is known";
    const DAILY: &str = "How many clusters there were on each day that is over, by cohort";
    vec![
        text("/v4/export/clusters.ndjson", "exportClustersAsNdjson", CLUSTERS, Format::Ndjson),
        text("/v4/export/clusters.csv", "exportClustersAsCsv", CLUSTERS, Format::Csv),
        parquet("/v4/export/clusters.parquet", "exportClustersAsParquet", CLUSTERS),
        text("/v4/export/checkins.ndjson", "exportCheckInsAsNdjson", CHECK_INS, Format::Ndjson),
        text("/v4/export/checkins.csv", "exportCheckInsAsCsv", CHECK_INS, Format::Csv),
        parquet("/v4/export/checkins.parquet", "exportCheckInsAsParquet", CHECK_INS),
        text("/v4/export/daily.ndjson", "exportDailyAsNdjson", DAILY, Format::Ndjson),
        text("/v4/export/daily.csv", "exportDailyAsCsv", DAILY, Format::Csv),
        parquet("/v4/export/daily.parquet", "exportDailyAsParquet", DAILY),
    ]
}

fn text(path: &'static str, id: &'static str, summary: &'static str, format: Format) -> Operation {
    Operation::new(Get, path, id, EXPORTS, summary)
        .more(PAGES)
        .query(Parameter::rows())
        .query(Parameter::text::<String>("cursor", "Where the page begins: taken from the link to it."))
        .gives_text(200, "A row a line.", format.content_type())
        .paged()
}

fn parquet(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation::new(Get, path, id, EXPORTS, summary)
        .more("The whole file at once: Parquet has no pages.")
        .gives_bytes(200, "The file.", Format::Parquet.content_type())
        .refuses(400, "A limit or a cursor: leave it out.")
        .refuses(404, "This service was built without Parquet: ask for another format.")
}
