"""Requests made from COMMAND DOCS: every command of a group with each of its options, options in any order and at
times twice, and then spoilt: a number at the edge of its range or none, nothing, bytes, a word too many, too few
or out of place, a key of another type. So two faults at once come too, which show what is looked at first."""

from . import geo, hashes, hyperloglogs, keys, sorted_sets, streams
from .arguments import NOT_NUMBERS, NUMBERS, ODD_TIMES, PATTERNS

GROUPS = {
    "string": "string",
    "key": "generic",
    "list": "list",
    "set": "set",
    "hash": "hash",
    "zset": "sorted-set",
    "stream": "stream",
    "bitmap": "bitmap",
    "hll": "hyperloglog",
    "geo": "geo",
}
# They wait, answer at random without a rule, reach out to another server, or are made of subcommands of their own.
LEFT_OUT = {b"wait", b"waitaof", b"migrate", b"pfdebug", b"pfselftest", b"flushall"}
LEFT_OUT |= {b"object|help", b"xgroup|help", b"xinfo|help"}  # in our own words
LEFT_OUT |= {b"blpop", b"brpop", b"blmove", b"blmpop", b"brpoplpush", b"bzpopmin", b"bzpopmax", b"bzmpop"}
LEXICAL = {b"zrangebylex", b"zrevrangebylex", b"zlexcount", b"zremrangebylex"}

EDGES = NUMBERS + NOT_NUMBERS + [
    b"+5", b"-00", b"00", b"0.0", b"5\n", b"\t5", b"5\x00", b"-", b"+", b".", b"1e", b"0x", b"0x7f", b"1_0",
    b"4294967295", b"4294967297", b"-2147483648", b"65535", b"65536", b"32767", b"32768", b"-32769", b"255", b"256",
    b"4611686018427387904", b"-4611686018427387904", b"9223372036854775800", b"-9223372036854775807",
    b"18446744073709551616", b"000000000000000000000000000000000001", b"-9223372036854775809", b"1" * 400,
]
FLOAT_EDGES = [
    b"1.7976931348623157e308", b"-1.7976931348623157e308", b"1.7976931348623159e308", b"2.2250738585072014e-308",
    b"4.9e-324", b"1e-400", b"1e400", b"-1e400", b"1e4931", b"1e4932", b"1e-4950", b"0x1p3", b"0x.8p1", b"0X1P-2",
    b"0x1p1023", b"0x1p1024", b"0x1p16384", b"inf", b"-inf", b"+inf", b"INF", b"Infinity", b"-iNfInItY", b"infinit",
    b"nan", b"-nan", b"NaN", b"nan(0x1)", b"-0", b"-0.0", b"+0", b"+5", b"+.5", b".5", b"5.", b".", b"e5", b"1e",
    b"1e+", b"1E5", b" 5", b"5 ", b"\t5", b"", b" ", b"1,5", b"0.1", b"0.30000000000000004", b"3.0000000000000004",
    b"123456789012345678", b"9007199254740993", b"9223372036854775807", b"9223372036854775808", b"1e15", b"1e16",
    b"1e17", b"1e21", b"1e22", b"123456.789e-3", b"0." + b"0" * 400 + b"1", b"1" + b"0" * 310, b"1\x00", b"1d", b"1f",
]
FORMATS = [b"u1", b"u8", b"i8", b"i5", b"i16", b"u32", b"i32", b"i63", b"i64", b"u63", b"u64", b"i65", b"u0", b"i0"]
TIME_NAMES = {b"seconds", b"milliseconds", b"unix-time-seconds", b"unix-time-milliseconds", b"ttl"}
CONFIG = {
    "hash": [(b"hash-max-listpack-entries", [b"0", b"1", b"4", b"128", b"512"]),
             (b"hash-max-listpack-value", [b"0", b"1", b"8", b"64", b"4294967296"])],
    "list": [(b"list-max-listpack-size", [b"-5", b"-3", b"-2", b"-1", b"0", b"1", b"2", b"5", b"128"])],
    "set": [(b"set-max-intset-entries", [b"0", b"1", b"3", b"8", b"512"])],
    "zset": [(b"zset-max-listpack-entries", [b"0", b"1", b"4", b"128"]),
             (b"zset-max-listpack-value", [b"0", b"1", b"8", b"64"])],
    "geo": [(b"zset-max-listpack-entries", [b"0", b"1", b"4", b"128"])],
    "stream": [(b"stream-node-max-entries", [b"0", b"1", b"2", b"100"]),
               # with 300 redis-server 7.0.15 corrupts its blocks, and ends
               (b"stream-node-max-bytes", [b"0", b"128", b"4096"])],
    "hll": [(b"hll-sparse-max-bytes", [b"0", b"1", b"40", b"3000", b"16000"])],
}


