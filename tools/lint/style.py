#!/usr/bin/env python3
"""Checks the conventions that clang-format and clang-tidy do not know.

Lengths are a ratchet: a file over 600 lines or a function over 70 fails unless tools/lint/allow.txt names it with a length
that it does not exceed; an entry that is no longer needed fails too, so the list only shrinks. Lines of the list:
`path lines reason` for a file, `path:function lines reason` for a function.
"""
import re
import sys

import files

COLUMNS_MAX = 100         # C++, what clang-format is told
SCRIPT_COLUMNS_MAX = 120  # Python and shell, which nothing wraps
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
ALLOW = "tools/lint/allow.txt"

# (which files, what, why): searched in code without comments and literals
BANNED_CODE = [
    (r"src/.*", r"\busing\s+namespace\s+std\s*;", "no `using namespace std`"),
    (r"src/.*", r"\b(strcpy|strcat|sprintf|gets|strtok|alloca)\s*\(", "unbounded or stateful C function"),
    (r"src/(?!base/).*", r"\brand\s*\(|\bsrand\s*\(|std::random_device", "randomness comes from base/"),
    (r"src/(?!base/).*(?<!_test\.cc)(?<!_fuzz\.cc)", r"\b(system_clock|steady_clock|clock_gettime|gettimeofday)\b",
     "time comes from base/clock.h"),
    (r"src/.*", r"std::source_location|std::views::|std::format\b", "clang-tidy 14 or g++ 12 cannot do it"),
    (r".*(?<!bench)_test\.cc", r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|\bsleep\s*\(\d",
     "tests do not sleep: poll with a deadline or advance the fake clock"),
]
# searched in the whole text
BANNED_TEXT = [
    (r".*", r"\bFIXME\b", "FIXME: mend it, or open an issue and write TODO(#n)"),
    (r".*", r"\bXXX\b(?!X)", "XXX: say what is meant"),
    (r".*", r"\bTODO\b(?!\(#\d+\))", "TODO needs an issue: TODO(#n)"),
    (r".*", r"\t", "tab"),
    (r".*", r"[ \t]+$", "blanks at the end of the line"),
    (r".*", r"\r", "carriage return"),
]


def functions(text):
    """(name, first line, lines) of each function body in code without comments and literals.

    A `{` opens a body when the text before it, since the last `;`, `{` or `}` of the declaration level, has a parameter
    list and does not start a namespace, a type or an initialiser.
    """
    found, depth_types, header, header_line, line = [], [], "", 1, 1
    body_depth, body = 0, None
    for at, char in enumerate(text):
        if char == "\n":
            line += 1
        if body is not None:
            body_depth += {"{": 1, "}": -1}.get(char, 0)
            if body_depth == 0:
                name, first = body
                if name:
                    found.append((name, first, line - first + 1))
                body = None
                # `Type() : a_{1}, b_{2} {`: what follows an initialiser's brace still belongs to the same header
                rest = text[at + 1:at + 200].lstrip()
                header = header + "{}" if name is None or rest[:1] in (",", "{") else ""
                if rest[:1] in (",", "{") and name is not None:
                    found.pop()
            continue
        if header.startswith("#"):  # the preprocessor's lines
            if char == "\n" and text[at - 1] != "\\":
                header = ""
        elif char == "{":
            words = header.strip()
            container = re.match(r"(inline\s+)?namespace\b|extern\s+\"|(template\s*<.*>\s*)?(class|struct|union|enum)\b",
                                 words, re.DOTALL)
            if container and not re.search(r"\)\s*(const|noexcept|override|final|\s)*$", words):
                depth_types.append("{")
                header = ""
            else:
                parameters = re.search(r"([~\w:]+|operator\s*[^\s(]+|operator\(\))\s*\(", words)
                is_function = parameters and not re.search(r"(^|[^=!<>])=\s*$", words)
                body = (parameters.group(1) if is_function else None, header_line)
                body_depth = 1
        elif char in ";}":
            if char == "}" and depth_types:
                depth_types.pop()
            header = ""
        elif char == "#" and not header.strip():
            header = "#"
        else:
            if not header.strip() and not char.isspace():
                header_line = line
            header += char
    return found


def allowed_lengths():
    entries = {}
    for text in files.read(ALLOW).splitlines():
        words = text.split(None, 2)
        if words and not words[0].startswith("#"):
            entries[words[0]] = int(words[1])
    return entries


def check_lengths(path, text, allowed, used):
    lengths = [(path, 1, text.count("\n"), FILE_LINES_MAX)]
    if path.endswith((".cc", ".h")):
        lengths += [(f"{path}:{name}", first, lines, FUNCTION_LINES_MAX)
                    for name, first, lines in functions(files.code_only(text))]
    for what, first, lines, limit in lengths:
        if lines <= limit:
            continue
        if what in allowed:
            used.add(what)
            limit = allowed[what]
        if lines > limit:
            yield f"{path}:{first}: {what} has {lines} lines, more than {limit}: what could be split?"


def check_text(path, text):
    columns_max = COLUMNS_MAX if path.endswith((".h", ".cc")) else SCRIPT_COLUMNS_MAX
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > columns_max and not re.search(r"https?://\S{60}", line):
            yield f"{path}:{number}: {len(line)} columns, more than {columns_max}"
    for rules, searched in ((BANNED_TEXT, text), (BANNED_CODE, files.code_only(text))):
        for where, what, why in rules:
            if not re.fullmatch(where, path):
                continue
            for hit in re.finditer(what, searched, re.MULTILINE):
                yield f"{path}:{searched.count(chr(10), 0, hit.start()) + 1}: {why}"
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at the end"
    if path.endswith(".h"):
        if not text.startswith("//"):
            yield f"{path}:1: a header opens with a comment that says what it is for"
        if "#pragma once" not in text:
            yield f"{path}:1: no #pragma once"
    if path.startswith("src/") and path.endswith(".cc") and not text.startswith(("//", "#include")):
        yield f"{path}:1: opens neither with a comment nor with its header"


def main():
    allowed, used, problems = allowed_lengths(), set(), []
    ourselves = "tools/lint/style.py"  # names what it bans
    for path in files.ours("src/*.h", "src/*.cc", "tests/*.h", "tests/*.cc", "tools/*.py", "tools/*.sh", "tools/setup",
                           "tools/run_tests", "tools/fuzz", "tools/docs", ".ci/run", "redis-compat/*.py", "redis-compat/run",
                           "redis-compat/fetch", "redis-compat/clients/*.mjs"):
        text = files.read(path)
        if path != ourselves:
            problems += check_text(path, text)
        problems += check_lengths(path, text, allowed, used)
    problems += [f"{ALLOW}: {what} needs no exception any more: remove its line" for what in allowed
                 if what not in used]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
