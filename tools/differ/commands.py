"""Random commands over strings, keys, times to live and databases; the same for the same seed."""

KEYS = [
    b"a", b"b", b"c", b"d", b"e", b"{t}1", b"{t}2", b"{t}3", b"n1", b"n2", b"n3", b"f1", b"f2",
    b"", b"\x00\xff", b"A",
]
HOUR = 3600
FAR_SECONDS = 33_000_000_000  # the year 3015
PAST_SECONDS = 1_000_000

NUMBERS = [
    b"0", b"1", b"-1", b"2", b"10", b"100", b"-100", b"9999", b"10000", b"9223372036854775807",
    b"-9223372036854775808",
    b"9223372036854775806", b"9223372036854775808", b"-9223372036854775809",
    b"18446744073709551615",
    b"99999999999999999999", b"4294967296", b"2147483647", b"2147483648", b"-2147483649",
]
NOT_NUMBERS = [
    b"", b" ", b"x", b"1.5", b"+1", b"01", b"-0", b" 1", b"1 ", b"1e3", b"0x10", b"1\x00", b"--1",
    b"nan",
]
FLOATS = [
    b"0", b"1", b"-1.5", b"3.14", b"1e3", b"-1e-3", b"0.1", b"1e17", b"5.0e-324", b"1e400",
    b"-1e400", b"1e5000", b"inf",
    b"-inf", b"nan", b"0x1p3", b"1e-20", b"100.00", b".5", b"5.", b"-0.0",
    b"12345678901234567890.123456789", b"+2",
]
VALUES = [
    b"", b"v", b"hello", b"Hello World", b"a" * 44, b"a" * 45, b"b" * 63, b"c" * 64, b"d" * 255,
    b"e" * 256, b"f" * 2047,
    b"g" * 2049, b"h" * 5000, b"\x00", b"\r\n", b"\xff\xfe\x00bin", b"abcabc", b"cbacba", b"007",
    b"1.0",
]
PATTERNS = [
    b"*", b"?", b"a", b"[a-c]", b"[^a]", b"{t}*", b"n?", b"*1", b"**", b"", b"\\a", b"[", b"[c-a]",
    b"*[1-2]", b"x*y*z",
    b"\x00*", b"a*b*c*d*", b"[\\a]", b"?*",
]
DATABASES = [b"0", b"1"] * 5 + [b"2", b"15", b"16", b"-1", b"x", b"4294967296"]
ODD_TIMES = [
    b"9223372036854775", b"9223372036854775807", b"-9223372036854775808", b"281474976710656", b"x",
    b"", b"1.5",
]
OFFSETS = [
    b"0", b"1", b"5", b"43", b"44", b"3000", b"-1", b"x", b"536870911", b"536870912",
]
CURSORS = [b"", b"x", b"-1", b" 0", b"18446744073709551616"]
OBJECT_WORDS = [b"ENCODING", b"REFCOUNT", b"FREQ", b"IDLETIME", b"HELP", b"nosuch"]
FLUSH_WORDS = [[], [b"SYNC"], [b"async"], [b"x"]]
SET_OPTIONS = [b"NX", b"XX", b"GET", b"KEEPTTL", b"PERSIST", b"EX", b"foo"]


def line(words):
    """A line for redis-cli."""
    return " ".join(quote(word) for word in words)


def quote(word):
    if word and all(33 <= byte < 127 and byte not in b"\"'\\" for byte in word):
        return word.decode()
    shown = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else "\\x%02x" % b for b in word)
    return '"%s"' % shown


