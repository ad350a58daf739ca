//! Sends what [`crate::response::decide`] has decided: the head, then the content, in
//! pieces as the peer takes them.

use h1::representation::Representation;
use h1::request::fields::Fields;
use h1::request::method::Method;
use h1::response::chunk;
use h1::response::multipart::Multipart;
use h1::response::{Context, Head, error_body, write_head};
use h1::selection::Selection;

use super::Response;
use super::content::{ArchiveSource, Source};
use super::send_error::SendError;
use crate::net::buffered::Buffered;
use crate::render::ListStream;
use crate::runtime::clock::Clock;

/// Parameters for sending a response.
pub struct ResponseWriter<'a> {
    pub method: Method,
    pub fields: Fields<'a>,
    pub context: Context<'a>,
    pub clock: &'a Clock,
}

impl<'a> ResponseWriter<'a> {
    /// Creates a writer for the response to input that could not be read as a request. The
    /// method is given if that much was read.
    pub fn refusal(method: Option<Method>, context: Context<'a>, clock: &'a Clock) -> Self {
        Self {
            method: method.unwrap_or(Method::Unknown),
            fields: Fields::EMPTY,
            context,
            clock,
        }
    }

    /// Writes the response, of which the end may stay in the buffer. Returns the position
    /// of its content among the bytes of the connection.
    pub async fn send(
        &self,
        buffered: &mut Buffered<'_>,
        response: &Response<'_>,
    ) -> (u64, Result<(), SendError>) {
        let head = response.head();
        let content = self.content_length(response);
        // The host sends the content of an open file itself.
        let appended = match buffered.sends_files() && response.is_open_file() {
            true => 0,
            false => content,
        };
        let bound = head.head_bound(self.context.policy);
        let write = |out: &mut _| write_head(out, &head, &self.context, &self.fields);
        let head_at = buffered.queued();
        let appended = buffered.append(bound, appended, write).await;
        let content_at = buffered.queued();
        let sent = match appended {
            Err(end) => Err(end.into()),
            Ok(()) if content == 0 => Ok(()),
            Ok(()) => self.send_content(buffered, response, &head).await,
        };
        let Err(SendError::File(reason)) = sent else {
            return (content_at, sent);
        };
        if buffered.take_back(head_at) {
            return (head_at, Err(SendError::Unsent(reason)));
        }
        // The bytes that could be read are sent, because there are no more.
        let flushed = buffered.flush().await.map_err(SendError::from);
        (content_at, flushed.and(Err(SendError::File(reason))))
    }

    async fn send_content(
        &self,
        buffered: &mut Buffered<'_>,
        response: &Response<'_>,
        head: &Head<'_>,
    ) -> Result<(), SendError> {
        match response {
            Response::File {
                representation,
                selection,
                content: Some(file),
                start,
                ..
            } => {
                let content = Source::File(file, *start);
                send_selection(buffered, content, representation, selection).await
            }
            Response::Missing {
                representation,
                content,
                ..
            } => {
                let source = Source::File(content, 0);
                source.send(buffered, 0, representation.size).await
            }
            Response::Archive {
                archive,
                selection,
                files,
            } if !is_empty(selection) => {
                let source = Source::Archive(ArchiveSource {
                    archive,
                    files: *files,
                    clock: self.clock,
                });
                match archive.represent() {
                    Some(it) => send_selection(buffered, source, &it, selection).await,
                    None => source.send(buffered, 0, archive.length()).await,
                }
            }
            Response::Page(page) => {
                for piece in page.pieces() {
                    buffered.bytes(piece).await?;
                }
                Ok(())
            }
            Response::List { stream, .. } => match stream.take() {
                Some(mut stream) => send_list(buffered, &mut stream).await,
                None => Ok(()),
            },
            Response::BuiltIn(built_in) => {
                buffered.bytes(built_in.content).await?;
                Ok(())
            }
            _ => {
                buffered.bytes(error_body(head.status()).as_bytes()).await?;
                Ok(())
            }
        }
    }

    /// Returns the number of bytes after the head. HEAD is GET without the content.
    fn content_length(&self, response: &Response<'_>) -> u64 {
        if self.method == Method::Head {
            return 0;
        }
        match response {
            Response::File {
                representation,
                selection,
                content: Some(_),
                ..
            } => selected_length(representation, selection),
            Response::Archive {
                archive, selection, ..
            } if !is_empty(selection) => match archive.represent() {
                Some(representation) => selected_length(&representation, selection),
                None => archive.length(),
            },
            Response::Missing { representation, .. } => representation.size,
            Response::Page(page) => page.len(),
            // Not known, but not nothing.
            Response::List { .. } => chunk::LAST.len() as u64,
            Response::BuiltIn(built_in) => built_in.content.len() as u64,
            _ => error_body(response.head().status()).len() as u64,
        }
    }
}

/// Sends a list in chunks. Without the last one, the client knows that it is not whole.
async fn send_list(
    buffered: &mut Buffered<'_>,
    stream: &mut ListStream<'_>,
) -> Result<(), SendError> {
    while let Some(piece) = stream.next().await.map_err(SendError::File)? {
        let start = |out: &mut _| chunk::start(piece.len(), out);
        let length = piece.len() as u64;
        buffered.append(chunk::START_BYTES, length, start).await?;
        buffered.bytes(piece.as_bytes()).await?;
        buffered.bytes(chunk::END).await?;
    }
    buffered.bytes(chunk::LAST).await?;
    Ok(())
}

/// Whether nothing of a representation is sent.
fn is_empty(selection: &Selection) -> bool {
    !matches!(
        selection,
        Selection::Whole | Selection::One(_) | Selection::Several(_)
    )
}

/// Returns the number of bytes of a selection, with the heads of several parts.
fn selected_length(representation: &Representation<'_>, selection: &Selection) -> u64 {
    match selection {
        Selection::One(range) => range.len(),
        Selection::Several(set) => Multipart::new(representation, set).content_length(),
        _ => representation.size,
    }
}

async fn send_selection(
    buffered: &mut Buffered<'_>,
    source: Source<'_>,
    representation: &Representation<'_>,
    selection: &Selection,
) -> Result<(), SendError> {
    match selection {
        Selection::One(range) => source.send(buffered, range.first, range.len()).await,
        Selection::Several(set) => {
            let multipart = Multipart::new(representation, set);
            let bound = multipart.delimiter_bound();
            let mut part = 0;
            while let Some(range) = multipart.range(part) {
                let head = |out: &mut _| {
                    let _ = multipart.part_head(part, out);
                };
                buffered.append(bound, range.len(), head).await?;
                source.send(buffered, range.first, range.len()).await?;
                part = part.saturating_add(1);
            }
            buffered
                .append(bound, 0, |out| multipart.closing(out))
                .await?;
            Ok(())
        }
        _ => source.send(buffered, 0, representation.size).await,
    }
}
