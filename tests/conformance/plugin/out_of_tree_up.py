"""`tenon up` of an installed tree, which finds its node, plugins and contract by itself.

usage: out_of_tree_up.py FOLDER, with TENON_BINARY_DIR (where Tenon is installed) and
TENON_SOURCE_DIR (where its config folder is)
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))
from node import SOURCE, on_free_ports, tenon  # noqa: E402


def main(folder: Path) -> None:
    # The shipped configuration, but for its ports.
    config = on_free_ports(json.loads((SOURCE / "config/solo.json").read_text()))
    file = folder / "solo.json"
    file.write_text(json.dumps(config))
    result = tenon("up", "--once", "--json", "--config", file, "--data-dir", folder / "data",
                   check=False)
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout.strip().splitlines()[-1])
    assert summary["proof_verified"] is True, summary
    assert summary["balances"] == {"alice": "975", "bob": "25"}, summary


if __name__ == "__main__":
    main(Path(sys.argv[1]))
