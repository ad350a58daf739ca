//! The response to a request: decided, sent, and logged.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::SocketAddr;

use h1::connection::Request;
use h1::refusal::Refusal;
use h1::request::fields::Fields;
use h1::request::forwarded::Forwarded;
use h1::request::head::request_line;
use h1::request::head::secrets::without_passwords;
use h1::request::method::Method;
use h1::request::target::Target;
use h1::response::{Context, Policy};
use h1::status::Status;

use super::CloseMode;
use super::asked::{Asked, early, response_to};
use super::authorize::authorize;
use super::session::Session;
use crate::authorization::Authorization;
use crate::host::CountedResponse;
use crate::log::{Access, Escaped};
use crate::net::socket::CloseReason;
use crate::peer::Peer;
use crate::reason::Reason;
use crate::response::Response;
use crate::response::send_error::SendError;
use crate::response::write::ResponseWriter;
use crate::rights::Rights;

impl<'s> Session<'s> {
    /// Returns what the head of a response depends on besides its subject.
    fn context<'a>(
        &self,
        now: i64,
        date: &'a [u8; 29],
        keep_alive: bool,
        policy: &'a Policy,
    ) -> Context<'a>
    where
        's: 'a,
    {
        Context {
            now,
            date,
            keep_alive,
            version: self.version,
            scheme: self.service.scheme(),
            policy,
        }
    }
}

