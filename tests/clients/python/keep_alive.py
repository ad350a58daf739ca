"""Many requests of all kinds on one connection, which must stay open."""

import http.client
import sys

connection = http.client.HTTPConnection(sys.argv[1], timeout=20)
connection.connect()
# Without this a closed connection would be replaced silently.
connection.auto_open = False


def ask(method, target, fields=None, content=None):
    connection.request(method, target, body=content, headers=fields or {})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.length in (0, None), answer.length
    assert not answer.will_close, (method, target)
    return answer, body


first, whole = ask("GET", "/a.bin")
tag, date = first.headers["ETag"], first.headers["Last-Modified"]
CASES = [
    ("GET", "/a.bin", {}, 200, 50_000),
    ("HEAD", "/a.bin", {}, 200, 0),
    ("GET", "/a.bin", {"Range": "bytes=10-19"}, 206, 10),
    ("GET", "/a.bin", {"Range": "bytes=50000-"}, 416, None),
    ("GET", "/a.bin", {"If-None-Match": tag}, 304, 0),
    ("GET", "/a.bin", {"If-Modified-Since": date}, 304, 0),
    ("GET", "/a.bin", {"If-Match": '"other"'}, 412, 0),
    ("GET", "/empty.bin", {}, 200, 0),
    ("GET", "/folder", {}, 301, None),
    ("GET", "/folder/", {}, 200, None),
    ("GET", "/missing", {}, 404, None),
    ("HEAD", "/missing", {}, 404, 0),
    ("OPTIONS", "/a.bin", {}, 204, 0),
    ("DELETE", "/a.bin", {}, 405, None),
]
for _ in range(20):
    for method, target, fields, status, length in CASES:
        answer, body = ask(method, target, fields)
        assert answer.status == status, (method, target, fields, answer.status)
        assert length is None or len(body) == length, (method, target, fields, len(body))

# Unneeded content is skipped, and not taken for a request.
for content in (b"GET /forged HTTP/1.1\r\nHost: a\r\n\r\n", iter([b"a", b"b" * 5_000])):
    answer, _ = ask("POST", "/a.bin", {}, content)
    assert answer.status == 405, answer.status
answer, body = ask("GET", "/a.bin")
assert body == whole
ask("GET", "/last")
