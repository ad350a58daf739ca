//! The program's words about its use: help, manual page, completions, suggestions, and
//! what it does without a word.

pub mod access;
pub mod commands;
pub mod passwords;

use std::process::{Command, Output, Stdio};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Program, each, trials, where_installed};

/// Not in `.ci/packages`, because everyone's shell is one of these.
const BASH: Program = Program::new("bash", "bash");
const ZSH: Program = Program::new("zsh", "zsh");
const FISH: Program = Program::new("fish", "fish");
const GROFF: Program = Program::new("groff", "groff");

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        the_short_help_is_short,
        the_long_help_has_all_options_with_their_variables,
        each_option_is_in_the_completions_and_the_manual_page,
        a_wrong_flag_suggests_the_right_one,
        printing_needs_nothing_else,
    ];
    trials.extend([
        where_installed(
            &[&BASH],
            "process::usage::bash_completes_options",
            bash_completes_options,
        ),
        where_installed(
            &[&ZSH],
            "process::usage::zsh_reads_its_completions",
            zsh_reads_its_completions,
        ),
        where_installed(
            &[&FISH],
            "process::usage::fish_reads_its_completions",
            fish_reads_its_completions,
        ),
        where_installed(
            &[&GROFF],
            "process::usage::groff_has_nothing_to_say_of_the_manual_page",
            groff_has_nothing_to_say_of_the_manual_page,
        ),
    ]);
    trials
}

