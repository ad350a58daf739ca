//! Says what [`crate::answer`] has decided: the head, then the content, in
//! pieces as the peer takes them.

use h1::fields::Fields;
use h1::method::Method;
use h1::multipart::Multipart;
use h1::response::{Answer, Context, error_body, write_head};
use h1::selection::{Representation, Selection};

use crate::answer::Reply;
use crate::file::Content;
use crate::wire::{Cut, Wire};

/// Room for a head, so that it and a small content go out in one write.
const HEAD_ROOM: usize = 1_024;

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

    /// Writes the reply. Returns the bytes of content, also when it was cut.
    pub async fn send(&self, wire: &mut Wire<'_>, reply: &Reply<'_>) -> (u64, Result<(), Cut>) {
        let answer = reply.answer();
        let content = self.content_length(reply);
        if let Err(end) = wire.make_room(HEAD_ROOM).await {
            return (0, Err(end.into()));
        }
        let buffer = wire.buffer(content.saturating_add(HEAD_ROOM as u64));
        write_head(buffer, &answer, &self.context, &self.fields);
        if content == 0 {
            return (0, Ok(()));
        }
        let head_at = wire.queued();
        let sent = self.send_content(wire, reply, &answer).await;
        (wire.queued().saturating_sub(head_at), sent)
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
                wire.bytes(page.as_bytes()).await?;
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
            Reply::Page(page) => page.len() as u64,
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
                status: h1::status::Status::Ok,
                media_type: HTML,
                content_length: page.len() as u64,
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
            let mut part = 0;
            while let Some(range) = multipart.part_head(part, wire.buffer(HEAD_ROOM as u64)) {
                wire.file(file, range.first, range.len()).await?;
                part = part.saturating_add(1);
            }
            multipart.closing(wire.buffer(HEAD_ROOM as u64));
            Ok(())
        }
        _ => wire.file(file, 0, representation.size).await,
    }
}
