"""RESP2 and RESP3, as little of it as the tools need: requests out, replies in."""

import socket


class Error(str):
    """An error reply: its text with the code."""


class Simple(bytes):
    """A simple string, told apart from a bulk."""


class Push(list):
    """An out-of-band message of RESP3."""


class Pairs(list):
    """A map, as a list of (key, value): keys may be anything."""


class Set(list):
    pass


class Client:
    def __init__(self, port, host="127.0.0.1", timeout=20.0):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, *words):
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            if not isinstance(word, bytes):
                word = str(word).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
        self.socket.sendall(b"".join(parts))

    def call(self, *words):
        self.send(*words)
        return self.read()

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed in a reply: %r" % line)
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return Simple(rest)
        if kind == b"-":
            return Error(rest.decode("latin-1"))
        if kind == b":":
            return int(rest)
        if kind == b",":
            return float(rest)
        if kind == b"#":
            return rest == b"t"
        if kind == b"_":
            return None
        if kind in b"$=":
            return self._bulk(int(rest), kind)
        if kind in b"*~>":
            if int(rest) < 0:
                return None
            make = {b"*": list, b"~": Set, b">": Push}[kind]
            return make(self.read() for _ in range(int(rest)))
        if kind == b"%":
            return Pairs((self.read(), self.read()) for _ in range(int(rest)))
        raise ValueError("not RESP: %r" % line)

    def _bulk(self, size, kind):
        if size < 0:
            return None
        data = self.file.read(size + 2)
        if len(data) != size + 2:
            raise ConnectionError("closed in a bulk")
        return data[4:-2] if kind == b"=" else data[:-2]
