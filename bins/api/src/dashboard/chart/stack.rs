//! Stacked areas: layers that add up to a whole.

use maud::{Markup, html};

use super::points::{Point, stretches};
use super::{Frame, path};

/// Layers that are no version, told apart by more than their colour.
const HATCHED: [&str; 3] = ["custom", "none", "untold"];
/// How wide a chart is on a screen, in pixels: about.
const USUAL_WIDTH: f64 = 800.0;

/// A layer, for all places.
pub(crate) struct Layer {
    /// What it looks like.
    pub(crate) class: String,
    /// How much at each place; nothing where nothing was counted.
    pub(crate) amounts: Vec<Option<u64>>,
}

/// The chart; the first layer lies at the bottom. `whole` is what they add up to at each place.
pub(crate) fn chart(frame: &Frame<'_>, layers: &[Layer], whole: &[Point]) -> Markup {
    let base = frame.scale.y(0.0);
    let mut sums: Vec<Option<u64>> = whole.iter().map(|_| Some(0)).collect();
    let mut drawn: Vec<Markup> = Vec::new();
    for layer in layers {
        sums = sums.iter().zip(&layer.amounts).map(|(sum, more)| Some((*sum)? + (*more)?)).collect();
        if layer.amounts.iter().flatten().any(|amount| *amount > 0) {
            drawn.push(area(frame, &layer.class, &sums, base));
        }
    }
    // Each reaches down to the ground, and the lower one covers what of it is not its own.
    let places = frame.days.len();
    let stretched = html! {
        defs { @for name in HATCHED { (hatch(frame.id, name, places)) } }
        @for layer in drawn.iter().rev() { (layer) }
    };
    frame.svg(&stretched, &frame.gaps(whole))
}

fn area(frame: &Frame<'_>, class: &str, sums: &[Option<u64>], base: i64) -> Markup {
    let areas = stretches(sums, Option::is_some).into_iter().map(|(from, to)| {
        let heights: Vec<i64> = sums[from..to].iter().flatten().map(|sum| frame.scale.y(*sum as f64)).collect();
        path::area(from, path::bar_width(sums.len()), &heights, base)
    });
    let fill = HATCHED.contains(&class).then(|| format!("url(#{}-{class})", frame.id));
    html! { path.layer.(class) d=(areas.collect::<String>()) fill=[fill] {} }
}

/// A hatch that looks like one at a usual width: here a place is one wide and a pixel ten high.
fn hatch(id: &str, name: &str, places: usize) -> Markup {
    let across = format!("{:.4}", places as f64 / USUAL_WIDTH);
    html! {
        pattern id={ (id) "-" (name) } width="6" height="6" patternUnits="userSpaceOnUse"
            patternTransform={ "scale(" (across) " 10) rotate(45)" } {
            rect.(name) width="6" height="6" {}
            path.(name) d=(match name { "none" => "M3 3h.01", "untold" => "M0 0V6M0 0H6", _ => "M0 0V6" }) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scale::Scale;
    use super::*;

    #[test]
    fn layers_lie_upon_each_other_and_break_at_gaps() {
        let days: Vec<_> = (1..=4).map(|day| jiff::civil::date(2026, 1, day)).collect();
        let scale = Scale::up_to(4);
        let frame = Frame { id: "c", title: "Versions", told: "Four days.", days: &days, scale: &scale };
        let layers = [
            Layer { class: "v0".into(), amounts: vec![Some(1), Some(2), None, Some(3)] },
            Layer { class: "v1".into(), amounts: vec![Some(3), Some(2), None, Some(1)] },
            Layer { class: "none".into(), amounts: vec![Some(0), Some(0), None, Some(0)] },
        ];
        let whole = [Point::At(4.0), Point::At(4.0), Point::Gap, Point::At(4.0)];
        let svg = chart(&frame, &layers, &whole).into_string();
        assert!(
            svg.contains(r#"<path class="layer v0" d="M0.5 1500l1-500V2000H0.5zM3.36 2000V500h0.28V2000z">"#),
            "{svg}"
        );
        assert!(svg.contains(r#"<path class="layer v1" d="M0.5 0l1 0V2000H0.5z"#), "{svg}");
        assert!(svg.find("layer v1").unwrap() < svg.find("layer v0").unwrap(), "the lower one covers the upper one");
        assert!(!svg.contains("layer none"), "what nobody is in is not drawn");
        insta::assert_snapshot!(svg.replace("><", ">\n<"));
    }
}
