//! The floor: the cost of a keep-alive request without a real server. It has one thread,
//! one epoll set, and a constant response of 1 KiB. It looks at a request only to find
//! its end.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::fd::{AsRawFd, RawFd},
};

use anyhow::{Context, Result};
use rustix::{
    event::epoll,
    io::Errno,
    net::{RecvFlags, SendFlags},
};

/// Length of the content of every response.
const CONTENT_BYTES: usize = 1024;

/// Readiness events that are fetched from the kernel at once, the same number as nginx.
const EVENTS: usize = 512;

pub(crate) fn serve(port: u16) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("cannot listen on port {port}"))?;
    listener.set_nonblocking(true)?;
    Floor::new(listener)?.run()
}

struct Floor {
    listener: TcpListener,
    epoll: std::os::fd::OwnedFd,
    connections: HashMap<RawFd, TcpStream>,
    response: Vec<u8>,
}

impl Floor {
    fn new(listener: TcpListener) -> Result<Self> {
        let mut response =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {CONTENT_BYTES}\r\n\r\n").into_bytes();
        response.resize(response.len() + CONTENT_BYTES, b'x');
        let floor = Self {
            listener,
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            connections: HashMap::new(),
            response,
        };
        floor.watch(&floor.listener)?;
        Ok(floor)
    }

    fn watch(&self, socket: &(impl AsRawFd + std::os::fd::AsFd)) -> Result<()> {
        let data = epoll::EventData::new_u64(socket.as_raw_fd() as u64);
        Ok(epoll::add(
            &self.epoll,
            socket,
            data,
            epoll::EventFlags::IN,
        )?)
    }

    fn run(mut self) -> Result<()> {
        let mut events = Vec::with_capacity(EVENTS);
        let mut buffer = [0; 4096];
        loop {
            events.clear();
            epoll::wait(
                &self.epoll,
                rustix::buffer::spare_capacity(&mut events),
                None,
            )?;
            for event in &events {
                let fd = event.data.u64() as RawFd;
                if fd == self.listener.as_raw_fd() {
                    self.accept()?;
                } else if !self.respond(fd, &mut buffer) {
                    self.connections.remove(&fd);
                }
            }
        }
    }

    fn accept(&mut self) -> Result<()> {
        while let Ok((connection, _)) = self.listener.accept() {
            connection.set_nonblocking(true)?;
            connection.set_nodelay(true)?;
            self.watch(&connection)?;
            self.connections.insert(connection.as_raw_fd(), connection);
        }
        Ok(())
    }

    /// Responds to what has arrived. Returns false when the connection has ended. A head
    /// in pieces gets a response only if its last piece contains the empty line. A
    /// response that the socket does not accept in full ends the connection. Neither
    /// happens with requests of a line or two.
    fn respond(&self, fd: RawFd, buffer: &mut [u8]) -> bool {
        let Some(connection) = self.connections.get(&fd) else {
            return true;
        };
        match rustix::net::recv(connection, &mut *buffer, RecvFlags::empty()) {
            Ok((_, 0)) => false,
            Ok((_, received)) => {
                let complete = buffer
                    .get(..received)
                    .is_some_and(|b| b.ends_with(b"\r\n\r\n"));
                !complete
                    || rustix::net::send(connection, &self.response, SendFlags::NOSIGNAL)
                        == Ok(self.response.len())
            }
            Err(error) => error == Errno::AGAIN,
        }
    }
}
