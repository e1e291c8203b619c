"""Every header compiles alone, with g++ and with clang.

A header that has a source beside it is that source's first include, so that building the source compiles it alone; the
others are compiled here, one by one. Clang reads all of them once, together.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

SOURCE_DIR = pathlib.Path(os.environ["TRAWL_SOURCE_DIR"])
BINARY_DIR = pathlib.Path(os.environ["TRAWL_BINARY_DIR"])
FOLDERS = ["engine", "studies", "io", "cluster", "tests", "bench"]
# Built on its own against the installed package, or only where an optional library is found.
ELSEWHERE = ["tests/install/consumer/", "bench/simulate/"]


def headers(tree):
    """Headers relative to the tree. The -inl.h of Highway are compiled by the sources that repeat them per target."""
    found = sorted(str(path.relative_to(tree)) for folder in FOLDERS for path in (tree / folder).rglob("*.hpp"))
    return [path for path in found if not path.startswith(tuple(ELSEWHERE))]


def has_source(tree, header):
    return (tree / header).with_suffix(".cpp").is_file()


def second_includes(tree):
    """Sources whose first include is not their own header."""
    breaches = []
    for header in headers(tree):
        if has_source(tree, header):
            source = (tree / header).with_suffix(".cpp")
            first = re.search(r'^#include\s+(\S+)', source.read_text(), re.MULTILINE)
            if not first or first[1] != f'"{header}"':
                breaches.append(f"{source.relative_to(tree)} does not include {header} first")
    return breaches


def include_flags():
    """Where the build looks for headers."""
    flags = []
    for entry in json.loads((BINARY_DIR / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        for word, following in zip(words, words[1:]):
            if word in ("-isystem", "-I"):
                flag = ["-isystem", following]
            elif word.startswith("-I"):
                flag = ["-isystem", word[2:]]
            else:
                continue
            if flag not in flags and pathlib.Path(flag[1]).resolve() != SOURCE_DIR.resolve():
                flags.append(flag)
    return [word for flag in flags for word in flag]


def compile_text(compiler, tree, text):
    """The compiler's errors about a source with this text."""
    command = [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-I", str(tree), *include_flags(), "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    return result.stderr if result.returncode else ""


def includes(paths):
    return "".join(f'#include "{path}"\n' for path in paths)


def faulty_alone(compiler, tree, paths):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        errors = pool.map(lambda path: compile_text(compiler, tree, includes([path])), paths)
        return [f"{path}: {text}" for path, text in zip(paths, errors) if text]


class Headers(unittest.TestCase):
    def test_a_source_includes_its_own_header_first(self):
        self.assertEqual(second_includes(SOURCE_DIR), [])

    def test_the_others_compile_alone(self):
        alone = [header for header in headers(SOURCE_DIR) if not has_source(SOURCE_DIR, header)]
        self.assertGreater(len(alone), 50)
        self.assertEqual(faulty_alone("g++", SOURCE_DIR, alone), [])

    def test_clang_accepts_all(self):
        self.assertEqual(compile_text("clang++", SOURCE_DIR, includes(headers(SOURCE_DIR))), "")

    def test_a_header_that_lacks_an_include_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            (tree / "engine").mkdir()
            (tree / "engine/lacks.hpp").write_text("#pragma once\ninline std::string text;\n")
            (tree / "engine/own.hpp").write_text("#pragma once\n#include <string>\ninline std::string text;\n")
            (tree / "engine/own.cpp").write_text('#include <string>\n#include "engine/own.hpp"\n')
            self.assertEqual(second_includes(tree), ["engine/own.cpp does not include engine/own.hpp first"])
            for compiler in "g++", "clang++":
                self.assertEqual([text.split(":")[0] for text in faulty_alone(compiler, tree, headers(tree))],
                                 ["engine/lacks.hpp"])


if __name__ == "__main__":
    unittest.main()
