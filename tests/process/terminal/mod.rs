//! The output for people in front of a terminal, of which programs see nothing.

pub mod browser;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Terminal, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_terminal_has_colours_and_columns,
        a_pipe_has_neither,
        the_log_says_what_was_asked_for,
        times_are_local,
        no_name_steers_the_terminal,
        the_current_folder_is_served_and_said,
        a_qr_code_needs_a_terminal_and_an_address_for_others,
        errors_are_coloured,
    ]
}

fn command(folder: &Folder, flags: &[&str]) -> std::process::Command {
    let mut command = Porthole::command();
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command
        .env("TERM", "xterm-256color")
        .env("TZ", "UTC0")
        .arg(folder.path())
        .args(["--port", "0", "--workers", "1"])
        .args(flags);
    command
}

/// Returns the columns of a line without colours.
fn columns(line: &str) -> Vec<String> {
    let columns = line.split("  ").map(str::trim);
    let columns = columns.filter(|column| !column.is_empty());
    columns.map(str::to_owned).collect()
}

fn a_terminal_has_colours_and_columns() {
    let folder = Folder::new();
    folder.file("My Film.mp4", vec![0; 3 << 20]);
    // Variables, whether there are colours.
    type Row = (&'static [(&'static str, &'static str)], bool);
    let rows: [Row; 8] = [
        (&[], true),
        (&[("NO_COLOR", "1")], false),
        (&[("NO_COLOR", "")], true),
        (&[("CLICOLOR", "0")], false),
        (&[("CLICOLOR", "1")], true),
        (&[("TERM", "dumb")], false),
        (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true),
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
    ];
    each(&rows, |(variables, colors)| {
        let mut command = command(&folder, &[]);
        command.envs(variables.iter().copied());
        let porthole = Porthole::on(Terminal::new(), command);
        assert_eq!(porthole.get("/My%20Film.mp4").status, 200);
        assert_eq!(porthole.get("/missing").status, 404);
        let lines = porthole.log();
        let film = lines.wait_for("/My Film.mp4");
        let missing = lines.wait_for("/missing");
        let stop = lines.wait_for("Ctrl-C");
        match colors {
            true => {
                assert!(film.contains("\x1b[32m200\x1b[0m"), "{film:?}");
                assert!(missing.contains("\x1b[33m404\x1b[0m"), "{missing:?}");
                assert!(stop.starts_with("  \x1b[2mstop    \x1b[0m "), "{stop:?}");
            }
            false => {
                let shown = lines.so_far().concat();
                assert!(!shown.contains('\x1b'), "{shown:?}");
                let [film, missing] = [film, missing].map(|line| columns(&line));
                assert_eq!(film[0].len(), "22:18:10".len(), "{film:?}");
                assert_eq!(film[1..3], ["200", "3.0 MiB"], "{film:?}");
                assert!(film[3].ends_with("s"), "{film:?}");
                assert_eq!(film[4..], ["127.0.0.1", "GET", "/My Film.mp4"]);
                assert_eq!(missing[1..3], ["404", "15 B"], "{missing:?}");
            }
        }
    });
}

/// The log of a program that reads it is as it always was, also if colours are forced.
fn a_pipe_has_neither() {
    let folder = Folder::new();
    folder.file("a", "a");
    let rows = [("TERM", "xterm", false), ("CLICOLOR_FORCE", "1", true)];
    each(&rows, |(name, value, colors)| {
        let mut command = command(&folder, &[]);
        command.env(name, value);
        let porthole = Porthole::start(command);
        porthole.get("/a");
        let line = porthole.log().wait_for("GET /a");
        assert!(line.starts_with("127.0.0.1 - - ["), "{line:?}");
        let end = " +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"-\"";
        assert!(line.ends_with(end), "{line:?}");
        let stop = porthole.errors().wait_for("Ctrl-C");
        assert_eq!(stop.contains('\x1b'), *colors, "{stop:?}");
    });
}

fn the_log_says_what_was_asked_for() {
    let folder = Folder::new();
    folder.file("a", "a");
    let for_programs = "\"GET /a HTTP/1.1\" 200 1 \"-\" \"-\"";
    let for_people = "  127.0.0.1        GET  /a";
    let rows = [
        (true, "--log-format=combined", for_programs),
        (true, "--log-format=terminal", for_people),
        (false, "--log-format=combined", for_programs),
        (false, "--log-format=terminal", for_people),
    ];
    each(&rows, |(on_terminal, flag, end)| {
        let command = command(&folder, &[flag]);
        let porthole = match on_terminal {
            true => Porthole::on(Terminal::new(), command),
            false => Porthole::start(command),
        };
        porthole.get("/a");
        let line = porthole.log().wait_for("GET");
        assert!(line.ends_with(end), "{line:?}");
        // Programs get no colours, wherever the lines go.
        let colors = *on_terminal && *end == for_people;
        assert_eq!(line.contains('\x1b'), colors, "{line:?}");
    });
}

fn times_are_local() {
    let folder = Folder::new();
    let minutes = |time: &str| -> u32 {
        let (hours, minutes) = (&time[..2], &time[3..5]);
        hours.parse::<u32>().unwrap() * 60 + minutes.parse::<u32>().unwrap()
    };
    let day = 24 * 60;
    // As POSIX has it: what must be added to the local time.
    let rows = [
        ("AAA-05:30", 5 * 60 + 30),
        ("BBB07:00", day - 7 * 60),
        ("UTC0", 0),
    ];
    each(&rows, |(zone, offset)| {
        for flags in [&[][..], &["--log-milliseconds"]] {
            let mut command = command(&folder, flags);
            command.envs([("TZ", *zone), ("NO_COLOR", "1")]);
            let porthole = Porthole::on(Terminal::new(), command);
            let date = porthole.get("/a").field("Date").unwrap().to_owned();
            let line = porthole.log().wait_for("GET  /a");
            let local = (minutes(&date[17..]) + offset) % day;
            // The minute may have changed in between.
            let late = (minutes(&line) + day - local) % day;
            assert!(late <= 1, "{line} at {date}");
            let has_milliseconds = line.as_bytes()[8] == b'.';
            assert_eq!(has_milliseconds, !flags.is_empty(), "{line}");
        }
    });
}

/// Names of the operator, and of clients.
fn no_name_steers_the_terminal() {
    let folder = Folder::new();
    let served = folder.folder("a\x1b[2Jb\u{202e}c");
    std::fs::write(served.join("x\x1b[31my"), "x").unwrap();
    let mut command = Porthole::command();
    command
        .env("NO_COLOR", "1")
        .arg(&served)
        .args(["--port", "0", "--workers", "1"]);
    let porthole = Porthole::on(Terminal::new(), command);
    let rows = [
        ("/x%1b%5b31my", "/x%1B[31my"),
        ("/%C2%9B2J", "/%C2%9B2J"),
        ("/%E2%80%AEfdp.exe", "/%E2%80%AEfdp.exe"),
        ("/%0D%0A22:18:10", "/%0D%0A22:18:10"),
    ];
    each(&rows, |(target, shown)| {
        porthole.get(target);
        porthole.log().wait_for(&format!("GET  {shown}"));
    });
    porthole
        .client()
        .send("GET /\x1b[2J\x07 HTTP/1.1\r\n\r\n")
        .read();
    porthole.log().wait_for("GET  /%1B[2J%07");
    porthole
        .log()
        .wait_for("/a\\u{1b}[2Jb\\u{202e}c; accepting");
    let shown = porthole.log().so_far().concat();
    let steers = |letter: char| letter.is_control() || letter == '\u{202e}';
    assert!(!shown.contains(steers), "{shown:?}");
}

fn the_current_folder_is_served_and_said() {
    let folder = Folder::new();
    folder.file("a", "a");
    let mut command = Porthole::command();
    command
        .args(["--port", "0", "--workers", "1"])
        .current_dir(folder.path());
    let porthole = Porthole::start(command);
    let path = folder.path().canonicalize().unwrap();
    let expected = format!(
        "  serving  {} (the current folder, because no PATH was given)",
        path.display()
    );
    assert_eq!(porthole.errors().wait_for("serving"), expected);
    assert_eq!(porthole.get("/a").text(), "a");
}

/// The codes themselves are tests of the program's units, because no test listens on an
/// address that others reach.
fn a_qr_code_needs_a_terminal_and_an_address_for_others() {
    let folder = Folder::new();
    let porthole = Porthole::on(Terminal::new(), command(&folder, &["--qr"]));
    porthole.log().wait_for("no QR code: only this machine");
    let porthole = Porthole::start(command(&folder, &["--qr"]));
    porthole.get("/");
    let lines = porthole.errors().so_far().concat();
    assert!(!lines.contains("QR"), "{lines}");
}

fn errors_are_coloured() {
    let folder = Folder::new();
    let terminal = Terminal::new();
    let mut command = command(&folder, &["--reload-from", "/no/such/folder"]);
    command.stderr(terminal.output());
    let status = command.status().unwrap();
    // The command holds the terminal.
    drop(command);
    let lines = terminal.shown();
    assert_eq!(status.code(), Some(1), "{lines:?}");
    assert!(
        lines[0].starts_with("\x1b[31mporthole:\x1b[0m "),
        "{lines:?}"
    );
}
