"""The AWS models of the services that exist, as a botocore ships them, in the form that comparison.py takes. Debian's botocore
is old: newer/SERVICE.json holds what a newer one says beyond it."""

import gzip
import json
import os
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent
# The API version of each service.
SERVICES = {"iam": "2010-05-08", "kms": "2014-11-01", "organizations": "2016-11-28",
            "secretsmanager": "2017-10-17", "sts": "2011-06-15"}

# What of an operation and of a shape is compared. Documentation, HTTP bindings and hints to SDKs are not.
OPERATION_FACTS = ("input", "output", "errors")
SHAPE_FACTS = ("type", "members", "required", "member", "key", "value", "min", "max", "pattern", "enum", "sensitive")

# The wire knows one kind of whole number.
TYPES = {"long": "integer"}


def data_folder():
    """COFFER_BOTOCORE_DATA, the folder `data` of any botocore package, or that of the one that Python finds."""
    named = os.environ.get("COFFER_BOTOCORE_DATA")
    if named:
        return pathlib.Path(named)
    import botocore
    return pathlib.Path(botocore.__file__).parent / "data"


def version_of(data):
    """(1, 29, 27) of the botocore that the data folder belongs to."""
    text = (data.parent / "__init__.py").read_text()
    found = re.search(r"^__version__ = ['\"]([0-9.]+)['\"]", text, re.MULTILINE)
    if not found:
        raise ValueError(f"{data.parent}/__init__.py does not say which version of botocore this is")
    return version(found[1])


def version(text):
    return tuple(int(part) for part in text.split("."))


def facts(data, service):
    """{"operations", "shapes"} of the service's model in that folder, cut down to what is compared."""
    folder = data / service / SERVICES[service]
    packed = folder / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "service-2.json").read_bytes()
    model = json.loads(text)
    return {"operations": {name: _operation(one) for name, one in model["operations"].items()},
            "shapes": {name: _shape(one) for name, one in model["shapes"].items() if not one.get("exception")}}


def _operation(one):
    found = {key: one[key]["shape"] for key in ("input", "output") if key in one}
    return {**found, "errors": sorted(error["shape"] for error in one.get("errors", []))}


def _shape(one):
    found = {key: one[key] for key in SHAPE_FACTS if key in one}
    for key in ("member", "key", "value"):
        if key in found:
            found[key] = found[key]["shape"]
    if "members" in found:
        found["members"] = {name: _reference(to) for name, to in found["members"].items()}
    return found


# A member is the name of its shape, or with a mark {"shape", "idempotencyToken"}.
def _reference(to):
    return {"shape": to["shape"], "idempotencyToken": True} if to.get("idempotencyToken") else to["shape"]


def load_newer_members(service):
    return json.loads((FOLDER / "newer" / f"{service}.json").read_text())


def load_deviations(service):
    return json.loads((FOLDER / "deviations" / f"{service}.json").read_text())


def merged(model, newer):
    """The model with what the table says: objects member by member, everything else replaced, null removed."""
    if not isinstance(model, dict) or not isinstance(newer, dict):
        return newer
    result = dict(model)
    for key, value in newer.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(model.get(key), value)
    return result


def operations(model):
    """Operation name -> {"request", "response", "errors"}, with all shapes filled in; a shape inside of itself stays empty."""
    shapes = model["shapes"]

    def value(name, around=()):
        shape = shapes[name]
        found = {"type": TYPES.get(shape["type"], shape["type"])}
        found.update({key: shape[key] for key in ("sensitive", "min", "max", "pattern", "enum") if shape.get(key) is not None})
        if name in around:
            return found
        around = (*around, name)
        if shape["type"] == "structure":
            found["members"] = members(name, around)
        if shape["type"] == "list":
            found["item"] = value(shape["member"], around)
        if shape["type"] == "map":
            found.update(key=value(shape["key"], around), value=value(shape["value"], around))
        return found

    def members(name, around=()):
        if name is None:
            return {}
        found = {}
        for member, to in shapes[name]["members"].items():
            marks = {"idempotency_token": True} if isinstance(to, dict) else {}
            to = to["shape"] if isinstance(to, dict) else to
            found[member] = {**value(to, around), **marks, "required": member in shapes[name].get("required", [])}
        return found

    return {name: {"request": members(one.get("input")), "response": members(one.get("output")), "errors": one["errors"]}
            for name, one in model["operations"].items()}


class AwsModel:
    """The model to compare with, and where it comes from."""

    def __init__(self, service, data=None):
        self.data = data or data_folder()
        self.version = version_of(self.data)
        table = load_newer_members(service)
        self.table_version = version(table["botocore"])
        self.facts = facts(self.data, service)
        if self.version < self.table_version:
            self.facts = merged(self.facts, {key: table[key] for key in ("operations", "shapes")})
            self.version = self.table_version
        self.operations = operations(self.facts)
