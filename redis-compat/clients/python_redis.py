#!/usr/bin/python3
"""Debian's python3-redis drives a server as an application would: python_redis.py PORT.

Prints `ok NAME` or `not ok NAME: why` for each test; exit status 1 when one failed. The interpreter
is Debian's, which is the one that python3-redis is installed for.
"""

import sys
import threading
import time
import traceback
import warnings

import redis
from redis.commands import core

TESTS = []

# Commands that block, WATCH, and STRALGO, which Redis took back.
MISSING = {"blmove", "blpop", "brpop", "brpoplpush", "blmpop", "bzpopmin", "bzpopmax", "bzmpop", "watch", "unwatch",
           "stralgo"}


class Recorder(redis.Redis):
    """Knows which methods the tests have used."""

    called = set()

    def __getattribute__(self, name):
        Recorder.called.add(name)
        return super().__getattribute__(name)


def test(function):
    TESTS.append(function)
    return function


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def error_of(call, *arguments):
    try:
        call(*arguments)
    except redis.ResponseError as error:
        return str(error)
    raise AssertionError("no error")


@test
def connection(client):
    equal(client.ping(), True)
    equal(client.echo("hello"), b"hello")
    equal(client.client_setname("python"), True)
    equal(client.client_getname(), "python")
    assert client.client_id() > 0
    assert any(row["name"] == "python" for row in client.client_list())
    assert int(client.info("server")["tcp_port"]) > 0
    equal(client.config_get("maxmemory-policy"), {"maxmemory-policy": "noeviction"})


@test
def strings(client):
    equal(client.set("s", "value"), True)
    equal(client.get("s"), b"value")
    equal(client.get("none"), None)
    equal(client.set("s", "other", nx=True), None)
    equal(client.set("s", "other", xx=True, get=True), b"value")
    equal(client.append("s", b"\x00\xff"), 7)
    equal(client.getrange("s", 5, -1), b"\x00\xff")
    equal(client.setrange("s", 0, "O"), 7)
    equal(client.strlen("s"), 7)
    equal(client.getset("s", ""), b"Other\x00\xff")
    equal(client.getdel("s"), b"")
    equal(client.exists("s"), 0)
    big = b"x" * 3_000_000
    equal(client.set("big", big), True)
    equal(client.get("big"), big)


@test
def numbers(client):
    equal(client.incr("n"), 1)
    equal(client.incrby("n", 41), 42)
    equal(client.decr("n", 2), 40)
    equal(client.incrbyfloat("n", 0.5), 40.5)
    assert "not an integer" in error_of(client.incr, "n")


@test
def many_keys(client):
    equal(client.mset({"a": 1, "b": 2, "c": 3}), True)
    equal(client.mget("a", "none", "c"), [b"1", None, b"3"])
    equal(client.msetnx({"c": 4, "d": 4}), False)
    equal(client.exists("a", "b", "a", "d"), 3)
    equal(client.delete("a", "d"), 1)
    equal(client.unlink("b"), 1)
    equal(client.dbsize(), 1)


@test
def keys(client):
    client.set("from", "v")
    equal(client.rename("from", "to"), True)
    equal(client.copy("to", "copy"), True)
    equal(client.renamenx("to", "copy"), False)
    equal(sorted(client.keys("*o*")), [b"copy", b"to"])
    equal(client.type("to"), b"string")
    equal(client.type("none"), b"none")
    equal(client.object("encoding", "to"), b"embstr")
    assert client.randomkey() in (b"to", b"copy")
    equal(client.touch("to", "none"), 1)
    equal(client.move("to", 1), True)
    equal(client.exists("to"), 0)
    assert "no such key" in error_of(client.rename, "none", "x")


@test
def expiry(client):
    client.set("e", "v", ex=100)
    assert 95 < client.ttl("e") <= 100
    equal(client.expire("e", 50, gt=True), False)
    equal(client.expire("e", 200), True)
    assert 195_000 < client.pttl("e") <= 200_000
    equal(client.persist("e"), True)
    equal(client.ttl("e"), -1)
    equal(client.ttl("none"), -2)
    equal(client.getex("e", px=100_000), b"v")
    assert client.pttl("e") > 0
    equal(client.expireat("e", 33_000_000_000), True)
    equal(client.execute_command("EXPIRETIME", "e"), 33_000_000_000)
    client.psetex("short", 1, "v")
    deadline = time.monotonic() + 20
    while client.get("short") is not None:
        assert time.monotonic() < deadline, "a key with a time to live of 1 ms is still there"


