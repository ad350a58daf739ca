//! Checks that `docs/escape.md` has the tables of the tests.

use std::path::Path;

use libtest_mimic::Trial;

use super::{Case, attempt, crafted, exhaust, ranges, survey, transfers, unlinked};

pub fn trials() -> Vec<Trial> {
    vec![attempt(
        module_path!(),
        "the tables are those of the tests",
        tables,
    )]
}

/// Compares the tables, or writes them with `PORTHOLE_WRITE_DOCS=1`.
fn tables() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/escape.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut expected = text.clone();
    for (name, cases) in [
        ("survey", survey::cases()),
        ("unlinked", unlinked::cases()),
        ("exhaust", exhaust::cases()),
        ("transfers", transfers::cases()),
        ("ranges", ranges::cases()),
        ("crafted", crafted::cases()),
    ] {
        let (start, end) = (
            format!("<!-- {name} -->\n"),
            format!("<!-- end of {name} -->"),
        );
        let (before, rest) = expected.split_once(&start).expect(name);
        let (_, after) = rest.split_once(&end).expect(name);
        expected = format!("{before}{start}\n{}\n{end}{after}", table(&cases));
    }
    if std::env::var_os("PORTHOLE_WRITE_DOCS").is_some() {
        std::fs::write(&file, &expected).unwrap();
    }
    assert!(
        text == expected,
        "docs/escape.md is not what the tests say: run them once with PORTHOLE_WRITE_DOCS=1"
    );
}

fn table(cases: &[Case]) -> String {
    let mut table = match cases.iter().any(|case| case.costs.is_some()) {
        true => "| attempt | what happens | enforced by | at most |\n| --- | --- | --- | --- |\n",
        false => "| attempt | what happens | enforced by |\n| --- | --- | --- |\n",
    }
    .to_owned();
    for case in cases {
        let Case {
            attempt,
            outcome,
            enforced_by,
            costs,
        } = case;
        let costs = costs.as_ref().map(|costs| format!(" {costs} |"));
        let costs = costs.unwrap_or_default();
        table += &format!("| {attempt} | {outcome} | {enforced_by} |{costs}\n");
    }
    table
}
