//! Streams that the host produces, passed to functions of the host that consume one. This
//! component does not touch the bytes.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Debug;
use core::mem::forget;

use wit_bindgen::rt::async_support::StreamReader;

use crate::bindings::wasi::cli::{stderr, stdout};
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{Descriptor, DescriptorFlags as Flags, OpenFlags};
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::bindings::wit_stream;
use crate::paths;

/// Producers of bytes. Those with "again" and the directory are refused, and produce
/// none.
const SOURCES: &[&str] = &["file", "folder", "socket", "socket again"];

/// Consumers of bytes. A file can't be written to, and a socket sends only one stream.
const SINKS: &[&str] = &["stdout", "stderr", "send", "send again", "write", "append"];

/// A source and a sink.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    from: &'static str,
    into: &'static str,
}

/// Returns the names of all of them.
pub fn names() -> String {
    let all = SOURCES
        .iter()
        .flat_map(|from| SINKS.iter().map(move |into| (from, into)));
    all.map(|(from, into)| format!("{from} into {into}\n"))
        .collect()
}

impl Pass {
    /// Returns the one with this name.
    pub fn find(name: &str) -> Option<Self> {
        let (from, into) = name.split_once(" into ")?;
        let from = SOURCES.iter().find(|source| **source == from)?;
        let into = SINKS.iter().find(|sink| **sink == into)?;
        Some(Self { from, into })
    }

    /// Whether it needs a connection that no one has used yet.
    pub fn needs_a_connection(self) -> bool {
        self.from.starts_with("socket") || self.into.starts_with("send")
    }

    /// Passes the stream on, and returns the result when it has ended.
    pub async fn make(self, socket: Option<TcpSocket>) -> Option<String> {
        let (root, _) = get_directories().pop()?;
        let large = paths::open(&root, "large", OpenFlags::empty(), Flags::READ).await;
        let large = large.ok()?;
        let stream = self.source(&root, &large, socket.as_ref())?;
        Some(match self.into {
            "stdout" => said(stdout::write_via_stream(stream).await),
            "stderr" => said(stderr::write_via_stream(stream).await),
            "write" => said(large.write_via_stream(stream, 0).await),
            "append" => said(large.append_via_stream(stream).await),
            again => {
                let socket = socket.as_ref()?;
                if again == "send again" {
                    let (writer, data) = wit_stream::new();
                    forget((writer, socket.send(data)));
                }
                said(socket.send(stream).await)
            }
        })
    }

    fn source(
        self,
        root: &Descriptor,
        large: &Descriptor,
        socket: Option<&TcpSocket>,
    ) -> Option<StreamReader<u8>> {
        // The end of the source is not tested, so its futures are leaked.
        let (stream, ended) = match self.from {
            "file" => large.read_via_stream(0),
            "folder" => root.read_via_stream(0),
            again => {
                let socket = socket?;
                if again == "socket again" {
                    forget(socket.receive());
                }
                let (stream, ended) = socket.receive();
                forget(ended);
                return Some(stream);
            }
        };
        forget(ended);
        Some(stream)
    }
}

fn said(outcome: Result<(), impl Debug>) -> String {
    match outcome {
        Ok(()) => "done".to_string(),
        Err(error) => format!("{error:?}"),
    }
}
