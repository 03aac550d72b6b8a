"""Packages: what is no archive of them, and one archive that several callers upload at once."""

import base64
import hashlib
import io
import json
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from annotated import outcomes
from case import INVALID_ARGUMENT, NOT_FOUND, LedgerCase, exercise_of, fields_of, party_value, text
from node import BINARY, SOURCE

MANAGEMENT = "admin.PackageManagementService/"
UPLOADS_AT_ONCE = 8
NO_PACKAGE = " "  # a name that no package has


def zipped(**entries: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/"), data)
    return content.getvalue()


def dar_of(package: bytes | None) -> bytes:
    """An archive whose manifest names one package."""
    manifest = ("Manifest-Version: 1.0\nFormat: daml-lf\nEncryption: non-encrypted\n"
                "Main-Dalf: a.dalf\nDalfs: a.dalf\n\n").encode()
    entries = {"META-INF__MANIFEST.MF": manifest}
    return zipped(**entries, **({} if package is None else {"a.dalf": package}))


class Packages(LedgerCase):
    def upload(self, dar: bytes, submission_id: str = ""):
        return self.client.begin(MANAGEMENT + "UploadDarFile", {
            "dar_file": base64.b64encode(dar).decode(), "submission_id": submission_id})

    def new_dar(self) -> tuple[bytes, str]:
        """An archive of a package that the ledger does not have yet, and its id."""
        source = (SOURCE / "tests/integration/notes.lf").read_text()
        name = self.unique("notes")
        with tempfile.TemporaryDirectory() as folder:
            assembled, out = Path(folder) / "notes.lf", Path(folder) / "notes.dar"
            assembled.write_text(source.replace('package "tenon-test-notes"', f'package "{name}"'))
            said = subprocess.run(
                [str(BINARY / "bin/tenon-daml"), "assemble", str(assembled), "-o", str(out),
                 "--json"], check=True, capture_output=True, text=True).stdout
            return out.read_bytes(), json.loads(said.strip().splitlines()[-1])["package_id"]

    def known(self) -> list[str]:
        answer = self.client.call(MANAGEMENT + "ListKnownPackages", {})
        return [one.package_id for one in answer.package_details]

    def test_what_is_no_archive_of_packages_is_refused_and_told_apart(self):
        cases = ((b"", "INVALID_DAR", "Dar file is corrupt"),
                 (b"no zip", "INVALID_DAR", "Dar file is corrupt"),
                 (zipped(other=b"x"), "INVALID_DAR", "Dar file is corrupt"),
                 (dar_of(None), "INVALID_ZIP_ENTRY", "a.dalf"),
                 (dar_of(b"no package"), "DAR_PARSE_ERROR", "a.dalf"),
                 (dar_of(bytes(20 << 20)), "ZIP_BOMB", "a.dalf"))
        for dar, identifier, phrase in cases:
            with self.subTest(identifier + phrase):
                self.refused(INVALID_ARGUMENT, identifier,
                             lambda dar=dar: self.upload(dar).result(), phrase)
                self.refused(INVALID_ARGUMENT, identifier,
                             lambda dar=dar: self.client.call(
                                 MANAGEMENT + "ValidateDarFile",
                                 {"dar_file": base64.b64encode(dar).decode()}), phrase)

    def test_one_archive_is_uploaded_again_and_again_with_whatever_submission_id(self):
        dar, package = self.new_dar()
        submission = self.unique("submission")
        for _ in range(2):
            self.upload(dar, submission).result()
        self.upload(dar).result()
        self.assertEqual(self.known().count(package), 1)

    def test_an_archive_uploaded_at_once_by_several_is_there_once_and_can_be_used(self):
        dar, package = self.new_dar()
        results = outcomes([self.upload(dar) for _ in range(UPLOADS_AT_ONCE)])
        self.assertEqual([error for _, error in results if error], [])
        known = self.known()
        self.assertEqual(known.count(package), 1)
        self.assertEqual(len(known), len(set(known)))
        party = self.party()
        template = {"package_id": package, "module_name": "Notes", "entity_name": "Note"}
        contract = self.create(party, template, owner=party_value(party),
                               reader=party_value(party), text=text("x"))
        self.assertEqual([one.contract_id for one in self.client.active(party)], [contract])
        self.submit(party, exercise_of(template, contract, "Archive"))
        self.assertEqual(self.client.active(party), [])

    def test_a_package_is_used_right_after_its_upload_by_the_same_caller(self):
        dar, package = self.new_dar()
        self.upload(dar).result()
        template = {"package_id": package, "module_name": "Notes", "entity_name": "Note"}
        party = self.party()
        fields = {"owner": party_value(party), "reader": party_value(party), "text": text("x")}
        self.submit(party, {"create": {"template_id": template,
                                       "create_arguments": fields_of(fields)}})

    def test_a_package_is_listed_and_read_by_its_id_which_is_its_hash(self):
        dar, package = self.new_dar()
        self.upload(dar).result()
        self.assertIn(package, self.client.call("PackageService/ListPackages", {}).package_ids)
        answer = self.client.call("PackageService/GetPackage", {"package_id": package})
        self.assertEqual(answer.hash, package)
        self.assertEqual(hashlib.sha256(answer.archive_payload).hexdigest(), package)
        self.assertEqual(self.status_of(package), "REGISTERED")

    def test_a_package_that_is_not_there_is_not_found(self):
        self.assertEqual(self.status_of(NO_PACKAGE), "UNKNOWN")
        self.refused(NOT_FOUND, "PACKAGE_NOT_FOUND",
                     lambda: self.client.call("PackageService/GetPackage",
                                              {"package_id": NO_PACKAGE}))

    def status_of(self, package: str) -> str:
        answer = self.client.call("PackageService/GetPackageStatus", {"package_id": package})
        number = answer.package_status
        return type(answer).DESCRIPTOR.fields_by_name["package_status"].enum_type \
            .values_by_number[number].name


if __name__ == "__main__":
    unittest.main()
