//! The steps of reading one file.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use crate::facts::Facts;
use crate::format::{self, Format};
use crate::input::{Exchange, Input, Reason, Span};

/// State of reading a file.
#[derive(Debug)]
pub enum Step {
    /// Bytes of the file are needed.
    Need(Need),
    /// The facts, or why there are none.
    Done(Result<Box<Facts>, Reason>),
}

/// A reader that waits for bytes of the file.
pub struct Need {
    span: Span,
    exchange: Rc<Exchange>,
    reading: Reading,
}

/// A reader of a format, as far as it has come.
type Reading = Pin<Box<dyn Future<Output = Result<Box<Facts>, Reason>>>>;

/// Begins to read a file of so many bytes. Its format is what its first bytes say.
#[must_use]
pub fn read(length: u64) -> Step {
    begin(None, length)
}

/// Begins to read a file of so many bytes, which has a known format.
#[must_use]
pub fn read_as(format: Format, length: u64) -> Step {
    begin(Some(format), length)
}

fn begin(format: Option<Format>, length: u64) -> Step {
    let exchange = Rc::new(Exchange::default());
    let input = Input::new(Rc::clone(&exchange), length);
    go_on(exchange, Box::pin(format::facts(format, input)))
}

/// Lets a reader go on until it needs bytes or ends. Nothing wakes it, because nothing but
/// its caller has what it waits for.
fn go_on(exchange: Rc<Exchange>, mut reading: Reading) -> Step {
    let end = reading
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    match (end, exchange.take_need()) {
        (Poll::Ready(end), _) => Step::Done(end),
        (Poll::Pending, Some(span)) => Step::Need(Need {
            span,
            exchange,
            reading,
        }),
        // No reader waits for anything else.
        (Poll::Pending, None) => Step::Done(Err(Reason::Damaged)),
    }
}

impl Need {
    /// Returns the part of the file that is needed. It is inside of the file and never
    /// empty.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Goes on with bytes from the start of the part. If they are fewer, the rest is needed
    /// next; if there are none, the file ends there.
    #[must_use]
    pub fn supply(self, bytes: &[u8]) -> Step {
        let needed = usize::try_from(self.span.length).unwrap_or(usize::MAX);
        let bytes = bytes.get(..needed).unwrap_or(bytes);
        self.exchange.put(bytes.to_vec());
        go_on(self.exchange, self.reading)
    }
}

impl core::fmt::Debug for Need {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Need")
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}
