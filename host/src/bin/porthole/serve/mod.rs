//! All that comes before serving, in the order that confinement asks for, and the exit code.

mod life;
mod serving;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use porthole::{Error, Log, Root};

use crate::WRONG_USAGE;
use crate::access::Access;
use crate::log_file::LogFile;
use crate::options::Options;
use crate::rlimit;
use crate::service_manager::ServiceManager;
use crate::signals::Signals;
#[cfg(unix)]
use crate::sockets::handed_down::HandedDown;
use crate::sockets::{AdminSocket, Endpoint, Sockets};
use crate::terminal::Output;
use crate::terminal::messages::{Messages, report_at_once};
use crate::tls::Certificates;
use serving::Serving;

/// Serves until a signal stops it.
///
/// # Errors
/// When it cannot start, and nothing was printed about that yet.
pub(crate) fn serve(mut options: Options) -> anyhow::Result<ExitCode> {
    // SAFETY: this is called once, and nothing has opened a descriptor before.
    #[cfg(unix)]
    let handed_down = unsafe { HandedDown::take()? };
    #[cfg(unix)]
    let ready_made = handed_down.descriptors.len();
    #[cfg(not(unix))]
    let ready_made = 0;
    if let Some(fewer) = options.fit(rlimit::raise_limit(), ready_made)? {
        report_at_once(fewer);
    }
    // First, so that the compiler has neither the root nor the listeners.
    let compiler = options.compiler()?;
    // Before any file is opened or made. What fails afterwards closes them, and removes the
    // files of Unix sockets.
    let mut sockets = Sockets::open(
        &options,
        #[cfg(unix)]
        handed_down,
    )?;
    let admin = AdminSocket::open(&options)?;
    let manager = ServiceManager::connect();
    let root = Root::open(options.path())?;
    let certificates = Certificates::open(&options.tls, root.path())?;
    let (access, secrets) = Access::open(&options.auth, root.path())?.unzip();
    if let Some(certificates) = &certificates {
        sockets.secure(certificates.tls());
    }
    let log_file = LogFile::open(&options.log, root.path())?;
    // A component that comes out of a pipe cannot be read again later.
    let source = options.source()?;
    // All that a confined process cannot do any more: ask for addresses and the time zone,
    // run a program.
    let to_stderr = Output::of(std::io::stderr());
    let to_stdout = match &log_file {
        Some(_) => Output::to_file(),
        None => Output::of(std::io::stdout()),
    };
    let arguments = options.arguments(to_stdout, &sockets.endpoints);
    let base = options.base_path();
    let [reachable, redirected] = sockets.urls(&base);
    let mut notes = certificates
        .as_ref()
        .map_or_else(Vec::new, Certificates::notes);
    let mut endpoints = sockets.endpoints.iter();
    let is_readable = !options.proxy.has_proxy() && endpoints.any(Endpoint::is_readable_on_the_way);
    notes.extend(access.iter().flat_map(|access| access.notes(is_readable)));
    notes.extend(admin.iter().filter_map(AdminSocket::warning));
    #[cfg(unix)]
    let files = sockets.files(admin.as_ref());
    let browser = options.open.then(|| sockets.open_browser(base)).flatten();
    let confined = options.confine(&root, certificates.as_ref(), access.as_ref())?;
    // From here on, threads may be started.
    let signals = Signals::new().context("cannot watch for signals")?;
    let messages = Messages::start(to_stderr.style)?;
    let (stdout, reopener) = match log_file {
        Some(file) => file.log(&messages)?,
        None => (standard_output(&options, &messages)?, None),
    };
    if let Some(browser) = browser {
        browser.watch(messages.clone())?;
    }
    let serving = Serving {
        options,
        notes,
        certificates,
        access,
        compiler,
        arguments,
        endpoints: sockets.endpoints,
        redirected,
        reachable,
        manager,
        confined,
        signals,
        messages: messages.clone(),
        reopener,
        stdout: match to_stdout.style.colors {
            true => stdout.styled(),
            false => stdout.clone(),
        },
        to_stderr,
    };
    let served = catch_unwind(AssertUnwindSafe(|| {
        serving.run(
            (root, source),
            (sockets.listeners, admin),
            secrets.unwrap_or_default(),
        )
    }));
    let code = exit_code_of(&messages, served);
    #[cfg(unix)]
    for line in files.left_behind() {
        messages.report(line);
    }
    // The last lines of both logs are written before the process ends.
    Log::finish(&[&stdout, &messages.log()]);
    Ok(code)
}

/// Starts the log on standard output.
fn standard_output(options: &Options, messages: &Messages) -> std::io::Result<Log> {
    let (output, report) = (std::io::stdout(), Arc::new(messages.reporter()));
    let (log, _) = match options.log.is_json() {
        true => Log::reporting_in_json(output, report)?,
        false => Log::reporting(output, report)?,
    };
    Ok(log)
}

fn exit_code_of(messages: &Messages, served: std::thread::Result<anyhow::Result<()>>) -> ExitCode {
    let error = match served {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(error)) => error,
        // The panic hook has reported the reason.
        Err(_) => return ExitCode::FAILURE,
    };
    match error.downcast_ref() {
        // The component's arguments come from the command line, and it has printed what
        // is wrong with them.
        Some(Error::InvalidArguments) if !messages.log().is_unused() => {
            messages.print("\nFor more information, try '--help'.");
            ExitCode::from(WRONG_USAGE)
        }
        Some(Error::InvalidArguments) => {
            messages.fail("the component does not start like that, and does not say why");
            ExitCode::from(WRONG_USAGE)
        }
        _ => {
            messages.fail(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
