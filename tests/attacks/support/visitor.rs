//! A client that keeps its connection, and reconnects when it has ended. A replaced
//! version ends its idle connections, and may do so just when a request is on its way
//! (RFC 9112 §9.5).

use std::net::SocketAddr;

use crate::support::{Client, Response};

pub struct Visitor {
    address: SocketAddr,
    client: Client,
    /// Whether a response has arrived on this connection.
    used: bool,
    /// Whether the server has announced that it will close.
    closing: bool,
    /// New connections that may still be closed without a response. In a crowd, a
    /// connection may be closed for another before it has sent its request.
    spare: u32,
}

impl Visitor {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            client: Client::connect(address),
            used: false,
            closing: false,
            spare: 0,
        }
    }

    pub fn in_a_crowd(address: SocketAddr) -> Self {
        Self {
            spare: 3,
            ..Self::new(address)
        }
    }

    fn connect_again(&mut self) {
        let lost = u32::from(!self.used);
        *self = Self {
            spare: self.spare.saturating_sub(lost),
            ..Self::new(self.address)
        };
    }

    pub fn get(&mut self, target: &str, fields: &str) -> Response {
        self.ask("GET", target, fields)
    }

    /// Sends a request and returns the response. Except in a crowd, the server never
    /// closes a new connection without one.
    pub fn ask(&mut self, method: &str, target: &str, fields: &str) -> Response {
        if self.closing {
            self.connect_again();
        }
        let request = format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        self.client.try_send(request);
        let open = self.client.stream().peek(&mut [0]);
        let may_be_closed = self.used || self.spare > 0;
        if may_be_closed && !open.is_ok_and(|count| count > 0) {
            self.connect_again();
            return self.ask(method, target, fields);
        }
        let response = match method {
            "HEAD" => self.client.read_head(),
            _ => self.client.read(),
        };
        (self.used, self.closing) = (true, response.closes());
        response
    }
}
