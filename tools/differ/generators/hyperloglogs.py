"""HyperLogLogs. Only their own commands touch their keys, bar those of all types: the bytes of the value may differ
in the sparse form, which packs the same registers in more than one way."""

KEYS = []  # see PRIVATE
PRIVATE = [b"hll1", b"hll2", b"hll3", b"{t}hll4"]
RULES = {}


def rows(a):
    def key():
        return a.pick(PRIVATE) if a.chance(0.97) else a.key()

    def private():
        return a.pick(PRIVATE)

    def elements():
        style = a.rng.randrange(10)
        if style == 0:  # enough of them to leave the sparse form
            first = a.rng.randrange(100_000)
            return [b"e%d" % (first + i) for i in range(2000)]
        return a.some(a.element, 8, 0)

    limit = b"hll-sparse-max-bytes"
    return [
        (10, lambda: [b"pfadd", key()] + elements()),
        (8, lambda: [b"pfcount"] + a.some(key)),
        (4, lambda: [b"pfmerge", private()] + a.some(key, 4, 0)),
        (2, lambda: [a.pick([b"del", b"type", b"ttl"]), private()]),
        (1, lambda: [b"copy", private(), private()] + ([b"REPLACE"] if a.chance(0.7) else [])),
        (1, lambda: [b"config", b"set", limit, a.pick([b"0", b"100", b"3000"])]),
    ]
