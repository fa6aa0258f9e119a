"""What the differential tester sends: one file for each type, a row for each form of a command.

A file has
    KEYS      the keys that it uses most; other types take them too, for the WRONGTYPE errors
    rows(a)   [(weight, maker)], each maker returning the words of one request; `a` are Arguments
    RULES     {b"COMMAND": rule} for replies that may differ, see rules.py
To add a type, write its file and name it in TYPES, and its group of COMMAND DOCS in grammar.py, whose requests are as
many as those of the rows. Between them come looks at what the last one has made of its key.
"""

from . import (
    bitmaps,
    geo,
    grammar,
    hashes,
    hyperloglogs,
    keys,
    lists,
    server,
    sets,
    sorted_sets,
    streams,
    strings,
)
from .arguments import Arguments

TYPES = {
    "string": strings,
    "key": keys,
    "list": lists,
    "set": sets,
    "hash": hashes,
    "zset": sorted_sets,
    "stream": streams,
    "bitmap": bitmaps,
    "hll": hyperloglogs,
    "geo": geo,
    "server": server,
}
# No nonsense in these: a time-out of 0 waits for ever, a count or an offset of two thousand million fills memory, and
# so on. (Their wrong numbers of arguments are in sweeps.py.)
DANGEROUS = [b"BLPOP", b"BRPOP", b"BLMOVE", b"BLMPOP", b"BRPOPLPUSH", b"BZPOPMIN", b"BZPOPMAX", b"BZMPOP"]
DANGEROUS += [b"HRANDFIELD", b"SRANDMEMBER", b"ZRANDMEMBER", b"SETBIT", b"BITFIELD", b"WAIT"]
DANGEROUS += [b"DEBUG", b"CLIENT", b"CONFIG"]
DANGEROUS += [b"PEXPIRE", b"PSETEX"]  # a few milliseconds run out on one server before the other
RULES = {name: rule for module in TYPES.values() for name, rule in module.RULES.items()}


DIGESTED = [b"DEBUG", b"DIGEST-VALUE"]


class Generator:
    """Requests over the types of those names; the same for the same random numbers. `docs`: of grammar.documents."""

    def __init__(self, rng, types, docs=()):
        # Keys are always there: times to live, copies and deletions concern every type.
        modules = [TYPES[name] for name in types] + ([] if "key" in types else [keys])
        self.arguments = Arguments(rng, sorted({key for module in modules for key in module.KEYS}))
        self.makers = []
        self.last_key = b""
        for module in modules:
            share = 1000 if module is not keys or "key" in types else 250
            self.add(module.rows(self.arguments), share)
        for name in types:
            if docs and name in grammar.GROUPS:
                self.add(grammar.Grammar(self.arguments, name, TYPES[name]).rows(docs), 1000)

    def add(self, rows, share):
        total = sum(weight for weight, _ in rows)
        for weight, maker in rows:
            self.makers += [maker] * max(1, weight * share // total)

    def next(self):
        a = self.arguments
        if self.last_key in a.all_keys and a.chance(0.12):
            return self.look()
        words = self.made()
        self.last_key = words[1] if len(words) > 1 else b""
        return words

    def look(self):
        """What the last request has made of its key."""
        name = self.arguments.pick([[b"OBJECT", b"ENCODING"], [b"OBJECT", b"ENCODING"], DIGESTED, DIGESTED, [b"DUMP"]])
        return name + [self.last_key]

    def made(self):
        a = self.arguments
        words = a.rng.choice(self.makers)()
        if isinstance(words, list) and type(words) is not list:
            return words  # an inline request
        dangerous = words[0].upper() in DANGEROUS or any(word.upper() == b"BLOCK" for word in words)
        words = [a.mixed_case(words[0])] + words[1:]
        words = words if dangerous else a.nonsense(words)
        words = bitmaps.without_overflow(words) if words[0].upper() == b"BITFIELD" else words
        return sorted_sets.equal_scores(words)
