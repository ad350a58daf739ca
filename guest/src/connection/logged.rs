//! The end of a response: its log line, and what the host counts of it.

use h1::request::fields::{Fields, Name};
use h1::status::Status;

use super::session::Session;
use crate::host::CountedResponse;
use crate::log::Access;
use crate::net::first_write::{FirstWrite, Precision};
use crate::net::socket::CloseReason;
use crate::shared::LogStart;

impl Session<'_> {
    /// Logs and counts a response, now or once it has left the buffer.
    pub(super) async fn end_response(
        &mut self,
        access: &Access<'_>,
        counted: Option<CountedResponse>,
        content_at: u64,
    ) -> Result<(), CloseReason> {
        let logged = self.shared.logs_responses().then_some(access);
        if logged.is_none() && counted.is_none() {
            return Ok(());
        }
        let (written, end) = (self.buffered.written(), self.buffered.queued());
        let format = self.shared.log().format();
        let content = (content_at, end);
        if written < end && self.pending.add(format, logged, counted, content) {
            return Ok(());
        }
        let flushed = self.flush().await;
        self.end_now(access, counted, content_at);
        if logged.is_some() {
            // The line must stand before those of requests that result from this response.
            self.buffered.yield_to_ready().await;
        }
        flushed
    }

    /// Logs and counts a response of which nothing is in the buffer.
    pub(super) fn end_now(
        &self,
        access: &Access<'_>,
        counted: Option<CountedResponse>,
        content_at: u64,
    ) {
        let bytes = self.buffered.written().saturating_sub(content_at);
        let first_byte = self.first_byte();
        let access = Access {
            first_byte,
            ..*access
        };
        self.shared.access(&access, bytes);
        if let Some(counted) = counted {
            self.shared.count_response(&CountedResponse {
                bytes,
                first_byte,
                ..counted
            });
        }
    }

    /// Begins a response with this value of `Date`, as far as its log line and its count need
    /// that.
    pub(super) fn begin_response(&mut self, date: [u8; 29]) -> LogStart {
        let start = self.shared.log_start(date);
        let logs_times = self.shared.logs_responses() && self.shared.log().format().is_json();
        let precision = match (logs_times, self.shared.counts_responses()) {
            (true, _) => Some(Precision::Each),
            (false, true) => Some(Precision::Long),
            (false, false) => None,
        };
        self.buffered.begin_response(precision);
        start
    }

    fn first_byte(&self) -> Option<u64> {
        self.buffered.first_write().and_then(FirstWrite::response)
    }

    /// Returns what the log says of a request and its response.
    pub(super) fn access<'a>(
        &self,
        start: LogStart,
        head: &'a [u8],
        status: Status,
        fields: &Fields<'a>,
    ) -> Access<'a> {
        Access {
            peer: self.client,
            user: None,
            tls: self.tls,
            time: self.shared.log_time(start),
            started: start.instant,
            first_byte: self.first_byte(),
            head,
            status: status.code(),
            range: fields.only(Name::Range),
            referer: fields.only(Name::Referer),
            user_agent: fields.only(Name::UserAgent),
        }
    }
}
