#!/usr/bin/env python3
"""The house rules that a machine can check: sizes, levels, bans, form. Says file, line and mend.

    tools/tidy.py [FOLDER]      the project's own folder when none is named

The levels of the folders are those of upkeep_folder() in CMakeLists.txt; the rules are
explained in ARCHITECTURE.md.
"""

import ast
import pathlib
import re
import sys

FILE_LINES = 600
HEADER_LINES = 150
FUNCTION_LINES = 70
COLUMNS = 100

# Folders in which nothing may depend on more than its arguments.
PURE = {"base", "model", "coverage", "collect", "parquet", "report", "s3", "content", "config",
        "core"}
# The simulated world must be the same on every machine, but it may print.
REPEATABLE = PURE | {"sim"}

CODE_ENDINGS = {".h", ".cpp"}
CODE_FOLDERS = ("src", "tests", "fuzz", "bench")
SKIPPED_FOLDERS = {"build", ".git", ".demo", ".upkeep", "node_modules", "__pycache__"}
CMAKE_NAMES = re.compile(r"(CMakeLists\.txt|.*\.cmake)$")
SCRIPTS = {"x", ".ci/run", "bench/run", "examples/weather/demo"}


def ban(folders, pattern, mend):
    return folders, re.compile(pattern), mend


BANS = [
    ban(PURE, r"#include <(thread|mutex|shared_mutex|condition_variable|future|atomic|semaphore"
        r"|stop_token|latch|barrier)>", "threads belong into io or daemon"),
    ban(PURE, r"#include <(iostream|fstream|filesystem|unistd\.h|fcntl\.h|poll\.h|dirent\.h"
        r"|sys/[^>]*|netinet/[^>]*|sqlite3\.h|curl/[^>]*|boost/asio[^>]*|spdlog/[^>]*)>",
        "input and output belong into io; take what was read as an argument"),
    ban(REPEATABLE, r"\b(system|steady|high_resolution|file)_clock::now\b|\babsl::Now\b"
        r"|\b(clock_gettime|gettimeofday)\b|\btime\s*\(\s*(nullptr|NULL|0|&)",
        "take the time as an argument"),
    ban(REPEATABLE, r"\bunordered_(map|set|multimap|multiset)\b",
        "use std::map or a sorted vector: its order must be the same everywhere"),
    ban(REPEATABLE, r"\bs?rand\s*\(|\brandom_device\b|\bmt19937|\bdefault_random_engine\b"
        r"|_distribution\s*<", "use base/random.h, which gives the same numbers everywhere"),
    ban(REPEATABLE, r"\b(map|set)<\s*(const\s+)?[\w:]+\s*\*",
        "use an Id as the key: addresses differ from run to run"),
    ban(PURE, r"\b(secure_)?getenv\s*\(", "take the environment as an argument"),
    ban(PURE - {"base"}, r"\b(f|v|vf)?printf\s*\(|\bf?puts\s*\(|\bstd::(cout|cerr|clog)\b"
        r"|\bfopen\s*\(|\bspdlog::", "return what is to be said; io and cli print and log"),
    ban({"core"}, r"\bco_(await|return|yield)\b", "the core has no coroutines"),
]

LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX)\b")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|absl::SleepFor)\b|\bsleep\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
TEST_NAME = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)"
                       r"\s*\(\s*\w+\s*,\s*(\w+)")
SENTENCE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+$")
MUTABLE = "outlives the function and can change: make it const, or a member of what owns it"


class Findings:
    """What is to be mended, in the order of files and lines."""

    def __init__(self):
        self.lines = []

    def add(self, path, line, text):
        self.lines.append((str(path), line, text))

    def texts(self):
        return [f"{path}:{line}: {text}" for path, line, text in sorted(set(self.lines))]


def without_comments_and_strings(text):
    """The same text, line for line, with blanks in their place; #include lines stay whole."""
    token = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\ ]{0,16})\(.*?\)(?P=mark)"'
        r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(found):
        start = text.rfind("\n", 0, found.start()) + 1
        if found[0].startswith('"') and text[start:found.start()].lstrip().startswith("#include"):
            return found[0]
        kept = found[0][0] if found[0][0] in "\"'" else " "  # f("x") must not become f()
        return kept + re.sub(r"[^\n]", " ", found[0][1:])

    return token.sub(blank, text)


