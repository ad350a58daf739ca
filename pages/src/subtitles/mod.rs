//! Subtitles: the files that belong to a film, and their text as WebVTT, the only format
//! that browsers show.
//!
//! | file | holds |
//! | --- | --- |
//! | [`siblings`] | the files that are subtitles of a film |
//! | [`order`] | an order in which the names of one film stand together |
//! | [`webvtt`] | the conversion of a file to WebVTT |
//! | `lines` | the lines of a text |
//! | `subrip`, `ass`, `microdvd`, `ttml` | the formats of such files |
//! | `cue` | the text of a cue, in which nothing but b, i and u is markup |
//! | `language` | languages by code and by name |
//! | `timing` | the times of a cue, and the line with them |
//! | `words` | the words of a name that tell the language and what is special |

mod ass;
mod cue;
mod language;
mod lines;
mod microdvd;
pub mod order;
pub mod siblings;
mod subrip;
mod timing;
mod ttml;
pub mod webvtt;
mod words;
