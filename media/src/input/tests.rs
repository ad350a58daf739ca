#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use alloc::boxed::Box;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use super::*;
use crate::limits::{PIECE_BYTES, READ_BYTES, READS, STEPS};

/// Lets a reader run whose file has nothing but zeros. Returns its end, and the parts that
/// it asked for.
fn run<T>(length: u64, reader: impl AsyncFnOnce(&mut Input) -> T) -> (T, Vec<Span>) {
    let exchange = Rc::new(Exchange::default());
    let mut input = Input::new(Rc::clone(&exchange), length);
    let mut reading: core::pin::Pin<Box<dyn Future<Output = T>>> = Box::pin(reader(&mut input));
    let mut context = Context::from_waker(Waker::noop());
    let mut spans = Vec::new();
    loop {
        if let Poll::Ready(end) = pin!(&mut reading).poll(&mut context) {
            return (end, spans);
        }
        let span = exchange.take_need().unwrap();
        spans.push(span);
        exchange.put(alloc::vec![0; usize::try_from(span.length).unwrap()]);
    }
}

#[test]
fn small_reads_share_one_read() {
    let (_, spans) = run(10_000, async |input| {
        for place in 0..100 {
            input.read(Span::new(place * 40, 40)).await.unwrap();
        }
        input.read(Span::new(9_990, 10)).await.unwrap();
    });
    // Near the end of the file there is less to read ahead.
    assert_eq!(spans, [Span::new(0, AHEAD_BYTES), Span::new(9_990, 10)]);
}

#[test]
fn nothing_is_read_behind_the_end() {
    for (start, length) in [(100, 1), (99, 2), (0, 101), (u64::MAX, 1), (1, u64::MAX)] {
        let (end, spans) = run(100, async |input| {
            input.read(Span::new(start, length)).await.map(drop)
        });
        assert_eq!(end, Err(Reason::Truncated), "{start} {length}");
        assert!(spans.is_empty(), "{spans:?}");
    }
}

#[test]
fn one_read_has_a_bound() {
    for (length, expected) in [
        (PIECE_BYTES, Ok(())),
        (PIECE_BYTES + 1, Err(Reason::Damaged)),
    ] {
        let (end, _) = run(1 << 30, async |input| {
            input.read(Span::new(0, length)).await.map(drop)
        });
        assert_eq!(end, expected);
    }
}

#[test]
fn bytes_and_reads_have_a_bound() {
    for (bytes, expected) in [
        (1, Reason::TooManyReads),
        (PIECE_BYTES, Reason::TooManyBytes),
    ] {
        let (end, spans) = run(u64::MAX, async |input| {
            for place in 0.. {
                input.read(Span::new(place << 32, bytes)).await?;
            }
            Ok::<_, Reason>(())
        });
        assert_eq!(end, Err(expected));
        let sum: u64 = spans.iter().map(|span| span.length).sum();
        assert!(
            sum <= READ_BYTES && spans.len() <= READS as usize,
            "{}",
            spans.len()
        );
        assert!(sum > READ_BYTES - PIECE_BYTES || spans.len() == READS as usize);
    }
}

#[test]
fn steps_have_a_bound() {
    let (steps, _) = run(0, async |input| (0..).find(|_| input.step().is_err()));
    assert_eq!(steps, Some(STEPS));
}
