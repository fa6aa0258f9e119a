"""Lists, and the blocking forms: with something there, or with a time-out too short to matter."""

import rules

KEYS = [b"l1", b"l2", b"l3", b"{t}l4"]
TIMEOUTS = [b"0.001", b"0.001", b"0.001", b"-1", b"x", b"inf", b"nan", b"1e400"]


def lpos(words, ours, theirs):
    """A rank of LONG_MIN overflows there."""
    return b"-9223372036854775808" in words or rules.same(words, ours, theirs)


RULES = {b"LPOS": lpos}


def rows(a):
    key = a.own(KEYS)
    element = a.element

    def end():
        return a.word(b"LEFT", b"RIGHT", b"LEFT", b"RIGHT", b"x")

    def lpos_words():
        options = [[b"RANK", a.small()], [b"COUNT", a.small(-1, 4)], [b"MAXLEN", a.small(-1, 8)]]
        return [b"lpos", key(), element()] + a.options(*options)

    def many():
        """A few big or a lot of small elements: over the limits of a packed list."""
        return a.some(element, 40, 20) if a.chance(0.7) else a.some(lambda: a.pick([b"q" * 3000, b"r" * 9000]), 3)

    def lmpop():
        keys = a.some(key)
        number = b"%d" % len(keys) if a.chance(0.9) else a.small()
        count = [a.word(b"COUNT"), a.small(0, 4)] if a.chance(0.5) else []
        return [number] + keys + [end()] + count

    def blocking():
        timeout = a.pick(TIMEOUTS)
        return a.pick([
            [a.pick([b"blpop", b"brpop"])] + a.some(key) + [timeout],
            [b"blmove", key(), key(), end(), end(), timeout],
            [b"brpoplpush", key(), key(), timeout],
            [b"blmpop", timeout] + lmpop(),
        ])

    limits = [b"list-max-listpack-size", b"list-max-ziplist-size"]
    sizes = [b"-1", b"-2", b"1", b"4", b"128"]
    return [
        (10, lambda: [a.pick([b"lpush", b"rpush"]), key()] + a.some(element, 6)),
        (3, lambda: [a.pick([b"lpushx", b"rpushx"]), key()] + a.some(element)),
        (1, lambda: [a.pick([b"lpush", b"rpush"]), key()] + many()),
        (5, lambda: [a.pick([b"lpop", b"rpop"]), key()] + ([a.small(-1)] if a.chance(0.5) else [])),
        (6, lambda: [b"lrange", key(), a.small(-9, 9), a.small(-9, 9)]),
        (4, lambda: [b"lindex", key(), a.small(-9, 9)]),
        (3, lambda: [b"llen", key()]),
        (5, lambda: [b"lset", key(), a.small(), element()]),
        (5, lambda: [b"linsert", key(), a.word(b"BEFORE", b"AFTER", b"AFTER", b"x"), element(), element()]),
        (5, lambda: [b"lrem", key(), a.small(-3, 3), element()]),
        (3, lambda: [b"ltrim", key(), a.small(-2, 3), a.small(-3, 12)]),
        (5, lpos_words),
        (5, lambda: [b"lmove", key(), key(), end(), end()]),
        (2, lambda: [b"rpoplpush", key(), key()]),
        (4, lambda: [b"lmpop"] + lmpop()),
        (1, blocking),
        (1, lambda: [b"config", b"set", a.pick(limits), a.pick(sizes)]),
        (1, lambda: [b"config", b"set", b"list-compress-depth", a.pick([b"0", b"1", b"2"])]),
    ]
