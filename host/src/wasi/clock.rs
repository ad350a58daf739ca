//! `wasi:clocks/system-clock`: the one of wasmtime-wasi panics before 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::component::Linker;
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;

/// Replaces wasmtime-wasi's `now`; its resolution stays.
pub(crate) fn add_to_linker<T: 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut clock = linker.instance("wasi:clocks/system-clock@0.3.0")?;
    clock.func_wrap("now", |_, (): ()| Ok((instant(SystemTime::now()),)))?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Converts a time. Nanoseconds count forward from the second, before 1970 too.
fn instant(time: SystemTime) -> Instant {
    let (seconds, nanoseconds) = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).ok(), since.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            let seconds = i64::try_from(before.as_secs()).ok().map(i64::wrapping_neg);
            match before.subsec_nanos() {
                0 => (seconds, 0),
                nanoseconds => (
                    seconds.and_then(|seconds| seconds.checked_sub(1)),
                    1_000_000_000_u32.saturating_sub(nanoseconds),
                ),
            }
        }
    };
    Instant {
        seconds: seconds.unwrap_or(i64::MIN),
        nanoseconds,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_before_1970_is_a_time() {
        // Milliseconds since 1970.
        let cases = [
            (0, (0, 0)),
            (1_500, (1, 500_000_000)),
            (-1_000, (-1, 0)),
            (-1, (-1, 999_000_000)),
            (-1_500, (-2, 500_000_000)),
        ];
        for (milliseconds, expected) in cases {
            let distance = Duration::from_millis(i64::unsigned_abs(milliseconds));
            let time = match milliseconds < 0 {
                true => UNIX_EPOCH - distance,
                false => UNIX_EPOCH + distance,
            };
            let instant = instant(time);
            assert_eq!((instant.seconds, instant.nanoseconds), expected);
        }
    }
}
