#!/usr/bin/env python3
"""Writes docs/compatibility.md: see docs/compatibility/README.md. With --check it only says whether the page is up to date."""

import argparse
import itertools
import os
import pathlib
import re
import sys
import tomllib

import aws_model
import cards
import references

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = DOCS / "compatibility.md"
SOURCES = DOCS / "compatibility"
SERVICE = "secretsmanager"  # whose operations and deviations the page has tables of
NOTICE = "<!-- Written by script/docs out of the operation cards and docs/compatibility/. Edit those, not this. -->\n\n"


class Sources:
    """Everything that is written by hand, and the AWS model."""

    def __init__(self):
        self.page = (SOURCES / "page.md").read_text()
        self.notes = self._toml("operations")["notes"]
        self.tables = {path.stem: self._toml(path.stem) for path in sorted(SOURCES.glob("*.toml")) if path.stem != "operations"}
        self.deviations = aws_model.load_deviations(SERVICE)
        self.cards = cards.load(SERVICE)
        aws = aws_model.AwsModel(SERVICE)
        self.botocore = ".".join(map(str, aws.table_version))
        # Those that only newer models have are among the deviations: the table is the same whatever botocore is installed.
        missing = {entry["operation"] for entry in self.deviations if entry["kind"] == "missing operation"}
        self.operations = sorted(self.cards.keys() | aws.operations.keys() | missing)

    @staticmethod
    def _toml(name):
        return tomllib.loads((SOURCES / f"{name}.toml").read_text())


def page(sources):
    """The whole text."""
    def fill(found):
        verb, _, argument = found[1].partition(" ")
        if verb == "tested":
            return tested([argument])
        if verb == "table":
            return rows_table(sources.tables[argument])
        return {"operations": operations_table, "deviations": deviations_table, "botocore": lambda of: of.botocore,
                "exist": lambda of: str(len(of.cards)), "all": lambda of: str(len(of.operations))}[verb](sources)
    return NOTICE + re.sub(r"\{\{(.+?)\}\}", fill, sources.page)


def operations_table(sources):
    def row(name):
        card = sources.cards.get(name)
        said = ["yes", f"`{card['action']}`", card["effect"]] if card else ["no", "", ""]
        return [name, *said, sources.notes.get(name, "")]
    return table(["operation", "exists", "permission", "effect", ""], map(row, sources.operations))


def deviations_table(sources):
    def row(entry):
        if entry["kind"].startswith(("missing", "extra")):
            said = ["no", "yes"] if entry["kind"].startswith("extra") else ["yes", "no"]
        else:
            said = [f"{entry['kind']} `{entry[side]}`" if entry.get(side) is not None else f"no {entry['kind']}"
                    for side in ("aws", "coffer")]
        if "since" in entry:
            said[0] += f" (botocore {entry['since']})"
        return [entry["operation"], f"`{entry['member']}`", *said, entry["reason"], tested(entry.get("tested", []))]
    entries = [entry for entry in sources.deviations if "member" in entry and entry["operation"] in sources.cards]
    return table(["operation", "member", "AWS", "Coffer", "why", "tested"], map(row, entries))


def rows_table(of):
    def row(entry):
        shown = tested(entry["tested"]) if "tested" in entry else f"no: {entry['untested']}"
        return [*(entry[column] for column in of["columns"]), shown]
    return table([*of["columns"], "tested"], map(row, of["row"]))


def table(columns, rows):
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|" for line in lines)


def tested(texts):
    """[`x.json`](...): a; b<br>[`test_y.py`](...)::test_z"""
    found = []
    for path, group in itertools.groupby(map(references.find, texts), key=lambda reference: reference.path):
        group = list(group)
        link = f"[`{pathlib.Path(path).name}`]({os.path.relpath(ROOT / path, DOCS)})"
        found.append(link + group[0].separator + "; ".join(reference.name for reference in group))
    return "<br>".join(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    try:
        text = page(Sources())
    except (references.NoSuchTest, KeyError, tomllib.TOMLDecodeError) as wrong:
        sys.exit(f"script/docs: {type(wrong).__name__}: {wrong}")
    if not arguments.check:
        PAGE.write_text(text)
    elif text != PAGE.read_text():
        sys.exit("script/docs: docs/compatibility.md is not up to date: run script/docs")


if __name__ == "__main__":
    main()
