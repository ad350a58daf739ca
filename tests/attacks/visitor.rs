//! A client that keeps its connection, and comes back on a new one where that has
//! ended: a version that was replaced ends its idle connections, and may do so just
//! when a request is on its way (RFC 9112 §9.5).

use std::net::SocketAddr;

use crate::support::{Answer, Client};

pub struct Visitor {
    address: SocketAddr,
    client: Client,
    /// Whether this connection has brought an answer yet.
    used: bool,
    /// Whether the server has said that it will close.
    closing: bool,
}

impl Visitor {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            client: Client::connect(address),
            used: false,
            closing: false,
        }
    }

    pub fn get(&mut self, target: &str, fields: &str) -> Answer {
        self.ask("GET", target, fields)
    }

    /// The answer, which must come: a new connection is never closed without one.
    pub fn ask(&mut self, method: &str, target: &str, fields: &str) -> Answer {
        if self.closing {
            *self = Self::new(self.address);
        }
        let request = format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        self.client.try_send(request);
        let open = self.client.stream().peek(&mut [0]);
        if self.used && !open.is_ok_and(|count| count > 0) {
            *self = Self::new(self.address);
            return self.ask(method, target, fields);
        }
        let answer = match method {
            "HEAD" => self.client.read_head(),
            _ => self.client.read(),
        };
        (self.used, self.closing) = (true, answer.closes());
        answer
    }
}
