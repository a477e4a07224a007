//! Lines over days. A line breaks where nothing was counted, and its last step is dashed while that day is not over.

use maud::{Markup, html};

use super::points::{Point, stretches};
use super::{Frame, path};

/// A line.
pub(crate) struct Line {
    /// What it looks like.
    pub(crate) class: &'static str,
    /// Whether the area beneath it is tinted.
    pub(crate) filled: bool,
    /// A point for each place.
    pub(crate) points: Vec<Point>,
}

/// The chart. `is_open`: the last day is not over.
pub(crate) fn chart(frame: &Frame<'_>, lines: &[Line], is_open: bool) -> Markup {
    let stretched = html! { @for line in lines { (paths(frame, line, is_open)) } };
    let fixed = html! {
        @if let Some(line) = lines.first() { (frame.gaps(&line.points)) }
        @for line in lines { (dots(frame, line, is_open)) }
    };
    frame.svg(&stretched, &fixed)
}

fn paths(frame: &Frame<'_>, line: &Line, is_open: bool) -> Markup {
    let last = line.points.len().saturating_sub(1);
    html! {
        @for (from, to) in stretches(&line.points, is_told) {
            @let heights = heights(frame, &line.points[from..to]);
            @let over = if is_open && to > last { heights.len() - 1 } else { heights.len() };
            @if heights.len() > 1 {
                @if line.filled { path.fill.(line.class) d=(path::area(from, 0.0, &heights, frame.scale.y(0.0))) {} }
                @if over > 1 { path.line.(line.class) d=(path::line(from, &heights[..over])) {} }
                @if over < heights.len() { path.line.dashed.(line.class) d=(path::line(to - 2, &heights[over - 1..])) {} }
            }
        }
    }
}

/// A dot at the newest point, and wherever a point has no neighbour to be joined with.
fn dots(frame: &Frame<'_>, line: &Line, is_open: bool) -> Markup {
    let last = line.points.len().saturating_sub(1);
    html! {
        @for (from, to) in stretches(&line.points, is_told) {
            @if let (true, Some(Point::At(value))) = (to - from == 1 || to > last, line.points.get(to - 1)) {
                (frame.dot(line.class, to - 1, *value, is_open && to > last))
            }
        }
    }
}

fn is_told(point: &Point) -> bool {
    matches!(point, Point::At(_))
}

fn heights(frame: &Frame<'_>, points: &[Point]) -> Vec<i64> {
    let height = |point: &Point| if let Point::At(value) = point { Some(frame.scale.y(*value)) } else { None };
    points.iter().filter_map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::super::scale::Scale;
    use super::*;

    fn drawn(points: Vec<Point>, is_open: bool) -> String {
        let days: Vec<_> = (0..points.len()).map(|at| jiff::civil::date(2026, 1, 1 + at as i8)).collect();
        let scale = Scale::up_to(4);
        let frame = Frame { id: "c", title: "Clusters", told: "Some days.", days: &days, scale: &scale };
        chart(&frame, &[Line { class: "a", filled: true, points }], is_open).into_string()
    }

    #[test]
    fn the_line_breaks_at_a_gap_and_never_falls_to_zero() {
        let svg = drawn(vec![Point::At(4.0), Point::At(3.0), Point::Gap, Point::At(2.0)], false);
        assert!(svg.contains(r#"d="M0.5 0l1 500""#), "{svg}");
        assert!(svg.contains(r##"<rect x="50%" width="25%" height="200" fill="url(#c-gap)">"##), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 1, "the day after the gap stands alone");
    }

    #[test]
    fn a_single_day_is_a_dot() {
        let svg = drawn(vec![Point::At(1.0)], true);
        assert!(svg.contains(r#"<circle class="dot a open" cx="50%" cy="150" r="3.5">"#), "{svg}");
        assert!(!svg.contains("class=\"line"), "{svg}");
    }

    #[test]
    fn a_count_that_is_not_told_is_a_band_and_no_point() {
        let svg = drawn(vec![Point::Few, Point::At(4.0)], false);
        assert!(svg.contains("url(#c-few)") && svg.matches("<circle").count() == 1, "{svg}");
    }

    #[test]
    fn a_day_that_is_not_over_is_dashed() {
        let svg = drawn(vec![Point::At(4.0), Point::At(3.0), Point::At(1.0)], true);
        assert!(svg.contains(r#"<path class="line dashed a" d="M1.5 500l1 1000">"#), "{svg}");
    }

    #[test]
    fn a_small_chart_looks_like_this() {
        let svg = drawn(vec![Point::At(1.0), Point::Gap, Point::Few, Point::At(3.0), Point::At(4.0)], true);
        insta::assert_snapshot!(svg.replace("><", ">\n<"));
    }
}
