"""`tenon daml`: the samples become DARs that are valid, can be looked into and come back as text;
what is wrong is refused in words. Packages of the Daml compiler too, where the shared data is."""

import json
import os
import re
import subprocess
import unittest
import zipfile
from pathlib import Path

from node import BINARY, SOURCE, temporary_folder

TOOL = BINARY / "bin/tenon-daml"
SAMPLES = SOURCE / "plugins/engine/daml/samples"
SHARED = Path(os.environ.get("TENON_SHARED_DIR", SOURCE / "../shared")) / "daml/dars"
PACKAGE_ID = re.compile(r"[0-9a-f]{64}")


def daml(*words, check=True):
    return subprocess.run([str(TOOL), *map(str, words)], check=check, capture_output=True,
                          text=True, timeout=120)


def answer(*words, check=True):
    """The JSON on the last line of the output."""
    return json.loads(daml(*words, "--json", check=check).stdout.strip().splitlines()[-1])


def named(items, name):
    return next(item for item in items if item["name"] == name)


class DamlTool(unittest.TestCase):
    def setUp(self):
        context = temporary_folder()
        self.folder = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def refused(self, exit_code, words, expected):
        """Runs `words`, which must fail and say each of `expected`, with --json and without."""
        told = daml(*words, check=False)
        self.assertEqual(told.returncode, exit_code, told.stdout + told.stderr)
        self.assertIn("next:  tenon daml", told.stderr)
        failure = answer(*words, check=False)
        self.assertEqual(failure["exit_code"], exit_code)
        self.assertTrue(failure["next"].startswith("tenon daml"), failure)
        for text in expected:
            self.assertIn(text, told.stderr)
            self.assertIn(text, failure["message"])

    def write(self, name, content):
        path = self.folder / name
        path.write_text(content)
        return path

    def assembled(self, sample):
        dar = self.folder / f"{sample}.dar"
        return dar, answer("assemble", SAMPLES / f"{sample}.lf", "-o", dar)

    def test_the_samples_become_valid_dars_and_come_back(self):
        for sample in ("iou", "token"):
            with self.subTest(sample):
                dar, made = self.assembled(sample)
                self.assertEqual(made["name"], f"tenon-{sample}-1.0.0")
                self.assertEqual(made["size"], dar.stat().st_size)
                self.assertRegex(made["package_id"], PACKAGE_ID)
                self.assertTrue(answer("validate", dar)["valid"])
                text = self.folder / "again.lf"
                taken = answer("disassemble", dar, "-o", text)
                self.assertEqual(taken["package_id"], made["package_id"])
                again = self.folder / "again.dar"
                daml("assemble", text, "-o", again)
                self.assertEqual(again.read_bytes(), dar.read_bytes())

    def test_a_dar_is_a_zip_file_that_others_read(self):
        dar, made = self.assembled("token")
        with zipfile.ZipFile(dar) as archive:
            self.assertIsNone(archive.testzip())
            manifest = archive.read("META-INF/MANIFEST.MF").decode().replace("\n ", "")
            main = re.search(r"^Main-Dalf: (.*)$", manifest, re.MULTILINE)[1]
            self.assertIn(made["package_id"], main)
            self.assertIn(main, archive.namelist())

    def test_inspect_tells_what_a_package_defines(self):
        dar, made = self.assembled("iou")
        told = answer("inspect", dar)
        self.assertEqual(told["main"], made["package_id"])
        (package,) = told["packages"]
        self.assertEqual((package["name"], package["version"], package["language_version"]),
                         ("tenon-iou", "1.0.0", "1.15"))
        self.assertTrue(package["main"])
        (module,) = package["modules"]
        iou = named(module["templates"], "Iou")
        self.assertEqual(iou["key"], "Iou:IouKey")
        self.assertEqual(iou["implements"], ["Iou:Asset"])
        self.assertEqual(named(iou["choices"], "Settle"),
                         {"name": "Settle", "consuming": True, "argument": "Iou:Settle",
                          "result": "Optional (ContractId Iou:Iou)"})
        self.assertIsNone(named(module["templates"], "Proposal")["key"])
        asset = named(module["interfaces"], "Asset")
        self.assertEqual(asset["view"], "Iou:AssetView")
        self.assertEqual(asset["methods"], [{"name": "describe", "type": "Text"}])
        self.assertEqual(module["exceptions"], [{"name": "WrongAmount"}])
        self.assertEqual(named(module["data_types"], "IouKey"),
                         {"name": "IouKey", "form": "record", "serializable": True,
                          "parameters": [], "fields": [{"name": "issuer", "type": "Party"},
                                                       {"name": "number", "type": "Int64"}]})
        shown = daml("inspect", dar).stdout
        for line in (f"  id: {made['package_id']}\n", "    template Iou\n",
                     "      key Iou:IouKey\n",
                     "      consuming choice Transfer (Iou:Transfer) : ContractId Iou:Proposal\n"):
            self.assertIn(line, shown)

    def test_an_edited_literal_makes_another_package(self):
        text = (SAMPLES / "token.lf").read_text()
        edited = self.write("edited.lf", text.replace("something must be left", "keep something"))
        made = answer("assemble", edited)
        self.assertEqual(made["file"], str(self.folder / "edited.dar"))
        self.assertNotEqual(made["package_id"], self.assembled("token")[1]["package_id"])
        back = answer("disassemble", made["file"])["text"]
        self.assertIn('"keep something"', back)
        self.assertNotIn("something must be left", back)

    def test_imports_come_from_other_dars(self):
        token, made = self.assembled("token")
        user = self.write("user.lf", f'''language 1.15;
            package "user" "1.0.0";
            import "{made["package_id"]}" as Token;
            module User {{ synonym Held = ContractId Token:Token:Token; }}''')
        self.refused(1, ("assemble", user), [made["package_id"], "--with"])
        self.assertEqual(answer("assemble", user, "--with", token)["packages"], 2)
        dar = self.folder / "user.dar"
        self.assertTrue(answer("validate", dar)["valid"])
        self.assertIn("tenon-token", daml("inspect", dar).stdout)
        text = daml("disassemble", dar, "--package", made["package_id"][:6]).stdout
        self.assertEqual(text, daml("disassemble", token).stdout)

    def test_a_wrong_text_is_refused_with_its_place(self):
        text = self.write("wrong.lf",
                          'language 1.15;\npackage "a" "1";\nmodule M {\n  value = 1;\n}')
        self.refused(1, ("assemble", text), [f"{text}:4:", "expected", "found"])
        self.assertFalse((self.folder / "wrong.dar").exists())

    def test_a_package_that_breaks_a_rule_is_not_valid(self):
        text = self.write("ill.lf", '''language 1.15;
            package "ill" "1.0.0";
            module M { value v : Int64 = "text"; }''')
        daml("assemble", text)
        self.refused(6, ("validate", self.folder / "ill.dar"),
                     ["module M", "value v", "Int64", "Text"])

    def test_files_that_are_no_dars_are_refused(self):
        broken = self.write("broken.dar", "PK but no more")
        for command in ("inspect", "disassemble"):
            self.refused(1, (command, broken), [str(broken), "zip"])
            self.refused(1, (command, self.folder / "none.dar"), ["none.dar", "cannot be read"])
        self.refused(6, ("validate", broken), [str(broken), "zip"])
        self.refused(1, ("assemble", self.folder / "none.lf"), ["none.lf", "cannot be read"])
        dar, _ = self.assembled("token")
        self.refused(1, ("disassemble", dar, "--package", "zz"), ["--package", "zz"])
        self.refused(1, ("disassemble", dar, "-o", self.folder / "no/such.lf"), ["no/such.lf"])

    def test_a_wrong_command_line_is_refused(self):
        self.refused(2, ("inspect",), ["FILE"])
        self.refused(2, ("dissect", "x.dar"), ["subcommand"])

    @unittest.skipUnless(SHARED.exists(), f"no {SHARED}")
    def test_a_compiled_dar_is_told_in_full(self):
        dar = SHARED / "model-tests-1.15.dar"
        told = answer("inspect", dar)
        self.assertGreater(len(told["packages"]), 20)
        names = {template["name"] for package in told["packages"] if package["main"]
                 for module in package["modules"] for template in module["templates"]}
        self.assertIn("Dummy", names)
        self.assertIn("--all", daml("inspect", dar).stdout)
        self.assertEqual(len(answer("validate", dar)["packages"]), len(told["packages"]))
        text, again = self.folder / "model.lf", self.folder / "model.dar"
        daml("disassemble", dar, "-o", text)
        made = answer("assemble", text, "-o", again, "--with", dar)
        self.assertEqual(made["package_id"], told["main"])
        self.assertTrue(answer("validate", again)["valid"])

    @unittest.skipUnless(SHARED.exists(), f"no {SHARED}")
    def test_a_version_that_is_not_supported_is_named(self):
        self.refused(1, ("inspect", SHARED / "Test-1.5.dar"), ["1.5", "1.11-1.15 and 1.17"])


if __name__ == "__main__":
    unittest.main()
