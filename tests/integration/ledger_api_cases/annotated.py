"""What users and parties have in common: annotations, versions of them, and masks that say what an
update is about. A class with these cases says how its kind is made, changed and read."""

from case import ABORTED, FAILED_PRECONDITION, INVALID_ARGUMENT, LedgerCase, resources

LIMIT = 256 * 1024       # bytes of keys and values together
BAD_KEY = "-x.example/a" # prefixes are DNS names
ROUNDS = 5
AT_ONCE = 10


def outcomes(calls) -> list:
    """(answer, None) or (None, error) of calls under way, in their order."""
    found = []
    for call in calls:
        error = call.exception()
        found.append((None, error) if error else (call.result(), None))
    return found


def camel(path: str) -> str:
    first, *others = path.split("_")
    return first + "".join(word.capitalize() for word in others)


def mask(*paths: str) -> str:
    """A google.protobuf.FieldMask as JSON has it."""
    return ",".join(camel(path) for path in paths)


class Annotated(LedgerCase):
    """Cases of one kind of annotated thing; abstract where `kind` is empty."""

    kind = ""             # as errors name it
    meta = ""             # the field with the annotations
    name_path = ""        # of the field with its name
    bad_update = ""       # the error of an update that makes no sense
    changed_meanwhile = ""
    too_large = ""        # the error of an update that would exceed the limit

    # ---- what the kinds say for themselves

    def make(self, annotations: dict | None = None):
        """A new one, as the ledger answers."""
        raise NotImplementedError

    def read(self, name: str):
        raise NotImplementedError

    def update_request(self, name: str, meta: dict, paths) -> tuple[str, dict]:
        """(method, request)"""
        raise NotImplementedError

    def updated(self, answer):
        raise NotImplementedError

    # ---- helpers

    def name_of(self, thing) -> str:
        return getattr(thing, self.name_path)

    def meta_of(self, thing):
        return getattr(thing, self.meta)

    def annotations_path(self) -> str:
        return f"{self.meta}.annotations"

    def begin_update(self, name: str, annotations: dict, *paths: str, version: str = ""):
        meta = {"annotations": annotations, "resource_version": version}
        method, request = self.update_request(name, meta, paths or (self.annotations_path(),))
        return self.client.begin(method, request)

    def update(self, name: str, annotations: dict, *paths: str, version: str = ""):
        """The annotations and the version afterwards."""
        answer = self.begin_update(name, annotations, *paths, version=version).result()
        return self.meta_of(self.updated(answer))

    def test_an_update_adds_changes_and_removes_annotations_and_leaves_the_others(self):
        for path in (self.annotations_path(), self.meta):
            with self.subTest(path):
                name = self.name_of(self.make({"k1": "v1", "k2": "v2", "k3": "v3"}))
                changes = {"k1": "new", "k3": "", "k4": "v4", "k5": ""}
                expected = {"k1": "new", "k2": "v2", "k4": "v4"}
                self.assertEqual(dict(self.update(name, changes, path).annotations), expected)
                self.assertEqual(dict(self.update(name, {}, path).annotations), expected)
                self.assertEqual(dict(self.meta_of(self.read(name)).annotations), expected)

    def test_an_update_may_name_the_version_and_the_name_and_change_neither_annotation(self):
        thing = self.make({"k": "v"})
        name = self.name_of(thing)
        meta = self.update(name, {}, self.name_path, f"{self.meta}.resource_version")
        self.assertEqual(dict(meta.annotations), {"k": "v"})

    def test_an_update_of_a_version_that_is_no_longer_there_is_refused(self):
        thing = self.make()
        name, first = self.name_of(thing), self.meta_of(thing).resource_version
        self.assertTrue(first)
        second = self.update(name, {"k1": "v1", "k2": "v2"})
        self.assertEqual(dict(second.annotations), {"k1": "v1", "k2": "v2"})
        self.assertNotIn(second.resource_version, ("", first))
        error = self.refused(ABORTED, self.changed_meanwhile,
                             lambda: self.update(name, {"k1": "lost"}, version=first))
        self.assertIn((self.kind, name), resources(error))
        third = self.update(name, {"k1": "new", "k2": "", "k3": "v3"},
                            version=second.resource_version)
        self.assertEqual(dict(third.annotations), {"k1": "new", "k3": "v3"})
        self.assertNotIn(third.resource_version, ("", first, second.resource_version))
        self.assertEqual(self.meta_of(self.read(name)), third)

    def test_of_updates_of_one_version_at_once_exactly_one_is_taken(self):
        for _ in range(ROUNDS):
            thing = self.make()
            name, version = self.name_of(thing), self.meta_of(thing).resource_version
            results = outcomes([self.begin_update(name, {"who": str(i)}, version=version)
                                for i in range(AT_ONCE)])
            taken = [self.updated(answer) for answer, error in results if error is None]
            self.assertEqual(len(taken), 1)
            self.assertEqual({error.details().partition("(")[0] for _, error in results if error},
                             {self.changed_meanwhile})
            self.assertEqual(self.read(name), taken[0])

    def test_updates_without_a_version_at_once_are_all_taken_and_none_is_lost(self):
        for _ in range(ROUNDS):
            name = self.name_of(self.make())
            results = outcomes([self.begin_update(name, {f"key{i}": "a"}) for i in range(AT_ONCE)])
            self.assertEqual([error for _, error in results if error], [])
            versions = [self.meta_of(self.updated(answer)).resource_version
                        for answer, _ in results]
            self.assertEqual(len(set(versions)), AT_ONCE, "each update has a version of its own")
            meta = self.meta_of(self.read(name))
            self.assertEqual(dict(meta.annotations), {f"key{i}": "a" for i in range(AT_ONCE)})
            self.assertIn(meta.resource_version, versions)

    def test_masks_that_make_no_sense_are_refused(self):
        name = self.name_of(self.make())
        for paths in ((self.annotations_path(),) * 2, ("unknown_field",), ("aaa!bbb",),
                      (f"{self.meta}.unknown",), ("",), ()):
            with self.subTest(paths):
                method, request = self.update_request(name, {"annotations": {"k": "v"}}, ("x",))
                message = self.client.message(method, request)
                del message.update_mask.paths[:]
                message.update_mask.paths.extend(paths)
                error = self.refused(INVALID_ARGUMENT, self.bad_update,
                                     lambda m=method, r=message: self.client.call(m, r))
                self.assertIn((self.kind, name), resources(error))
        self.assertEqual(dict(self.meta_of(self.read(name)).annotations), {})

    def test_an_update_without_a_mask_is_refused(self):
        name = self.name_of(self.make())
        method, request = self.update_request(name, {"annotations": {"k": "v"}}, ("x",))
        del request["update_mask"]
        self.refused(INVALID_ARGUMENT, "MISSING_FIELD",
                     lambda: self.client.call(method, request), "mandatory field: update_mask")

    def test_new_ones_have_no_annotation_that_is_empty_or_has_a_bad_key(self):
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                     lambda: self.make({"good": "v", "empty": ""}),
                     "value of an annotation is empty")
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT", lambda: self.make({BAD_KEY: "v"}),
                     "has invalid syntax")

    def test_an_update_names_no_bad_key_even_to_remove_it(self):
        name = self.name_of(self.make({"0-x.example/a": "v"}))
        for value in ("v", ""):
            with self.subTest(value):
                self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT",
                             lambda value=value: self.update(name, {BAD_KEY: value}),
                             "has invalid syntax")

    def test_annotations_have_at_most_256_kib_of_keys_and_values(self):
        full = {"a": "x" * (LIMIT - 1)}
        over = {"a": "x" * LIMIT}
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT", lambda: self.make(over),
                     "larger than the limit of 256kb")
        name = self.name_of(self.make(full))
        self.refused(INVALID_ARGUMENT, "INVALID_ARGUMENT", lambda: self.update(name, over),
                     "larger than the limit of 256kb")
        self.assertEqual(dict(self.meta_of(self.read(name)).annotations), full)

    def test_what_an_update_removes_does_not_count_as_its_size(self):
        name = self.name_of(self.make())
        full = {"a": "x" * (LIMIT - 1)}
        self.assertEqual(dict(self.update(name, {**full, "cc": ""}).annotations), full)

    def test_the_whole_of_the_annotations_has_that_limit_too(self):
        name = self.name_of(self.make({"a": "x" * (LIMIT - 1)}))
        self.refused(FAILED_PRECONDITION, self.too_large, lambda: self.update(name, {"b": "y"}))