@test
def scan(client):
    names = {b"scan:%d" % i for i in range(2000)}
    client.mset({name: "" for name in names})
    client.set("other", "")
    equal(set(client.scan_iter(match="scan:*", count=100)), names)
    equal(set(client.scan_iter(_type="string")), names | {b"other"})
    equal(list(client.scan_iter(_type="list")), [])


@test
def lists(client):
    equal(client.rpush("l", "b", "c", 7), 3)
    equal(client.lpush("l", "a"), 4)
    equal(client.lrange("l", 0, -1), [b"a", b"b", b"c", b"7"])
    equal(client.lindex("l", -1), b"7")
    equal(client.linsert("l", "before", "c", "x"), 5)
    equal(client.lset("l", 0, "A"), True)
    equal(client.lpos("l", "7"), 4)
    equal(client.lrem("l", 1, "x"), 1)
    equal(client.lpop("l"), b"A")
    equal(client.rpop("l", 2), [b"7", b"c"])
    equal(client.lmove("l", "m", "LEFT", "RIGHT"), b"b")
    equal((client.llen("l"), client.llen("m"), client.exists("l")), (0, 1, 0))
    client.rpush("long", *range(10_000))
    equal(client.ltrim("long", 9_000, -1), True)
    equal(client.lrange("long", 0, 0), [b"9000"])
    assert "WRONGTYPE" in error_of(client.get, "long")


@test
def sets(client):
    equal(client.sadd("s", 1, 2, "three"), 3)
    equal(client.smembers("s"), {b"1", b"2", b"three"})
    equal(client.sismember("s", "three"), True)
    equal(client.smismember("s", ["1", "4"]), [1, 0])
    client.sadd("t", 2, 4)
    equal(client.sinter("s", "t"), {b"2"})
    equal(client.sunion("s", "t"), {b"1", b"2", b"three", b"4"})
    equal(client.sdiff("s", "t"), {b"1", b"three"})
    equal(client.sinterstore("u", "s", "t"), 1)
    equal(client.smove("s", "t", "three"), True)
    equal(client.scard("t"), 3)
    assert client.srandmember("s") in (b"1", b"2")
    equal(len(client.srandmember("s", -5)), 5)
    assert client.spop("u") == b"2" and not client.exists("u")
    equal(client.srem("s", 1, "none"), 1)
    client.sadd("many", *range(3000))
    equal({int(member) for member in client.sscan_iter("many")}, set(range(3000)))


@test
def hashes(client):
    equal(client.hset("h", mapping={"a": 1, "b": "two"}), 2)
    equal(client.hset("h", "c", "3"), 1)
    equal(client.hgetall("h"), {b"a": b"1", b"b": b"two", b"c": b"3"})
    equal(client.hget("h", "none"), None)
    equal(client.hmget("h", "a", "none"), [b"1", None])
    equal(client.hincrby("h", "a", 5), 6)
    equal(client.hincrbyfloat("h", "a", 0.5), 6.5)
    equal(client.hsetnx("h", "a", 1), False)
    equal((client.hexists("h", "b"), client.hlen("h"), client.hstrlen("h", "b")), (True, 3, 3))
    equal((sorted(client.hkeys("h")), sorted(client.hvals("h"))), ([b"a", b"b", b"c"], [b"3", b"6.5", b"two"]))
    assert client.hrandfield("h") in (b"a", b"b", b"c")
    equal(client.hdel("h", "a", "none"), 1)
    client.hset("many", mapping={f"f{i}": i for i in range(3000)})
    equal(dict(client.hscan_iter("many")), {b"f%d" % i: b"%d" % i for i in range(3000)})


