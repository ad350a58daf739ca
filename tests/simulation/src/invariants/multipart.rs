//! Content of a response, part by part.

use crate::clients::response::Response;

pub struct Part<'a> {
    pub first: u64,
    /// Size of the whole file.
    pub size: u64,
    pub bytes: &'a [u8],
}

/// Returns the parts of a 206, or the content of a 200 as one part.
pub fn parts(response: &Response) -> Result<Vec<Part<'_>>, String> {
    let content = &response.content[..];
    if response.status == 200 {
        return Ok(vec![Part {
            first: 0,
            size: content.len() as u64,
            bytes: content,
        }]);
    }
    if let Some(range) = response.field("content-range") {
        let (first, last, size) = extent(range)?;
        if last - first + 1 != content.len() as u64 {
            return Err(format!("{range} with {} bytes", content.len()));
        }
        return Ok(vec![Part {
            first,
            size,
            bytes: content,
        }]);
    }
    let kind = response.field("content-type").unwrap_or_default();
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=");
    let boundary = boundary.ok_or_else(|| format!("a 206 of {kind:?}"))?;
    several(content, boundary)
}

fn several<'a>(content: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, String> {
    let mut parts = Vec::new();
    let mut rest = content;
    let delimiter = format!("--{boundary}");
    loop {
        rest = rest.strip_prefix(b"\r\n").unwrap_or(rest);
        rest = rest
            .strip_prefix(delimiter.as_bytes())
            .ok_or("no delimiter")?;
        if let Some(after) = rest.strip_prefix(b"--") {
            return match after {
                b"" | b"\r\n" => Ok(parts),
                _ => Err("bytes behind the last part".to_owned()),
            };
        }
        rest = rest.strip_prefix(b"\r\n").ok_or("a delimiter")?;
        let searched = &rest[..rest.len().min(2_000)];
        let end = searched
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .ok_or("a part's head")?;
        let head = std::str::from_utf8(&rest[..end]).map_err(|error| error.to_string())?;
        let range = head
            .split("\r\n")
            .find_map(|line| line.strip_prefix("Content-Range: "));
        let (first, last, size) = extent(range.ok_or("a part without a range")?)?;
        rest = &rest[end + 4..];
        let length = (last - first + 1) as usize;
        let bytes = rest.get(..length).ok_or("a part that is too short")?;
        rest = &rest[length..];
        parts.push(Part { first, size, bytes });
    }
}

/// Parses first, last and size of `bytes 0-9/10`.
fn extent(range: &str) -> Result<(u64, u64, u64), String> {
    let parse = || {
        let (extent, size) = range.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = extent.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?, size.parse().ok()?))
    };
    let (first, last, size) = parse().ok_or_else(|| format!("a range: {range:?}"))?;
    match first <= last && last < size {
        true => Ok((first, last, size)),
        false => Err(format!("a range: {range:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_several_ranges() {
        let part = |range: &str, bytes: &str| {
            format!("\r\n--b\r\nContent-Type: a/b\r\nContent-Range: bytes {range}\r\n\r\n{bytes}")
        };
        let good = part("0-1/9", "ab") + &part("8-8/9", "c");
        let whole = format!("{good}\r\n--b--\r\n");
        let found = several(whole.as_bytes(), "b").unwrap();
        let found: Vec<_> = found.iter().map(|part| (part.first, part.bytes)).collect();
        assert_eq!(found, [(0, &b"ab"[..]), (8, &b"c"[..])]);
        for wrong in [
            good.clone(),
            format!("{good}\r\n--b--\r\nmore"),
            part("0-9/9", "abcdefghij") + "\r\n--b--\r\n",
            part("0-1/9", "abc") + "\r\n--b--\r\n",
        ] {
            assert!(several(wrong.as_bytes(), "b").is_err(), "{wrong:?}");
        }
    }
}
