"""The operation cards as the program coffer_print_model tells them, in the form that comparison.py takes."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("COFFER_PRINT_MODEL") or str(ROOT / "build" / "dev" / "tests" / "model" / "coffer_print_model")


def load(service):
    """Operation name -> {"action", "effect", "request", "response", "errors"}, in the order of the service's list."""
    printed = subprocess.run([PROGRAM, service], capture_output=True, text=True, check=True, timeout=60).stdout
    return parse(printed)


def parse(printed):
    cards = {}
    for card in json.loads(printed, object_pairs_hook=_without_repetitions):
        name = card.pop("name")
        if name in cards:
            raise ValueError(f"two cards are named {name}")
        cards[name] = card
    return cards


# A member that a table names twice would be decoded twice, the later one silently winning.
def _without_repetitions(pairs):
    found = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"a card's table names {key} twice")
        found[key] = value
    return found
