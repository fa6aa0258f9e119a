#!/usr/bin/python3
"""Debian's python3-redis drives a server as an application would: python_redis.py PORT.

Prints `ok NAME` or `not ok NAME: why` for each test; exit status 1 when one failed. The interpreter
is Debian's, which is the one that python3-redis is installed for.
"""

import sys
import threading
import time
import traceback

import redis

TESTS = []


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


def main():
    client = redis.Redis(port=int(sys.argv[1]), socket_timeout=30)
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
