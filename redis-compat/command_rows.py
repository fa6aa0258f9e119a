#!/usr/bin/env python3
"""Prints what redis-server tells of commands as rows of our command table (src/command/command.h).

usage: command_rows.py NAME...        e.g. hset "client|kill" xgroup

The facts are all there: arity, flags, keys, categories, versions, arguments (CommandSpec::syntax),
tips. The sentences are not, because ours are our own: summary, complexity and the notes of the
history are to be written, and the function and the route to be filled in.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tools", "differ"))

import resp  # noqa: E402
import servers  # noqa: E402

FLAGS = {
    "denyoom": "kDenyOom",
    "noscript": "kNoscript",
    "skip_monitor": "kSkipMonitor",
    "skip_slowlog": "kSkipSlowlog",
    "no_auth": "kNoAuth",
    "may_replicate": "kMayReplicate",
    "no_mandatory_keys": "kNoMandatoryKeys",
    "no_async_loading": "kNoAsyncLoading",
    "no_multi": "kNoMulti",
    "movablekeys": "kMovableKeys",
    "allow_busy": "kAllowBusy",
    "touches_arbitrary_keys": "kTouchesArbitraryKeys",
}
# Categories that follow from the flags (command/introspection.cc).
IMPLIED = {"write", "read", "admin", "dangerous", "pubsub", "fast", "slow", "blocking"}
# As command/syntax.cc guesses them.
TYPES = {
    "key": "key",
    "pattern": "pattern",
    "unix-time-seconds": "unix-time",
    "unix-time-milliseconds": "unix-time",
    **dict.fromkeys(["count", "cursor", "index", "milliseconds", "numkeys", "offset", "seconds"], "integer"),
}


def plain(value):
    """Maps as dicts, words as str."""
    if isinstance(value, resp.Pairs):
        return {plain(key): plain(item) for key, item in value}
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def word_of(argument, flags):
    """Name or token, with what stands behind it."""
    name, token, kind = argument["name"], argument.get("token"), argument["type"]
    before = ""
    if kind == "pure-token":
        word = token if name == token.lower() and token != name else f"{name}={token}"
    else:
        word = name
        written = kind != TYPES.get(name, "string") or ":" in name
        if kind not in ("oneof", "block") and written:
            word += ":" + kind
        if token is not None:
            before = token + ("... " if "multiple_token" in flags else " ")
    spec = argument.get("key_spec_index")
    if spec is not None and (spec > 0 or kind != "key"):
        word += f"#{spec}"
    if "since" in argument:
        word += "@" + argument["since"]
    if "deprecated_since" in argument:
        word += "!" + argument["deprecated_since"]
    return before + word


def syntax_of_one(argument):
    flags = argument.get("flags", [])
    text = word_of(argument, flags)
    if "arguments" in argument:
        between = " | " if argument["type"] == "oneof" else " "
        text += "{" + between.join(map(syntax_of_one, argument["arguments"])) + "}"
    if "multiple" in flags and "multiple_token" not in flags:
        text += "..."
    return f"[{text}]" if "optional" in flags else text


def syntax_of(arguments):
    return " ".join(map(syntax_of_one, arguments))


def flag_name(flag):
    return FLAGS.get(flag, "k" + flag.capitalize())


def keys_of(specification):
    """A key specification as KeySpec; None where ours cannot say it (keywords, unknown)."""
    search, find = specification["begin_search"], specification["find_keys"]
    if search["type"] != "index":
        return None
    index, spec = search["spec"]["index"], find["spec"]
    if find["type"] == "range" and spec["limit"] == 0:
        last = spec["lastkey"]
        return f"{{{index}, {last if last < 0 else index + last}, {spec['keystep']}}}"
    if find["type"] == "keynum":
        first, count_at = index + spec["firstkey"], index + spec["keynumidx"]
        return f"{{.first = {first}, .last = -1, .step = {spec['keystep']}, .count_at = {count_at}}}"
    return None


def key_fields(specifications):
    uses = [(keys_of(s) or "{ /* beyond KeySpec */ }", " ".join(s["flags"])) for s in specifications]
    if len(uses) == 1:
        return [(".keys", uses[0][0]), (".key_flags", f'"{uses[0][1]}"')]
    return [(".key_uses", ", ".join(f'{{{keys}, "{flags}"}}' for keys, flags in uses))] if uses else []


def row_of(name, info, docs):
    flags = [flag_name(flag) for flag in info[2]]
    categories = [word for word in info[6] if word[1:] not in IMPLIED]
    quoted = '"{}"'.format
    fields = [(".name", quoted(name)), (".arity", info[1])]
    if flags:
        fields.append((".flags", " | ".join(flags)))
    fields += key_fields(info[8])
    if categories:
        fields.append((".acl", quoted(" ".join(categories))))
    fields += [(".group", quoted(docs["group"])), (".since", quoted(docs["since"]))]
    if docs.get("arguments"):
        fields.append((".syntax", quoted(syntax_of(docs["arguments"]).replace('"', '\\"'))))
    if info[7]:
        fields.append((".tips", quoted(" ".join(info[7]))))
    if docs.get("history"):
        notes = "".join(f"{version} ...\\n" for version, _ in docs["history"])
        fields.append((".history", quoted(notes)))
    if "deprecated_since" in docs:
        fields.append((".deprecated_since", quoted(docs["deprecated_since"])))
        fields.append((".replaced_by", quoted(docs["replaced_by"])))
    return "{" + ",\n ".join(f"{field} = {value}" for field, value in fields) + "},"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with servers.Redis() as redis:
        client = resp.Client(redis.port)
        client.call("HELLO", 3)
        for name in (word.lower() for word in sys.argv[1:]):
            info = plain(client.call("COMMAND", "INFO", name))[0]
            docs = plain(client.call("COMMAND", "DOCS", name)).get(name)
            if info is None:
                sys.exit(f"redis-server has no command '{name}'")
            print(row_of(name, info, docs))


if __name__ == "__main__":
    main()
