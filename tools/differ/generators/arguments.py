"""Random arguments that every type uses: keys, numbers, values, times, and nonsense."""

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
# Elements of collections: few, so that commands meet what others wrote.
ELEMENTS = [
    b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h", b"i", b"j", b"1", b"2", b"3", b"-7", b"007",
    b"40000", b"3000000000", b"9223372036854775807", b"9223372036854775808", b"", b"A", b"aa",
    b"\x00\xff", b"x" * 31, b"y" * 64, b"z" * 65, b"1.5",
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
CURSORS = [b"", b"x", b"-1", b" 0", b"18446744073709551616"]


def line(words):
    """A line for redis-cli."""
    return " ".join(quote(word) for word in words)


def quote(word):
    if word and all(33 <= byte < 127 and byte not in b"\"'\\" for byte in word):
        return word.decode()
    shown = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else "\\x%02x" % b for b in word)
    return '"%s"' % shown


class Arguments:
    def __init__(self, rng, keys):
        self.rng = rng
        self.all_keys = keys
        self.times = 1

    def chance(self, probability):
        return self.rng.random() < probability

    def pick(self, choices):
        return self.rng.choice(choices)

    def some(self, maker, most=4, least=1):
        """A list of what the maker makes."""
        return [maker() for _ in range(self.rng.randint(least, most))]

    def options(self, *choices, most=3):
        """Some of the choices in random order, repeated at times; each a list of words or a maker of one."""
        words = []
        for _ in range(self.rng.choice([0, 0, 1, 1, 1, 2, most])):
            choice = self.rng.choice(choices)
            made = choice() if callable(choice) else list(choice)
            words += [self.mixed_case(made[0])] + made[1:]
        return words

    def nonsense(self, words):
        """The words themselves, most of the time."""
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

    # -- keys

    def key(self):
        """Of any of the types."""
        return self.rng.choice(self.all_keys)

    def own(self, keys):
        """A maker of keys: mostly of these, at times of any type."""
        return lambda: self.rng.choice(keys if self.rng.random() < 0.95 else self.all_keys)

    # -- numbers and values

    def integer(self):
        roll = self.rng.random()
        if roll < 0.5:
            return b"%d" % self.rng.randint(-20, 20)
        return self.rng.choice(NUMBERS) if roll < 0.92 else self.rng.choice(NOT_NUMBERS)

    def small(self, least=-6, most=6):
        """An index or a count that mostly fits the collections here."""
        roll = self.rng.random()
        return b"%d" % self.rng.randint(least, most) if roll < 0.95 else self.integer()

    def sample(self):
        """A count for HRANDFIELD and its like: a negative one is answered in full."""
        odd = [b"x", b"", b"1.5", b"-9223372036854775808", b"9223372036854775807", b"4294967296"]
        return b"%d" % self.rng.randint(-30, 30) if self.rng.random() < 0.95 else self.rng.choice(odd)

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

    def element(self):
        roll = self.rng.random()
        if roll < 0.03:
            return self.value()
        return b"%d" % self.rng.randint(0, 30) if roll < 0.3 else self.rng.choice(ELEMENTS)

    # -- databases, cursors, times

    def database(self):
        return self.rng.choice(DATABASES)

    def cursor(self):
        return b"0" if self.rng.random() < 0.8 else self.rng.choice(CURSORS)

    def scan_options(self):
        words = []
        for _ in range(self.rng.choice([0, 1, 1, 2, 3])):
            name = self.word(b"MATCH", b"COUNT", b"foo", b"MATCH", b"COUNT")
            words.append(name)
            if name.upper() == b"MATCH":
                words.append(self.rng.choice(PATTERNS))
            elif name.upper() == b"COUNT":
                words.append(self.integer() if self.rng.random() < 0.5 else b"3")
        return words

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
