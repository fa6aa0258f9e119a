"""Starts, loads and measures a server: ours or Debian's redis-server. Standard library only."""
import ctypes
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# The same binary as redis-server: it looks at the name that it was started by.
REDIS_CHECK_RDB = "/usr/bin/redis-check-rdb"
COMMANDS_PER_ROUND_TRIP = 2000


def die_with_parent():
    ctypes.CDLL("libc.so.6").prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def encode(*words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(parts)


def key(number, prefix="key"):
    """redis-benchmark's key:__rand_int__, 16 bytes with the prefix `key`."""
    return b"%s:%012d" % (prefix.encode(), number)


def read_until_errors_or_end(connection, lines):
    """Reads so many lines of replies; fails on the first error."""
    data = b"\n"
    count = 0
    while count < lines:
        chunk = connection.recv(1 << 20)
        if not chunk:
            raise RuntimeError("the server closed the connection while it was loaded")
        data = data[-200:] + chunk
        error = re.search(rb"\n-([^\r]*)", data)
        if error:
            raise RuntimeError(f"the server refused to be loaded: {error.group(1).decode()}")
        count += chunk.count(b"\n")


class Server:
    """One running server, in a folder of its own."""

    def __init__(self, name, command, core=None):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="cobnut_bench_")
        self.port = free_port()
        self.command = command + ["--port", str(self.port)]
        taskset = ["taskset", "-c", str(core)] if core is not None else []
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(taskset + self.command, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd=self.folder,
                                            preexec_fn=die_with_parent)
        self.pid = self.process.pid  # taskset replaces itself
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        deadline = time.monotonic() + 60  # under valgrind on a busy machine
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask("PING")
                return
            except OSError:
                time.sleep(0.02)
        log = self.log()
        self.stop()
        raise RuntimeError(f"{self.name} did not start: {' '.join(self.command)}\n{log}")

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, *words):
        """The first line of the reply to one command."""
        with self.connect() as connection:
            connection.sendall(encode(*words))
            data = b""
            while b"\r\n" not in data:
                chunk = connection.recv(1 << 16)
                if not chunk:
                    raise OSError("closed")
                data += chunk
            return data.split(b"\r\n", 1)[0]

    def version(self):
        with self.connect() as connection:
            connection.sendall(encode("INFO", "server"))
            text = connection.recv(1 << 16).decode(errors="replace")
        found = re.search(r"(?:cobnut|redis)_version:(\S+)", text)
        return found.group(1) if found else "unknown"

    def cpu_ns(self):
        """On-CPU ns of all threads, ended ones included: the kernel's process clock, the sum of the
        counters that /proc/PID/task/*/schedstat shows for the threads that live."""
        return time.clock_gettime_ns((~self.pid << 3) | 2)  # CPUCLOCK_SCHED

    def rss_bytes(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) << 10

    def load(self, commands, count, lines=1):
        """Sends `count` commands, given as an iterator of bytes, each answered by so many lines."""
        with self.connect() as connection:
            sent = 0
            while sent < count:
                batch = [next(commands) for _ in range(min(COMMANDS_PER_ROUND_TRIP, count - sent))]
                connection.sendall(b"".join(batch))
                read_until_errors_or_end(connection, lines * len(batch))
                sent += len(batch)

    def load_strings(self, keys, value_bytes, ttl_seconds=0):
        """keys key:000000000000 ... in random order, as a cache would see them."""
        order = list(range(keys))
        random.Random(1).shuffle(order)
        value = b"x" * value_bytes
        tail = (b"EX", str(ttl_seconds)) if ttl_seconds else ()
        self.load((encode("SET", key(i), value, *tail) for i in order), keys)

    def stop(self):
        """Ends it; safe to call twice. Its log is lost with its folder."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Kind:
    """How to start one of the two servers."""

    def __init__(self, name, binary, redis):
        self.name, self.binary, self.redis = name, os.path.abspath(binary), redis

    def start(self, threads=1, shards=16, core=None, prefix=()):
        command = list(prefix) + [self.binary, "--bind", "127.0.0.1"]
        if self.redis:
            command += ["--save", "", "--appendonly", "no"]
        else:
            command += ["--threads", str(threads), "--shards", str(shards)]
        return Server(self.name, command, core)


def redis_kind(folder):
    """Debian's redis-server out of redis-tools: redis-check-rdb under another name."""
    if not os.path.exists(REDIS_CHECK_RDB):
        raise RuntimeError(f"{REDIS_CHECK_RDB} is missing: tools/setup bench")
    link = os.path.join(folder, "redis-server")
    os.symlink(REDIS_CHECK_RDB, link)
    return Kind("redis", link, True)


def our_kind(binary):
    return Kind("ours", binary, "redis-server" in os.path.basename(binary))
