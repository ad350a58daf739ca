//! Subtitles: the files that belong to a film, and their text as WebVTT, the only format
//! that browsers show.
//!
//! | file | holds |
//! | --- | --- |
//! | [`siblings`] | the files that are subtitles of a film |
//! | [`order`] | an order in which the names of one film stand together |
//! | [`webvtt`] | the conversion to WebVTT |
//! | `cue` | the text of a cue, in which nothing but b, i and u is markup |
//! | `language` | languages by code and by name |
//! | `timing` | the line with the times of a cue |
//! | `words` | the words of a name that tell the language and what is special |

mod cue;
mod language;
pub mod order;
pub mod siblings;
mod timing;
pub mod webvtt;
mod words;
