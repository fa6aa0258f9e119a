"""Streams and consumer groups. Ids are our own, not the clock's; idle times are 0 or hours, so that what a claim
takes does not depend on the moment."""

import resp
import rules

KEYS = [b"x1", b"x2", b"x3"]
GROUPS = [b"g1", b"g2", b"g3"]
CONSUMERS = [b"c1", b"c2", b"c3", b""]
IDS = [b"0", b"0-0", b"0-1", b"1", b"5-3", b"-", b"+", b"$", b">", b"x", b"1-", b"-1", b"18446744073709551615-1",
       b"18446744073709551616-0", b"1-*", b"(1", b"(5-3"]
HOURS_MS = b"3600000"


def rows(a):
    key = a.own(KEYS)
    clock = [1]

    def group():
        return a.pick(GROUPS)

    def consumer():
        return a.pick(CONSUMERS)

    def next_id():
        if a.chance(0.85):
            clock[0] += a.rng.randint(0, 2)
            return b"%d-%d" % (clock[0] % 1000 + 1, clock[0])
        return a.pick([b"%d-*" % a.rng.randint(1, 1100), a.pick(IDS)])

    def known_id():
        """One that may well be there."""
        if a.chance(0.85):
            near = max(1, clock[0] - a.rng.randint(0, 30))
            return b"%d-%d" % (near % 1000 + 1, near)
        return a.pick(IDS)

    def bound():
        return a.pick([b"-", b"+", known_id(), known_id(), b"(" + known_id()])

    def trim():
        words = [a.word(b"MAXLEN", b"MAXLEN", b"MINID")]
        words += [a.pick([b"=", b"~", b""])] if a.chance(0.4) else []
        words = [word for word in words if word]
        words.append(known_id() if words[0].upper() == b"MINID" else a.small(-1, 40))
        return words + ([a.word(b"LIMIT"), a.small(-1, 5)] if a.chance(0.15) else [])

    def xadd():
        words = [b"xadd", key()] + ([a.word(b"NOMKSTREAM")] if a.chance(0.1) else [])
        words += trim() if a.chance(0.15) else []
        return words + [next_id()] + [w for _ in range(a.rng.randint(1, 3)) for w in (a.element(), a.value())]

    def count():
        return [a.word(b"COUNT"), a.small(-1, 6)] if a.chance(0.5) else []

    def block():
        return [a.word(b"BLOCK"), a.pick([b"1", b"-1", b"x"])] if a.chance(0.05) else []

    def streams(ids):
        keys = a.some(key, 3)
        return [a.word(b"STREAMS")] + keys + [ids() for _ in keys]

    def read_id():
        return a.pick([b">", b">", b"0", known_id()])

    def xgroup():
        style = a.rng.randrange(8)
        if style < 3:
            words = [b"create", key(), group(), a.pick([b"$", b"0", known_id()])]
            words += [a.word(b"MKSTREAM")] if a.chance(0.3) else []
            return words + ([a.word(b"ENTRIESREAD"), a.small(-2, 9)] if a.chance(0.2) else [])
        if style == 3:
            words = [b"setid", key(), group(), a.pick([b"$", b"0", known_id()])]
            return words + ([a.word(b"ENTRIESREAD"), a.small(-2, 9)] if a.chance(0.3) else [])
        if style == 4:
            return [b"destroy", key(), group()]
        return [a.pick([b"createconsumer", b"delconsumer"]), key(), group(), consumer()]

    def xclaim():
        words = [b"xclaim", key(), group(), consumer(), a.pick([b"0", b"0", HOURS_MS, b"-1", b"x"])]
        words += a.some(known_id)
        return words + a.options(
            [b"IDLE", b"7200000"], [b"TIME", b"1000"], [b"RETRYCOUNT", a.small(0, 9)], [b"FORCE"], [b"FORCE"],
            [b"JUSTID"], [b"LASTID", known_id()], most=3,
        )

    def xautoclaim():
        words = [b"xautoclaim", key(), group(), consumer(), a.pick([b"0", b"0", HOURS_MS, b"x"])]
        words += [a.pick([b"0", b"0-0", known_id(), b"-"])] + count()
        return words + ([a.word(b"JUSTID")] if a.chance(0.3) else [])

    def xpending():
        words = [b"xpending", key(), group()]
        if a.chance(0.6):
            words += [a.word(b"IDLE"), a.pick([b"0", HOURS_MS])] if a.chance(0.3) else []
            words += [bound(), bound(), a.small(-1, 9)] + ([consumer()] if a.chance(0.4) else [])
        return words

    def xinfo():
        what = a.rng.randrange(4)
        if what == 0:
            return [b"consumers", key(), group()]
        if what == 1:
            return [b"groups", key()]
        words = [b"stream", key()]
        return words + ([a.word(b"FULL")] + count() if a.chance(0.6) else [])

    def xsetid():
        words = [b"xsetid", key(), known_id()]
        if a.chance(0.4):
            words += [a.word(b"ENTRIESADDED"), a.small(-1, 50), a.word(b"MAXDELETEDID"), known_id()]
        return words

    limits = [(b"stream-node-max-entries", [b"0", b"3", b"100"]), (b"stream-node-max-bytes", [b"0", b"128", b"4096"])]

    def config():
        name, values = a.pick(limits)
        return [b"config", b"set", name, a.pick(values)]

    return [
        (16, xadd),
        (6, lambda: [b"xrange", key(), bound(), bound()] + count()),
        (4, lambda: [b"xrevrange", key(), bound(), bound()] + count()),
        (3, lambda: [b"xlen", key()]),
        (4, lambda: [b"xdel", key()] + a.some(known_id)),
        (3, lambda: [b"xtrim", key()] + trim()),
        (4, lambda: [b"xread"] + count() + block() + streams(known_id)),
        (9, lambda: [b"xreadgroup", a.word(b"GROUP"), group(), consumer()] + count() + block()
         + ([a.word(b"NOACK")] if a.chance(0.1) else []) + streams(read_id)),
        (5, lambda: [b"xack", key(), group()] + a.some(known_id)),
        (8, lambda: [b"xgroup"] + xgroup()),
        (5, xclaim),
        (4, xautoclaim),
        (5, xpending),
        (4, lambda: [b"xinfo"] + xinfo()),
        (1, xsetid),
        (1, config),
    ]


