//! `Date` is the time at which the response was made.

use super::Wrong;
use crate::clients::Asked;
use crate::clients::response::Response;
use crate::plan::{Plan, What};
use crate::world::{EPOCH, MILLISECOND, SECOND, World};

/// Nanoseconds by which the date may lag, because of other work when the second changes.
const LAG: u64 = 300 * MILLISECOND;

pub fn check(plan: &Plan, world: &World, asked: &Asked, response: &Response) -> Result<(), Wrong> {
    let text = response.field("date").unwrap_or_default();
    let date = parse(text).ok_or_else(|| ("date", format!("{text:?}")))?;
    let modified = response.field("last-modified").map(parse);
    if modified.is_some_and(|modified| modified.is_none_or(|modified| modified > date)) {
        return Err(("date", format!("modified after {text:?}")));
    }
    // After the clock was set, a response or two may have the old time.
    if plan
        .changes
        .iter()
        .any(|change| matches!(change.what, What::Clock(_)))
    {
        return Ok(());
    }
    let earliest = EPOCH + (asked.at.saturating_sub(LAG) / SECOND) as i64;
    let latest = EPOCH + (world.now / SECOND) as i64;
    match (earliest..=latest).contains(&date) {
        true => Ok(()),
        false => {
            let asked = asked.at as f64 / SECOND as f64;
            Err((
                "date",
                format!("{text:?} to what was asked after {asked:.3} s"),
            ))
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Returns the Unix time of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn parse(text: &str) -> Option<i64> {
    let text = text.strip_suffix(" GMT")?;
    let (_, text) = text.split_once(", ")?;
    let parts: Vec<&str> = text.split([' ', ':']).collect();
    let [day, month, year, hour, minute, second] = parts[..] else {
        return None;
    };
    let number = |text: &str| text.parse::<i64>().ok();
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let (year, day) = (number(year)?, number(day)?);
    // Days of a civil date (Hinnant): years begin in March.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + number(hour)?) * 60 + number(minute)?) * 60 + number(second)?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates() {
        let text = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(super::parse(text), Some(784_111_777));
        assert_eq!(super::parse("yesterday"), None);
    }
}
