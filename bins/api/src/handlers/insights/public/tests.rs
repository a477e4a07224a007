use super::*;

#[test]
fn what_is_too_rare_is_added_up_before_it_is_rounded() {
    let value = |value: &str, clusters| DistributionValue { value: value.into(), clusters: Count::Told(clusters) };
    let values = vec![value("1.30", 37), value("1.31", 19), value("1.32", 0), value("other", 4)];
    let published = |steps: u8| Published { days: Arc::default(), steps: Steps::of([steps; Steps::RANDOM]), last: FEW };
    let one = |steps: u8| {
        let public = published(steps);
        public.distribution(Distribution { name: "kubernetes".into(), values: values.clone(), rest: Count::Told(3) })
    };
    assert_eq!((one(0).values, one(0).rest), (vec![value("1.30", 30), value("1.31", 10)], Count::Few));
    assert_eq!((one(8).values, one(8).rest), (vec![value("1.30", 20), value("1.31", 10)], Count::Few));
    let nobody =
        published(0).distribution(Distribution { name: "vendor".into(), values: Vec::new(), rest: Count::Told(0) });
    assert_eq!(nobody.rest, Count::Few);
}
