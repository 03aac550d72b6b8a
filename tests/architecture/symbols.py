"""Every shipped plugin exports its entry function and nothing else.

usage: symbols.py SOURCE_DIRECTORY PLUGIN_DIRECTORY NM
"""

import re
import subprocess
import sys
from pathlib import Path


def entry_symbol(root: Path) -> str:
    """The one name that the version script of tenon_add_plugin() lets out."""
    script = (root / "sdk/cmake/plugin_exports.map").read_text()
    return re.search(r"global:\s*(\w+);", script)[1]


def exported(nm: str, plugin: Path) -> list[str]:
    output = subprocess.run([nm, "-D", "--defined-only", str(plugin)], check=True,
                            capture_output=True, text=True).stdout
    return [line.split()[-1] for line in output.splitlines()]


def main(root: Path, folder: Path, nm: str) -> int:
    entry = entry_symbol(root)
    plugins = sorted(folder.glob("tenon_*.so"))
    complaints = [f"{plugin.name} exports {', '.join(names) or 'nothing'}; expected: {entry}"
                  for plugin in plugins if (names := exported(nm, plugin)) != [entry]]
    if not plugins:
        complaints.append(f"{folder} holds no plugin: nothing was checked")
    print("\n".join(complaints) or f"{len(plugins)} plugins export {entry} only")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
