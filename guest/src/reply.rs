//! Says what [`crate::answer`] has decided: the head, then the content, in
//! pieces as the peer takes them.

use h1::limits::TARGET_BYTES;
use h1::representation::Representation;
use h1::request::fields::Fields;
use h1::request::method::Method;
use h1::response::multipart::Multipart;
use h1::response::{Answer, Context, error_body, write_head};
use h1::selection::Selection;
use h1::status::Status;

use crate::answer::Reply;
use crate::file::Content;
use crate::wire::{Cut, Wire};

/// The media type of pages that are made here.
const HTML: &str = "text/html; charset=utf-8";

/// How a reply goes out: all but the reply.
pub struct Sending<'a> {
    pub method: Method,
    pub fields: Fields<'a>,
    pub context: Context<'a>,
}

impl<'a> Sending<'a> {
    /// For an answer to what could not be read as a request; its method is there where
    /// as much as that was read.
    pub fn refusal(method: Option<Method>, context: Context<'a>) -> Self {
        Self {
            method: method.unwrap_or(Method::Unknown),
            fields: Fields::EMPTY,
            context,
        }
    }

    /// Writes the reply, as far as it does not stay in the buffer. Returns where among the
    /// bytes of the connection its content begins.
    pub async fn send(&self, wire: &mut Wire<'_>, reply: &Reply<'_>) -> (u64, Result<(), Cut>) {
        let answer = reply.answer();
        let content = self.content_length(reply);
        let bound = answer.head_bound(self.context.policy);
        let head = |out: &mut _| write_head(out, &answer, &self.context, &self.fields);
        let head_at = wire.queued();
        let appended = wire.append(bound, content, head).await;
        let content_at = wire.queued();
        let sent = match appended {
            Err(end) => Err(end.into()),
            Ok(()) if content == 0 => Ok(()),
            Ok(()) => self.send_content(wire, reply, &answer).await,
        };
        let Err(Cut::File(reason)) = sent else {
            return (content_at, sent);
        };
        if wire.take_back(head_at) {
            return (head_at, Err(Cut::Unsent(reason)));
        }
        // What could be read is sent: it is as much as there is.
        let flushed = wire.flush().await.map_err(Cut::from);
        (content_at, flushed.and(Err(Cut::File(reason))))
    }

    async fn send_content(
        &self,
        wire: &mut Wire<'_>,
        reply: &Reply<'_>,
        answer: &Answer<'_>,
    ) -> Result<(), Cut> {
        match reply {
            Reply::File {
                representation,
                selection,
                content: Some(file),
                ..
            } => send_selection(wire, file, representation, selection).await,
            Reply::Missing {
                representation,
                content,
            } => wire.file(content, 0, representation.size).await,
            Reply::Page(page) => {
                for piece in page.pieces() {
                    wire.bytes(piece).await?;
                }
                Ok(())
            }
            _ => {
                wire.bytes(error_body(answer.status()).as_bytes()).await?;
                Ok(())
            }
        }
    }

    /// How much follows the head. HEAD is GET with the content withheld.
    fn content_length(&self, reply: &Reply<'_>) -> u64 {
        if self.method == Method::Head {
            return 0;
        }
        match reply {
            Reply::File {
                representation,
                selection,
                content: Some(_),
                ..
            } => match selection {
                Selection::One(range) => range.len(),
                Selection::Several(set) => Multipart::new(representation, set).content_length(),
                _ => representation.size,
            },
            Reply::Missing { representation, .. } => representation.size,
            Reply::Page(page) => page.len(),
            _ => error_body(reply.answer().status()).len() as u64,
        }
    }
}

impl Reply<'_> {
    /// The same as [`h1`] knows it.
    pub fn answer(&self) -> Answer<'_> {
        match self {
            Self::File {
                representation,
                selection,
                head,
                ..
            } => Answer::File {
                representation,
                selection,
                prepared: head.as_deref(),
            },
            Self::Missing { representation, .. } => Answer::Missing { representation },
            Self::Page(page) => Answer::Page {
                status: Status::Ok,
                media_type: HTML,
                content_length: page.len(),
            },
            // Nobody could ask for it, and no buffer need have room for it.
            Self::Moved(location) if location.len() > TARGET_BYTES => Answer::Refused {
                status: Status::UriTooLong,
            },
            Self::Moved(location) => Answer::Moved { location },
            Self::Options => Answer::Options,
            Self::Plain(status) => Answer::Refused { status: *status },
        }
    }
}

async fn send_selection(
    wire: &mut Wire<'_>,
    file: &Content,
    representation: &Representation<'_>,
    selection: &Selection,
) -> Result<(), Cut> {
    match selection {
        Selection::One(range) => wire.file(file, range.first, range.len()).await,
        Selection::Several(set) => {
            let multipart = Multipart::new(representation, set);
            let bound = multipart.delimiter_bound();
            let mut part = 0;
            while let Some(range) = multipart.range(part) {
                let head = |out: &mut _| {
                    let _ = multipart.part_head(part, out);
                };
                wire.append(bound, range.len(), head).await?;
                wire.file(file, range.first, range.len()).await?;
                part = part.saturating_add(1);
            }
            wire.append(bound, 0, |out| multipart.closing(out)).await?;
            Ok(())
        }
        _ => wire.file(file, 0, representation.size).await,
    }
}
