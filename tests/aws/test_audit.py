"""The audit file as somebody reads it who has to know who has read a secret."""

import json

from deployment import wait_until
from test_wire import Connection, signed

HOME = "us-east-1"


def lines_of(deployment, request_id, count):
    """The lines of one request, once there are as many."""
    path = deployment.directory / "regions" / HOME / "audit.jsonl"

    def found():
        lines = [json.loads(line) for line in path.read_text().splitlines(keepends=True)
                 if request_id in line and line.endswith("\n")]
        assert len(lines) <= count, lines
        return lines if len(lines) == count else None
    return wait_until(found, what=f"{count} lines of {request_id}")


def outcomes(lines):
    return [(line["operation"], line["resource"], line.get("error"), line["status"]) for line in lines]


def ask(deployment, operation, body):
    """(request id, answer)"""
    status, headers, answer = Connection(deployment).send(signed(deployment, operation, body)).reply()
    assert status == 200, answer
    return headers["x-amzn-requestid"], json.loads(answer)


# CloudTrail has a GetSecretValue for each secret of a batch, and so has whoever searches for one of them by its ARN.
def test_a_batch_has_a_line_for_each_secret_and_one_of_its_own(five):
    client = five.client(HOME)
    arns = [client.create_secret(Name=f"audit/batch/{i}", SecretString="v")["ARN"] for i in range(2)]
    foreign = f"arn:aws:secretsmanager:{HOME}:999999999999:secret:theirs-AbCdEf"
    request_id, answer = ask(five, "BatchGetSecretValue",
                             {"SecretIdList": ["audit/batch/0", "audit/nobody", foreign, "no name", arns[1]]})
    assert [error["ErrorCode"] for error in answer["Errors"]] == [
        "ResourceNotFoundException", "AccessDeniedException", "ValidationException"]
    lines = lines_of(five, request_id, 6)
    assert outcomes(lines) == [
        ("GetSecretValue", arns[0], None, 200),
        ("GetSecretValue", "audit/nobody", "ResourceNotFoundException", 400),
        ("GetSecretValue", foreign, "AccessDeniedException", 400),
        ("GetSecretValue", "no name", "ValidationException", 400),
        ("GetSecretValue", arns[1], None, 200),
        ("BatchGetSecretValue", "*", None, 200)]
    for member in ("time", "service", "caller", "access_key_id", "source", "microseconds"):
        assert len({line[member] for line in lines}) == 1, member
    assert lines[0]["caller"].endswith(":root") and lines[0]["access_key_id"].startswith("AKIA")

    request_id, answer = ask(five, "BatchGetSecretValue", {"Filters": [{"Key": "name", "Values": ["audit/batch/"]}]})
    assert outcomes(lines_of(five, request_id, 3)) == [
        ("GetSecretValue", arns[0], None, 200), ("GetSecretValue", arns[1], None, 200), ("BatchGetSecretValue", "*", None, 200)]


def test_an_ordinary_read_has_one_line(five):
    arn = five.client(HOME).create_secret(Name="audit/one", SecretString="v")["ARN"]
    request_id, _ = ask(five, "GetSecretValue", {"SecretId": "audit/one"})
    assert outcomes(lines_of(five, request_id, 1)) == [("GetSecretValue", arn, None, 200)]
