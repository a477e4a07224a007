//! Paths in few bytes: a place is one to the right, and heights are whole tenths of a pixel told as differences.

use std::fmt::Write;

/// A line through heights at neighbouring places, the first of them here.
pub(crate) fn line(place: usize, heights: &[i64]) -> String {
    let mut path = String::new();
    let mut before = None;
    for height in heights {
        // A string takes all that is written to it.
        let _ = match before {
            None => write!(path, "M{place}.5 {height}"),
            Some(before) if *height < before => write!(path, "l1{}", height - before),
            Some(before) => write!(path, "l1 {}", height - before),
        };
        before = Some(*height);
    }
    path
}

/// All between such a line and another height; a single place becomes a bar of this width.
pub(crate) fn area(place: usize, width: f64, heights: &[i64], base: i64) -> String {
    match heights {
        [] => String::new(),
        [height] => bar(place, width, *height, base),
        _ => format!("{}V{base}H{place}.5z", line(place, heights)),
    }
}

/// A bar in the middle of a place.
pub(crate) fn bar(place: usize, width: f64, height: i64, base: i64) -> String {
    let from = place as f64 + 0.5 - width / 2.0;
    format!("M{} {base}V{height}h{}V{base}z", short(from), short(width))
}

/// How much of a place a bar takes: less where few places would make it a block.
pub(crate) fn bar_width(places: usize) -> f64 {
    0.7 * (places as f64 / 10.0).min(1.0)
}

/// At most two decimals.
pub(crate) fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Tenths of a pixel as pixels: `12.5`.
pub(crate) fn tenth(tenths: i64) -> String {
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_by_its_differences() {
        assert_eq!(line(3, &[100, 90, 90, 105]), "M3.5 100l1-10l1 0l1 15");
        assert_eq!(area(0, 0.7, &[100, 90], 2000), "M0.5 100l1-10V2000H0.5z");
        assert_eq!(area(0, 0.7, &[100], 2000), "M0.15 2000V100h0.7V2000z");
        assert_eq!([line(0, &[]), area(0, 0.7, &[], 9)], ["", ""]);
        assert_eq!([tenth(120), tenth(125), tenth(0)], ["12", "12.5", "0"]);
    }
}