class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.times = 1
        self.makers = []
        for weight, maker in self.table():
            self.makers += [maker] * weight

    def next(self):
        words = self.rng.choice(self.makers)()
        words = [self.mixed_case(words[0])] + words[1:]
        roll = self.rng.random()
        if roll < 0.02 and len(words) > 1:  # wrong arity
            words.pop()
        elif roll < 0.03:
            words.append(self.value())
        elif roll < 0.035 and len(words) > 2:  # something out of place
            words[self.rng.randrange(2, len(words))] = self.value()
        elif roll < 0.037:
            words[0] = self.rng.choice([b"nosuch", b"", b"get ", b"OBJECT|HELP", b"s\r\net"])
        return words

    # -- arguments

    def mixed_case(self, word):
        style = self.rng.randrange(4)
        if style == 0:
            return word.upper()
        if style == 1:
            flips = [chr(byte).isalpha() and self.rng.random() < 0.5 for byte in word]
            return bytes(byte ^ 0x20 if flip else byte for byte, flip in zip(word, flips))
        return word

    def word(self, *choices):
        return self.mixed_case(self.rng.choice(choices))

    def key(self):
        return self.rng.choice(KEYS)

    def keys(self, most=4):
        return [self.key() for _ in range(self.rng.randint(1, most))]

    def integer(self):
        roll = self.rng.random()
        if roll < 0.5:
            return b"%d" % self.rng.randint(-20, 20)
        return self.rng.choice(NUMBERS) if roll < 0.92 else self.rng.choice(NOT_NUMBERS)

    def float(self):
        roll = self.rng.random()
        if roll < 0.4:
            return b"%.*f" % (self.rng.randint(0, 6), self.rng.uniform(-1000, 1000))
        return self.rng.choice(FLOATS) if roll < 0.92 else self.rng.choice(NOT_NUMBERS)

    def value(self):
        roll = self.rng.random()
        if roll < 0.3:
            return self.integer()
        if roll < 0.4:
            return self.float()
        if roll < 0.5:
            return bytes(self.rng.randrange(97, 101) for _ in range(self.rng.randint(0, 60)))
        return self.rng.choice(VALUES)

    def database(self):
        return self.rng.choice(DATABASES)

    def hours(self):
        """Seconds that never come twice: GT of two like times would depend on the millisecond."""
        self.times = (self.times + 7919) % 1_000_003  # a prime: all of its residues, in a jumble
        return self.times * HOUR

    def seconds(self):
        """A relative time in seconds that does not run out: far, past or refused."""
        roll = self.rng.random()
        if roll < 0.85:
            return b"%d" % self.rng.choice([self.hours(), self.hours(), self.hours(), 0, -1, -100])
        return self.rng.choice(ODD_TIMES)

    def milliseconds(self):
        roll = self.rng.random()
        if roll < 0.85:
            choices = [self.hours(), self.hours(), self.hours(), 0, -1]
            return b"%d" % (self.rng.choice(choices) * 1000)
        return self.rng.choice(ODD_TIMES)

    def unix_seconds(self):
        roll = self.rng.random()
        if roll < 0.85:
            far = FAR_SECONDS
            return b"%d" % self.rng.choice([far, far + 500, far - 500, PAST_SECONDS, 0, -1])
        return self.rng.choice(ODD_TIMES)

    def unix_milliseconds(self):
        roll = self.rng.random()
        if roll < 0.85:
            far = FAR_SECONDS * 1000
            return b"%d" % self.rng.choice([far, far + 499, far + 500, 1, 0, -5])
        return self.rng.choice(ODD_TIMES)

    def expiry_option(self):
        makers = [(b"EX", self.seconds), (b"PX", self.milliseconds), (b"EXAT", self.unix_seconds)]
        name, maker = self.rng.choice(makers + [(b"PXAT", self.unix_milliseconds)])
        return [self.mixed_case(name), maker()]

    def set_options(self):
        words = []
        for _ in range(self.rng.choice([0, 1, 1, 1, 2, 2, 3])):
            if self.rng.random() < 0.45:
                words += self.expiry_option()
            else:
                words.append(self.word(*SET_OPTIONS))
        return words

    # -- commands

    def set(self):
        words = [b"set", self.key(), self.value()]
        return words + (self.set_options() if self.rng.random() < 0.6 else [])

    def getex(self):
        return [b"getex", self.key()] + (self.set_options() if self.rng.random() < 0.8 else [])

    def mset(self):
        words = [self.rng.choice([b"mset", b"msetnx"])]
        for _ in range(self.rng.randint(1, 4)):
            words += [self.key(), self.value()]
        return words

    def lcs(self):
        words = [b"lcs", self.key(), self.key()]
        for _ in range(self.rng.randint(0, 3)):
            option = self.word(b"LEN", b"IDX", b"MINMATCHLEN", b"WITHMATCHLEN", b"foo")
            words += [option, self.integer()] if option.upper() == b"MINMATCHLEN" else [option]
        return words

    def setrange(self):
        offset = self.rng.choice(OFFSETS)
        if offset == b"536870911":  # at the limit: only with nothing to write or too much
            return [b"setrange", self.key(), offset, self.rng.choice([b"", b"xy"])]
        return [b"setrange", self.key(), offset, self.value()]

    def getrange(self):
        name = self.rng.choice([b"getrange", b"substr"])
        return [name, self.key(), self.integer(), self.integer()]

    def expire(self):
        makers = [(b"expire", self.seconds), (b"pexpire", self.milliseconds)]
        makers += [(b"expireat", self.unix_seconds), (b"pexpireat", self.unix_milliseconds)]
        name, maker = self.rng.choice(makers)
        words = [name, self.key(), maker()]
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            words.append(self.word(b"NX", b"XX", b"GT", b"LT", b"NX", b"LT", b"foo", b""))
        return words

    def copy(self):
        words = [b"copy", self.key(), self.key()]
        if self.rng.random() < 0.4:
            words += [self.word(b"DB"), self.database()]
        if self.rng.random() < 0.4:
            words.append(self.word(b"REPLACE"))
        return words

    def object(self):
        name = self.word(b"ENCODING", b"ENCODING", *OBJECT_WORDS)
        return [b"object", name] + ([] if name.upper() == b"HELP" else [self.key()])

    def scan(self):
        cursor = b"0" if self.rng.random() < 0.8 else self.rng.choice(CURSORS)
        words = [b"scan", cursor]
        for _ in range(self.rng.choice([0, 1, 1, 2, 3])):
            name = self.word(b"MATCH", b"COUNT", b"TYPE", b"foo")
            words.append(name)
            if name.upper() == b"MATCH":
                words.append(self.rng.choice(PATTERNS))
            elif name.upper() == b"COUNT":
                words.append(self.integer() if self.rng.random() < 0.5 else b"3")
            elif name.upper() == b"TYPE":
                words.append(self.word(b"string", b"list", b"foo"))
        return words

    def table(self):
        one_key = [b"get", b"get", b"getdel", b"strlen", b"incr", b"decr", b"type", b"ttl"]
        one_key += [b"pttl", b"expiretime", b"pexpiretime", b"persist", b"persist"]
        some_keys = [b"mget", b"del", b"unlink", b"exists", b"touch"]
        return [
            (14, self.set),
            (6, self.getex),
            (5, self.mset),
            (3, self.lcs),
            (5, self.setrange),
            (5, self.getrange),
            (12, self.expire),
            (6, self.copy),
            (8, self.object),
            (4, self.scan),
            (22, lambda: [self.rng.choice(one_key), self.key()]),
            (6, lambda: [self.rng.choice(some_keys)] + self.keys()),
            (6, lambda: [b"append", self.key(), self.value()]),
            (5, lambda: [self.rng.choice([b"incrby", b"decrby"]), self.key(), self.integer()]),
            (5, lambda: [b"incrbyfloat", self.key(), self.float()]),
            (3, lambda: [b"getset", self.key(), self.value()]),
            (3, lambda: [b"setnx", self.key(), self.value()]),
            (3, lambda: [b"setex", self.key(), self.seconds(), self.value()]),
            (3, lambda: [b"psetex", self.key(), self.milliseconds(), self.value()]),
            (5, lambda: [self.rng.choice([b"rename", b"renamenx"]), self.key(), self.key()]),
            (4, lambda: [b"move", self.key(), self.database()]),
            (3, lambda: [b"keys", self.rng.choice(PATTERNS)]),
            (2, lambda: [b"dbsize"]),
            (2, lambda: [b"randomkey"]),
            (2, lambda: [b"select", self.database()]),
            (1, lambda: [b"swapdb", self.database(), self.database()]),
            (1, lambda: [b"flushdb"] + self.rng.choice(FLUSH_WORDS)),
            (1, lambda: [b"flushall"] + self.rng.choice(FLUSH_WORDS)),
        ]
