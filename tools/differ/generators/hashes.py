"""Hashes."""

import rules

KEYS = [b"h1", b"h2", b"h3", b"{t}h4"]
FIELDS = [b"f", b"n", b"a", b"b", b"c", b"", b"1", b"\x00", b"F" * 64, b"G" * 65]


def rows(a):
    key = a.own(KEYS)

    def field():
        return a.pick(FIELDS) if a.chance(0.8) else a.element()

    def pairs():
        return [word for _ in range(a.rng.randint(1, 5)) for word in (field(), a.value())]

    def hrandfield():
        words = [b"hrandfield", key()]
        if a.chance(0.7):
            words.append(a.sample())
            words += [a.word(b"WITHVALUES", b"WITHVALUES", b"foo")] if a.chance(0.4) else []
        return words

    def hscan():
        return [b"hscan", key(), a.cursor()] + a.scan_options()

    limits = [b"hash-max-listpack-entries", b"hash-max-ziplist-entries", b"hash-max-listpack-value"]
    return [
        (12, lambda: [a.pick([b"hset", b"hset", b"hmset"]), key()] + pairs()),
        (4, lambda: [b"hsetnx", key(), field(), a.value()]),
        (6, lambda: [b"hget", key(), field()]),
        (4, lambda: [b"hmget", key()] + a.some(field)),
        (6, lambda: [b"hdel", key()] + a.some(field)),
        (4, lambda: [a.pick([b"hexists", b"hstrlen"]), key(), field()]),
        (4, lambda: [b"hlen", key()]),
        (6, lambda: [a.pick([b"hgetall", b"hkeys", b"hvals"]), key()]),
        (6, lambda: [b"hincrby", key(), a.pick([b"n", field()]), a.integer()]),
        (6, lambda: [b"hincrbyfloat", key(), a.pick([b"n", field()]), a.float()]),
        (4, hrandfield),
        (3, hscan),
        (1, lambda: [b"config", b"set", a.pick(limits), a.pick([b"0", b"3", b"6", b"64", b"512"])]),
    ]


RULES = {
    b"HGETALL": rules.any_order_of_pairs,
    b"HKEYS": rules.any_order,
    b"HVALS": rules.any_order,
    b"HRANDFIELD": rules.random_sample,
    b"HSCAN": rules.walk_of_pairs,
}
