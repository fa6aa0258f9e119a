"""The server's and the connection's own commands: CONFIG, CLIENT, COMMAND, HELLO, DEBUG, inline requests."""

import resp
import rules

from .arguments import PATTERNS

KEYS = []
# Options of both servers, values that are taken and values that are refused.
NUMBERS = [b"0", b"1", b"7", b"512", b"-1", b"x", b"", b"1.5", b"1kb", b"1mb", b"2g", b"99999999999999999999"]
YES_NO = [b"yes", b"no", b"YES", b"maybe", b"1", b""]
OPTIONS = {
    b"hash-max-listpack-entries": NUMBERS,
    b"hash-max-ziplist-value": NUMBERS,
    b"list-max-listpack-size": NUMBERS,
    b"list-compress-depth": NUMBERS,
    b"set-max-intset-entries": NUMBERS,
    b"zset-max-listpack-entries": NUMBERS,
    b"zset-max-ziplist-value": NUMBERS,
    b"stream-node-max-bytes": NUMBERS,
    b"stream-node-max-entries": NUMBERS,
    b"hll-sparse-max-bytes": NUMBERS,
    b"slowlog-log-slower-than": NUMBERS,
    b"slowlog-max-len": NUMBERS,
    b"latency-monitor-threshold": NUMBERS,
    b"timeout": [b"0", b"1000", b"-1", b"x", b"2147483648"],
    b"tcp-keepalive": [b"0", b"300", b"-1", b"x"],
    b"maxmemory": [b"0", b"100gb", b"200000mb", b"-1", b"x", b"1.5gb", b"99999999999b"],
    b"maxmemory-policy": [b"noeviction", b"NOeviction", b"x", b""],  # others are refused: there is no eviction yet
    b"maxmemory-samples": [b"5", b"10", b"0", b"-1", b"x"],
    b"maxclients": [b"10000", b"x", b"0", b"-1"],
    b"notify-keyspace-events": [b"", b"KEA", b"Kg$lshzxetd", b"KEn", b"AKE", b"m", b"?", b"Q"],
    b"proto-max-bulk-len": [b"512mb", b"1mb", b"1", b"-1", b"x"],  # above 512 MiB SETRANGE makes such strings
    b"client-query-buffer-limit": [b"1gb", b"1mb", b"1", b"x"],
    b"lazyfree-lazy-user-del": YES_NO,
    b"lazyfree-lazy-expire": YES_NO,
    b"active-expire-effort": [b"1", b"10", b"11", b"0", b"x"],
    b"hz": [b"10", b"500", b"x"],
    b"lfu-decay-time": [b"1", b"0", b"-1", b"x"],
    b"lfu-log-factor": [b"10", b"0", b"-1", b"x"],
    b"busy-reply-threshold": [b"5000", b"-1", b"x"],
    b"port": [b"x", b"-1", b"70000"],
    b"databases": [b"16", b"x"],
    b"nosuch-option": [b"1"],
}
CONFIG_PATTERNS = PATTERNS + [
    b"*max*", b"hash-*", b"m?xclients", b"*-lazy-*", b"slowlog*", b"TIMEOUT", b"lazyfree-[lx]*",
]
LINES = [
    b"PING", b"ping hello", b"  PING   'a b' ", b'ECHO "\\x41\\n\\"q"', b"ECHO 'it\\'s'", b"echo \"\"", b"GET",
    b"nosuch a b", b"ECHO \"un", b"ECHO 'un", b'ECHO "a"b', b"SET inline 1", b"GET inline", b"DEL inline",
    b"ECHO a\tb", b"ECHO \\x41", b"EXISTS a b c", b"SELECT 0",
]
DEBUG_TYPES = [b"string", b"integer", b"double", b"null", b"array", b"set", b"map", b"attrib", b"verbatim", b"true",
               b"false", b"bignum", b"nosuch", b""]


