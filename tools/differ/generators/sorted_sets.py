"""Sorted sets. BYLEX goes to keys of its own, where all scores are equal: elsewhere it has no defined answer."""

import resp
import rules

KEYS = [b"z1", b"z2", b"z3", b"{t}z4"]
LEXICAL_KEYS = [b"zlex1", b"zlex2"]  # not in KEYS: others must not write scores there
SCORES = [b"0", b"1", b"1", b"2", b"3", b"-1", b"1.5", b"1e3", b"-0.5", b"0.1", b"1e17", b"inf", b"-inf", b"+inf"]
TIMEOUTS = [b"0.001", b"0.001", b"0.001", b"-1", b"x", b"nan"]


def equal_scores(words):
    """What is added to a lexical key has the score 0, whatever happened to the words."""
    if words[0].lower() != b"zadd" or len(words) < 4 or words[1] not in LEXICAL_KEYS:
        return words
    return words[:2] + [b"0" if at % 2 == 0 else word for at, word in enumerate(words[2:])]


def rows(a):
    key = a.own(KEYS)
    member = a.element

    def score():
        return a.pick(SCORES) if a.chance(0.9) else a.float()

    def bound():
        return a.pick([b"", b"", b"("]) + score()

    def lexical_bound():
        return a.pick([b"-", b"+", b"[", b"(", b"[" + member(), b"(" + member(), b"x"])

    def zadd():
        number = a.pick([0, 0, 0, 1, 1, 2, 3])
        flags = [a.word(b"NX", b"XX", b"GT", b"LT", b"CH", b"INCR", b"CH") for _ in range(number)]
        return [b"zadd", key()] + flags + [word for _ in range(a.rng.randint(1, 5)) for word in (score(), member())]

    def with_scores(probability=0.4):
        return [a.word(b"WITHSCORES", b"WITHSCORES", b"foo")] if a.chance(probability) else []

    def limit():
        return [a.word(b"LIMIT"), a.small(-1), a.small(-2)] if a.chance(0.4) else []

    def zrange():
        style = a.rng.randrange(4)
        if style == 0:
            words = [b"zrange", key(), a.small(-9, 9), a.small(-9, 9)]
        elif style == 1:
            words = [b"zrange", key(), bound(), bound(), a.word(b"BYSCORE")]
        elif style == 2:
            words = [b"zrange", a.pick(LEXICAL_KEYS), lexical_bound(), lexical_bound(), a.word(b"BYLEX")]
        else:
            words = [b"zrangestore", key(), key(), a.small(-9, 9), a.small(-9, 9)]
            return words + ([a.word(b"REV")] if a.chance(0.4) else []) + limit()
        return words + ([a.word(b"REV")] if a.chance(0.4) else []) + limit() + with_scores()

    def counted_keys():
        keys = a.some(key)
        return [b"%d" % len(keys) if a.chance(0.9) else a.small()] + keys

    def aggregate(number):
        words = []
        if a.chance(0.3):
            words += [a.word(b"WEIGHTS")] + [a.pick([b"1", b"2", b"-1", b"0.5", b"inf", b"x"]) for _ in range(number)]
        if a.chance(0.3):
            words += [a.word(b"AGGREGATE"), a.word(b"SUM", b"MIN", b"MAX", b"foo")]
        return words

    def combine():
        keys = counted_keys()
        options = aggregate(len(keys) - 1)
        name = a.pick([b"zunion", b"zinter", b"zdiff"])
        if a.chance(0.5):
            return [name + b"store", key()] + keys + (options if name != b"zdiff" or a.chance(0.05) else [])
        return [name] + keys + (options if name != b"zdiff" else []) + with_scores()

    def zmpop():
        count = [a.word(b"COUNT"), a.small(0, 4)] if a.chance(0.5) else []
        return counted_keys() + [a.word(b"MIN", b"MAX", b"MIN", b"x")] + count

    def blocking():
        if a.chance(0.5):
            return [a.pick([b"bzpopmin", b"bzpopmax"])] + a.some(key) + [a.pick(TIMEOUTS)]
        return [b"bzmpop", a.pick(TIMEOUTS)] + zmpop()

    def zrandmember():
        words = [b"zrandmember", key()]
        if a.chance(0.7):
            words.append(a.sample())
            words += with_scores()
        return words

    def zintercard():
        return [b"zintercard"] + counted_keys() + ([a.word(b"LIMIT"), a.small(-1)] if a.chance(0.5) else [])

    def lexical():
        target = a.pick(LEXICAL_KEYS)
        style = a.rng.randrange(6)
        if style < 2:
            return [b"zadd", target] + [word for _ in range(a.rng.randint(1, 5)) for word in (b"0", member())]
        if style == 2:
            return [b"zrangebylex", target, lexical_bound(), lexical_bound()] + limit()
        if style == 3:
            return [b"zrevrangebylex", target, lexical_bound(), lexical_bound()] + limit()
        if style == 4:
            return [b"zlexcount", target, lexical_bound(), lexical_bound()]
        return [b"zremrangebylex", target, lexical_bound(), lexical_bound()]

    limits = [b"zset-max-listpack-entries", b"zset-max-ziplist-value"]
    rank = [b"zrank", b"zrevrank"]
    return [
        (14, zadd),
        (6, lambda: [b"zrem", key()] + a.some(member)),
        (4, lambda: [b"zscore", key(), member()]),
        (2, lambda: [b"zmscore", key()] + a.some(member)),
        (3, lambda: [b"zcard", key()]),
        (4, lambda: [b"zcount", key(), bound(), bound()]),
        (5, lambda: [b"zincrby", key(), score(), member()]),
        (4, lambda: [a.pick(rank), key(), member()]),
        (9, zrange),
        (4, lambda: [a.pick([b"zrevrange", b"zrange"]), key(), a.small(-9, 9), a.small(-9, 9)] + with_scores()),
        (6, lambda: [a.pick([b"zrangebyscore", b"zrevrangebyscore"]), key(), bound(), bound()]
         + with_scores() + limit()),
        (2, lambda: [b"zremrangebyrank", key(), a.small(-3, 3), a.small(-5, 5)]),
        (2, lambda: [b"zremrangebyscore", key(), bound(), bound()]),
        (4, lambda: [a.pick([b"zpopmin", b"zpopmax"]), key()] + ([a.small(-1)] if a.chance(0.5) else [])),
        (3, lambda: [b"zmpop"] + zmpop()),
        (8, combine),
        (2, zintercard),
        (4, zrandmember),
        (3, lambda: [b"zscan", key(), a.cursor()] + a.scan_options()),
        (6, lexical),
        (1, blocking),
        (1, lambda: [b"config", b"set", a.pick(limits), a.pick([b"0", b"3", b"6", b"64", b"128"])]),
    ]


def rank(words, ours, theirs):
    """WITHSCORE is of Redis 7.2: redis-server 7.0 counts words."""
    if len(words) > 3 and isinstance(theirs, resp.Error):
        return isinstance(ours, resp.Error) or words[3].upper() == b"WITHSCORE"
    return rules.same(words, ours, theirs)


RULES = {
    b"ZRANDMEMBER": rules.random_sample,
    b"ZSCAN": rules.walk_of_pairs,
    b"ZRANK": rank,
    b"ZREVRANK": rank,
}
