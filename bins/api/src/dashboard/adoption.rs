//! Which versions of one component the fleet runs.

use jiff::civil::Date;
use maud::{Markup, html};
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::component::ComponentName;
use wfm_core::wire::insights::{About, Adoption, AdoptionDay, Count, Installed, Interval};

use super::active::notes;
use super::asked::today;
use super::chart::points::{Point, most, thin};
use super::chart::scale::Scale;
use super::chart::stack::{self, Layer};
use super::chart::{Frame, number, when};
use super::layers::{Named, layers, number as number_of};
use super::table::Column::{Number, Text};
use super::words::told;
use super::{Dashboard, OfComponent, block, table};

/// Places of the chart, at most: each of its layers has as many.
const PLACES: usize = 190;

pub(super) fn adoption(page: &Dashboard, components: &[ComponentName], chosen: &OfComponent) -> Markup {
    let adoption = &chosen.adoption;
    let name = adoption.component.as_str();
    let days = thin(&adoption.days, PLACES, |day| day.installed.is_none());
    let body = html! {
        (form(page, components, adoption))
        div.pair.wide {
            @if days.is_empty() { p.soft { "No day of this range was counted." } } @else { (chart(name, &days, &adoption.about)) }
            (installed_on(chosen))
        }
    };
    let links = block::series(page, "adoption", Interval::Day, &[("component", name)]);
    block::block("adoption", &format!("Versions of {name}"), &links, &body)
}

fn form(page: &Dashboard, components: &[ComponentName], adoption: &Adoption) -> Markup {
    let first = adoption.days.first().map(|day| day.day.to_string());
    html! {
        form.filter action="./#adoption" method="get" {
            (page.asked.carried(&["component", "day"]))
            label { "Component" select name="component" {
                @for name in components { option value=(name) selected[*name == adoption.component] { (name) } }
            } }
            label { "Day, for the table" input type="date" name="day" value=[page.asked.day] min=[first] max=(today(page.at)); }
            button type="submit" { "Show" }
        }
    }
}

fn chart(name: &str, days: &[&AdoptionDay], about: &About) -> Markup {
    let named = layers(days, about);
    let whole: Vec<Point> = days.iter().map(|day| day.installed.as_ref().map(|all| all.active).into()).collect();
    // Rounded parts may be more than a rounded whole.
    let parts = |all: &Installed| all.versions.values().chain([&all.none]).copied().map(number_of).sum::<u64>();
    let highest =
        days.iter().filter_map(|day| day.installed.as_ref()).map(|all| most(all.active).max(parts(all))).max();
    let scale = Scale::up_to(highest.unwrap_or(0));
    let places: Vec<Date> = days.iter().map(|day| day.day).collect();
    let title = format!("Active clusters by version of {name}");
    let headings: Vec<&str> = ["Day", "Active"].into_iter().chain(named.iter().map(|one| one.words.as_str())).collect();
    let rows: Vec<Vec<String>> = days.iter().enumerate().rev().map(|(at, day)| row(day, at, &named)).collect();
    let told = in_words(days, &named);
    let frame = Frame { id: "adoption-chart", title: &title, told: &told, days: &places, scale: &scale };
    let keys = html! {
    (when("", &rows)) (number("", "active", 1, &rows))
    @for (at, one) in named.iter().enumerate() { (number(&one.layer.class, &one.words, at + 2, &rows)) }
    (notes(&whole)) };
    let table = table::behind_chart(&title, &headings, &rows);
    let stacked: Vec<Layer> = named.into_iter().map(|one| one.layer).collect();
    html! { figure { (stack::chart(&frame, &stacked, &whole)) figcaption { (keys) } (table) } }
}

fn row(day: &AdoptionDay, at: usize, named: &[Named]) -> Vec<String> {
    let active = day.installed.as_ref().map_or_else(|| "no count".to_owned(), |all| told(all.active));
    let amount = |one: &Named| one.told[at].map_or_else(|| "–".to_owned(), told);
    [day.day.to_string(), active].into_iter().chain(named.iter().map(amount)).collect()
}

fn in_words(days: &[&AdoptionDay], named: &[Named]) -> String {
    let Some((at, day)) = days.iter().enumerate().rev().find(|(_, day)| day.installed.is_some()) else {
        return String::new();
    };
    let active = day.installed.as_ref().map_or_else(String::new, |all| format!("active {}", told(all.active)));
    let layers = named.iter().filter_map(|one| Some(format!("{}: {}", one.words, told(one.told[at]?))));
    format!("On {}: {}.", day.day, [active].into_iter().chain(layers).collect::<Vec<_>>().join("; "))
}

/// Every version of one day, or of now.
fn installed_on(chosen: &OfComponent) -> Markup {
    let (when, installed) = match &chosen.day {
        Some(day) if day.complete => (format!("On {}", day.day), day.installed.as_ref()),
        Some(day) => (format!("On {}, so far", day.day), day.installed.as_ref()),
        None => ("Now".to_owned(), Some(&chosen.adoption.now)),
    };
    html! {
        div {
            h3 { (when) }
            @match installed {
                Some(all) if all.active != Count::Told(0) => {
                    (table::scrolling(&format!("Versions of {}: {when}", chosen.adoption.component), &[Text("Version"), Number("Clusters"), Text("Share")], &rows(all, &chosen.adoption.about)))
                },
                Some(_) => p.soft { "No cluster was active." },
                None => p.soft { "No count: nobody checked in that day, or the service was not there." },
            }
        }
    }
}

/// Newest version first; what is no version comes last.
fn rows(all: &Installed, about: &About) -> Vec<Vec<Markup>> {
    let listed = all.versions.iter().rev().filter(|(version, _)| **version != ReportedVersion::Custom);
    let custom = all.versions.get_key_value(&ReportedVersion::Custom);
    let line = |what: Markup, count: Count| {
        vec![what, html! { (told(count)) }, table::share(count, all.active, most(all.active), about)]
    };
    let mut rows: Vec<Vec<Markup>> =
        listed.chain(custom).map(|(version, count)| line(html! { (version) }, *count)).collect();
    rows.push(line(html! { "without it" }, all.none));
    rows.push(vec![html! { "all active" }, html! { (told(all.active)) }, html! {}]);
    rows
}
