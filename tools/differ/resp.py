"""RESP2 and RESP3, as little of it as the tools need: requests out, replies in."""

import socket


class Error(str):
    """An error reply: its text with the code."""


class Simple(bytes):
    """A simple string, told apart from a bulk."""


class Verbatim(bytes):
    """A verbatim string of RESP3, without its format."""


class Push(list):
    """An out-of-band message of RESP3."""


class Pairs(list):
    """A map, as a list of (key, value): keys may be anything."""


class Set(list):
    pass


class NilArray:
    """RESP2's nil array, told apart from the nil bulk (None)."""

    def __repr__(self):
        return "(nil array)"

    def __bool__(self):
        return False


NIL_ARRAY = NilArray()


class Inline(list):
    """A request of one word that is sent as a line instead of an array."""


def encode(words):
    if isinstance(words, Inline):
        return words[0] + b"\r\n"
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        if not isinstance(word, bytes):
            word = str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(parts)


class Client:
    def __init__(self, port, host="127.0.0.1", timeout=20.0):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def send_requests(self, requests):
        self.socket.sendall(b"".join(map(encode, requests)))

    def in_step(self):
        """Whether the last reply that was read is the last that was sent."""
        return self.call(b"ECHO", b"in step") == b"in step"

    def call(self, *words):
        self.socket.sendall(encode(words))
        return self.read()

    def call_all(self, requests):
        """One round trip for all of them; there must not be more than the sockets' buffers hold."""
        self.send_requests(requests)
        return [self.read() for _ in requests]

    def is_closed(self):
        """Whether the server closes the connection without another word."""
        try:
            return self.file.read(1) == b""
        except ConnectionError:
            return True

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed in a reply: %r" % line)
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            size = int(rest)
            return self._bulk(size) if size >= 0 else None
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return Simple(rest)
        if kind == b"-":
            return Error(rest.decode("latin-1"))
        if kind in b"*~>":
            if int(rest) < 0:
                return NIL_ARRAY
            make = {b"*": list, b"~": Set, b">": Push}[kind]
            return make(self.read() for _ in range(int(rest)))
        if kind == b"%":
            return Pairs((self.read(), self.read()) for _ in range(int(rest)))
        if kind == b",":
            return float(rest)
        if kind == b"#":
            return rest == b"t"
        if kind == b"_":
            return None
        if kind == b"|":  # attributes of the reply that follows
            for _ in range(2 * int(rest)):
                self.read()
            return self.read()
        if kind == b"(":
            return int(rest)
        if kind == b"=":
            return Verbatim(self._bulk(int(rest))[4:])
        raise ValueError("not RESP: %r" % line)

    def _bulk(self, size):
        data = self.file.read(size + 2)
        if len(data) != size + 2:
            raise ConnectionError("closed in a bulk")
        return data[:-2]