impl Session<'_> {
    /// Responds to a request. Returns whether the connection stays open. `more` says
    /// whether input follows the request.
    pub(super) async fn respond(
        &mut self,
        request: &Request<'_>,
        input: &[u8],
        more: bool,
    ) -> Result<bool, CloseReason> {
        let (now, date) = self.shared.clock.now();
        let start = self.begin_response(date);
        self.version = request.head.version;
        self.responded = true;
        let head = &request.head;
        self.log_head(input.get(..head.len).unwrap_or(input));
        let forwarded = self.forwarded(&head.fields);
        let asked = Asked {
            request,
            forwarded,
            service: self.service,
            within_rate: self.within_rate(),
        };
        let (authorization, early) = match early(self.shared, &asked) {
            Some(response) => (Authorization::anonymous(Rights::NONE), Some(response)),
            None => {
                let target = request.target.as_ref().unwrap_or(&Target::Asterisk);
                let asked = (request, target);
                (authorize(self.shared, asked, self.client, now).await, None)
            }
        };
        let (response, reason) = match early {
            Some(response) => (response, None),
            None => response_to(self.shared, &asked, &authorization, now).await,
        };
        self.shared.log_listings();
        let status = response.head().status();
        self.log_reason(status, reason, input);
        let ends = response.head().ends_connection();
        let keep_alive = request.keep_alive && !ends && !self.shared.is_draining();
        let policy = self.shared.policy(authorization.credential, status);
        let context = self.context(now, &date, keep_alive, policy);
        let writer = ResponseWriter {
            method: head.method,
            fields: head.fields,
            context,
            clock: &self.shared.clock,
        };
        let (sent_status, content_at, mut sent) = self.send(&writer, &response, input).await;
        let keep_alive = keep_alive && (sent_status == status || !sent_status.ends_connection());
        let status = sent_status;
        if sent.is_ok() && !more {
            // The bytes that the log line counts have then left the buffer.
            sent = self.buffered.flush().await.map_err(SendError::from);
        }
        let access = self.access(start, input, status, &head.fields);
        let access = Access {
            user: authorization.user.as_deref(),
            ..access
        };
        let counted = self.shared.counted(start, (head.method, status));
        let counted = counted.map(|counted| CountedResponse {
            cache: response.cache(),
            password: authorization.password_outcome(),
            ..counted
        });
        let content = self.buffered.queued().saturating_sub(content_at);
        let logged = self.end_response(&access, counted, content_at).await;
        self.buffered.response_sent().await;
        self.conclude(sent.and(logged.map_err(SendError::from)), content, input)?;
        Ok(keep_alive)
    }

    /// Logs the head of a request, without what is secret in it.
    fn log_head(&self, head: &[u8]) {
        if self.shared.options.verbose {
            let shown: Vec<u8> = without_passwords(head).flatten().copied().collect();
            self.verbose(format_args!(
                "Request from {}: {}",
                self.peer,
                Escaped(&shown)
            ));
        }
    }

    /// Logs how the transfer of a response ended.
    fn conclude(
        &self,
        sent: Result<(), SendError>,
        content: u64,
        input: &[u8],
    ) -> Result<(), CloseReason> {
        match sent {
            Ok(()) => {
                let peer = self.peer;
                self.verbose(format_args!("File Completed: {peer}, {content} bytes"));
                Ok(())
            }
            Err(SendError::Peer(end)) => Err(end),
            // The connection is closed early, so that the client notices.
            Err(SendError::File(reason) | SendError::Unsent(reason)) => {
                self.shared.log_error(format_args!(
                    "a file ended or failed early: {}: {reason}",
                    Escaped(request_line(input))
                ));
                Err(CloseReason::Finished)
            }
        }
    }

    /// Sends the response, or an error in its place if the file fails before anything is
    /// sent. Returns the status that was sent, and what [`ResponseWriter::send`] returns.
    async fn send(
        &mut self,
        writer: &ResponseWriter<'_>,
        response: &Response<'_>,
        input: &[u8],
    ) -> (Status, u64, Result<(), SendError>) {
        let (content_at, sent) = writer.send(&mut self.buffered, response).await;
        let Err(SendError::Unsent(reason)) = sent else {
            return (response.head().status(), content_at, sent);
        };
        let status = match response {
            // What was requested is missing, whatever is the matter with the operator's page.
            Response::Missing { .. } => Status::NotFound,
            _ => reason.status(),
        };
        self.log_reason(reason.status(), Some(reason), input);
        let (content_at, sent) = writer
            .send(&mut self.buffered, &Response::Plain(status))
            .await;
        (status, content_at, sent)
    }

    /// Logs why a response is an error: always if the server is at fault, and otherwise
    /// with `--verbose`.
    fn log_reason(&self, status: Status, reason: Option<Reason>, input: &[u8]) {
        let Some(reason) = reason.filter(|reason| reason.status() == status) else {
            return;
        };
        let request = Escaped(request_line(input));
        let words = format_args!("{} because {reason}: {request}", status.code());
        match reason.is_server_error() {
            true => self.shared.log_error(words),
            false => self.verbose(words),
        }
    }

    /// Returns what a trusted proxy says of a request, and from now on serves the client that
    /// it names.
    fn forwarded<'b>(&mut self, fields: &Fields<'b>) -> Option<Forwarded<'b>> {
        let proxies = &self.shared.options.trusted_proxies;
        if proxies.is_empty() {
            return None;
        }
        let forwarded = proxies.read(fields, self.peer);
        let client = forwarded.and_then(|forwarded| forwarded.client);
        let named = client.map(|address| Peer::At(SocketAddr::new(address, 0)));
        self.serve_client(named.unwrap_or(self.peer));
        forwarded
    }

    /// Whether the client keeps within the operator's `--rate`.
    fn within_rate(&self) -> bool {
        match (&self.shared.rate_limiter, self.client.counted()) {
            (Some(rate_limiter), Some(client)) => rate_limiter.allow(client),
            _ => true,
        }
    }

    /// Responds to input that could not be read as a request. Then the connection is
    /// closed.
    pub(super) async fn refuse(
        &mut self,
        input: &[u8],
        method: Option<Method>,
        refusal: Refusal,
    ) -> Result<CloseMode, CloseReason> {
        self.verbose(format_args!(
            "Refused {}: {}",
            self.peer,
            refusal.explanation()
        ));
        let status = match self.within_rate() {
            true => refusal.status(),
            false => Status::TooManyRequests,
        };
        Box::pin(self.respond_and_close(method, status, input)).await?;
        Ok(CloseMode::Lingering)
    }

    /// Responds before any request, because there is no place for the connection.
    pub(super) async fn reject_overload(&mut self) -> Result<(), CloseReason> {
        self.respond_and_close(None, Status::ServiceUnavailable, b"")
            .await
    }

    async fn respond_and_close(
        &mut self,
        method: Option<Method>,
        status: Status,
        input: &[u8],
    ) -> Result<(), CloseReason> {
        let (now, date) = self.shared.clock.now();
        let start = self.begin_response(date);
        let policy = &self.shared.options.policy;
        let context = self.context(now, &date, false, policy);
        let writer = ResponseWriter::refusal(method, context, &self.shared.clock);
        let (content_at, _) = writer
            .send(&mut self.buffered, &Response::Plain(status))
            .await;
        let flushed = self.flush().await;
        let access = self.access(start, input, status, &Fields::EMPTY);
        let method = method.unwrap_or(Method::Unknown);
        let counted = self.shared.counted(start, (method, status));
        self.end_now(&access, counted, content_at);
        flushed
    }
}
