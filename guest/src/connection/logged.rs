//! The log line about a response.

use h1::request::fields::{Fields, Name};
use h1::status::Status;

use super::session::Session;
use crate::log::Access;
use crate::net::first_write::FirstWrite;
use crate::net::socket::CloseReason;
use crate::shared::LogStart;

impl Session<'_> {
    /// Writes the log line about a response, now or once the response has left the buffer.
    pub(super) async fn log_access(
        &mut self,
        access: &Access<'_>,
        content_at: u64,
    ) -> Result<(), CloseReason> {
        if !self.shared.logs_responses() {
            return Ok(());
        }
        let (written, end) = (self.buffered.written(), self.buffered.queued());
        let format = self.shared.log().format();
        if written < end && self.pending.add(format, access, content_at, end) {
            return Ok(());
        }
        let flushed = self.flush().await;
        let sent = self.buffered.written().saturating_sub(content_at);
        let first_byte = self.first_byte();
        let access = Access {
            first_byte,
            ..*access
        };
        self.shared.access(&access, sent);
        // The line must stand before those of requests that result from this response.
        self.buffered.yield_to_ready().await;
        flushed
    }

    /// Begins a response with this value of `Date`, as far as the log needs that.
    pub(super) fn begin_response(&mut self, date: [u8; 29]) -> LogStart {
        let start = self.shared.log_start(date);
        let is_timed = start.instant.is_some() && self.shared.log().format().is_json();
        self.buffered.begin_response(is_timed);
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