@test
def sorted_sets(client):
    equal(client.zadd("z", {"a": 1, "b": 2.5, "c": float("inf")}), 3)
    equal(client.zrange("z", 0, -1, withscores=True), [(b"a", 1.0), (b"b", 2.5), (b"c", float("inf"))])
    equal(client.zincrby("z", 2, "a"), 3.0)
    equal((client.zrank("z", "a"), client.zrevrank("z", "a"), client.zscore("z", "none")), (1, 1, None))
    equal(client.zmscore("z", ["a", "none"]), [3.0, None])
    equal(client.zrangebyscore("z", "(2.5", "+inf"), [b"a", b"c"])
    equal((client.zcard("z"), client.zcount("z", 0, 10)), (3, 2))
    client.zadd("y", {"a": 1, "d": 4})
    equal(client.zunionstore("u", ["z", "y"]), 4)
    equal(client.zinter(["z", "y"], withscores=True), [(b"a", 4.0)])
    equal(client.zpopmin("y"), [(b"a", 1.0)])
    equal(client.zrem("z", "a", "none"), 1)
    client.zadd("many", {f"m{i}": i for i in range(3000)})
    equal({member: score for member, score in client.zscan_iter("many")}, {b"m%d" % i: i for i in range(3000)})
    equal(client.zremrangebyrank("many", 10, -1), 2990)
    equal(client.sort("many", start=0, num=1, alpha=True), [b"m0"])


@test
def streams(client):
    first = client.xadd("x", {"a": 1, "b": "two"})
    second = client.xadd("x", {"a": 2})
    equal(client.xlen("x"), 2)
    equal(client.xrange("x"), [(first, {b"a": b"1", b"b": b"two"}), (second, {b"a": b"2"})])
    equal(client.xrevrange("x", count=1), [(second, {b"a": b"2"})])
    equal(client.xread({"x": first}), [[b"x", [(second, {b"a": b"2"})]]])
    equal(client.xgroup_create("x", "g", id="0"), True)
    assert "BUSYGROUP" in error_of(client.xgroup_create, "x", "g")
    equal(client.xreadgroup("g", "alice", {"x": ">"}, count=1), [[b"x", [(first, {b"a": b"1", b"b": b"two"})]]])
    equal(client.xpending("x", "g")["pending"], 1)
    equal(client.xpending_range("x", "g", "-", "+", 10)[0]["consumer"], b"alice")
    equal(client.xclaim("x", "g", "bob", 0, [first], justid=True), [first])
    equal(client.xack("x", "g", first), 1)
    equal(client.xinfo_stream("x")["length"], 2)
    equal(client.xinfo_groups("x")[0]["name"], b"g")
    equal(client.xdel("x", first), 1)
    equal(client.xtrim("x", maxlen=0, approximate=False), 1)


@test
def sort(client):
    client.rpush("ids", 3, 1, 2)
    client.mset({"w_1": 9, "w_2": 8, "w_3": 7, "name_1": "one", "name_3": "three"})
    equal(client.sort("ids"), [b"1", b"2", b"3"])
    equal(client.sort("ids", start=0, num=2, desc=True), [b"3", b"2"])
    equal(client.sort("ids", by="w_*", get=["#", "name_*"], groups=True),
          [(b"3", b"three"), (b"2", None), (b"1", b"one")])
    equal(client.sort("ids", by="w_*", store="sorted"), 3)
    equal(client.lrange("sorted", 0, -1), [b"3", b"2", b"1"])


@test
def dump(client):
    client.set("string", "v" * 1000)
    client.rpush("list", *range(1000))
    client.sadd("set", *(f"member {i}" for i in range(1000)))
    client.hset("hash", mapping={f"field {i}": i for i in range(1000)})
    client.zadd("zset", {f"member {i}": i / 2 for i in range(1000)})
    client.xadd("stream", {"a": 1})
    for name in ("string", "list", "set", "hash", "zset", "stream"):
        payload = client.dump(name)
        equal(client.restore(f"{name} again", 0, payload), b"OK")
        equal(client.type(f"{name} again"), name.encode())
        assert "BUSYKEY" in error_of(client.restore, name, 0, payload)
        assert "checksum" in error_of(client.restore, name, 0, payload[:-1] + bytes([payload[-1] ^ 1]), True)
    equal(client.lrange("list again", 0, -1), client.lrange("list", 0, -1))
    equal(client.smembers("set again"), client.smembers("set"))
    equal(client.hgetall("hash again"), client.hgetall("hash"))
    equal(client.zrange("zset again", 0, -1, withscores=True), client.zrange("zset", 0, -1, withscores=True))
    equal(client.xrange("stream again"), client.xrange("stream"))
    equal(client.dump("none"), None)


