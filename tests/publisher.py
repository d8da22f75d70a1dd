"""A publisher on loopback: files over HTTP, with the faults that servers and connections have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Publisher:
    """What is published, and how badly.

    Attributes
    ----------
    files
        Content by path; a path that ends in a slash lists what lies in it.
    ranges
        Whether parts of files can be asked for.
    longest
        How many bytes of a part are given at once.
    cuts
        After how many bytes of an answer the connection is cut, for the answers to come.
    stalls
        Whether the connection is not cut then, and nothing more comes.
    refusals
        Status and headers of refusals, before files are given.
    asked
        Path and range of every request for a file.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    longest: int | None = None
    cuts: list[int] = field(default_factory=list)
    stalls: bool = False
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""

    @contextmanager
    def serving(self) -> Iterator[Publisher]:
        """Answer on a free port."""
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                content = publisher.files.get(self.path)
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()

            def do_GET(self) -> None:
                if self.path.endswith("/"):
                    self._give(200, publisher.listing(self.path), {})
                    return
                self._give(*publisher.answer(self.path, self.headers.get("Range")))

            def _give(self, status: int, content: bytes, headers: dict[str, str]) -> None:
                cut = publisher.cuts.pop(0) if publisher.cuts and status < 400 and content else len(content)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[:cut])
                if publisher.stalls and cut < len(content):
                    self.rfile.read(1)  # until the client goes away
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            self.address = f"http://127.0.0.1:{server.server_address[1]}"
            try:
                yield self
            finally:
                server.shutdown()

    def answer(self, path: str, wanted: str | None) -> tuple[int, bytes, dict[str, str]]:
        """Return status, content and headers for a file, or the part of it that is asked for."""
        self.asked.append((path, wanted))
        content = self.files.get(path)
        if self.refusals:
            status, headers = self.refusals.pop(0)
            return status, b"", headers
        if content is None:
            return 404, b"", {}
        if not (wanted and self.ranges):
            return 200, content, {}
        start = int(re.findall(r"\d+", wanted)[0])
        if start >= len(content):
            return 416, b"", {"Content-Range": f"bytes */{len(content)}"}
        end = min(start + (self.longest or len(content)), len(content))
        return 206, content[start:end], {"Content-Range": f"bytes {start}-{end - 1}/{len(content)}"}

    def listing(self, folder: str) -> bytes:
        """Return a page with links, as servers list folders."""
        names = {
            rest.partition("/")[0] + ("/" if "/" in rest else "")
            for rest in (path.removeprefix(folder) for path in self.files if path.startswith(folder))
        }
        links = "".join(f'<a href="{name}">{name}</a>\n' for name in sorted(names))
        return f'<a href="?C=N;O=D">Name</a><a href="../">..</a>\n{links}'.encode()
