"""Fetches a file in pieces, many in one request (RFC 9110, section 14.6) and in random
order. Joins the pieces by the range that each part states."""

import http.client
import io
import random
import re
import sys

PIECE = 2_000
PIECES = 40

address, target, copy = sys.argv[1:]
connection = http.client.HTTPConnection(address, timeout=20)


def get(fields):
    connection.request("GET", target, headers=fields)
    answer = connection.getresponse()
    body = answer.read()
    assert len(body) == int(answer.headers["Content-Length"]), "short"
    return answer, body


def position(value, size):
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", value)
    first, last, total = map(int, found.groups())
    assert first <= last < total == size, value
    return first, last - first + 1


def parts(answer, body):
    """Yields offsets and contents (RFC 2046, section 5.1.1)."""
    size = int(head.headers["Content-Length"])
    if answer.headers.get_content_type() != "multipart/byteranges":
        first, length = position(answer.headers["Content-Range"], size)
        assert length == len(body)
        yield first, body
        return
    delimiter = b"--" + answer.headers.get_boundary().encode()
    stream = io.BytesIO(body)
    line = stream.readline()
    while line == b"\r\n":
        line = stream.readline()
    while line == delimiter + b"\r\n":
        fields = http.client.parse_headers(stream)
        assert fields["Content-Type"] == "application/octet-stream", fields
        first, length = position(fields["Content-Range"], size)
        content = stream.read(length)
        assert len(content) == length and stream.read(2) == b"\r\n"
        yield first, content
        line = stream.readline()
    assert line.rstrip(b"\r\n") == delimiter + b"--", line
    assert not stream.read().strip(b"\r\n"), "an epilogue"


connection.request("HEAD", target)
head = connection.getresponse()
head.read()
size, tag = int(head.headers["Content-Length"]), head.headers["ETag"]

# Neighbours are never requested together, because the server could join them.
pieces = [range(first, min(first + PIECE, size)) for first in range(0, size, PIECE)]
wanted = [pieces[turn::PIECES] for turn in range(PIECES)]
assert max(map(len, wanted)) > 1
random.seed(1)
random.shuffle(wanted)

seen = 0
with open(copy, "wb") as out:
    for group in wanted:
        random.shuffle(group)
        ranges = ",".join(f"{piece[0]}-{piece[-1]}" for piece in group)
        answer, body = get({"Range": f"bytes={ranges}", "If-Range": tag})
        assert answer.status == 206 and answer.headers["ETag"] == tag
        found = list(parts(answer, body))
        assert len(found) == len(group), (len(found), len(group))
        for (first, content), piece in zip(found, group):
            assert (first, len(content)) == (piece[0], len(piece)), (first, piece)
            out.seek(first)
            out.write(content)
        seen += len(found)
print(f"{seen} parts in {len(wanted)} answers")
