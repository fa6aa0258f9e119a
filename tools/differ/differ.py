#!/usr/bin/env python3
"""Differential tester: the same random commands to redis-server 7.0.15 and to ours, reply by reply.

usage: differ.py [--binary build/cobnut] [--types hash,set] [--seed N] [--count N] [--resp 2|3|both] [--all]

Every type has a file in generators/; by default all of them take part. There is a good share of
nonsense: wrong arity, types, options, binary, huge and empty arguments, mixed case. After every few
thousand commands the whole keyspace is compared too: types, encodings, times to live, contents, and
each value dumped by one server and restored by the other. Commands that only one of the two has are
left out, and named at the end. COBNUT_TEST_BINARY names another server than --binary, as for the
tests over sockets.

At the first difference the trail that leads to it is cut down to what is needed (each attempt starts
with empty servers), printed as redis-cli lines, and the exit status is 1. --binary redis compares
Redis with itself, which must never differ.

Time: relative expiries are far (an hour and more) or in the past, so no key expires in the middle
of a run; replies that depend on the moment of the command are compared with a tolerance. Order: what
has none is compared as a set, SCAN is iterated to its end, random answers are checked against the
collection that they are from (rules.py).
"""

import argparse
import os
import random
import signal
import sys
import time

import generators
import resp
import rules
import servers
import state
import sweeps
from generators.arguments import line

ROUND = 5000  # commands between two comparisons of the keyspace; then both start empty: trails stay short
BATCH = 50  # requests of one round trip
# No string grows over a mebibyte: so every offset can be tried.
FLAGS = ["--enable-debug-command", "yes", "--proto-max-bulk-len", "1mb"]


class Side:
    """One server with one client."""

    def __init__(self, server, protocol, keys):
        self.server = server
        self.protocol = protocol
        self.keys = keys  # every key that the generator uses
        self.client = None
        self.connect()
        listed = self.client.call("COMMAND", "LIST")
        self.commands = {name.lower() for name in listed}
        self.options = as_map(self.client.call("CONFIG", "GET", "*"))
        self.changed = set()  # options that may not be as they were

    def connect(self):
        self.client = resp.Client(self.server.port)
        if self.protocol == 3:
            self.client.call("HELLO", 3)

    def reconnect(self):
        self.client.close()
        self.connect()

    def read_all(self, batch):
        """The replies of a batch, which are as many as its requests."""
        replies = []
        try:
            for _ in batch:
                replies.append(self.client.read())
            if self.client.in_step():
                return replies
            problem = "not as many replies as requests"
        except OSError as error:  # closed, or nothing comes
            problem = str(error)
        words = "\n  ".join(clip(line(words), 200) for words in batch[max(0, len(replies) - 3) : len(replies) + 1])
        sys.exit(f"{self.server.name}: {problem}; at the last of\n  {words}\n{self.server.log()}")

    def reset(self):
        self.reconnect()
        self.restore_options()
        self.client.call("FLUSHALL")

    def restore_options(self):
        for name in self.changed & self.options.keys():
            self.client.call("CONFIG", "SET", name, self.options[name])
        self.changed.clear()


def as_map(reply):
    return dict(reply if isinstance(reply, resp.Pairs) else rules.pairs(reply))


