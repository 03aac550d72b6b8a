"""What the tree may not contain, and the list of its files, which the other rules use too.

usage: tree.py SOURCE_DIRECTORY
"""

import re
import sys
from pathlib import Path

SKIPPED_FOLDERS = {".git", "build", "data", "node_modules", "__pycache__", ".cache", "target"}
TEXT_SUFFIXES = {
    ".c", ".h", ".cc", ".cpp", ".hpp", ".inc", ".py", ".sh", ".md", ".json", ".proto", ".cmake",
    ".txt", ".toml", ".lock", ".map", ".yaml", ".yml", ".rs", ".js", ".ts", "",
}
# Places of one machine, and package registries other than by their clients' own defaults.
FORBIDDEN = [
    (re.compile(r"/(?:root|home/[a-z]\w*|work)/[\w.]"), "a path of one machine"),
    (re.compile(r"\b(?:index\.crates\.io|static\.crates\.io|registry\.npmjs\.org|pypi\.org"
                r"|files\.pythonhosted\.org|repo1?\.maven\.\w+|deb\.debian\.org)\b"),
     "the host name of a package registry"),
    (re.compile(r"\b(?:TODO|FIXME|XXX)\b"), "an unfinished piece"),
]


def files(root: Path):
    """Every file of the tree that is ours, sorted."""
    found = []
    stack = [root]
    while stack:
        for path in stack.pop().iterdir():
            if path.is_dir():
                if path.name not in SKIPPED_FOLDERS and not path.is_symlink():
                    stack.append(path)
            elif path.name != ".git":
                found.append(path)
    return sorted(found)


def source_files(root: Path):
    return [path for path in files(root) if path.suffix in {".c", ".h", ".cc", ".cpp", ".hpp"}]


def forbidden(text: str):
    """(line number, what it is) of everything in `text` that may not be there."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, what in FORBIDDEN:
            if pattern.search(line):
                yield number, what, line.strip()


def main(root: Path) -> int:
    complaints = []
    here = Path(__file__).resolve().parent
    for path in files(root):
        if path.suffix not in TEXT_SUFFIXES or here in path.resolve().parents:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, what, line in forbidden(text):
            complaints.append(f"{path.relative_to(root)}:{number}: {what}: {line[:100]}")
    print("\n".join(complaints) or "the tree is clean")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
