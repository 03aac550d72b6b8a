"""Who includes whom, folder by folder: compared with the committed include_levels.txt, and free of
cycles. A new arrow is a decision: add it to the file in the commit that needs it.

usage: include_levels.py SOURCE_DIRECTORY [--write]
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from tree import source_files  # noqa: E402

GOLDEN = Path(__file__).resolve().parent / "include_levels.txt"
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
# Headers and sources of one level of the SDK are one module.
MODULE_PATTERNS = [
    re.compile(r"sdk/include/tenon/(?P<name>\w+)"),
    re.compile(r"sdk/src/(?P<name>\w+)"),
]


def module_of(path: str) -> str | None:
    """The module of a file, relative to the root; None for tests, which may see anything."""
    for pattern in MODULE_PATTERNS:
        match = pattern.match(path)
        if match:
            return "sdk/" + match["name"]
    parts = path.split("/")
    if parts[0] == "sdk" and parts[1] == "tools":
        return "sdk/tools/" + parts[2]
    if parts[0] == "host":
        return "/".join(parts[:2])
    if parts[0] == "plugins":
        return "/".join(parts[:3])
    return None


def resolve(root: Path, includer: Path, name: str) -> str | None:
    """The file that `name` means, relative to the root; None for headers that are not ours."""
    candidates = [includer.parent / name, root / "sdk/include" / name, root / name,
                  root / "sdk/tools" / name]
    candidates += [folder / name for folder in includer.parents if root in folder.parents]
    if name.endswith(".pb.h"):
        return "sdk/include/tenon/proto/" + name
    for candidate in candidates:
        if candidate.is_file():
            return str(candidate.resolve().relative_to(root.resolve()))
    return None


def arrows(root: Path) -> set[tuple[str, str]]:
    found = set()
    for path in source_files(root):
        relative = str(path.relative_to(root))
        module = module_of(relative)
        if module is None:
            continue
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            target = resolve(root, path, name)
            if target is None:
                continue
            target_module = module_of(target)
            if target_module is None:
                found.add((module, "tests (nothing may)"))
            elif target_module != module:
                found.add((module, target_module))
    return found


def find_cycle(graph: dict[str, set[str]]) -> list[str] | None:
    """A cycle as the list of its modules, or None."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str] | None:
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        for neighbour in sorted(graph.get(node, ())):
            cycle = visit(neighbour, path + [node])
            if cycle:
                return cycle
        done.add(node)
        return None

    for start in sorted(graph):
        cycle = visit(start, [])
        if cycle:
            return cycle
    return None


def forbidden(arrow: tuple[str, str]) -> str | None:
    """Why an arrow may not even be in the golden file."""
    source, target = arrow
    if source.startswith("plugins/") and not target.startswith("sdk/"):
        if not target.endswith("/common"):
            return "a plugin sees the SDK only"
    if source.startswith("host/") and not target.startswith(("host/", "sdk/")):
        return "the host sees itself and the SDK only"
    if source.startswith("sdk/") and not source.startswith("sdk/tools/"):
        if not target.startswith("sdk/") or target.startswith("sdk/tools/"):
            return "the SDK sees nothing but itself"
    if source == "host/pipeline" and target.startswith("host/") and target != "host/ports":
        return "the pipeline sees ports and the SDK only"
    return None


def main(root: Path, write: bool) -> int:
    found = arrows(root)
    lines = [f"{source} -> {target}" for source, target in sorted(found)]
    complaints = [f"{a} -> {b}: {why}" for a, b in sorted(found) if (why := forbidden((a, b)))]
    graph: dict[str, set[str]] = {}
    for source, target in found:
        graph.setdefault(source, set()).add(target)
    cycle = find_cycle(graph)
    if cycle:
        complaints.append("cycle: " + " -> ".join(cycle))
    if write:
        GOLDEN.write_text("\n".join(lines) + "\n")
    golden = GOLDEN.read_text().splitlines()
    complaints += [f"new include: {line} (decide; then include_levels.py . --write)"
                   for line in lines if line not in golden]
    complaints += [f"no longer there: {line} (include_levels.py . --write)"
                   for line in golden if line not in lines]
    print("\n".join(complaints) or f"{len(lines)} arrows, no cycle")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), "--write" in sys.argv))
