"""Files of at most 600 lines, functions of at most 70, lines of at most 100 characters.

usage: lengths.py SOURCE_DIRECTORY
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from tree import files, source_files  # noqa: E402

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 70
MAX_COLUMNS = 100
OTHER_SUFFIXES = {".py", ".sh", ".cmake", ".proto", ".js", ".ts"}
TYPE_HEAD = re.compile(r"^(?:\s*template\s*<.*>)?\s*(?:typedef\s+)?(?:class|struct|union|enum)\b")
RAW_STRING = re.compile(r'R"([^\s()\\]{0,16})\(.*?\)\1"', re.DOTALL)
TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def blank(match: re.Match) -> str:
    """Keeps line numbers, drops contents."""
    return re.sub(r"[^\n]", " ", match[0])


def without_text(code: str) -> str:
    """The code without strings, comments and preprocessor lines, line for line."""
    code = RAW_STRING.sub(blank, code)
    code = TOKEN.sub(blank, code)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.MULTILINE)


def functions(code: str):
    """(first line, number of lines) of every function body at namespace or class level."""
    text = without_text(code)
    stack: list[tuple[bool, int]] = []  # is it a function, line of its opening
    head_start = 0
    line = 1
    inside = 0  # depth of function bodies
    parentheses = 0
    for position, character in enumerate(text):
        if character == "\n":
            line += 1
        elif character in "([":
            parentheses += 1
        elif character in ")]":
            parentheses -= 1
        elif character == "{":
            head = text[head_start:position]
            is_function = (inside == 0 and parentheses == 0 and "(" in head
                           and not TYPE_HEAD.match(head.strip()) and "=" not in before_brace(head)
                           and not re.match(r"^\s*(?:namespace|extern)\b", head.strip()))
            stack.append((is_function, line - head.strip().count("\n") if is_function else line))
            inside += is_function
            head_start = position + 1
        elif character == "}":
            if not stack:
                continue
            is_function, first = stack.pop()
            if is_function:
                inside -= 1
                yield first, line - first + 1
            head_start = position + 1
        elif character == ";" and parentheses == 0:
            head_start = position + 1


def before_brace(head: str) -> str:
    """The part of a head that shows an initializer: `x = {`; operators and defaults are no such."""
    tail = head.strip()[-2:]
    return "=" if tail.endswith("=") else ""


def complaints_of(path: Path, root: Path):
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(root)
    lines = text.splitlines()
    if len(lines) > MAX_FILE_LINES:
        yield f"{name}: {len(lines)} lines, at most {MAX_FILE_LINES}: split it"
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS:
            yield f"{name}:{number}: {len(line)} columns, at most {MAX_COLUMNS}"
    if path.suffix in {".c", ".h", ".cc", ".cpp", ".hpp"}:
        for first, length in functions(text):
            if length > MAX_FUNCTION_LINES:
                yield f"{name}:{first}: function of {length} lines, at most {MAX_FUNCTION_LINES}"


def main(root: Path) -> int:
    paths = source_files(root) + [p for p in files(root) if p.suffix in OTHER_SUFFIXES]
    complaints = [text for path in paths for text in complaints_of(path, root)]
    print("\n".join(complaints) or f"{len(paths)} files within the limits")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