# -- what depends on the moment or on the tree inside

INTERNAL = (b"radix-tree-keys", b"radix-tree-nodes", b"seen-time", b"active-time", b"idle", b"inactive")


def without_moments(reply):
    """XINFO's replies without idle times, times of delivery and facts of the tree."""
    if isinstance(reply, tuple) or not isinstance(reply, list):
        return reply
    if type(reply) is list and len(reply) % 2 == 0 and reply and isinstance(reply[0], bytes):
        return [part for name, value in rules.pairs(reply) for part in (name, masked_field(name, value))]
    made = [(name, masked_field(name, value)) for name, value in reply] if is_map(reply) else None
    return type(reply)(made if made is not None else map(without_moments, reply))


def is_map(reply):
    return bool(reply) and all(isinstance(item, tuple) for item in reply)


def masked_field(name, value):
    if name in INTERNAL:
        return 0
    if name in (b"pel", b"pending") and isinstance(value, list):  # id, consumer, time, count or id, time, count
        return [[part for at, part in enumerate(entry) if at != len(entry) - 2] for entry in value]
    return value if name == b"entries" else without_moments(value)


def without_idle(reply):
    """XPENDING's extended form: id, consumer, idle, count; the idle time only as more or less than an hour."""
    if isinstance(reply, list) and reply and isinstance(reply[0], list):
        return [[i, c, idle >= 3_600_000, n] for i, c, idle, n in reply]
    return reply


def read(words, ours, theirs):
    """We refuse to wait, which Redis does for a millisecond."""
    if isinstance(ours, resp.Error) and "waiting with BLOCK" in ours:
        return not theirs
    return rules.same(words, ours, theirs)


RULES = {
    b"XREAD": read,
    b"XREADGROUP": read,
    b"XINFO": rules.masked(without_moments),
    b"XPENDING": rules.masked(without_idle),
}