def rows(a):
    key = a.key

    def config_set():
        words = [b"config", b"set"]
        for _ in range(a.pick([1, 1, 1, 2, 3])):
            name = a.pick(sorted(OPTIONS))
            words += [a.mixed_case(name), a.pick(OPTIONS[name])]
        return words

    def config_get():
        return [b"config", b"get"] + a.some(lambda: a.pick(CONFIG_PATTERNS + sorted(OPTIONS)), 3)

    def hello():
        words = [b"hello"] + a.pick([[], [b"2"], [b"3"], [b"3"], [b"4"], [b"x"], [b"1"], [b""]])
        return words + a.options([b"SETNAME", a.pick([b"n", b"a b", b""])], [b"AUTH", b"default", b"x"],
                                 [b"AUTH", b"nosuch", b"x"], [b"foo"], most=2)

    def client():
        kill = [
            [b"1.2.3.4:5"], [b"x"], [b"ID", b"99999999"], [b"ID", b"0"], [b"ID", b"x"], [b"ADDR", b"1.2.3.4:5"],
            [b"LADDR", b"x"], [b"TYPE", b"pubsub"], [b"TYPE", b"x"], [b"USER", b"nosuch"], [b"SKIPME", b"x"],
            [b"ID"], [b"ID", b"99999999", b"x"], [b"foo", b"bar"], [b"TYPE", b"replica", b"SKIPME", b"yes"],
        ]
        return [b"client"] + a.pick([
            [b"id"], [b"getname"], [b"setname", a.pick([b"n", b"", b"a b", b"\n", b"x!"])], [b"info"],
            [b"list"], [b"list", b"TYPE", a.pick([b"normal", b"pubsub", b"x"])], [b"list", b"ID", b"99999999"],
            [b"list", b"ID", b"x"], [b"list", b"foo"], [b"kill"] + a.pick(kill),
            [b"no-evict", a.pick([b"on", b"off", b"x"])], [b"pause", a.pick([b"0", b"-1", b"x", b"1.5"])],
            [b"pause", b"0", a.pick([b"write", b"all", b"x"])], [b"unpause"], [b"reply", a.pick([b"on", b"x"])],
            [b"caching", a.pick([b"yes", b"no", b"x"])], [b"getredir"], [b"trackinginfo"],
            [b"tracking", a.pick([b"off", b"x"])], [b"tracking", b"off", b"BCAST"],
            [b"tracking", b"on", a.pick([b"OPTIN", b"PREFIX"]), a.pick([b"OPTOUT", b"x"])],
            [b"tracking", b"on", b"REDIRECT", a.pick([b"99999999", b"x"])],
            [b"unblock", a.pick([b"99999999", b"x"])], [b"unblock", b"99999999", a.pick([b"ERROR", b"TIMEOUT", b"x"])],
            [b"nosuch"], [b"help"],
        ])

    def getkeys():
        inner = a.pick([
            [b"get", key()], [b"mset", key(), b"v", key(), b"w"], [b"set", key()], [b"nosuch", key()], [b"ping"],
            [b"lcs", key(), key(), b"LEN"], [b"copy", key(), key()], [b"object", b"encoding", key()],
            [b"zunionstore", key(), b"2", key(), key()], [b"zunionstore", key(), b"5", key()],
            [b"sort", key(), b"BY", b"x*", b"STORE", key()], [b"xread", b"COUNT", b"1", b"STREAMS", key(), b"0"],
            [b"xreadgroup", b"GROUP", b"g", b"c", b"STREAMS", key(), key(), b"0", b"0"], [b"eval", b"", b"1", key()],
            [b"bitop", b"and", key(), key()], [b"georadius", key(), b"0", b"0", b"1", b"m", b"STORE", key()],
            [b"migrate", b"h", b"1", b"", b"0", b"1", b"KEYS", key(), key()], [b"lmpop", b"1", key(), b"LEFT"],
            [b"config", b"get", b"x"], [b"memory", b"usage", key()], [b"blpop", key(), key(), b"0"],
        ])
        return [b"command", b"getkeys"] + inner

    def command():
        return [b"command"] + a.pick([
            [b"count"], [b"info", a.pick([b"nosuch", b"", b"get|x"])], [b"getkeys"], [b"nosuch"], [b"help"],
            [b"list", b"FILTERBY", b"PATTERN", a.pick([b"get*", b"x*", b"client|*"])],
            [b"list", b"FILTERBY", b"ACLCAT", a.pick([b"string", b"nosuch"])],
            [b"list", b"FILTERBY", a.pick([b"MODULE", b"x"]), b"nosuch"], [b"list", b"x"], [b"list", b"FILTERBY", b"x"],
        ])

    def debug():
        return [b"debug"] + a.pick([
            [b"sleep", b"0"], [b"set-active-expire", b"1"], [b"stringmatch-len", b"100", b"a*b"], [b"digest"],
            [b"digest-value"] + a.some(key), [b"protocol", a.pick(DEBUG_TYPES)], [b"nosuch"], [b"jmap"], [b"sleep"],
            [b"listpack", key()], [b"log", b"differ"], [b"error", b"a text"], [b"change-repl-id", b"x", b"y"],
        ])

    return [
        (5, lambda: [b"ping"] + ([a.value()] if a.chance(0.4) else [])),
        (3, lambda: [b"echo", a.value()]),
        (2, lambda: [b"select", a.database()]),
        (6, hello),
        (2, lambda: [b"reset"]),
        (1, lambda: [b"quit"]),
        (2, lambda: [b"auth"] + a.some(lambda: a.pick([b"default", b"x", b""]), 3)),
        (12, config_set),
        (10, config_get),
        (2, lambda: [b"config", a.pick([b"resetstat", b"nosuch", b"help", b"get", b"set"])]),
        (12, client),
        (6, getkeys),
        (5, command),
        (5, debug),
        (2, lambda: [b"slowlog", a.pick([b"len", b"reset", b"nosuch", b"help"])]),
        (1, lambda: [b"slowlog", b"get", a.pick([b"-2", b"x", b"0"])]),
        (2, lambda: [b"latency", a.pick([b"latest", b"reset", b"nosuch", b"help"])]),
        (1, lambda: [b"latency", b"history", b"nosuch"]),
        (2, lambda: [b"memory", b"usage", b"nosuch"] + a.pick([[], [b"SAMPLES", b"x"], [b"SAMPLES", b"-1"]])),
        (2, lambda: [b"acl", a.pick([b"whoami", b"nosuch", b"users", b"cat"])] + a.pick([[], [], [b"nosuch"]])),
        (6, lambda: resp.Inline([a.pick(LINES)])),
    ]


