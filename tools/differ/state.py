"""The whole keyspace of two servers, compared: type, encoding, time to live and contents of each key; and values
carried over, dumped by one and restored by the other."""

import resp
import rules
from generators import streams

DATABASES = 16
TOLERANCE_MS = 5000  # of relative times to live: the two servers run a command at different moments
RESTORED = b"differ:restored"

READERS = {
    b"string": [(b"GET",)],
    b"list": [(b"LRANGE", 0, -1)],
    b"set": [(b"SMEMBERS",)],
    b"hash": [(b"HGETALL",)],
    b"zset": [(b"ZRANGE", 0, -1, b"WITHSCORES")],
    b"stream": [(b"XINFO", b"STREAM", b"FULL", b"COUNT", 0)],
}


class Inspector:
    """A connection beside the tested one, always in RESP2."""

    def __init__(self, port):
        self.client = resp.Client(port)
        self.database = 0

    def select(self, database):
        self.client.call(b"SELECT", database)

    def keys(self, database):
        self.select(database)
        self.client.call(b"EXISTS", b"")  # a round trip in which what is due may go
        return sorted(self.client.call(b"KEYS", b"*"))

    def describe(self, key):
        """[type, encoding, expiry, contents] of a key in the selected database."""
        kind, encoding, expiry = self.client.call_all(
            [(b"TYPE", key), (b"OBJECT", b"ENCODING", key), (b"PEXPIRETIME", key)]
        )
        return [bytes(kind), encoding, expiry, self.contents(bytes(kind), key)]

    def contents(self, kind, key):
        reply = [self.client.call(*request(reader, key)) for reader in READERS.get(kind, [])]
        reply = reply[0] if len(reply) == 1 else reply
        if kind == b"set":
            return sorted(reply)
        if kind == b"hash":
            return sorted(rules.pairs(reply))
        if kind == b"stream":
            return streams.without_moments(reply)
        if kind == b"string" and reply is not None and reply[:4] == b"HYLL":
            # The sparse form has more than one way to say the same.
            return [b"HYLL", reply[4:5], self.client.call(b"PFCOUNT", key)]
        return reply


def request(reader, key):
    """The key stands behind the command's name, or behind its subcommand."""
    at = 2 if reader[0] == b"XINFO" else 1
    return reader[:at] + (key,) + reader[at:]


def same_expiry(ours, theirs):
    return ours == theirs or (ours > 0 and theirs > 0 and abs(ours - theirs) <= TOLERANCE_MS)


def difference(ours, theirs, carry):
    """What differs between the servers of two inspectors, as text, or None. `carry`: also DUMP and RESTORE."""
    for database in range(DATABASES):
        keys = [side.keys(database) for side in (ours, theirs)]
        if keys[0] != keys[1]:
            return f"keys of database {database}: {keys[0]}, {keys[1]}"
        for key in keys[0]:
            mine, real = ours.describe(key), theirs.describe(key)
            for what, a, b in zip(("type", "encoding", "expiry", "contents"), mine, real):
                equal = same_expiry(a, b) if what == "expiry" else rules.identical(a, b)
                if not equal:
                    return f"{what} of {key!r} in database {database}:\n  {a!r}\n  {b!r}"
            problem = carried(ours, theirs, key, mine, real) if carry else None
            if problem:
                return problem
    return None


def as_restored(contents):
    """A score of -0 comes back as 0 where the encoding changes on the way."""
    return [b"0" if part == b"-0" else part for part in contents] if isinstance(contents, list) else contents


def carried(ours, theirs, key, mine, real):
    """Each side's dump restored on both."""
    payloads = [side.client.call(b"DUMP", key) for side in (ours, theirs)]
    for who, payload, original in zip(("our", "their"), payloads, (mine, real)):
        if not isinstance(payload, bytes):
            return f"DUMP of {key!r}: {payload!r}"
        copies = []
        for side in (ours, theirs):
            reply = side.client.call(b"RESTORE", RESTORED, 0, payload, b"REPLACE")
            if not isinstance(reply, resp.Simple):
                return f"RESTORE of {who} dump of {key!r} ({original[1]!r}): {reply!r}"
            copies.append(side.describe(RESTORED))
            side.client.call(b"DEL", RESTORED)
        if not rules.identical(*copies) or not rules.identical(as_restored(*copies[0][3:]), as_restored(*original[3:])):
            return f"{who} dump of {key!r} restored:\n  {copies[0]!r}\n  {copies[1]!r}\n  it was {original!r}"
    return None
