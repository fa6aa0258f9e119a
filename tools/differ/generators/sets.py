"""Sets."""

import rules

KEYS = [b"s1", b"s2", b"s3", b"{t}s4", b"s5"]
NUMBERS_ONLY = [b"s5"]  # stays a set of integers unless something else is put there


def rows(a):
    key = a.own(KEYS)
    member = a.element

    def number():
        return a.pick([b"%d" % a.rng.randint(-50, 50), b"70000", b"5000000000"])

    def sadd():
        target = key()
        if target in NUMBERS_ONLY and a.chance(0.97):
            return [b"sadd", target] + a.some(number, 6)
        return [b"sadd", target] + a.some(member, 6)

    def sintercard():
        keys = a.some(key)
        number = b"%d" % len(keys) if a.chance(0.9) else a.small()
        return [b"sintercard", number] + keys + ([a.word(b"LIMIT"), a.small(-1)] if a.chance(0.5) else [])

    def srandmember():
        return [b"srandmember", key()] + ([a.sample()] if a.chance(0.7) else [])

    limits = [b"set-max-intset-entries"]
    return [
        (14, sadd),
        (8, lambda: [b"srem", key()] + a.some(member)),
        (4, lambda: [b"sismember", key(), member()]),
        (3, lambda: [b"smismember", key()] + a.some(member)),
        (3, lambda: [b"scard", key()]),
        (5, lambda: [b"smembers", key()]),
        (4, lambda: [b"smove", key(), key(), member()]),
        (8, lambda: [a.pick([b"sinter", b"sunion", b"sdiff"])] + a.some(key)),
        (5, lambda: [a.pick([b"sinterstore", b"sunionstore", b"sdiffstore"]), key()] + a.some(key)),
        (3, sintercard),
        (4, srandmember),
        (3, lambda: [b"spop", key()] + ([a.small(-1)] if a.chance(0.5) else [])),
        (3, lambda: [b"sscan", key(), a.cursor()] + a.scan_options()),
        (1, lambda: [b"config", b"set", a.pick(limits), a.pick([b"0", b"5", b"512"])]),
    ]


RULES = {
    b"SMEMBERS": rules.any_order,
    b"SINTER": rules.any_order,
    b"SUNION": rules.any_order,
    b"SDIFF": rules.any_order,
    b"SRANDMEMBER": rules.random_sample,
    b"SPOP": rules.random_pop,
    b"SSCAN": rules.walk_of_members,
}
