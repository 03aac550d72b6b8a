"""Every relative link of every Markdown page leads to a file, and every anchor to a heading.

usage: links.py SOURCE_DIRECTORY
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from tree import files  # noqa: E402

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.MULTILINE)


def anchors(markdown: str) -> set[str]:
    found = set()
    for heading in HEADING.findall(markdown):
        text = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(text.replace(" ", "-"))
    return found


def broken_links(path: Path):
    for target in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            yield target, "leads nowhere"
        elif anchor and file.suffix == ".md":
            if anchor not in anchors(file.read_text(encoding="utf-8")):
                yield target, "names no heading"


def main(root: Path) -> int:
    pages = [path for path in files(root) if path.suffix == ".md"]
    complaints = [f"{page.relative_to(root)}: the link to {target} {why}"
                  for page in pages for target, why in broken_links(page)]
    print("\n".join(complaints) or f"the links of {len(pages)} pages lead somewhere")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
