//! Calls `h1` for one connection as a server must.

use h1::connection::{Connection, Event};
use h1::limits::INPUT_BYTES;
use h1::request::fields::Fields;
use h1::request::head::Version;
use h1::request::method::Method;
use h1::request::target::scheme::Scheme;
use h1::request::target::site::Site;
use h1::response::{CONTINUE, Context, Policy, write_head};

use crate::site::{NOW, Response};

/// Results of a connection.
#[derive(Default)]
pub(crate) struct Conversation {
    /// All bytes that were sent.
    pub(crate) sent: Vec<u8>,
    /// For each final response, whether it is one to HEAD.
    pub(crate) to_head: Vec<bool>,
    /// For each answered request, its end in all received bytes.
    pub(crate) ends: Vec<usize>,
    /// Whether the last response ends the connection.
    pub(crate) closed: bool,
}

/// Responds to the requests that arrive in `pieces`, with a buffer for the longest head
/// and no more.
pub(crate) fn converse<'b>(mut pieces: impl Iterator<Item = &'b [u8]>) -> Conversation {
    let policy = Policy::new(Some("max-age=60"), true, &["X-Test: a"]).unwrap();
    let mut talk = Conversation::default();
    let mut connection = Connection::new(Site::default());
    let mut buffer: Vec<u8> = Vec::new();
    let mut piece: &[u8] = b"";
    let mut forgotten = 0;
    let mut continued = false;
    while !talk.closed {
        match connection.next(&buffer) {
            Event::Read { idle } => {
                assert!(!idle || buffer.iter().all(|byte| b"\r\n".contains(byte)));
                if piece.is_empty() {
                    let Some(next) = pieces.next() else {
                        break;
                    };
                    piece = next;
                }
                if buffer.len() == INPUT_BYTES {
                    forgotten += buffer.drain(connection.reclaim()).count();
                }
                let spare = INPUT_BYTES - buffer.len();
                assert!(spare > 0, "the buffer would have to grow");
                let (read, rest) = piece.split_at(spare.min(piece.len()));
                buffer.extend(read);
                piece = rest;
            }
            Event::Continue => {
                assert!(!continued, "one 100 for one request");
                continued = true;
                talk.sent.extend(CONTINUE);
            }
            Event::Request(request) => {
                let head = &request.head;
                let context = context(head.version, request.keep_alive, &policy);
                let method = Some(head.method);
                talk.say(&Response::to(&request), method, &head.fields, &context);
                forgotten += buffer.drain(..connection.finish()).count();
                talk.ends.push(forgotten);
                continued = false;
            }
            Event::Refused(refusal) => {
                let context = context(Version::Http11, false, &policy);
                let response = Response::Refused(refusal.status());
                talk.say(
                    &response,
                    connection.method(&buffer),
                    &Fields::EMPTY,
                    &context,
                );
            }
        }
    }
    if talk.closed {
        let more = connection.next(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(
            !matches!(more, Event::Request(_)),
            "nothing is answered after the last"
        );
    }
    talk
}

impl Conversation {
    fn say(
        &mut self,
        response: &Response<'_>,
        method: Option<Method>,
        fields: &Fields<'_>,
        how: &Context<'_>,
    ) {
        write_head(&mut self.sent, &response.head(), how, fields);
        let to_head = method == Some(Method::Head);
        if !to_head {
            response.send_content(&mut self.sent);
        }
        self.to_head.push(to_head);
        self.closed = !how.keep_alive;
    }
}

/// Returns the context of a response at [`NOW`].
fn context(version: Version, keep_alive: bool, policy: &Policy) -> Context<'_> {
    Context {
        now: NOW,
        date: b"Thu, 01 Jan 2026 00:00:00 GMT",
        keep_alive,
        version,
        scheme: Scheme::Http,
        policy,
    }
}
