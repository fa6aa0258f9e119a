"""Commands over keys of any type: names, times to live, databases, SCAN, SORT, OBJECT, RESTORE."""

import time

import resp
import rules

from .arguments import PATTERNS

KEYS = [b"k1", b"k2", b"w_1", b"w_2", b"w_a"]
OBJECT_WORDS = [b"ENCODING", b"REFCOUNT", b"FREQ", b"IDLETIME", b"HELP", b"nosuch"]
FLUSH_WORDS = [[], [b"SYNC"], [b"async"], [b"x"]]
TYPE_NAMES = [b"string", b"list", b"set", b"zset", b"hash", b"stream", b"foo"]
PAYLOADS = [
    b"", b"\x00", b"\x00\x01a\x0a\x00" + b"\0" * 8, b"\x00\xc0\x01\x09\x00" + b"\1" * 8,
    # a good one: the string "v"
    b"\x00\x01v\x0a\x00\x91\x08\xce\xb2\x198\x8a\xce",
]


SOON = b"1"  # milliseconds; the next command then meets a key that is due and may still be there


def rows(a):
    key = a.key

    def expire():
        makers = [(b"expire", a.seconds), (b"pexpire", a.milliseconds)]
        makers += [(b"expireat", a.unix_seconds), (b"pexpireat", a.unix_milliseconds)]
        name, maker = a.pick(makers)
        words = [name, key(), maker()]
        if a.chance(0.05):
            return [b"pexpire", key(), SOON]
        for _ in range(a.pick([0, 0, 1, 1, 2])):
            words.append(a.word(b"NX", b"XX", b"GT", b"LT", b"NX", b"LT", b"foo", b""))
        return words

    def copy():
        words = [b"copy", key(), key()]
        if a.chance(0.4):
            words += [a.word(b"DB"), a.database()]
        return words + ([a.word(b"REPLACE")] if a.chance(0.4) else [])

    def object_():
        name = a.word(b"ENCODING", b"ENCODING", *OBJECT_WORDS)
        return [b"object", name] + ([] if name.upper() == b"HELP" else [key()])

    def scan():
        words = [b"scan", a.cursor()] + a.scan_options()
        return words + ([a.word(b"TYPE"), a.word(*TYPE_NAMES)] if a.chance(0.3) else [])

    def sort():
        words = [a.pick([b"sort", b"sort", b"sort_ro"]), key()]
        # Elements without a weight have no order among each other by ALPHA: nothing to store then.
        by_or_store = [b"BY", a.pick([b"w_*", b"nosort", b"w_*->f", b"x*y"])]
        by_or_store = by_or_store if a.chance(0.5) else [b"STORE", key()]
        return words + a.options(
            [b"ALPHA"], [b"ALPHA"], [b"ASC"], [b"DESC"], by_or_store,
            [b"GET", a.pick([b"#", b"w_*", b"w_*->f", b"a"])],
            [b"LIMIT", a.small(-1), a.small(-1)],
            most=4,
        )

    def restore():
        words = [b"restore", key(), a.pick([b"0", b"0", a.milliseconds()]), a.pick(PAYLOADS)]
        return words + a.options(
            [b"REPLACE"], [b"REPLACE"], [b"ABSTTL"], [b"IDLETIME", b"5"], [b"IDLETIME", b"-1"],
            [b"FREQ", b"300"], [b"foo"], most=2,
        )

    times = [b"ttl", b"pttl", b"expiretime", b"pexpiretime", b"persist", b"persist"]
    return [
        (12, expire),
        (6, copy),
        (8, object_),
        (4, scan),
        (3, sort),
        (2, restore),
        (6, lambda: [a.pick(times), key()]),
        (4, lambda: [b"type", key()]),
        (6, lambda: [a.pick([b"del", b"unlink", b"exists", b"touch"])] + a.some(key)),
        (5, lambda: [a.pick([b"rename", b"renamenx"]), key(), key()]),
        (4, lambda: [b"move", key(), a.database()]),
        (3, lambda: [b"keys", a.pick(PATTERNS)]),
        (2, lambda: [b"dbsize"]),
        (2, lambda: [b"randomkey"]),
        (2, lambda: [b"select", a.database()]),
        (1, lambda: [b"swapdb", a.database(), a.database()]),
        (1, lambda: [b"flushdb"] + a.pick(FLUSH_WORDS)),
        (1, lambda: [b"flushall"] + a.pick(FLUSH_WORDS)),
        (1, lambda: [b"wait", a.pick([b"0", b"-1", b"x"]), a.pick([b"1", b"-1", b"x"])]),
    ]


