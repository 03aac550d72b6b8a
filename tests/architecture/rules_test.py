"""The rules themselves: each must be able to fail."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import include_levels  # noqa: E402
import lengths  # noqa: E402
import links  # noqa: E402
import tree  # noqa: E402

BODY = "  call();\n"


class Lengths(unittest.TestCase):
    def lengths_of(self, code):
        return [length for _, length in lengths.functions(code)]

    def test_counts_from_the_signature_to_the_closing_brace(self):
        self.assertEqual(self.lengths_of("int f(int a,\n      int b) {\n" + BODY * 3 + "}\n"), [6])

    def test_finds_functions_in_namespaces_and_classes(self):
        code = ("namespace a {\nclass B : public C {\n public:\n  B() : x_{1}, y_(2) {\n" + BODY
                + "  }\n  int x_ = 0;\n};\n}\n")
        self.assertEqual(max(self.lengths_of(code)), 3)

    def test_a_long_lambda_counts_with_its_function(self):
        code = "void f() {\n  auto g = [&](int x) {\n" + BODY * 80 + "  };\n}\n"
        self.assertEqual(self.lengths_of(code), [84])

    def test_a_table_is_not_a_function(self):
        self.assertEqual(self.lengths_of("const int k[] = {\n" + "  1,\n" * 90 + "};\n"), [])

    def test_braces_in_strings_comments_and_characters_do_not_count(self):
        code = "void f() {\n  // {\n  g(\"{\", '{', R\"(\n{\n)\");\n}\nvoid h() {}\n"
        self.assertEqual(self.lengths_of(code), [6, 1])


class Includes(unittest.TestCase):
    def test_a_cycle_is_found_and_named(self):
        self.assertEqual(include_levels.find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}),
                         ["b", "c", "b"])
        self.assertIsNone(include_levels.find_cycle({"a": {"b", "c"}, "b": {"c"}}))

    def test_a_plugin_may_not_see_another_plugin_or_the_host(self):
        self.assertIsNotNone(include_levels.forbidden(("plugins/api/rest", "host/ports")))
        self.assertIsNotNone(include_levels.forbidden(("plugins/api/rest", "plugins/store/memory")))
        self.assertIsNone(include_levels.forbidden(("plugins/api/rest", "sdk/plugin")))

    def test_the_pipeline_sees_ports_only(self):
        self.assertIsNotNone(include_levels.forbidden(("host/pipeline", "host/bridge")))
        self.assertIsNone(include_levels.forbidden(("host/pipeline", "host/ports")))

    def test_sources_and_headers_of_a_level_are_one_module(self):
        self.assertEqual(include_levels.module_of("sdk/src/wire/hashing.cpp"), "sdk/wire")
        self.assertEqual(include_levels.module_of("sdk/include/tenon/wire/hashing.hpp"), "sdk/wire")


class Text(unittest.TestCase):
    def test_machine_paths_and_unfinished_pieces_are_found(self):
        self.assertEqual(len(list(tree.forbidden("x = /root/a\n// TODO: later\nok\n"))), 2)
        harmless = 'mkdtemp("tenon-XXXXXX"); see /rooted and /work-a'
        self.assertEqual(list(tree.forbidden(harmless)), [])

    def test_broken_links_and_anchors_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text("# A heading, here\n[a](#a-heading-here) [b](#no) [c](gone.md)\n"
                            "`[d](x)`\n")
            self.assertEqual([target for target, _ in links.broken_links(page)], ["#no", "gone.md"])


if __name__ == "__main__":
    unittest.main()
