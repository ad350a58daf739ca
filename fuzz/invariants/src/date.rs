//! Dates (RFC 9110 §5.6.7).

use h1::syntax::date::{listing, parse, write};

use crate::text::first_line;

const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;
/// Fifty years with the most leap days possible, and one more day for the time of day.
const FIFTY_YEARS: i64 = (50 * 365 + 13 + 1) * 86_400;

/// Takes the time now and, on a second line, a date. A written date is parsed back to the
/// same time. A parsed date is written with the digits that were given. A year of two
/// digits is at most fifty years ahead.
pub fn date(bytes: &[u8]) {
    let Some((now, value)) = first_line(bytes) else {
        return;
    };
    let Some(now) = str::from_utf8(now).ok().and_then(|text| text.parse().ok()) else {
        return;
    };
    check_written(now);
    let Some(seconds) = parse(value, now) else {
        return;
    };
    check_written(seconds);
    // A leap second can't be written, but the second before it can.
    let leap = value.windows(3).any(|window| window == b":60");
    let written = write(seconds - i64::from(leap));
    let written = str::from_utf8(&written).unwrap();
    let given = str::from_utf8(value).unwrap().replace(":60", ":59");
    match given.len() {
        29 => assert_eq!(given[5..], written[5..]),
        24 => {
            let [day, month, year, time] = parts(written);
            let padded = format!("{month} {day} {time} {year}");
            assert_eq!(given[4..].replace("  ", " 0"), padded);
        }
        _ if seconds > LAST => {}
        _ => {
            let [day, month, year, time] = parts(written);
            let short = format!("{day}-{month}-{} {time} GMT", &year[2..]);
            assert!(given.ends_with(&short), "{given} {short}");
            assert!(seconds - now.clamp(FIRST, LAST) <= FIFTY_YEARS);
        }
    }
}

fn check_written(seconds: i64) {
    let written = write(seconds);
    let clamped = seconds.clamp(FIRST, LAST);
    assert_eq!(parse(&written, seconds), Some(clamped));
    assert_eq!(write(clamped), written);

    let [day, month, year, time] = parts(str::from_utf8(&written).unwrap());
    let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let month = months.find(month).unwrap() / 3 + 1;
    let listed = format!("{year}-{month:02}-{day} {time}");
    assert_eq!(listing(seconds), listed.as_bytes());
}

/// Returns day, month, year and time of day.
fn parts(written: &str) -> [&str; 4] {
    [
        &written[5..7],
        &written[8..11],
        &written[12..16],
        &written[17..25],
    ]
}
