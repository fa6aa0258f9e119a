"""Strings and counters."""

KEYS = [
    b"a", b"b", b"c", b"d", b"e", b"{t}1", b"{t}2", b"{t}3", b"n1", b"n2", b"n3", b"f1", b"f2",
    b"", b"\x00\xff", b"A",
]
OFFSETS = [
    b"0", b"1", b"5", b"43", b"44", b"3000", b"-1", b"x", b"536870911", b"536870912",
]
SET_OPTIONS = [b"NX", b"XX", b"GET", b"KEEPTTL", b"PERSIST", b"EX", b"foo"]
RULES = {}


def rows(a):
    key = a.own(KEYS)

    def expiry_option():
        makers = [(b"EX", a.seconds), (b"PX", a.milliseconds), (b"EXAT", a.unix_seconds)]
        name, maker = a.pick(makers + [(b"PXAT", a.unix_milliseconds)])
        return [a.mixed_case(name), maker()]

    def set_options():
        words = []
        for _ in range(a.pick([0, 1, 1, 1, 2, 2, 3])):
            words += expiry_option() if a.chance(0.45) else [a.word(*SET_OPTIONS)]
        return words

    def pairs():
        return [word for _ in range(a.rng.randint(1, 4)) for word in (key(), a.value())]

    def lcs():
        words = [b"lcs", key(), key()]
        for _ in range(a.rng.randint(0, 3)):
            option = a.word(b"LEN", b"IDX", b"MINMATCHLEN", b"WITHMATCHLEN", b"foo")
            words += [option, a.integer()] if option.upper() == b"MINMATCHLEN" else [option]
        return words

    def setrange():
        offset = a.pick(OFFSETS)
        if offset == b"536870911":  # at the limit: only with nothing to write or too much
            return [b"setrange", key(), offset, a.pick([b"", b"xy"])]
        return [b"setrange", key(), offset, a.value()]

    return [
        (14, lambda: [b"set", key(), a.value()] + (set_options() if a.chance(0.6) else [])),
        (6, lambda: [b"getex", key()] + (set_options() if a.chance(0.8) else [])),
        (5, lambda: [a.pick([b"mset", b"msetnx"])] + pairs()),
        (3, lcs),
        (5, setrange),
        (5, lambda: [a.pick([b"getrange", b"substr"]), key(), a.integer(), a.integer()]),
        (14, lambda: [a.pick([b"get", b"get", b"getdel", b"strlen", b"incr", b"decr"]), key()]),
        (3, lambda: [b"mget"] + a.some(key)),
        (6, lambda: [b"append", key(), a.value()]),
        (5, lambda: [a.pick([b"incrby", b"decrby"]), key(), a.integer()]),
        (5, lambda: [b"incrbyfloat", key(), a.float()]),
        (3, lambda: [b"getset", key(), a.value()]),
        (3, lambda: [b"setnx", key(), a.value()]),
        (3, lambda: [b"setex", key(), a.seconds(), a.value()]),
        (3, lambda: [b"psetex", key(), a.milliseconds(), a.value()]),
    ]
