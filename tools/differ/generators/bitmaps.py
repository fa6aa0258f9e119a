"""Bitmaps: bit commands over strings."""

KEYS = [b"bit1", b"bit2", b"bit3", b"{t}bit4"]
OFFSETS = [b"0", b"1", b"7", b"8", b"63", b"64", b"1000", b"-1", b"x", b"4294967296", b""]
TYPES = [b"u1", b"u8", b"u8", b"i5", b"i16", b"i64", b"u63", b"u64", b"i65", b"i0", b"x8", b"U8", b"u"]
NEXT_TO_LEAST = [b"-9223372036854775808", b"-9223372036854775807"]
RULES = {}


def without_overflow(words):
    """OVERFLOW SAT SET of a signed field to such a number overflows in redis-server itself."""
    return [b"-77" if word in NEXT_TO_LEAST else word for word in words]


def rows(a):
    key = a.own(KEYS)

    def offset():
        return b"%d" % a.rng.randint(0, 200) if a.chance(0.8) else a.pick(OFFSETS)

    def place():
        return b"#%d" % a.rng.randint(0, 12) if a.chance(0.3) else offset()

    def range_():
        words = [a.small(-9, 9)]
        if a.chance(0.8):
            words.append(a.small(-9, 9))
            words += [a.word(b"BYTE", b"BIT", b"BIT", b"x")] if a.chance(0.5) else []
        return words

    def bitop():
        operation = a.word(b"AND", b"OR", b"XOR", b"NOT", b"foo")
        sources = [key()] if operation.upper() == b"NOT" and a.chance(0.8) else a.some(key)
        return [b"bitop", operation, key()] + sources

    def bitfield(read_only):
        words = [b"bitfield_ro" if read_only else b"bitfield", key()]
        for _ in range(a.rng.randint(0, 4)):
            name = a.word(b"GET", b"SET", b"INCRBY", b"OVERFLOW") if not read_only or a.chance(0.1) else b"get"
            words.append(name)
            if name.upper() == b"OVERFLOW":
                words.append(a.word(b"WRAP", b"SAT", b"FAIL", b"x"))
                continue
            words += [a.pick(TYPES), place()]
            words += [] if name.upper() == b"GET" else [a.integer()]
        return words

    return [
        (10, lambda: [b"setbit", key(), offset(), a.pick([b"0", b"1", b"1", b"2", b"x"])]),
        (5, lambda: [b"getbit", key(), offset()]),
        (6, lambda: [b"bitcount", key()] + (range_() if a.chance(0.7) else [])),
        (6, lambda: [b"bitpos", key(), a.pick([b"0", b"1", b"2"])] + (range_() if a.chance(0.7) else [])),
        (6, bitop),
        (8, lambda: bitfield(False)),
        (3, lambda: bitfield(True)),
        (2, lambda: [b"set", key(), a.value()]),
        (2, lambda: [b"get", key()]),
        (1, lambda: [b"setrange", key(), a.pick([b"3", b"20"]), a.value()]),
    ]