class Pair:
    """Both sides: runs commands on both and tells where they differ."""

    def __init__(self, ours, theirs):
        self.ours = ours
        self.theirs = theirs
        self.sides = (ours, theirs)
        self.left_out = set()  # what only one side has
        self.excluded = set()  # what has differed already

    def reset(self):
        for side in self.sides:
            side.reset()

    def name_of(self, words):
        """The command's name, as in COMMAND LIST: with its subcommand where there is one."""
        name = words[0].lower()
        if len(words) > 1:
            full = name + b"|" + words[1].lower()
            if any(full in side.commands for side in self.sides):
                return full
        return name

    def both_have(self, words):
        """Neither having it is fine as well: both must refuse it then."""
        if isinstance(words, resp.Inline):
            return True
        name = self.name_of(words)
        if name in self.excluded or (name == b"command|getkeys" and len(words) > 2 and not self.both_have(words[2:])):
            return False
        known = [name in side.commands for side in self.sides]
        if known[0] != known[1]:
            self.left_out.add(name.decode("latin-1"))
            return False
        if name == b"config|set":
            for option in [word.lower() for word in words[2::2]]:
                if option in self.excluded:
                    return False
                if (option in self.ours.options) != (option in self.theirs.options):
                    self.left_out.add("option " + option.decode("latin-1"))
                    return False
        return True

    def exclude(self, words):
        """Has seen it differ: CONFIG SET goes on with other options, all else without that command."""
        name = self.name_of(words)
        self.excluded.update([word.lower() for word in words[2::2]] if name == b"config|set" else [name])

    def run(self, words):
        """(equal, our reply, their reply) of one command."""
        if isinstance(words, resp.Inline) or words[0].upper() == b"QUIT":
            return self.run_that_may_close(words)
        if words[0].upper() == b"CONFIG":
            for side in self.sides:
                side.changed.update(word.lower() for word in words[2::2])
        rule = generators.RULES.get(words[0].upper(), rules.same)
        if isinstance(rule, rules.Interactive):
            return rule.function(words, self.ours, self.theirs)
        for side in self.sides:
            side.client.send_requests([words])
        mine, real = (side.client.read() for side in self.sides)
        return rule(words, mine, real), mine, real

    def run_that_may_close(self, words):
        for side in self.sides:
            side.client.send_requests([words])
        mine, real = (side.client.read() for side in self.sides)
        equal = rules.same(words, mine, real)
        quits = words[0].upper() == b"QUIT" and not isinstance(real, resp.Error)
        if equal and (quits or (isinstance(real, resp.Error) and "Protocol error" in real)):
            equal = all(side.client.is_closed() for side in self.sides)
            for side in self.sides:
                side.reconnect()
        return equal, mine, real

    def first_difference(self, trail):
        """(index, our reply, their reply) of the first command that differs, or None. Whatever needs no talk
        of its own goes out in batches."""
        batch, start = [], 0
        for index, words in enumerate(trail):
            if plain(words) and len(batch) < BATCH:
                batch.append(words)
                continue
            found = self.run_batch(batch, start)
            if found is not None:
                return found
            if plain(words):
                batch, start = [words], index
                continue
            batch, start = [], index + 1
            equal, mine, real = self.run(words)
            if not equal:
                return index, mine, real
        return self.run_batch(batch, start)

    def run_batch(self, batch, start):
        for side in self.sides:
            side.client.send_requests(batch)
        replies = [side.read_all(batch) for side in self.sides]
        for at, words in enumerate(batch):
            mine, real = replies[0][at], replies[1][at]
            if not generators.RULES.get(words[0].upper(), rules.same)(words, mine, real):
                return start + at, mine, real
        return None

    def state_difference(self):
        for side in self.sides:
            side.restore_options()
        inspectors = [state.Inspector(side.server.port) for side in self.sides]
        try:
            return state.difference(*inspectors, self.both_have_dump())
        finally:
            for inspector in inspectors:
                inspector.client.close()

    def both_have_dump(self):
        return all({b"dump", b"restore"} <= side.commands for side in self.sides)

    def replay(self, trail):
        """Index and replies of the first difference from empty servers; the keyspace counts as the last command."""
        self.reset()
        found = self.first_difference(trail)
        if found is not None:
            return found
        text = self.state_difference()
        return None if text is None else (len(trail) - 1, text, "")


def plain(words):
    """Its reply can be waited for together with others."""
    if isinstance(words, resp.Inline) or words[0].upper() in (b"QUIT", b"CONFIG"):
        return False
    return not isinstance(generators.RULES.get(words[0].upper()), rules.Interactive)


