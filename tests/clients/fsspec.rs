//! fsspec, as pandas, dask and others use it: `glob` and `walk` over listings.

use libtest_mimic::Trial;

use crate::clients::support::run::run;
use crate::support::{Folder, Porthole, Program, trials};

/// Debian's Python, because another one may come first in the path.
const PYTHON: Program = Program::new("/usr/bin/python3", "python3");
const FSSPEC: Program = Program::new(
    "/usr/lib/python3/dist-packages/fsspec/implementations/http.py",
    "python3-fsspec",
);
const AIOHTTP: Program = Program::new(
    "/usr/lib/python3/dist-packages/aiohttp/client.py",
    "python3-aiohttp",
);

const REQUESTS: Program = Program::new(
    "/usr/lib/python3/dist-packages/requests/api.py",
    "python3-requests",
);

pub fn trials() -> Vec<Trial> {
    trials![; needs [&PYTHON, &FSSPEC, &AIOHTTP, &REQUESTS] => finds_files_by_pattern]
}

const SCRIPT: &str = "\
import sys, fsspec
url = sys.argv[1]
fs = fsspec.filesystem('http')
for pattern in ['data/*.csv', 'data/**.csv', '*']:
    print(pattern, *sorted(found[len(url):] for found in fs.glob(url + pattern)))
print('walk', *sorted(root[len(url):] + '|' + ','.join(sorted(files))
    for root, _, files in fs.walk(url)))
print('read', fs.cat(url + 'data/a.csv').decode())
";

fn finds_files_by_pattern() {
    let folder = Folder::new();
    for name in ["data/a.csv", "data/b.csv", "data/c.txt", "data/deep/d.csv"] {
        folder.file(name, name);
    }
    folder.file("top.txt", "top");
    let porthole = Porthole::serving(&folder);
    let printed = run(&PYTHON, &folder, &["-I", "-c", SCRIPT, &porthole.url("/")]).success();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(
        lines,
        [
            "data/*.csv data/a.csv data/b.csv",
            "data/**.csv data/a.csv data/b.csv data/deep/d.csv",
            "* data/ top.txt",
            "walk data/deep|d.csv data|a.csv,b.csv,c.txt |top.txt",
            "read data/a.csv",
        ]
    );
}
