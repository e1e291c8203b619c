"""Rules that hold for the whole tree: who may include whom, what the root holds, how files are written.

Each rule is a function from a tree to the list of its breaches. The tests run it on the real tree, where the list must
be empty, and on a small broken tree, where it must not be: a rule that cannot fail protects nothing.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SOURCE_DIR = pathlib.Path(os.environ["TRAWL_SOURCE_DIR"])

LAYERS = {
    "engine": {"engine"},
    "studies": {"engine", "studies"},
    "io": {"engine", "io"},
    "cluster": {"engine", "io", "cluster"},
}
EXTRA_INCLUDES = {"cluster/main.cpp": {"studies"}}

# Headers of a library, and the only folders that may include them.
CONFINED = {
    r"mpi\.h": ["cluster/mpi/"],
    r"hdf5(_hl)?\.h|H5\w+\.h": ["io/"],
    r"toml\+\+/.*": ["io/"],
    r"nlohmann/.*": ["io/", "cluster/"],
    r"boost/program_options.*": ["cluster/"],
    r"muParser.*": ["engine/"],
    r"Eigen/.*": ["studies/"],
    r"(oneapi/)?tbb/.*": ["engine/", "studies/"],
    r"hwy/.*": ["engine/", "studies/"],
}

ROOT_ENTRIES = {"engine", "studies", "io", "cluster", "tests", "bench", "CMakeLists.txt", "CMakePresets.json",
                "README.md", "LICENSE", "CHANGELOG.md", "setup.sh"}
UNTRACKED_ROOT_ENTRIES = {"build", "install"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def sources(tree, *suffixes, folders=(*LAYERS, "tests", "bench")):
    """Paths relative to the tree, as text with forward slashes, sorted."""
    return sorted(str(path.relative_to(tree)) for folder in folders for path in (tree / folder).rglob("*")
                  if path.suffix in suffixes)


def layer_breaches(tree):
    breaches = []
    for path in sources(tree, ".hpp", ".h", ".cpp", folders=LAYERS):
        allowed = LAYERS[path.split("/")[0]] | EXTRA_INCLUDES.get(path, set())
        for kind, name in INCLUDE.findall((tree / path).read_text()):
            if kind == '"' and name.split("/")[0] not in allowed:
                breaches.append(f'{path} includes "{name}": not one of the layers below it')
            if kind == '"' and not (tree / name).is_file():
                breaches.append(f'{path} includes "{name}": not a path from the root')
    return breaches


def confinement_breaches(tree):
    breaches = []
    for path in sources(tree, ".hpp", ".h", ".cpp", folders=LAYERS):
        for kind, name in INCLUDE.findall((tree / path).read_text()):
            for pattern, folders in CONFINED.items():
                if kind == "<" and re.fullmatch(pattern, name) and not path.startswith(tuple(folders)):
                    breaches.append(f"{path} includes <{name}>: only {', '.join(folders)} may")
    return breaches


def root_breaches(tree):
    names = {entry.name for entry in tree.iterdir() if not entry.name.startswith(".")}
    ignored = {name for name in names if name in UNTRACKED_ROOT_ENTRIES or ".h5" in name}
    return [f"{name} in the root: not in the design" for name in sorted(names - ROOT_ENTRIES - ignored)]


def unlisted_sources(tree):
    """Sources that no CMakeLists.txt of their folder or one above names."""
    breaches = []
    for path in sources(tree, ".cpp"):
        listed = False
        for folder in (tree / path).parents:
            name = str((tree / path).relative_to(folder))
            lists = folder / "CMakeLists.txt"
            listed = listed or lists.is_file() and re.search(rf"(^|[\s(\"]){re.escape(name)}([\s)\"]|$)", lists.read_text())
            if folder == tree:
                break
        if not listed:
            breaches.append(f"{path}: in no CMakeLists.txt")
    return breaches


def globs(tree):
    return [f"{path}: globs" for path in sources(tree, ".txt", ".cmake") if re.search(r"\bGLOB", (tree / path).read_text())]


def raw_output(tree):
    """Results go through cluster/cli/print.hpp, which escapes control characters."""
    pattern = r"fmt::print\((?!stderr)|std::cout|std::printf|std::puts"
    return [f"{path}: prints to stdout without print()" for path in sources(tree, ".cpp", ".hpp", folders=["cluster", "io"])
            if re.search(pattern, (tree / path).read_text())]


def header_breaches(tree):
    return [f"{path}: no #pragma once" for path in sources(tree, ".hpp")
            if not re.search(r"^#pragma once$", (tree / path).read_text(), re.MULTILINE)]


def format_breaches(tree):
    paths = sources(tree, ".hpp", ".h", ".cpp")
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", "--style=file", *paths], cwd=tree,
                            capture_output=True, text=True)
    return sorted({line.split(":")[0] + ": not as clang-format writes it" for line in result.stderr.splitlines()
                   if "error:" in line})


def script_breaches(tree):
    scripts = [name for name in ["setup.sh", ".ci/run"] if (tree / name).exists()]
    result = subprocess.run(["shellcheck", *scripts], cwd=tree, capture_output=True, text=True)
    return result.stdout.splitlines()


class Tree(unittest.TestCase):
    """The real tree breaks no rule; a tree with one breach of it does."""

    def check(self, rule, broken):
        """`broken` maps paths to the texts of a tree that breaks the rule."""
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            for path, text in {".clang-format": "BasedOnStyle: Google\n", **broken}.items():
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                (tree / path).write_text(text)
            self.assertTrue(rule(tree), "the rule does not see a breach")
        self.assertEqual(rule(SOURCE_DIR), [])

    def test_each_layer_includes_only_what_lies_below_it(self):
        self.check(layer_breaches, {"engine/a.cpp": '#include "io/b.hpp"\n', "io/b.hpp": ""})

    def test_includes_are_written_from_the_root(self):
        self.check(layer_breaches, {"engine/a.cpp": '#include "engine/b.hpp"\n', "b.hpp": ""})

    def test_libraries_stay_in_their_folders(self):
        self.check(confinement_breaches, {"cluster/cli/a.cpp": "#include <mpi.h>\n"})

    def test_the_root_holds_what_the_design_says(self):
        self.check(root_breaches, {"util/a.cpp": ""})

    def test_every_source_is_listed_in_cmake(self):
        self.check(unlisted_sources, {"engine/a.cpp": "", "engine/CMakeLists.txt": "add_library(engine aa.cpp)\n"})

    def test_sources_are_not_globbed(self):
        self.check(globs, {"engine/CMakeLists.txt": "file(GLOB sources *.cpp)\n"})

    def test_results_are_printed_without_control_characters(self):
        self.check(raw_output, {"cluster/cli/a.cpp": 'void a() { fmt::print("{}", path); }\n'})

    def test_headers_are_included_once(self):
        self.check(header_breaches, {"engine/a.hpp": "int a();\n"})

    def test_files_are_formatted(self):
        self.check(format_breaches, {"engine/a.cpp": "int  a( ){return 1 ;}\n"})

    def test_shell_scripts_pass_shellcheck(self):
        self.check(script_breaches, {"setup.sh": "#!/bin/bash\necho $1\n"})


if __name__ == "__main__":
    unittest.main()
