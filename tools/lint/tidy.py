#!/usr/bin/env python3
"""clang-tidy-14 with clang's -Wthread-safety over src/ (not its tests): `tools/lint/tidy.py build`.

Needs build/compile_commands.json. A file that passed is not looked at again until it, one of our
headers that it includes, or .clang-tidy changes: the stamps are in .cache/tidy, named by the hash
of all of these.
"""
import concurrent.futures
import hashlib
import os
import subprocess
import sys

import files

STAMPS = os.path.join(files.ROOT, ".cache", "tidy")


def stamp_of(path):
    digest = hashlib.sha256()
    for name, text in sorted(files.closure(path).items()):
        digest.update(f"{name}\0{text}\0".encode())
    for name in (".clang-tidy", "tools/lint/tidy.py", "CMakeLists.txt"):
        digest.update(files.read(name).encode())
    return os.path.join(STAMPS, digest.hexdigest())


def check(build, path):
    """None when the file passes, else what there is to say."""
    stamp = stamp_of(path)
    if os.path.exists(stamp):
        return None
    run = subprocess.run(["clang-tidy-14", "-p", build, "--quiet", "--extra-arg=-Wthread-safety",
                          "--extra-arg=-Wno-unknown-warning-option",
                          "--extra-arg=-Wno-ignored-optimization-argument", path], cwd=files.ROOT,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True)
    if run.returncode == 0:
        with open(stamp, "w", encoding="utf-8"):
            return None
    return run.stdout + "\n".join(line for line in run.stderr.splitlines()
                                  if "warnings generated" not in line)


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build"
    os.makedirs(STAMPS, exist_ok=True)
    paths = [path for path in files.ours("src/*.cc") if not path.endswith(("_test.cc", "_fuzz.cc"))]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for path, complaint in zip(paths, pool.map(lambda path: check(build, path), paths)):
            if complaint is not None:
                failed += 1
                print(f"{path}:\n{complaint}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
