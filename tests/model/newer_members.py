#!/usr/bin/env python3
"""Prints newer_members.json anew: what the model of one botocore says beyond that of another.
  tests/model/newer_members.py OLDER/botocore/data NEWER/botocore/data > tests/model/newer_members.json"""

import json
import pathlib
import sys

import aws_model


def difference(older, newer):
    """The smallest table with merged(older, table) == newer."""
    found = {}
    for key in sorted(older.keys() | newer.keys()):
        was, now = older.get(key), newer.get(key)
        if isinstance(was, dict) and isinstance(now, dict):
            inner = difference(was, now)
            if inner:
                found[key] = inner
        elif was != now:
            found[key] = now
    return found


def table(older, newer):
    return {"botocore": ".".join(map(str, aws_model.version_of(newer))),
            **difference(aws_model.facts(older), aws_model.facts(newer))}


def text(table):
    """JSON with one line for each operation and shape, so that a change is one line of a diff."""
    lines = [f'  "botocore": {json.dumps(table["botocore"])}']
    for key in ("operations", "shapes"):
        entries = [f"    {json.dumps(name)}: {json.dumps(one)}" for name, one in table.get(key, {}).items()]
        lines.append(f'  "{key}": {{\n' + ",\n".join(entries) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(text(table(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))), end="")
