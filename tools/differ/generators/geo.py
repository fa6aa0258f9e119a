"""Geo: positions kept as sorted sets. Answers without ASC or DESC have no defined order, and with COUNT ... ANY no
defined choice either."""

import rules

KEYS = [b"geo1", b"geo2", b"geo3", b"{t}geo4"]
PLACES = [b"p%d" % i for i in range(12)] + [b"", b"\x00\xff"]
ODD = [b"-180", b"180", b"180.1", b"85.05112878", b"-85.05112878", b"86", b"x", b"nan", b"0", b"1e-9"]
# Scores that ZADD may give to places, and no position has.
SCORES = [b"0", b"1", b"4503599627370495", b"4503599627370496", b"9007199254740993", b"1e15", b"3.5", b"-0", b"-1",
          b"1e19", b"1e300", b"inf", b"-inf"]
UNITS = [b"m", b"km", b"ft", b"mi", b"KM", b"x"]


def rows(a):
    key = a.own(KEYS)

    def place():
        return a.pick(PLACES)

    def degrees(limit):
        """Around one point mostly, so that a search finds some."""
        if a.chance(0.07):
            return a.pick(ODD)
        wide = limit if a.chance(0.2) else 2.0
        return b"%.*f" % (a.rng.randint(0, 8), a.rng.uniform(-wide, wide))

    def position():
        return [degrees(180.0), degrees(85.0)]

    def distance():
        return a.pick([b"0", b"1", b"50", b"100.5", b"300", b"20000", b"-1", b"x", b"1e400"])

    def geoadd():
        flags = [a.word(b"NX", b"XX", b"CH") for _ in range(a.pick([0, 0, 0, 1, 2]))]
        return [b"geoadd", key()] + flags + [w for _ in range(a.rng.randint(1, 4)) for w in position() + [place()]]

    def options(store=False):
        words = []
        if a.chance(0.5):
            words.append(a.word(b"ASC", b"DESC"))
        # Which of those at one distance come under COUNT is open: a store of them would stay different.
        if a.chance(0.4) and not store:
            words += [a.word(b"COUNT"), a.small(0, 5)]
            words += [a.word(b"ANY")] if a.chance(0.2) else []
        for flag in (b"WITHCOORD", b"WITHDIST", b"WITHHASH"):
            words += [a.mixed_case(flag)] if a.chance(0.05 if store else 0.3) else []
        return words

    def search():
        origin = [b"FROMMEMBER", place()] if a.chance(0.5) else [b"FROMLONLAT"] + position()
        shape = [b"BYRADIUS", distance()] if a.chance(0.5) else [b"BYBOX", distance(), distance()]
        parts = [origin, shape + [a.pick(UNITS)]]
        a.rng.shuffle(parts)
        return parts[0] + parts[1]

    def georadius():
        store = a.chance(0.25)
        by_member = a.chance(0.5)
        name = b"georadiusbymember" if by_member else b"georadius"
        words = [name if store or a.chance(0.5) else name + b"_ro", key()]
        words += ([place()] if by_member else position()) + [distance(), a.pick(UNITS)] + options(store)
        return words + ([a.word(b"STORE", b"STOREDIST"), key()] if store else [])

    def geosearchstore():
        words = [b"geosearchstore", key(), key()] + search() + options(True)
        return words + ([a.word(b"STOREDIST")] if a.chance(0.4) else [])

    return [
        (14, geoadd),
        (5, lambda: [b"geodist", key(), place(), place()] + ([a.pick(UNITS)] if a.chance(0.6) else [])),
        (4, lambda: [b"geohash", key()] + a.some(place, 4, 0)),
        (4, lambda: [b"geopos", key()] + a.some(place, 4, 0)),
        (12, lambda: [b"geosearch", key()] + search() + options()),
        (8, georadius),
        (4, geosearchstore),
        (3, lambda: [b"zrem", key(), place()]),
        (2, lambda: [b"zadd", key(), a.pick(SCORES), place()]),
        (2, lambda: [b"zrange", key(), b"0", b"-1", b"WITHSCORES"]),
    ]


def nameless(reply):
    """What is told of each place beside its name."""
    return [place[1:] if isinstance(place, list) else [] for place in reply] if isinstance(reply, list) else reply


def found(words, ours, theirs):
    upper = [word.upper() for word in words]
    if b"ANY" in upper:
        return rules.same_length(words, ours, theirs)
    if b"COUNT" in upper:  # of those at one distance any may be the last
        return rules.any_order(words, nameless(ours), nameless(theirs))
    return rules.any_order(words, ours, theirs)  # two at the same distance have no order either


RULES = {
    b"GEOSEARCH": found,
    b"GEORADIUS": found,
    b"GEORADIUS_RO": found,
    b"GEORADIUSBYMEMBER": found,
    b"GEORADIUSBYMEMBER_RO": found,
}
