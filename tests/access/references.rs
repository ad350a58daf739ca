//! The references of a page, as a browser follows them.

/// Returns the targets of all references in a page at this target, in the order in which they
/// stand there. Those within the page are left out.
pub fn references(page: &str, html: &str) -> Vec<String> {
    let attributes = [" href=\"", " src=\"", " poster=\""];
    let starts = attributes.iter().flat_map(|attribute| {
        let found = html.match_indices(attribute);
        found.map(|(at, _)| at + attribute.len())
    });
    let mut starts: Vec<_> = starts.collect();
    starts.sort_unstable();
    let values = starts.iter().map(|at| &html[*at..]);
    let values = values.filter_map(|rest| rest.split('"').next());
    let values = values.filter(|value| !value.is_empty() && !value.starts_with('#'));
    values
        .map(|value| resolve(page, &value.replace("&amp;", "&")))
        .collect()
}

/// Resolves a relative reference against a target (RFC 3986 §5.2).
fn resolve(base: &str, reference: &str) -> String {
    let base = base.split('?').next().unwrap();
    if reference.starts_with('?') {
        return format!("{base}{reference}");
    }
    let (path, query) = match reference.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (reference, String::new()),
    };
    let folder = base.rsplit_once('/').unwrap().0;
    let mut names: Vec<&str> = folder.split('/').skip(1).collect();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match part {
            ".." => _ = names.pop(),
            "." => {}
            "" if is_last => {}
            part => names.push(part),
        }
        if is_last && matches!(part, "" | "." | "..") {
            names.push("");
        }
    }
    format!("/{}{query}", names.join("/"))
}