@test
def pipelines(client):
    with client.pipeline(transaction=False) as pipe:
        for i in range(5000):
            pipe.set(f"p:{i}", i).incr(f"p:{i}")
        replies = pipe.execute()
    equal(replies, [reply for i in range(5000) for reply in (True, i + 1)])
    with client.pipeline(transaction=False) as pipe:
        replies = pipe.set("x", "y").incr("x").get("x").execute(raise_on_error=False)
    equal((replies[0], type(replies[1]), replies[2]), (True, redis.ResponseError, b"y"))


@test
def databases(client):
    port = client.connection_pool.connection_kwargs["port"]
    second = redis.Redis(port=port, db=2)
    client.set("k", "of 0")
    second.set("k", "of 2")
    equal(client.get("k"), b"of 0")
    equal(client.swapdb(0, 2), True)
    equal(client.get("k"), b"of 2")
    equal(second.flushdb(), True)
    equal(second.dbsize(), 0)
    second.close()


@test
def threads(client):
    """One client object, several connections of its pool."""

    def count():
        for _ in range(500):
            client.incr("shared")

    workers = [threading.Thread(target=count) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    equal(client.get("shared"), b"2000")


@test
def bits(client):
    equal(client.setbit("b", 7, 1), 0)
    equal((client.getbit("b", 7), client.getbit("b", 8), client.getbit("none", 0)), (1, 0, 0))
    client.set("c", b"\xff\x00\xff")
    equal((client.bitcount("c"), client.bitcount("c", 0, 0), client.bitcount("c", 4, 11, "BIT")), (16, 8, 4))
    equal((client.bitpos("c", 0), client.bitpos("c", 1, 1), client.bitpos("c", 1, 9, 20, "BIT")), (8, 16, 16))
    equal((client.bitop("OR", "d", "b", "c"), client.get("d")), (3, b"\xff\x00\xff"))
    equal((client.bitop("NOT", "d", "c"), client.get("d")), (3, b"\x00\xff\x00"))
    field = client.bitfield("f", default_overflow="SAT")
    equal(field.set("u8", "#1", 255).get("u8", 8).incrby("u8", 8, 1).execute(), [0, 255, 255])
    equal(client.bitfield("f").incrby("u8", 8, 1, overflow="FAIL").get("i4", 8).execute(), [None, -1])


@test
def hyperloglogs(client):
    equal((client.pfadd("p", "a", "b", "a"), client.pfadd("p", "a")), (1, 0))
    client.pfadd("q", *range(1000))
    equal(client.pfcount("p"), 2)
    assert 960 < client.pfcount("p", "q") < 1050
    equal(client.pfmerge("p", "q"), True)
    equal(client.pfcount("p"), client.pfcount("p", "q"))


@test
def geo(client):
    palermo, catania = (13.361389, 38.115556, "Palermo"), (15.087269, 37.502669, "Catania")
    equal(client.geoadd("g", palermo + catania), 2)
    equal((client.geoadd("g", catania, nx=True), client.geoadd("g", (15, 37, "Catania"), xx=True, ch=True)), (0, 1))
    client.geoadd("g", catania)
    equal((client.geodist("g", "Palermo", "Catania", "km"), client.geodist("g", "Palermo", "none")), (166.2742, None))
    equal(client.geohash("g", "Palermo", "none"), ["sqc8b49rny0", None])
    equal([place and tuple(round(x, 4) for x in place) for place in client.geopos("g", "Catania", "none")],
          [(15.0873, 37.5027), None])
    found = client.geosearch("g", longitude=15, latitude=37, radius=200, unit="km", sort="ASC",
                             withdist=True, withcoord=True, withhash=True)
    equal([(row[0], row[1], row[2]) for row in found],
          [(b"Catania", 56.4413, 3479447370796909), (b"Palermo", 190.4424, 3479099956230698)])
    equal(client.geosearch("g", member="Palermo", width=400, height=400, unit="km", count=1, sort="DESC"), [b"Catania"])
    equal(client.geosearchstore("h", "g", longitude=15, latitude=37, radius=100, unit="km", storedist=True), 1)
    equal(client.zrange("h", 0, -1, withscores=True)[0][0], b"Catania")
    equal(client.georadius("g", 15, 37, 200, unit="km", withdist=True, sort="ASC"),
          [[b"Catania", 56.4413], [b"Palermo", 190.4424]])
    equal(client.georadiusbymember("g", "Palermo", 200, unit="km", store="near"), 2)


@test
def more_strings(client):
    equal((client.setex("s", 100, "ohmytext"), client.setnx("s", 1), client.ttl("s") > 90), (True, False, True))
    equal((client.substr("s", 0, 1), client.decrby("n", 5)), (b"oh", -5))
    client.set("t", "mynewtext")
    equal((client.lcs("s", "t"), client.lcs("s", "t", len=True)), (b"mytext", 6))
    equal(client.lcs("s", "t", idx=True, minmatchlen=4, withmatchlen=True),
          [b"matches", [[[4, 7], [5, 8], 4]], b"len", 6])
    equal((client.pexpire("s", 50_000), client.pexpireat("s", 33_000_000_000_123)), (True, True))
    equal((client.pexpiretime("s"), client.expiretime("s")), (33_000_000_000_123, 33_000_000_000))
    equal((client.memory_usage("s") > 0, client.memory_usage("none")), (True, None))


@test
def more_lists(client):
    equal((client.lpushx("l", 1), client.rpushx("l", 1), client.exists("l")), (0, 0, 0))
    client.rpush("l", *range(5))
    equal((client.lpushx("l", "a"), client.rpushx("l", "z")), (6, 7))
    equal((client.rpoplpush("l", "m"), client.lrange("m", 0, -1)), (b"z", [b"z"]))
    equal(client.lmpop(2, "none", "l", direction="LEFT", count=2), [b"l", [b"a", b"0"]])
    equal(client.lpos("l", 2, rank=-1, count=0), [1])
    equal(client.sort_ro("l", desc=True), [b"4", b"3", b"2", b"1"])
    equal((client.lindex("l", 99), client.lpop("none"), client.rpop("none", 2)), (None, None, None))
    equal(client.lmpop(1, "none", direction="LEFT"), None)


@test
def more_sets(client):
    client.sadd("s", *range(5))
    client.sadd("t", 3, 4, "x")
    equal((client.sintercard(2, ["s", "t"]), client.sintercard(2, ["s", "t"], limit=1)), (2, 1))
    equal((client.sdiffstore("d", "s", "t"), client.sunionstore("u", "s", "t")), (3, 6))
    equal(client.smembers("u"), {b"0", b"1", b"2", b"3", b"4", b"x"})
    equal(client.spop("d", 10), [b"0", b"1", b"2"])
    equal(client.srandmember("none", 2), [])


@test
def more_hashes(client):
    warnings.simplefilter("ignore", DeprecationWarning)
    equal(client.hmset("h", {"a": 0}), True)
    equal(client.hset("h", mapping={"a": 1, "b": b"\x00\xff"}), 1)
    equal(client.hget("h", "b"), b"\x00\xff")
    equal(len(client.hrandfield("h", -3, withvalues=True)), 6)
    equal(sorted(client.hrandfield("h", 9)), [b"a", b"b"])
    equal((client.hgetall("none"), client.hincrbyfloat("h", "a", "1e2")), ({}, 101.0))


@test
def more_sorted_sets(client):
    client.zadd("z", {"a": 1, "b": 2, "c": 3.25, "d": float("-inf"), "e": float("inf")})
    equal(client.zadd("z", {"a": 5, "f": 1}, xx=True, ch=True), 1)
    equal((client.zadd("z", {"a": 1}, incr=True), client.zadd("z", {"a": 1}, nx=True, incr=True)), (6.0, None))
    equal(client.zadd("z", {"a": 1}, lt=True, ch=True), 1)
    equal((client.zscore("z", "d"), client.zscore("z", "e")), (float("-inf"), float("inf")))
    equal(client.zrevrange("z", 0, 1, withscores=True, score_cast_func=str), [(b"e", "b'inf'"), (b"c", "b'3.25'")])
    equal(client.zrevrangebyscore("z", 3.25, "(1", start=0, num=1), [b"c"])
    equal(client.zrange("z", 3, "(1", byscore=True, offset=0, num=5), [])
    equal(client.zrange("z", "(1", 4, byscore=True, offset=0, num=5), [b"b", b"c"])
    client.zadd("lex", dict.fromkeys("abcdef", 0))
    equal((client.zlexcount("lex", "[b", "(e"), client.zrangebylex("lex", "-", "[b")), (3, [b"a", b"b"]))
    equal(client.zrevrangebylex("lex", "+", "(d", 0, 1), [b"f"])
    equal((client.zremrangebylex("lex", "[f", "+"), client.zremrangebyscore("z", "-inf", "(1")), (1, 1))
    client.zadd("y", {"a": 2, "c": 1, "x": 9})
    equal(client.zunion({"z": 1, "y": 2}, aggregate="MAX", withscores=True)[-1], (b"e", float("inf")))
    equal((client.zdiff(["z", "y"]), client.zdiff(["y", "z"], withscores=True)), ([b"b", b"e"], [b"x", b"9"]))
    equal((client.zinterstore("i", {"z": 2, "y": 1}), client.zscore("i", "a")), (2, 4.0))
    equal((client.zdiffstore("d", ["z", "y"]), client.zintercard(2, ["z", "y"], limit=1)), (2, 1))
    equal(client.zrangestore("r", "z", 0, 1), 2)
    equal((client.zpopmax("z"), client.zpopmax("z", 2)), ([(b"e", float("inf"))], [(b"c", 3.25), (b"b", 2.0)]))
    equal(client.zmpop(2, ["none", "y"], max=True, count=1), [b"y", [[b"x", b"9"]]])
    equal(sorted(client.zrandmember("y", 5)), [b"a", b"c"])
    equal(len(client.zrandmember("y", -4, withscores=True)), 8)
    equal((client.zrandmember("none"), client.zpopmin("none")), (None, []))


@test
def more_streams(client):
    for i in range(1, 6):
        client.xadd("x", {"n": i}, id=f"{i}-1", maxlen=10, approximate=False)
    equal(client.xadd("none", {"n": 1}, nomkstream=True), None)
    equal(client.xgroup_create("new", "g", mkstream=True), True)
    equal((client.xgroup_destroy("new", "g"), client.xlen("new")), (True, 0))
    client.xgroup_create("x", "g", id="$")
    equal((client.xgroup_setid("x", "g", "0"), client.xgroup_createconsumer("x", "g", "bob")), (True, 1))
    client.xreadgroup("g", "alice", {"x": ">"}, count=3, noack=False)
    equal([(row["name"], row["pending"]) for row in client.xinfo_consumers("x", "g")], [(b"alice", 3), (b"bob", 0)])
    equal(client.xpending("x", "g"), {"pending": 3, "min": b"1-1", "max": b"3-1",
                                      "consumers": [{"name": b"alice", "pending": 3}]})
    equal(client.xclaim("x", "g", "bob", 0, ["1-1"], retrycount=7), [(b"1-1", {b"n": b"1"})])
    equal(client.xpending_range("x", "g", "-", "+", 1)[0]["times_delivered"], 7)
    client.xdel("x", "2-1")
    equal(client.xautoclaim("x", "g", "bob", 0, count=2), [b"3-1", [(b"1-1", {b"n": b"1"})], [b"2-1"]])
    equal(client.xautoclaim("x", "g", "bob", 0, justid=True), [b"1-1", b"3-1"])
    equal(client.xgroup_delconsumer("x", "g", "bob"), 2)
    full = client.xinfo_stream("x", full=True)
    equal((full["length"], full["groups"][0]["name"], full["entries"][b"1-1"]), (4, b"g", {b"n": b"1"}))
    equal(client.xreadgroup("g", "alice", {"x": "0"}), [[b"x", []]])
    equal(client.xread({"x": "$"}), [])
    equal(client.xtrim("x", minid="4-1", approximate=False), 2)
    equal(client.xrange("x", "-", "(5-1"), [(b"4-1", {b"n": b"4"})])


@test
def scans(client):
    """Single calls with a cursor; the iterators are used with the types."""
    client.mset({f"k{i}": i for i in range(10)})
    cursor, some = client.scan(0, count=3)
    while cursor != 0:
        cursor, more = client.scan(cursor, match="k*", count=3)
        some += more
    equal(set(some), {b"k%d" % i for i in range(10)})
    client.sadd("s", "a1", "b1")
    equal(client.sscan("s", match="a*"), (0, [b"a1"]))
    client.hset("h", mapping={"a1": 1, "b1": 2})
    equal(client.hscan("h", match="b*"), (0, {b"b1": b"2"}))
    client.zadd("z", {"a1": 1.5, "b1": 2})
    equal(client.zscan("z", match="a*"), (0, [(b"a1", 1.5)]))


@test
def decoded_replies(client):
    """A client that decodes replies into text, over values of each type."""
    text = redis.Redis(port=client.connection_pool.connection_kwargs["port"], decode_responses=True)
    text.set("s", "Gr\u00fc\u00dfe")
    text.rpush("l", "a", "b")
    text.sadd("t", "a")
    text.hset("h", "f", "\u00e9")
    text.zadd("z", {"m": 1.5})
    text.xadd("x", {"f": "v"}, id="1-1")
    text.geoadd("g", (13.361389, 38.115556, "Palermo"))
    equal((text.get("s"), text.lrange("l", 0, -1), text.smembers("t")), ("Gr\u00fc\u00dfe", ["a", "b"], {"a"}))
    equal((text.hgetall("h"), text.zrange("z", 0, -1, withscores=True)), ({"f": "\u00e9"}, [("m", 1.5)]))
    equal((text.xrange("x"), text.geosearch("g", member="Palermo", radius=1)), ([("1-1", {"f": "v"})], ["Palermo"]))
    equal((text.type("x"), list(text.hscan_iter("h"))), ("stream", [("f", "\u00e9")]))
    text.close()


@test
def pipelines_of_types(client):
    pipe = client.pipeline(transaction=False)
    pipe.hset("h", "f", 1).hgetall("h").zadd("z", {"m": 1}).zrange("z", 0, -1, withscores=True)
    pipe.sadd("s", "a").smembers("s").rpush("l", 1, 2).lrange("l", 0, -1).xadd("x", {"f": 1}, id="1-1").xrange("x")
    pipe.geoadd("g", (1, 2, "m")).geopos("g", "none").pfadd("p", 1).setbit("b", 1, 1).zscore("z", "none")
    equal(pipe.execute(), [1, {b"f": b"1"}, 1, [(b"m", 1.0)], 1, {b"a"}, 2, [b"1", b"2"], b"1-1",
                           [(b"1-1", {b"f": b"1"})], 1, [None], 1, 0, None])


@test
def every_method(_client):
    """No method of the library's groups for types is left out, but those that wait for a feature."""
    groups = "BasicKey Hyperlog List Scan Set Stream SortedSet Hash Geo".split()
    names = {name for group in groups for name in vars(getattr(core, group + "Commands")) if not name.startswith("_")}
    equal(sorted(names - Recorder.called - MISSING), [])


def main():
    client = Recorder(port=int(sys.argv[1]), socket_timeout=30)
    failed = 0
    for function in TESTS:
        client.flushall()
        try:
            function(client)
            print(f"ok {function.__name__}")
        except Exception:  # whatever it was, the other tests still count
            failed += 1
            print(f"not ok {function.__name__}: {traceback.format_exc().strip().splitlines()[-1]}")
    client.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
