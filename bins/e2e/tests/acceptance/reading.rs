//! Reading a page as a reader does: its words, its blocks, its rows.

/// The words of a piece of a page, without markup, with single spaces.
pub(crate) fn words(html: &str) -> String {
    let mut words = String::new();
    // An isolated text is no word of its own.
    let html = html.replace("<bdi>", "").replace("</bdi>", "");
    for part in html.split('<') {
        words.push(' ');
        words.push_str(part.split_once('>').map_or(part, |(_, words)| words));
    }
    let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The block of the page under this heading.
pub(crate) fn block<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.find(&format!("aria-labelledby=\"{id}\"")).unwrap_or_else(|| panic!("no block {id}"));
    let block = &page[from..];
    &block[..block.find("</section>").unwrap()]
}

/// The row of a component.
pub(crate) fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let rows = block(page, "components").split("<tr").skip(2);
    let mut mine = rows.filter(|row| row.contains(&format!("data-label=\"Component\">{name} ")));
    mine.next().unwrap_or_else(|| panic!("no row {name}"))
}

/// Everything between a tag and its end, markup included, the first time.
pub(crate) fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = &page[page.find(from).unwrap_or_else(|| panic!("no {from}"))..];
    &rest[..rest.find(to).unwrap()]
}
