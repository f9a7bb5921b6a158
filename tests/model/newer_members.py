#!/usr/bin/env python3
"""Prints a file of newer/ anew: what the model of one botocore says beyond that of another.
  tests/model/newer_members.py sts OLDER/botocore/data NEWER/botocore/data > tests/model/newer/sts.json"""

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


def table(service, older, newer):
    return {"botocore": ".".join(map(str, aws_model.version_of(newer))),
            **difference(aws_model.facts(older, service), aws_model.facts(newer, service))}


def text(table):
    """JSON with one line for each operation and shape, so that a change is one line of a diff."""
    lines = [f'  "botocore": {json.dumps(table["botocore"])}']
    for key in ("operations", "shapes"):
        entries = [f"    {json.dumps(name)}: {json.dumps(one)}" for name, one in table.get(key, {}).items()]
        lines.append(f'  "{key}": {{\n' + ",\n".join(entries) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in aws_model.SERVICES:
        sys.exit(__doc__)
    print(text(table(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))), end="")