# -- what may differ


def option_values(reply):
    pairs = reply if isinstance(reply, resp.Pairs) else rules.pairs(reply)
    return {name: value for name, value in pairs}


def config_rule(words, ours, theirs):
    replies = [side.client.call(*words) for side in (ours, theirs)]
    if len(words) > 1 and words[1].upper() == b"HELP":
        return True, *replies
    if all(isinstance(reply, resp.Error) and "must be between" in reply for reply in replies):
        return True, *replies  # the limit of proto-max-bulk-len: see DEVIATIONS.md
    if not all(isinstance(reply, list) for reply in replies):
        return rules.same(words, *replies), *replies
    shared = ours.options.keys() & theirs.options.keys()
    comparable = [{name: value for name, value in option_values(reply).items() if name in shared} for reply in replies]
    # Values of options that nobody has changed may differ from the start: ports, folders, buffer limits.
    equal = comparable[0].keys() == comparable[1].keys() and type(replies[0]) is type(replies[1])
    for name in OPTIONS.keys() & comparable[0].keys() if equal else ():
        if ours.options[name] == theirs.options[name]:
            equal = equal and comparable[0][name] == comparable[1][name]
    return equal, *replies


def command_rule(words, ours, theirs):
    replies = [side.client.call(*words) for side in (ours, theirs)]
    name = words[1].upper() if len(words) > 1 else b""
    if name in (b"COUNT", b"HELP", b"") or (name == b"INFO" and len(words) == 2):
        return type(replies[0]) is type(replies[1]), *replies
    if name == b"LIST" and all(isinstance(reply, list) for reply in replies):
        shared = ours.commands & theirs.commands
        sets = [set(reply) & shared for reply in replies]
        return sets[0] == sets[1] and type(replies[0]) is type(replies[1]), *replies
    if name == b"GETKEYS" and len(words) > 2 and words[2].upper() in (b"XREAD", b"XREADGROUP"):
        if isinstance(replies[0], resp.Error):  # of words that are no options: see DEVIATIONS.md
            return True, *replies
    return rules.same(words, *replies), *replies


def client_rule(words, ours, theirs):
    """CLIENT ID and the fields of LIST depend on the connection: only their names are compared."""
    name = words[1].upper() if len(words) > 1 else b""
    if name == b"ID" and isinstance(ours, int):
        return isinstance(theirs, int)
    if name in (b"LIST", b"INFO") and isinstance(ours, bytes) and isinstance(theirs, bytes):
        names = [{word.split(b"=")[0] for word in reply.split()} for reply in (ours, theirs)]
        return type(ours) is type(theirs) and names[0] >= names[1] - {b"multi-mem"}
    return name == b"HELP" or rules.same(words, ours, theirs)


def hello_rule(words, ours, theirs):
    if not isinstance(ours, list) or not isinstance(theirs, list):
        return rules.same(words, ours, theirs)
    known = [option_values(reply) for reply in (ours, theirs)]
    names = [list(one) for one in known]
    return type(ours) is type(theirs) and names[0] == names[1] and all(
        rules.identical(known[0][name], known[1][name]) for name in names[0] if name not in (b"version", b"id"))


def debug_rule(words, ours, theirs):
    """A key that is due has a digest there until somebody asks for it: see DEVIATIONS.md. That digests are equal
    is tested with values that do not expire."""
    name = words[1].upper() if len(words) > 1 else b""
    if name in (b"DIGEST", b"DIGEST-VALUE") and not isinstance(theirs, resp.Error):
        return type(ours) is type(theirs) and len(ours) == len(theirs)
    if name == b"LISTPACK":  # a subcommand that we do not have
        return isinstance(ours, resp.Error)
    return rules.same(words, ours, theirs)


def latency_rule(words, ours, theirs):
    if len(words) > 1 and words[1].upper() in (b"HELP", b"LATEST", b"GET"):
        return type(ours) is type(theirs)
    if isinstance(ours, int) and isinstance(theirs, int):
        return True  # how many were slow
    return rules.same(words, ours, theirs)


RULES = {
    b"CONFIG": rules.Interactive(config_rule),
    b"COMMAND": rules.Interactive(command_rule),
    b"CLIENT": client_rule,
    b"DEBUG": debug_rule,
    b"HELLO": hello_rule,
    b"LATENCY": latency_rule,
    b"SLOWLOG": latency_rule,
    b"ACL": rules.any_order,
}
