//! Matroska and WebM (RFC 9559).
//!
//! The elements before the first cluster are read in their order. What stands behind the
//! clusters is found by the list of places (`SeekHead`), because a film is too long to be
//! walked through.
//!
//! | file | holds |
//! | --- | --- |
//! | `element`, `float` | elements of EBML (RFC 8794), and values in them |
//! | `segment` | the parts of a film, each read once |
//! | `info`, `tracks`, `chapters`, `tags`, `attachments` | what is in them |
//! | `codec` | names of codecs |

mod attachments;
mod chapters;
mod codec;
mod element;
mod float;
mod info;
mod segment;
mod tags;
mod tracks;

use crate::facts::{Container, Facts};
use crate::film::matroska::element::Elements;
use crate::input::{Input, Reason};

const EBML: u32 = 0x1a45_dfa3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;

/// Reads the facts of a film.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut elements = Elements::within(input.whole());
    while let Some(found) = elements.next(input).await? {
        match found.id {
            EBML => {
                let mut head = Elements::within(found.body);
                while let Some(field) = head.next(input).await? {
                    if field.id == DOC_TYPE && input.read(field.body.first(4)).await? == b"webm" {
                        facts.container = Container::WebM;
                    }
                }
            }
            SEGMENT => return segment::read(input, found.body, facts).await,
            _ => {}
        }
    }
    Err(Reason::Damaged)
}

#[cfg(test)]
mod tests;