def scopes(code):
    """Yields (kind, first line, last line) of each statement and function body that stands
    outside of functions; the kind is `function`, `variable` or `other`."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda macro: re.sub(r"[^\n]", " ", macro[0]),
                  code, flags=re.M)
    stack, head, head_line, line = [], "", 1, 1
    inside = None  # depth of the function or initializer that we are in
    for character in code:
        if character == "\n":
            line += 1
        if inside is None and not head.strip():
            head_line = line
        if character == "{":
            if inside is None:
                kind = block_kind(head)
                stack.append((kind, head_line, head))
                if kind in ("function", "initializer"):
                    inside = len(stack)
                else:
                    head = ""
            else:
                stack.append(None)
        elif character == "}" and stack:
            closed = stack.pop()
            if inside == len(stack) + 1:
                inside = None
                kind, first, text = closed
                if kind == "function":
                    yield "function", first, line
                    head = ""
                else:
                    head = text + "{}"
                    head_line = first
            elif inside is None:
                head = ""
        elif inside is None:
            if character == ";":
                outside_classes = all(scope[0] == "namespace" for scope in stack)
                kind = "variable" if outside_classes and is_mutable_variable(head) else "other"
                yield kind, head_line, line
                head = ""
            else:
                head += character


def block_kind(head):
    """What a brace opens, by the text before it."""
    head = head.strip()
    if re.match(r"(inline\s+)?namespace\b|extern\s*$", head):
        return "namespace"
    plain = re.sub(r"<[^<>]*>", "", re.sub(r"<[^<>]*>", "", head))
    if re.search(r"\b(class|struct|union|enum)\b", plain) and "(" not in plain.split("=")[0]:
        return "class"
    before = re.sub(r"operator\s*\S+?\s*\(", "(", plain)
    if "(" in before and not re.match(r"[^(]*[^=!<>]=[^=]", before):
        return "function"
    return "initializer"


def is_mutable_variable(head):
    """A definition at namespace level that can change while the program runs."""
    head = " ".join(head.split())
    if not head or re.search(r"\b(const|constexpr|constinit const|using|typedef|friend|extern"
                             r"|static_assert|class|struct|enum|template|union|namespace)\b", head):
        return False
    declared = re.split(r"=|\{", head)[0]
    return "(" not in declared and re.fullmatch(r"[\w:<>,*&\[\]\s]+\s[*&]?\w+\s*(\[\w*\])*\s*",
                                                declared) is not None


class Tidy:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.findings = Findings()
        self.levels = self.read_levels()
        self.includes = {}  # file of src -> [(line, included file of src)]
        self.files = 0

    def read_levels(self):
        text = (self.root / "CMakeLists.txt").read_text(encoding="utf-8")
        found = re.findall(r"^upkeep_folder\((\w+) LEVEL (\d+)", text, re.M)
        return {name: int(level) for name, level in found}

    def run(self):
        for path in sorted(self.project_files()):
            name = path.relative_to(self.root).as_posix()
            text = path.read_text(encoding="utf-8")
            self.files += 1
            if path.suffix in CODE_ENDINGS:
                self.check_code(name, text)
            elif path.suffix == ".py":
                self.check_python(name, text)
            elif name in SCRIPTS:
                self.check_form(name, text, "#!")
            elif CMAKE_NAMES.match(path.name):
                self.check_form(name, text, "#")
            elif path.suffix == ".md":
                self.check_links(name, text)
        self.check_cycles()
        return self.findings.texts()

    def project_files(self):
        folders = [self.root]
        while folders:
            for path in folders.pop().iterdir():
                if path.is_dir() and not path.is_symlink():
                    if path.name not in SKIPPED_FOLDERS:
                        folders.append(path)
                elif path.suffix in CODE_ENDINGS | {".py", ".md"} or CMAKE_NAMES.match(
                        path.name) or path.relative_to(self.root).as_posix() in SCRIPTS:
                    yield path

    def check_form(self, name, text, opening):
        """What holds for every text that is run or compiled."""
        lines = text.splitlines()
        if not text.startswith(opening):
            self.findings.add(name, 1, f"open the file with its purpose (`{opening}`)")
        if len(lines) > FILE_LINES:
            self.findings.add(name, FILE_LINES, f"{len(lines)} lines, at most {FILE_LINES}: "
                              "split it into files that are each about one thing")
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS:
                self.findings.add(name, number,
                                  f"{len(line)} columns, at most {COLUMNS}: break the line")
            leftover = LEFTOVER.search(line)
            if leftover and name != "tools/tidy.py":
                self.findings.add(name, number, f"{leftover[0]}: finish it or take it out")

    def check_code(self, name, text):
        # The header of the same name says what a source and its tests are for.
        own = f'#include "{re.sub(r"^src/|(_test)?[.]cpp$", "", name)}.h"'
        self.check_form(name, text, own if text.startswith(own) else "//")
        parts = name.split("/")
        code = without_comments_and_strings(text)
        if name.endswith(".h"):
            self.check_header(name, text)
        folder = parts[1] if parts[0] == "src" else None
        if folder is not None and (len(parts) != 3 or folder not in self.levels):
            self.findings.add(name, 1, "belongs to no library: put it into a folder of src/ that "
                              "CMakeLists.txt names with upkeep_folder()")
        is_test = name.endswith("_test.cpp") or parts[0] == "tests"
        for number, line in enumerate(code.splitlines(), 1):
            self.check_line(name, number, line, folder, is_test)
        if folder in REPEATABLE:
            self.check_hashes(name, code)
        for kind, first, last in scopes(code):
            if kind == "function" and last - first >= FUNCTION_LINES:
                self.findings.add(name, first, f"a function of {last - first + 1} lines, at most "
                                  f"{FUNCTION_LINES}: name its parts")
            if kind == "variable" and folder in REPEATABLE:
                if not str(name).endswith("/main.cpp"):
                    self.findings.add(name, first, MUTABLE)

    def check_header(self, name, text):
        lines = text.splitlines()
        if "#pragma once" not in lines:
            self.findings.add(name, 1, "write `#pragma once` below the purpose")
        if len(lines) > HEADER_LINES:
            self.findings.add(name, HEADER_LINES, f"{len(lines)} lines, a header has at most "
                              f"{HEADER_LINES}: show the contract, move helpers into the .cpp")

    def check_line(self, name, number, line, folder, is_test):
        include = INCLUDE.match(line)
        if include:
            self.check_include(name, number, include[1], folder)
        if is_test:
            if SLEEP.search(line):
                self.findings.add(name, number, "a test that sleeps: wait for the event itself, "
                                  "or use a fake clock")
            test = TEST_NAME.match(line)
            if test and not SENTENCE.match(test[1]):
                self.findings.add(name, number, f"name the test as a sentence, not `{test[1]}`: "
                                  "`a_late_answer_is_ignored`")
            return
        if str(name).endswith("/main.cpp"):
            return  # a program stands outside what it runs
        for folders, pattern, mend in BANS:
            found = pattern.search(line) if folder in folders else None
            if found:
                self.findings.add(name, number, f"`{found[0].strip()}` in src/{folder}: {mend}")
        if folder in REPEATABLE and re.match(
                r"\s*(static|thread_local)\s+(?!const\b|constexpr\b|_assert)[^(]*(=|;|\{)", line):
            self.findings.add(name, number, MUTABLE)

    def check_hashes(self, name, code):
        """Looking up by hash is fine; the order of a walk would differ from run to run."""
        for owner in set(re.findall(r"\b(?:flat|node)_hash_(?:map|set)<[^;]*>\s+(\w+)", code)):
            for walk in re.finditer(rf":\s*{owner}\s*\)|\b{owner}\.begin\s*\(", code):
                self.findings.add(name, code.count("\n", 0, walk.start()) + 1,
                                  f"walks over the hash table `{owner}`: its order differs from "
                                  "run to run; keep the order in a vector beside it")

    def check_include(self, name, number, included, folder):
        parts = included.split("/")
        if len(parts) != 2 or not (self.root / "src" / included).is_file():
            if not (self.root / included).is_file():
                self.findings.add(name, number, f'include "{included}" as "folder/file.h", '
                                  "a file of src/")
            return
        self.includes.setdefault(name, []).append((number, "src/" + included))
        if folder is None or parts[0] == folder or parts[0] not in self.levels:
            return
        mine, other = self.levels.get(folder), self.levels[parts[0]]
        if mine is not None and other >= mine:
            self.findings.add(name, number, f"src/{folder} (level {mine}) includes src/{parts[0]} "
                              f"(level {other}): a folder includes only lower levels; turn the "
                              "dependency round or move what is shared down")

    def check_cycles(self):
        """Depth first; `done` files lie on no cycle that has not been told."""
        done = set()

        def walk(path, trail):
            if path in trail:
                circle = trail[trail.index(path):] + [path]
                line = next(line for line, to in self.includes[circle[-2]] if to == path)
                self.findings.add(circle[-2], line, "include cycle: " + " → ".join(circle)
                                  + "; move what both need into a header of its own")
            elif path not in done:
                for _, included in self.includes.get(path, ()):
                    walk(included, trail + [path])
                done.add(path)

        for path in sorted(self.includes):
            walk(path, [])

    def check_python(self, name, text):
        self.check_form(name, text, ('#!' if text.startswith("#!") else '"""'))
        tree = ast.parse(text)
        if ast.get_docstring(tree) is None:
            self.findings.add(name, 1, "open the file with its purpose as a docstring")
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION_LINES:
                    self.findings.add(name, node.lineno, f"a function of {length} lines, at most "
                                      f"{FUNCTION_LINES}: name its parts")

    def check_links(self, name, text):
        """Links to files of the project must lead somewhere."""
        for number, line in enumerate(text.splitlines(), 1):
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", line):
                if "://" in target or target.startswith("mailto:"):
                    continue
                if not (self.root / name).parent.joinpath(target).exists():
                    self.findings.add(name, number, f"the link to {target} leads nowhere")


def main(arguments):
    root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent
    tidy = Tidy(root)
    findings = tidy.run()
    for line in findings:
        print(line)
    print(f"tidy: {tidy.files} files, {len(findings)} to mend" if findings
          else f"tidy: {tidy.files} files, nothing to mend")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
