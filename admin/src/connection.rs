//! One connection, which serves one request: programs ask every few seconds, so that nothing is
//! gained by keeping it, and no client holds a place for longer than a request may take.

use guest::bindings::wasi::sockets::types::TcpSocket;
use guest::limits::HEAD_SECONDS;
use guest::net::buffered::Buffered;
use guest::net::socket::{CloseReason, Socket};
use guest::runtime::deadlines::Deadline;
use h1::connection::{Connection, Event};
use h1::refusal::Refusal;
use h1::request::fields::Fields;
use h1::request::head::Version;
use h1::request::method::Method;
use h1::request::target::scheme::Scheme;
use h1::request::target::site::Site;
use h1::response::{CONTINUE, Context, write_head};

use crate::response::{Response, decide};
use crate::shared::Shared;

/// Serves a connection to its end.
pub async fn serve(shared: &Shared, socket: TcpSocket) {
    let socket = Socket::new(socket, false);
    let watch = shared.deadlines.watch();
    let mut buffered = Buffered::new(socket, &shared.pool, &shared.executor, watch);
    // A client that has gone, or has sent nothing, expects nothing.
    if respond_once(shared, &mut buffered).await.is_ok() {
        buffered.linger().await;
    }
}

async fn respond_once(shared: &Shared, buffered: &mut Buffered<'_>) -> Result<(), CloseReason> {
    let mut protocol = Connection::new(Site::default());
    let mut input = shared.pool.input();
    let until = Deadline::At(buffered.after(HEAD_SECONDS));
    let (refusal, method) = loop {
        match protocol.next(&input) {
            Event::Read { .. } => {
                if input.len() == input.capacity() {
                    // Content is of no interest.
                    input.drain(protocol.reclaim());
                }
                match buffered.read(&mut input, until).await {
                    Ok(_) => {}
                    Err(CloseReason::Expired) if !input.is_empty() => {
                        break (Refusal::HeadTimeout, protocol.method(&input));
                    }
                    Err(end) => return Err(end),
                }
            }
            Event::Continue => {
                let interim = |out: &mut alloc::vec::Vec<u8>| out.extend_from_slice(CONTINUE);
                buffered.append(CONTINUE.len(), 0, interim).await?;
                buffered.flush().await?;
            }
            Event::Request(request) => {
                let (head, response) = (&request.head, decide(&request));
                let about = (head.method, head.version, &head.fields);
                return send(shared, buffered, about, &response).await;
            }
            Event::Refused(refusal) => break (refusal, protocol.method(&input)),
        }
    };
    let method = method.unwrap_or(Method::Unknown);
    let about = (method, Version::Http11, &Fields::EMPTY);
    send(shared, buffered, about, &Response::Plain(refusal.status())).await
}

async fn send(
    shared: &Shared,
    buffered: &mut Buffered<'_>,
    (method, version, fields): (Method, Version, &Fields<'_>),
    response: &Response,
) -> Result<(), CloseReason> {
    let (now, date) = shared.clock.now();
    let context = Context {
        now,
        date: &date,
        keep_alive: false,
        version,
        scheme: Scheme::Http,
        policy: &shared.policy,
    };
    let head = response.head();
    let content = match method {
        Method::Head => "",
        _ => response.content(),
    };
    let bound = head.head_bound(context.policy);
    let write = |out: &mut _| write_head(out, &head, &context, fields);
    buffered.append(bound, content.len() as u64, write).await?;
    buffered.bytes(content.as_bytes()).await?;
    buffered.flush().await
}
