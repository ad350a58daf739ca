//! `porthole:server/responses`: what a component reports of its responses.
//!
//! A component can lie about itself, and about nothing else: there is no name in a report, no
//! count overflows, and a time is at most the age of the instance.

use wasmtime::component::{HasData, Linker};
use wasmtime_wasi::clocks::WasiClocksCtxView;
use wasmtime_wasi::p3::bindings::clocks::monotonic_clock::Host as _;

use super::bindings::porthole::server::responses as wit;
use crate::report::responses::{Method, PasswordOutcome, Response, StatusClass};
use crate::report::worker_counts::WorkerCounts;

/// The part of a store's data that the functions of the interface reach.
pub(crate) struct View<'a> {
    pub(crate) counts: &'a WorkerCounts,
    pub(crate) clocks: WasiClocksCtxView<'a>,
}

/// The key under which the generated code finds the [`View`].
pub(crate) struct Reports;

impl HasData for Reports {
    type Data<'a> = View<'a>;
}

pub(crate) trait HasReports: Send {
    fn reports(&mut self) -> View<'_>;
}

pub(super) fn add_to_linker<T: HasReports + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Reports>(linker, T::reports)
}

impl wit::Host for View<'_> {
    fn finished(&mut self, response: wit::Response) -> wasmtime::Result<()> {
        let now = self.clocks.now()?;
        self.counts.record(&counted(&response, now));
        Ok(())
    }
}

/// Returns what is counted of a report that arrives `now`.
fn counted(response: &wit::Response, now: u64) -> Response {
    let duration = now.saturating_sub(response.started);
    let first_byte = response.first_byte.unwrap_or(now);
    Response {
        method: match response.method {
            wit::Method::Get => Method::Get,
            wit::Method::Head => Method::Head,
            wit::Method::Options => Method::Options,
            wit::Method::Other => Method::Other,
        },
        status: match response.status {
            wit::StatusClass::Informational => StatusClass::Informational,
            wit::StatusClass::Successful => StatusClass::Successful,
            wit::StatusClass::Redirection => StatusClass::Redirection,
            wit::StatusClass::ClientError => StatusClass::ClientError,
            wit::StatusClass::ServerError => StatusClass::ServerError,
        },
        cached: match response.cache {
            wit::Cache::None => None,
            wit::Cache::Hit => Some(true),
            wit::Cache::Miss => Some(false),
        },
        password: match response.password {
            wit::Password::None => None,
            wit::Password::Right => Some(PasswordOutcome::Right),
            wit::Password::Wrong => Some(PasswordOutcome::Wrong),
            wit::Password::Refused => Some(PasswordOutcome::Refused),
        },
        bytes: response.bytes,
        first_byte: first_byte.saturating_sub(response.started).min(duration),
        duration,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_longer_than_the_instance_is_old() {
        // Start, first byte; time to the first byte, duration.
        let cases = [
            (40, Some(70), (30, 60)),
            (40, None, (60, 60)),
            (40, Some(10), (0, 60)),
            (40, Some(u64::MAX), (60, 60)),
            (0, Some(0), (0, 100)),
            (u64::MAX, Some(0), (0, 0)),
            (u64::MAX, None, (0, 0)),
        ];
        for (started, first_byte, expected) in cases {
            let response = wit::Response {
                method: wit::Method::Get,
                status: wit::StatusClass::Successful,
                cache: wit::Cache::None,
                password: wit::Password::None,
                bytes: u64::MAX,
                started,
                first_byte,
            };
            let counted = counted(&response, 100);
            let found = (counted.first_byte, counted.duration);
            assert_eq!(found, expected, "{started} {first_byte:?}");
        }
    }
}
