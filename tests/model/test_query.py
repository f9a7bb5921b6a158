"""The Query dialect against botocore's: what its serializer writes for every operation of IAM and STS is read as meant, and what
we write is read by its parser as meant. Values are made up from the models, in every size that matters: none, one, and more than
nine, where an order by text is not one by number."""

import datetime
import json
import os
import pathlib
import subprocess

import botocore.awsrequest
import botocore.parsers
import botocore.serialize
import botocore.session
import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("COFFER_QUERY_DIALECT") or str(
    ROOT / "build" / "dev" / "tests" / "model" / "coffer_query_dialect")
SIZES = [0, 1, 12]
MAX_DEPTH = 8  # shapes contain themselves


@pytest.fixture(scope="module", params=["iam", "sts"])
def service(request):
    return botocore.session.get_session().get_service_model(request.param)


def run(verb, lines):
    printed = subprocess.run([PROGRAM, verb], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60)
    assert printed.returncode == 0, printed.stderr
    answers = printed.stdout.split("\n")[:-1]
    assert len(answers) == len(lines)
    return answers


def sample(shape, size, depth=0):
    """A value of that shape whose lists and maps have `size` items; every call makes other text."""
    sample.count += 1
    kind = shape.type_name
    if kind == "structure":
        members = shape.members.items() if depth < MAX_DEPTH else []
        return {name: sample(member, size, depth + 1) for name, member in members}
    if kind == "list":
        return [sample(shape.member, min(size, 2), depth + 1) for _ in range(size if depth < MAX_DEPTH else 0)]
    if kind == "map":
        return {f"key {n} <&>": sample(shape.value, min(size, 2), depth + 1) for n in range(size)}
    return {
        "string": lambda: "" if size == 0 else f"text {sample.count} &=+%<>\"' é 𝄞\r\n",
        "integer": lambda: sample.count,
        "long": lambda: -sample.count,
        "boolean": lambda: sample.count % 2 == 0,
        "blob": lambda: f"bytes {sample.count}".encode(),
        "timestamp": lambda: datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
    }[kind]()


sample.count = 0


# --- requests --------------------------------------------------------------------------------------------------------


def form_of(operation, parameters):
    request = botocore.serialize.create_serializer("query", include_validation=False).serialize_to_request(parameters, operation)
    prepared = botocore.awsrequest.AWSRequest(
        method="POST", url="https://example.com/", headers=request["headers"], data=request["body"]).prepare()
    return prepared.body if isinstance(prepared.body, str) else prepared.body.decode()


def as_tree(value):
    """As text, as it stands in a form; an empty list is empty text, and a structure with nothing in it is not there."""
    if isinstance(value, dict):
        members = {name: as_tree(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member != {}}
    if isinstance(value, list):
        return [as_tree(item) for item in value] or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def test_requests_of_botocore_are_read_as_meant(service):
    forms, meant = [], []
    for name in service.operation_names:
        operation = service.operation_model(name)
        for size in SIZES if operation.input_shape else SIZES[:1]:
            parameters = sample(operation.input_shape, size) if operation.input_shape else {}
            forms.append(form_of(operation, parameters))
            meant.append({"Action": name, "Version": service.api_version, **as_tree(parameters)})
    assert len(forms) > 20
    for form, tree, read in zip(forms, meant, run("read", forms)):
        assert json.loads(read.replace("&#10;", "\n")) == tree, form


# --- answers ---------------------------------------------------------------------------------------------------------


def as_result(shape, value):
    kind = shape.type_name
    if kind == "structure":
        return {name: as_result(shape.members[name], member) for name, member in value.items()}
    if kind == "list":
        return [as_result(shape.member, item) for item in value]
    if kind == "map":
        return {"$map": [[key, as_result(shape.value, item)] for key, item in value.items()]}
    if kind == "timestamp":
        return {"$time": int(value.timestamp() * 1000) + 999}  # XML has whole seconds
    if kind == "blob":
        return {"$blob": value.decode()}
    return value


def parse(xml, status, shape):
    return botocore.parsers.create_parser("query").parse(
        {"status_code": status, "headers": {}, "body": xml.encode()}, shape)


def test_answers_are_read_by_botocore_as_meant(service):
    answers, meant = [], []
    for name in service.operation_names:
        shape = service.operation_model(name).output_shape
        for size in SIZES if shape else SIZES[:1]:
            result = sample(shape, size) if shape else None
            answer = {"operation": name, "namespace": service.metadata["xmlNamespace"], "id": f"id of {name}"}
            if shape:
                answer["result"] = as_result(shape, result)
            answers.append(json.dumps(answer))
            meant.append((name, shape, result))
    for (name, shape, result), xml in zip(meant, run("write", answers)):
        read = parse(xml, 200, shape)
        assert read.pop("ResponseMetadata")["RequestId"] == f"id of {name}", xml
        assert read == (result or {}), xml


def test_errors_are_read_by_botocore_as_meant(service):
    errors = [{"namespace": service.metadata["xmlNamespace"], "id": "the id", "status": status, "code": code, "message": message}
              for status, code, message in [(404, "NoSuchEntity", "The user with name <a&b> cannot be found.\r\n"),
                                            (500, "ServiceFailure", "it's broken"), (400, "MalformedInput", "0 is not a valid index")]]
    for error, xml in zip(errors, run("fail", [json.dumps(error) for error in errors])):
        read = parse(xml, error["status"], None)
        assert read["Error"] == {"Type": "Sender" if error["status"] < 500 else "Receiver", "Code": error["code"],
                                 "Message": error["message"]}, xml
        assert read["ResponseMetadata"]["RequestId"] == "the id"