def shrink(pair, trail):
    """Leaves out what the difference does not need: halves, quarters ... single commands."""
    size = max(len(trail) // 2, 1)
    while size >= 1:
        at = 0
        while at < len(trail) - 1:
            shorter = trail[:at] + trail[min(at + size, len(trail) - 1) :]
            found = pair.replay(shorter)
            if found is not None:
                trail = shorter[: found[0] + 1]
            else:
                at += size
        size //= 2
    return trail


def print_difference(pair, trail):
    print("shortest trail found:")
    trail = shrink(pair, trail)
    found = pair.replay(trail)
    if found is None:
        print("  (it does not repeat on empty servers; the last commands were:)")
        trail = trail[-20:]
    for words in trail:
        print("  " + clip(("inline: " if isinstance(words, resp.Inline) else "") + line(words), 300))
    if found is None:
        return
    if found[2] == "":
        print("  " + clip(found[1]))
        return
    for side, reply in zip(pair.sides, found[1:]):
        print("  %-6s %s" % (side.server.name, clip(repr(reply))))


def clip(text, limit=2000):
    return text if len(text) < limit else text[:limit] + "..."


def run(pair, generator, options, protocol):
    """Whether all went equal."""
    done, started, equal = 0, time.monotonic(), True
    while done < options.count:
        pair.reset()
        trail = []
        while len(trail) < min(ROUND, options.count - done):
            words = generator.next()
            if pair.both_have(words):
                trail.append(words)
        found = pair.first_difference(trail)
        text = pair.state_difference() if found is None else None
        if found is not None or text is not None:
            where = f"command {done + found[0]}" if found else "the keyspace"
            print(f"RESP{protocol}, seed {options.seed}: {where} differs")
            if found:
                for shown in (line(trail[found[0]]), repr(found[1]), repr(found[2])):
                    print("  " + clip(shown))
                trail = trail[: found[0] + 1]
            else:
                print("  " + clip(text))
            print_difference(pair, trail)
            equal = False
            if not options.all or not found:
                return False
            pair.exclude(trail[-1])
        done += len(trail)
        if sys.stdout.isatty():
            print(f"\rRESP{protocol}: {done}", end="\r", flush=True)
    seconds = time.monotonic() - started
    result = "no difference" if equal else "differences"
    print(f"RESP{protocol}, seed {options.seed}: {done} commands, {result} ({seconds:.0f} s)", flush=True)
    return equal


def sweep(pair):
    clients = [resp.Client(side.server.port) for side in pair.sides]
    found, asked = sweeps.differences(*clients, pair.ours.commands & pair.theirs.commands)
    for client in clients:
        client.close()
    for words, mine, real in found:
        print(f"{line(words)}:\n  {mine!r}\n  {real!r}")
    print(f"{asked} wrong numbers of arguments and subcommands, {len(found)} differ", flush=True)
    return not found


def documents(server):
    client = resp.Client(server.port)
    found = generators.grammar.documents(client)
    client.close()
    return found


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", default="build/cobnut")
    parser.add_argument("--types", default=",".join(generators.TYPES), help="some of %(default)s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20000, help="commands a protocol")
    parser.add_argument("--resp", choices=["2", "3", "both"], default="both")
    parser.add_argument("--all", action="store_true", help="go on after a difference, without that command")
    options = parser.parse_args()
    options.binary = os.environ.get("COBNUT_TEST_BINARY") or options.binary
    options.types = options.types.split(",")
    for name in options.types:
        if name not in generators.TYPES:
            parser.error(f"no type called {name!r}")
    return options


def main():
    options = arguments()
    if options.binary == "redis":
        ours_server = servers.Redis(FLAGS)
    else:
        ours_server = servers.Program(options.binary, FLAGS)
    protocols = [2, 3] if options.resp == "both" else [int(options.resp)]
    for number in (signal.SIGTERM, signal.SIGHUP):  # an end of this program, which ends the servers
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with ours_server, servers.Redis(FLAGS) as theirs_server:
        for protocol in protocols:
            rng = random.Random("%d/%d" % (options.seed, protocol))
            generator = generators.Generator(rng, options.types, documents(theirs_server))
            keys = generator.arguments.all_keys
            pair = Pair(Side(ours_server, protocol, keys), Side(theirs_server, protocol, keys))
            equal = sweep(pair) if "server" in options.types and protocol == protocols[0] else True
            equal = run(pair, generator, options, protocol) and equal
            for side in pair.sides:
                side.client.close()
            if not equal:
                return 1
        if pair.left_out:
            print("not compared, since only one side has it: " + ", ".join(sorted(pair.left_out)))
        if not pair.both_have_dump():
            print("not compared: values carried over by DUMP and RESTORE, which only one side has")
    return 0


if __name__ == "__main__":
    sys.exit(main())