class Grammar:
    """The makers of one type's requests. A request is made as chunks of (word, kind); kinds: token, key, time,
    wait, sample, number, float, text."""

    def __init__(self, arguments, name, module):
        self.a = arguments
        self.name = name
        self.module_keys = module.KEYS or getattr(module, "PRIVATE", [])
        self.own = arguments.own(self.module_keys)
        self.command = b""
        self.clock = 1

    def rows(self, docs):
        """[(weight, maker)]: each command equally often."""
        group = GROUPS[self.name].encode()
        found = []
        for command, about in docs:
            about = as_dict(about)
            if about.get(b"group") != group or command in LEFT_OUT:
                continue
            found += self.row([command], about)
            for subcommand, inner in as_pairs(about.get(b"subcommands", [])):
                found += self.row(subcommand.split(b"|"), as_dict(inner))
        found += [(1, self.bulk)] * (self.name in BULK) + [(2, self.config)] * (self.name in CONFIG)
        return found

    def row(self, words, about):
        if b"|".join(words) in LEFT_OUT or b"subcommands" in about:
            return []
        arguments = [as_dict(argument) for argument in about.get(b"arguments", [])]
        return [(2, lambda: self.request(words, arguments))]

    # -- one request

    def request(self, words, arguments):
        a = self.a
        self.command = b"|".join(words)
        self.clock += 1
        chunks = [(argument, self.chunk(argument)) for argument in arguments]
        chunks = [(argument, chunk) for argument, chunk in chunks if chunk]
        fixed = [chunk for argument, chunk in chunks if not self.is_option(argument)]
        options = [chunk for argument, chunk in chunks if self.is_option(argument)]
        if options and a.chance(0.1):
            options.append(list(a.pick(options)))
        if a.chance(0.5):
            a.rng.shuffle(options)
            parts = [part for chunk in fixed + options for part in chunk]
        else:
            parts = [part for _, chunk in chunks for part in chunk]
        if a.chance(0.3):
            self.spoil(parts)
        made = [word for word, _ in parts]
        return self.safe(words + made)

    @staticmethod
    def is_option(argument):
        return b"optional" in argument.get(b"flags", ()) and starts_with_token(argument)

    def chunk(self, argument):
        a = self.a
        flags = argument.get(b"flags", ())
        if b"optional" in flags and not a.chance(0.45):
            return []
        parts = []
        times = a.rng.choice([1, 1, 2, 3]) if b"multiple" in flags else 1
        token = argument.get(b"token")
        for at in range(times):
            if token is not None and (at == 0 or b"multiple_token" in flags) and token != b"":
                parts.append((a.mixed_case(token), "token"))
            parts += self.one(argument)
        return parts

    def one(self, argument):
        a = self.a
        kind = argument[b"type"]
        inner = [as_dict(part) for part in argument.get(b"arguments", [])]
        if kind == b"pure-token":
            return []
        if kind == b"oneof":
            inner = [part for part in inner if part[b"name"] != b"auto_id"]  # of the clock
            return self.forced(a.pick(inner))
        if kind == b"block":
            return [word for part in inner for word in self.chunk(part)]
        return [self.word(argument[b"name"], kind, argument.get(b"token", b""))]

    def forced(self, argument):
        return self.chunk({**argument, b"flags": [f for f in argument.get(b"flags", ()) if f != b"optional"]})

    # -- one word

    def word(self, name, kind, token):
        a = self.a
        if kind == b"key":
            if self.command in LEXICAL:
                return a.pick(sorted_sets.LEXICAL_KEYS), "key"
            return (self.own() if self.name != "key" else a.key()), "key"
        if token == b"BLOCK":
            return b"1", "wait"
        if name in TIME_NAMES or (token in (b"IDLE", b"TIME") and self.name == "stream"):
            return self.time(name, token), "time"
        if name == b"min-idle-time":
            return a.pick([b"0", b"0", streams.HOURS_MS]), "time"
        if self.command in (b"hrandfield", b"srandmember", b"zrandmember") and name == b"count":
            return a.sample(), "sample"
        maker = getattr(self, "word_" + self.name, None)
        made = maker(name, kind) if maker else None
        if made is not None:
            return made, "text"
        return self.plain(name, kind)

    def plain(self, name, kind):
        a = self.a
        if name == b"numkeys":
            return b"\x00numkeys", "number"
        if name == b"cursor":
            return a.cursor(), "number"
        if name in (b"db", b"destination-db"):
            return a.database(), "number"
        if kind == b"pattern":
            return a.pick(PATTERNS), "text"
        if kind == b"integer":
            return (a.small(-3, 7) if a.chance(0.9) else a.pick(EDGES)), "number"
        if kind == b"double":
            return (a.float() if a.chance(0.6) else a.pick(FLOAT_EDGES)), "float"
        if name in (b"value", b"element") and self.name in ("string", "bitmap"):
            return a.value(), "text"
        return (a.value() if name == b"value" else a.element()), "text"

    def time(self, name, token):
        a = self.a
        if token == b"IDLE":
            return a.pick([b"0", b"7200000"]) if self.command != b"xclaim" else b"7200000"
        if token == b"TIME":
            return b"1000"
        makers = {b"seconds": a.seconds, b"milliseconds": a.milliseconds, b"unix-time-seconds": a.unix_seconds,
                  b"unix-time-milliseconds": a.unix_milliseconds}
        if self.command == b"restore":
            return a.pick([b"0", a.milliseconds()]) if name == b"ttl" else b"5"
        return makers[name]()

    def word_hash(self, name, _):
        return self.a.pick(hashes.FIELDS) if name == b"field" and self.a.chance(0.8) else None

    def word_string(self, name, _):
        if name == b"offset":
            return self.a.pick([b"0", b"1", b"5", b"44", b"1048575", b"1048576", b"4294967295", *EDGES])
        return None

    def word_bitmap(self, name, _):
        a = self.a
        if name == b"operation":
            return a.word(b"AND", b"OR", b"XOR", b"NOT", b"foo")
        if name == b"encoding":
            return a.mixed_case(a.pick(FORMATS))
        if name == b"offset":
            near = b"%d" % a.rng.randint(0, 130)
            odd = [b"8388607", b"8388608", b"#131071", b"#131072", b"#4294967295", b"#9223372036854775807", b"#-1"]
            return a.pick([near, near, near, near, b"#" + near, a.pick(odd + EDGES)])
        if name in (b"bit", b"value"):
            return a.pick([b"0", b"1", b"0", b"1", a.pick(EDGES)]) if self.command != b"bitfield" else a.pick(EDGES)
        return None

    def word_geo(self, name, _):
        a = self.a
        if name in (b"member", b"member1", b"member2"):
            return a.pick(geo.PLACES)
        if name in (b"longitude", b"latitude"):
            near = b"%.*f" % (a.rng.randint(0, 8), a.rng.uniform(-2, 2))
            return near if a.chance(0.85) else a.pick(geo.ODD + FLOAT_EDGES)
        if name in (b"radius", b"width", b"height"):
            return a.pick([b"0", b"1", b"50", b"100.5", b"300", b"20000", b"1e7", a.pick(FLOAT_EDGES)])
        return None

    def word_zset(self, name, kind):
        a = self.a
        if name in (b"min", b"max", b"start", b"stop") and kind != b"integer":
            if self.command in LEXICAL:
                return self.lexical_bound()
            if self.command in (b"zrange", b"zrangestore"):
                return a.small(-9, 9)  # see safe()
            return self.bound()
        return a.pick(sorted_sets.SCORES) if name == b"score" and a.chance(0.7) else None

    def bound(self):
        a = self.a
        return a.pick([b"", b"", b"("]) + a.pick(sorted_sets.SCORES + [a.pick(FLOAT_EDGES), a.float()])

    def lexical_bound(self):
        a = self.a
        bounds = [b"[" + a.element(), b"(" + a.element(), b"[" + a.element(), b"(" + a.element()]
        return a.pick(bounds + [b"-", b"+", b"-", b"+", b"[", b"(", b"", b"x", b"-a", b"+a", b"[\x00", b"--"])

    def word_stream(self, name, _):
        a = self.a
        if name in (b"group", b"groupname"):
            return a.pick(streams.GROUPS)
        if name in (b"consumer", b"consumername"):
            return a.pick(streams.CONSUMERS)
        if name == b"threshold":
            return a.small(0, 30) if a.chance(0.6) else self.stream_id()
        if name in (b"id", b"start", b"end", b"last-id", b"max_deleted_entry_id"):
            return self.stream_id()
        return None

    def stream_id(self):
        a = self.a
        if self.command == b"xadd" and a.chance(0.8):
            return b"%d-%d" % (self.clock // 9 + 1, self.clock)
        if a.chance(0.7):
            near = max(1, self.clock - a.rng.randint(0, 100))
            return b"%d-%d" % (near // 9 + 1, near)
        odd = [b"18446744073709551615-18446744073709551615", b"0-18446744073709551615", b"-1-1", b"1--1", b"1-+1",
               b"00-01", b"1-1-1", b"", b"-", b"1-", b" 1-1", b"1 -1", b"18446744073709551615", b"(-", b"(+", b"(",
               b"(18446744073709551615-18446744073709551615", b"(0-0", b"5-*", b"*-1", b"-*", b"1-\x00"]
        return a.pick(streams.IDS + odd)

    def word_key(self, name, _):
        a = self.a
        if name == b"serialized-value":
            return a.pick(keys.PAYLOADS)
        if name == b"pattern" and self.command.startswith(b"sort"):
            return a.pick([b"w_*", b"nosort", b"w_*->f", b"*->a", b"x*y", b"*", b"#", b"w_*->", b"->*", b"h*->n"])
        return a.pick(keys.TYPE_NAMES) if name == b"type" else None

    # -- faults

    def spoil(self, parts):
        """In place; never puts a short time, or a large count of random elements, where it would be taken."""
        a = self.a
        timed = any(kind in ("time", "wait", "sample") for _, kind in parts)
        for _ in range(a.pick([1, 1, 2, 2, 3])):
            if not parts:
                return
            at = a.rng.randrange(len(parts))
            word, kind = parts[at]
            style = a.rng.randrange(8)
            if style == 0 and (not timed or at == len(parts) - 1):
                del parts[at]
            elif style == 1 and not timed:
                parts.insert(at, (a.pick([word, a.value(), a.pick(EDGES)]), kind))
            elif style == 2 and not timed and at:
                parts[at - 1], parts[at] = parts[at], parts[at - 1]
            elif kind == "key":
                parts[at] = (a.pick([a.key(), a.key(), b"nosuchkey", b""]), kind)
            elif kind == "time":
                parts[at] = (a.pick(ODD_TIMES + [b"-9223372036854775807", b"", b"+1x", b"nan"]), kind)
            elif kind == "wait":
                parts[at] = (a.pick([b"-1", b"x", b"", b"1.5", b"9223372036854775808"]), kind)
            elif kind == "sample":
                parts[at] = (a.sample(), kind)
            elif kind == "float":
                parts[at] = (a.pick(FLOAT_EDGES), kind)
            elif not timed or kind == "token":
                choices = EDGES if kind == "number" else [a.pick(EDGES), a.pick(FLOAT_EDGES), a.value(), b"", b"\x00"]
                parts[at] = (a.pick(choices), kind)

    def safe(self, words):
        """What would have no defined answer is taken out, and counts of keys are filled in."""
        a = self.a
        upper = [word.upper() for word in words]
        for at, word in enumerate(words):
            if word == b"\x00numkeys":
                many = 0
                for other in words[at + 1 :]:
                    if other not in a.all_keys:
                        break
                    many += 1
                words[at] = b"%d" % many if a.chance(0.92) else a.pick([*EDGES, b"1", b"2"])
        name = upper[0]
        if name.lower() in LEXICAL and len(words) > 1 and words[1] in sorted_sets.KEYS:
            words[1] = a.pick(sorted_sets.LEXICAL_KEYS)
        if name == b"XREAD" or name == b"XREADGROUP":
            self.even_streams(words, upper)
        if name in (b"SORT", b"SORT_RO"):
            return self.safe_sort(words, upper)
        if name in (b"ZRANGE", b"ZRANGESTORE") and len(words) > 4:
            first = 2 if name == b"ZRANGE" else 3
            if b"BYLEX" in upper:
                words[first - 1] = a.pick(sorted_sets.LEXICAL_KEYS)
                words[first : first + 2] = [self.lexical_bound(), self.lexical_bound()]
            elif b"BYSCORE" in upper and a.chance(0.9):
                words[first : first + 2] = [self.bound(), self.bound()]
        return words

    def even_streams(self, words, upper):
        """Mostly as many ids as keys."""
        if b"STREAMS" in upper and self.a.chance(0.9):
            rest = words[upper.index(b"STREAMS") + 1 :]
            many = max(1, sum(word in self.module_keys for word in rest))
            del words[upper.index(b"STREAMS") + 1 :]
            words += [self.own() for _ in range(many)]
            words += [self.a.pick([b">", b">", b"0", self.stream_id()]) for _ in range(many)]

    @staticmethod
    def safe_sort(words, upper):
        """A list that is stored must have an order."""
        if b"STORE" in upper and (b"BY" in upper or b"ALPHA" in upper):
            at = upper.index(b"BY") if b"BY" in upper else len(upper)
            constant = b"*" not in b"".join(words[at + 1 : at + 2])
            if (b"BY" in upper and constant) or (b"ALPHA" in upper and b"BY" in upper):
                return [word for word in words if word.upper() not in (b"BY", b"ALPHA")]
        return words

    # -- sizes about the limits of the packed encodings

    def bulk(self):
        a = self.a
        many = a.pick([100, 127, 128, 129, 511, 512, 513])
        width = a.pick([1, 3, 8, 9, 63, 64, 65])
        words = [BULK[self.name], self.own()]
        for at in range(many):
            member = (b"%d" % (at * 7)).rjust(width, b"0" if a.chance(0.1) else b"m") if a.chance(0.8) else b"%d" % at
            if self.name == "zset":
                words += [b"%d" % (at % 17), member]
            else:
                words += [member, a.pick([b"v", b"1", b"w" * width])] if self.name == "hash" else [member]
        return words

    def config(self):
        name, values = self.a.pick(CONFIG[self.name])
        return [b"config", b"set", name, self.a.pick(values)]


BULK = {"hash": b"hset", "set": b"sadd", "zset": b"zadd", "list": b"rpush"}


def starts_with_token(argument):
    """Whether it can be told from others by its first word, and so stand anywhere among the options."""
    if b"token" in argument or argument[b"type"] == b"pure-token":
        return True
    inner = [as_dict(part) for part in argument.get(b"arguments", [])]
    if argument[b"type"] == b"oneof":
        return all(map(starts_with_token, inner))
    return argument[b"type"] == b"block" and bool(inner) and starts_with_token(inner[0])


def as_pairs(reply):
    """A map of RESP2 or of RESP3."""
    reply = list(reply)
    if reply and isinstance(reply[0], tuple):
        return reply
    return list(zip(reply[::2], reply[1::2]))


def as_dict(reply):
    return reply if isinstance(reply, dict) else dict(as_pairs(reply))


def documents(client):
    """[(name, description)] of COMMAND DOCS, by name."""
    return sorted(as_pairs(client.call("COMMAND", "DOCS")), key=lambda pair: pair[0])
