"""Tests of tools/tidy.py: each rule finds what it is for, and leaves its neighbour alone."""

import pathlib
import tempfile
import unittest

import tidy

LEVELS = """# Levels.
upkeep_folder(base LEVEL 0)
upkeep_folder(core LEVEL 4)
upkeep_folder(config LEVEL 4)
upkeep_folder(io LEVEL 5)
"""


def findings(**files):
    """What tidy says of a project with these files; `src_core_a_h` names src/core/a.h."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "CMakeLists.txt").write_text(LEVELS, encoding="utf-8")
        for name, text in files.items():
            *folders, stem, ending = name.split("__")
            path = root.joinpath(*folders, f"{stem}.{ending}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tidy.Tidy(root).run()


def in_core(body, name="src__core__a__cpp"):
    return findings(**{name: "// Purpose.\n" + body})


class Rules(unittest.TestCase):
    def assert_one(self, found, place, words):
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ":"), found)
        self.assertIn(words, found[0])

    def test_a_clean_project_has_nothing_to_mend(self):
        self.assertEqual(findings(
            src__core__a__h='// Purpose.\n#pragma once\n#include <map>\n#include "base/b.h"\n'
                            "inline int f() { return 1; }\n",
            src__core__a__cpp='#include "core/a.h"\nint g() { return 2; }\n',
            src__base__b__h="// Purpose.\n#pragma once\n"), [])

    def test_a_file_opens_with_its_purpose(self):
        self.assert_one(findings(src__core__a__cpp="int f();\n"), "src/core/a.cpp:1", "purpose")

    def test_a_header_has_pragma_once(self):
        self.assert_one(findings(src__core__a__h="// Purpose.\nint f();\n"),
                        "src/core/a.h:1", "#pragma once")

    def test_a_long_line_is_found(self):
        self.assert_one(in_core("// " + "x" * 98 + "\n"), "src/core/a.cpp:2", "101 columns")
        self.assertEqual(in_core("// " + "ä" * 97 + "\n"), [])

    def test_a_long_file_is_found(self):
        self.assert_one(in_core("// x\n" * 600), "src/core/a.cpp:600", "601 lines")
        self.assertEqual(in_core("// x\n" * 599), [])

    def test_a_long_header_is_found(self):
        self.assert_one(findings(src__core__a__h="// P.\n#pragma once\n" + "// x\n" * 149),
                        "src/core/a.h:150", "151 lines")

    def test_a_long_function_is_found(self):
        body = "  if (x) {\n    g(\"}\");  // }\n  }\n" * 23
        self.assert_one(in_core("namespace n {\nint f(int x)\n{\n" + body + "}\n}\n"),
                        "src/core/a.cpp:3", "function of 72 lines")
        self.assertEqual(in_core("int f(int x) {\n" + body[:-4] + "}}\n"), [])

    def test_a_long_member_function_is_found_but_no_long_class_or_table(self):
        lines = "    g();\n" * 70
        self.assert_one(in_core("class A : B<int> {\n  void f() const {\n" + lines + "  }\n};\n"),
                        "src/core/a.cpp:3", "function of 72 lines")
        self.assertEqual(in_core("class A {\n" + "  int f();\n" * 80 + "};\n"), [])
        self.assertEqual(in_core("const int a[] = {\n" + "  1,\n" * 80 + "};\n"), [])

    def test_equal_and_higher_levels_are_not_included(self):
        files = {"src__config__c__h": "// Purpose.\n#pragma once\n",
                 "src__io__i__h": "// Purpose.\n#pragma once\n"}
        self.assert_one(findings(**files, src__core__a__cpp='// P.\n#include "config/c.h"\n'),
                        "src/core/a.cpp:2", "level 4")
        self.assert_one(findings(**files, src__core__a__cpp='// P.\n#include "io/i.h"\n'),
                        "src/core/a.cpp:2", "level 5")
        self.assertEqual(findings(**files, src__io__b__cpp='// P.\n#include "config/c.h"\n'), [])

    def test_an_include_cycle_is_found(self):
        self.assert_one(findings(src__core__a__h='// P.\n#pragma once\n#include "core/b.h"\n',
                                 src__core__b__h='// P.\n#pragma once\n#include "core/a.h"\n'),
                        "src/core/b.h:3", "src/core/a.h → src/core/b.h → src/core/a.h")

    def test_an_include_names_folder_and_file(self):
        self.assert_one(in_core('#include "a.h"\n'), "src/core/a.cpp:2", "folder/file.h")
        self.assertEqual(in_core('// #include "a.h"\n'), [])

    def test_a_source_outside_of_the_libraries_is_found(self):
        self.assert_one(findings(src__lost__a__cpp="// P.\n"), "src/lost/a.cpp:1", "no library")
        self.assert_one(findings(src__core__deep__a__cpp="// P.\n"), "src/core/deep/a.cpp:1",
                        "no library")

    def test_leftovers_are_found(self):
        self.assert_one(in_core("// TO" + "DO: finish\n"), "src/core/a.cpp:2", "finish it")

    def test_a_dead_link_is_found(self):
        self.assert_one(findings(README__md="[a](docs/b.md) [c](https://x.y) [d](#e)\n"),
                        "README.md:1", "docs/b.md")

    def test_python_has_a_purpose_and_short_functions(self):
        self.assert_one(findings(tools__a__py='"""P."""\ndef f():\n' + "    g()\n" * 70),
                        "tools/a.py:2", "function of 71 lines")
        self.assertIn("docstring", " ".join(findings(tools__a__py="f()\n")))


class Bans(unittest.TestCase):
    BANNED = [
        "#include <thread>", "#include <fstream>", "#include <sys/stat.h>",
        "const auto t = f(std::chrono::system_clock::now());", "const auto t = time(nullptr);",
        "const std::unordered_map<int, int> m;", "int f() { return rand(); }",
        "std::uniform_int_distribution<int> f();", "const std::map<const Task*, int> m;",
        'const auto home = f(std::getenv("HOME"));', 'void f() { std::printf("x"); }',
        "int counter = 0;", "std::vector<int> list;", "static int counter{0};",
        "int f() {\n  static int n = 0;\n  return n;\n}", "thread_local int x;",
        "void f() {\n  absl::flat_hash_map<A, B> m;\n  for (auto& [a, b] : m) g(a);\n}",
        "task f() { co_await g(); }",
    ]
    ALLOWED = [
        "// std::thread and system_clock::now()", 'const char* a = "rand()";',
        "int f() { return space.time(3); }", "constexpr int counter = 0;",
        "struct A { int b = 0; };",
        "int f() {\n  static const int n = 0;\n  static constexpr int m{1};\n  return n;\n}",
        "using A = std::map<int, int*>;", "int f(int a = 0, B b = {});", "static int f(int a = 0);",
        "namespace {\nint f();\n}", "template <class T>\nT f(T a) { return a; }",
        "#define A(b) \\\n  int b = 0; \\\n  c(b)\n", "const char c = '{';\nint f();",
        "int f() {\n  absl::flat_hash_map<A, B> m;\n  return m.at(a);\n}",
        "bool operator==(const A& a, const A& b) { return a.c == b.c; }",
        "enum class A : int { b };",
        "struct A {\n  explicit A(int b) : b_{b} {}\n  int b_;\n};", 'const auto a = R"({ " )";',
    ]

    def test_each_banned_thing_is_found_in_the_core(self):
        for text in self.BANNED:
            with self.subTest(text):
                self.assertEqual(len(in_core(text + "\n")), 1, in_core(text + "\n"))

    def test_what_only_looks_like_it_is_left_alone(self):
        for text in self.ALLOWED:
            with self.subTest(text):
                self.assertEqual(in_core(text + "\n"), [])

    def test_the_shell_may_do_what_the_core_may_not(self):
        self.assertEqual(in_core("#include <thread>\nint f() { return rand(); }\n",
                                 "src__io__a__cpp"), [])


class TestsOfTests(unittest.TestCase):
    def test_a_sleeping_test_is_found(self):
        found = in_core("void f() { std::this_thread::sleep_for(1s); }\n", "src__io__a_test__cpp")
        self.assertIn("sleeps", found[0])

    def test_a_test_is_named_as_a_sentence(self):
        self.assertIn("sentence", in_core("TEST(A, Works) {}\n", "src__io__a_test__cpp")[0])
        self.assertEqual(in_core("TEST(A, a_late_answer_is_ignored) {}\n", "src__io__a_test__cpp"),
                         [])


if __name__ == "__main__":
    unittest.main()