def sort_rule(words, ours, theirs):
    """A pattern without a star means `do not sort`, and then a set has no order; nor have elements without a weight
    by ALPHA, which moreover takes strings for C strings."""
    upper = [word.upper() for word in words]
    if b"ALPHA" in upper and isinstance(ours, list) and isinstance(theirs, list):
        ours, theirs = ([part and part.split(b"\0")[0] for part in reply] for reply in (ours, theirs))
    constant = any(word == b"BY" and b"*" not in words[at + 1] for at, word in enumerate(upper[:-1]))
    unsorted = constant or (b"ALPHA" in upper and b"BY" in upper)
    if not unsorted or not isinstance(ours, list) or not isinstance(theirs, list):
        return rules.same(words, ours, theirs)
    return len(ours) == len(theirs) if b"LIMIT" in upper else rules.any_order(words, ours, theirs)


def object_rule(words, ours, theirs):
    name = words[1].upper() if len(words) > 1 else b""
    if name == b"IDLETIME" and isinstance(ours, int) and isinstance(theirs, int):
        return ours <= theirs + 2  # on Redis all keys with a shared integer have one idle time
    if name == b"REFCOUNT" and theirs == 1:
        return ours in (1, 2147483647)  # COPY of a shared integer makes an object of its own there
    return name == b"HELP" or rules.same(words, ours, theirs)  # HELP is in our own words


def time_rule(words, ours, theirs):
    if isinstance(ours, int) and isinstance(theirs, int) and ours > 0 and theirs > 0:
        return abs(ours - theirs) <= (5000 if words[0][:1] in b"pP" else 5)
    return rules.same(words, ours, theirs)


def sorted_rule(words, ours, theirs):
    """SORT turns a small sorted set into a skiplist there: it gets a copy, so that encodings stay comparable. And it
    takes an errno that another command has left behind for its own: a score is read first, which clears it."""
    theirs.client.call(b"ZADD", COPIED, b"XX", b"1", b"a")
    theirs_words = words
    if len(words) > 1 and theirs.client.call(b"TYPE", words[1]) == b"zset":
        if theirs.client.call(b"COPY", words[1], COPIED, b"REPLACE") == 1:
            theirs_words = [words[0], COPIED] + words[2:]
    mine, real = ours.client.call(*words), theirs.client.call(*theirs_words)
    theirs.client.call(b"DEL", COPIED)
    return sort_rule(words, mine, real), mine, real


def expire_rule(words, ours, theirs):
    mine, real = (side.client.call(*words) for side in (ours, theirs))
    if words[2:3] == [SOON] and real == 1:
        time.sleep(0.003)
    return rules.same(words, mine, real), mine, real


def dump_rule(words, ours, theirs):
    """Payloads differ in form; each is restored on both sides, and must be the same value."""
    payloads = [side.client.call(*words) for side in (ours, theirs)]
    if not all(isinstance(payload, bytes) for payload in payloads):
        return rules.same(words, *payloads), *payloads
    digests = []
    for payload in payloads:
        for side in (ours, theirs):
            restored = side.client.call(b"RESTORE", COPIED, 0, payload)
            digests.append(restored if isinstance(restored, resp.Error) else digest(side, COPIED))
            side.client.call(b"DEL", COPIED)
    return len(set(map(repr, digests))) == 1, payloads[0], [payloads[1], digests]


def digest(side, key):
    return side.client.call(b"DEBUG", b"DIGEST-VALUE", key)


COPIED = b"differ:copied"
RULES = {
    b"KEYS": rules.any_order,
    b"SCAN": rules.walk,
    b"SORT": rules.Interactive(sorted_rule),
    b"SORT_RO": rules.Interactive(sorted_rule),
    b"PEXPIRE": rules.Interactive(expire_rule),
    b"DUMP": rules.Interactive(dump_rule),
    b"OBJECT": object_rule,
    b"RANDOMKEY": rules.nil_or_not_after_looking,
    b"DBSIZE": rules.counted,
    b"TTL": time_rule,
    b"PTTL": time_rule,
    b"EXPIRETIME": time_rule,
    b"PEXPIRETIME": time_rule,
}