fn run(arguments: &[&str]) -> Output {
    Porthole::command().args(arguments).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the long options in a help text.
fn options(help: &str) -> Vec<&str> {
    let lines = help.lines().map(str::trim_start);
    let names = lines.filter_map(|line| {
        let line = match line.split_once(", ") {
            Some((short, rest)) if short.len() == 2 => rest,
            _ => line,
        };
        let is_end = |letter: char| !letter.is_ascii_lowercase() && letter != '-';
        line.starts_with("--")
            .then(|| line.split(is_end).next().unwrap())
    });
    names.filter(|name| name.len() > 2).collect()
}

const HEADINGS: [&str; 7] = [
    "Network:",
    "Encryption:",
    "Passwords and links:",
    "What is served:",
    "Terminal and log:",
    "Limits:",
    "Sandbox:",
];

fn the_short_help_is_short() {
    let help = printed(&["-h"]);
    assert!(help.lines().count() <= 62, "{help}");
    assert!(!help.contains("PORTHOLE_"), "{help}");
    assert!(
        help.lines().all(|line| line.chars().count() <= 100),
        "{help}"
    );
    let positions = HEADINGS.map(|heading| help.find(&format!("\n{heading}\n")));
    assert!(positions.iter().all(Option::is_some), "{help}");
    assert!(positions.is_sorted(), "{help}");
    let options = options(&help);
    for expected in ["--port", "--bind", "--qr", "--open", "--quiet", "--grants"] {
        assert!(options.contains(&expected), "{options:?}");
    }
    assert!(!options.contains(&"--max-per-address"), "{options:?}");
    assert!(help.trim_end().ends_with("with examples."), "{help}");
}

fn the_long_help_has_all_options_with_their_variables() {
    let (help, short) = (printed(&["--help"]), printed(&["-h"]));
    let long = options(&help);
    for option in options(&short) {
        assert!(long.contains(&option), "{option} is not in:\n{help}");
    }
    // These act at once, so a variable would make no sense.
    let acts = ["--help", "--version"];
    for option in long.iter().filter(|option| !acts.contains(option)) {
        let variable = option[2..].to_uppercase().replace('-', "_");
        let variable = format!("[env: PORTHOLE_{variable}]");
        assert!(help.contains(&variable), "{variable} is not in:\n{help}");
    }
    for heading in HEADINGS
        .iter()
        .chain(&["Examples:", "Signals:", "Exit code:"])
    {
        assert!(
            help.contains(&format!("\n{heading}\n")),
            "{heading}: {help}"
        );
    }
    // The examples name nothing that does not exist, of commands either.
    let of_link = printed(&["link", "--help"]);
    let known = [long, options(&of_link)].concat();
    let examples = help.split("Examples:").nth(1).unwrap();
    let words = examples.split_whitespace();
    for option in words.filter(|word| word.starts_with("--")) {
        assert!(known.contains(&option), "{option}");
    }
}

fn each_option_is_in_the_completions_and_the_manual_page() {
    let help = printed(&["--help"]);
    let options = options(&help);
    assert!(options.len() > 25, "{options:?}");
    let rows = [
        &["completions", "bash"][..],
        &["completions", "zsh"],
        &["completions", "fish"],
        &["completions", "powershell"],
        &["man"],
    ];
    each(&rows, |arguments| {
        let text = printed(arguments).replace("\\-", "-");
        for option in &options {
            // fish names options without their dashes.
            let found = text.contains(option) || text.contains(&format!("-l {}", &option[2..]));
            assert!(found, "{option} is not in:\n{text:.2000}");
        }
    });
    let page = printed(&["man"]);
    for words in [
        ".SH NAME",
        ".SH SYNOPSIS",
        ".SH DESCRIPTION",
        ".SH \"EXAMPLES\"",
        ".SH \"EXIT CODE\"",
        // The descriptions that the short help leaves out.
        "Memory of each worker",
        "Print the manual page",
    ] {
        assert!(page.contains(words), "{words} is not in:\n{page}");
    }
    for (shell, suggested) in [("tcsh", "possible values"), ("bsh", "'bash'")] {
        let unknown = run(&["completions", shell]);
        assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
        let text = String::from_utf8(unknown.stderr).unwrap();
        assert!(text.contains(suggested), "{text}");
    }
}

fn a_wrong_flag_suggests_the_right_one() {
    let rows = [
        (&["--prot", "80"][..], "'--port'"),
        (&["--qiet"], "'--quiet'"),
        (&["--max-conections", "5"], "'--max-connections'"),
        (&["--grants=jsn"], "'json'"),
    ];
    each(&rows, |(arguments, suggested)| {
        let output = run(&[&["."], *arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with("error: "), "{text}");
        let tip = text.lines().find(|line| line.contains("  tip: "));
        assert!(tip.is_some_and(|tip| tip.contains(suggested)), "{text}");
    });
}

/// Whatever else is set in the environment.
fn printing_needs_nothing_else() {
    let rows = [
        &["completions", "bash"][..],
        &["completions", "zsh"],
        &["man"],
    ];
    each(&rows, |arguments| {
        let mut command = Porthole::command();
        command
            .args(*arguments)
            .envs([("PORTHOLE_PATH", "/no/such"), ("PORTHOLE_PORT", "80")]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(output.stdout.len() > 1_000, "{output:?}");
    });
    // A pipe that nobody reads is an error in one line.
    let mut command = Porthole::command();
    command.arg("man").stdout(std::io::pipe().unwrap().1);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("porthole: cannot write: "), "{text}");
}

/// Lets a shell read a script.
fn read_by(shell: &Program, arguments: &[&str], script: &str) -> String {
    let folder = Folder::new();
    let file = folder.file("script", script);
    let mut command: Command = shell.command();
    command.args(arguments).arg(file).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

fn bash_completes_options() {
    let completions = printed(&["completions", "bash"]);
    let script = format!(
        "{completions}\n\
         COMP_WORDS=(porthole --bi) COMP_CWORD=1\n\
         _porthole porthole --bi porthole\n\
         echo \"${{COMPREPLY[@]}}\""
    );
    assert_eq!(read_by(&BASH, &["--norc"], &script), "--bind\n");
}

fn zsh_reads_its_completions() {
    read_by(&ZSH, &["-n"], &printed(&["completions", "zsh"]));
}

fn fish_reads_its_completions() {
    read_by(&FISH, &["-n"], &printed(&["completions", "fish"]));
}

fn groff_has_nothing_to_say_of_the_manual_page() {
    let arguments = ["-man", "-Tutf8", "-ww", "-rLL=80n"];
    let page = read_by(&GROFF, &arguments, &printed(&["man"]));
    // Bold letters are printed twice, so these are plain ones.
    assert!(page.contains("Port to listen on"), "{page}");
}
