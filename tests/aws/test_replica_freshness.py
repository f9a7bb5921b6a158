"""How old a replica may be: what every answer tells, and what clients may demand, with two regions that really run."""

import os
import signal
import uuid

import botocore.exceptions
import pytest

from deployment import wait_in_sync, wait_until
from signed_call import SignedCaller

EAST, WEST = TWO = ["us-east-1", "us-west-2"]
LAG = "x-coffer-replication-lag-ms"
READS = ["get_secret_value", "describe_secret", "list_secret_version_ids", "get_resource_policy"]


class Reader:
    """A client whose requests carry what is demanded, as headers that are not signed, and that keeps the lag it was
    told."""

    def __init__(self, client):
        self.client = client
        self.demand = {}
        self.lag = None
        client.meta.events.register("before-send.secrets-manager.*", self._add)

    def _add(self, request, **_):
        for name, value in self.demand.items():
            request.headers[name] = value

    def call(self, operation="get_secret_value", demand=None, **arguments):
        self.demand = demand or {}
        try:
            answer = getattr(self.client, operation)(**(arguments or {"SecretId": "db"}))
        except botocore.exceptions.ClientError as error:
            self.lag = error.response["ResponseMetadata"]["HTTPHeaders"].get(LAG)
            raise
        self.lag = answer["ResponseMetadata"]["HTTPHeaders"].get(LAG)
        return answer

    def refusal(self, operation="get_secret_value", demand=None, **arguments):
        """Error code and text of a call that must fail."""
        with pytest.raises(botocore.exceptions.ClientError) as error:
            self.call(operation, demand, **arguments)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]

    def told(self):
        """Milliseconds; None: unknown."""
        self.call()
        assert self.lag is not None
        return None if self.lag == "unknown" else int(self.lag)


def at_most(seconds):
    return {"x-coffer-max-staleness": str(seconds)}


def at_least(version):
    return {"X-Coffer-Min-Version": version}


def replicated(deployment, *names):
    for name in names:
        deployment.client(EAST).create_secret(Name=name, SecretString="one", AddReplicaRegions=[{"Region": WEST}])
    for name in names:
        wait_in_sync(deployment.client(EAST), name, [WEST])


# What a fail-over client must be able to rely on: when the primary's region hangs, its replicas do not go on as if they
# were fresh.
def test_a_cut_link_makes_the_lag_grow_and_old_answers_are_refused(fresh):
    deployment = fresh(regions=TWO)
    replicated(deployment, "db")
    reader = Reader(deployment.client(WEST))
    wait_until(lambda: reader.told() is not None, what="the primary having reported")
    for operation in READS:
        reader.call(operation)
        assert int(reader.lag) > 0
        Reader(deployment.client(EAST)).call(operation, at_most(0))

    os.kill(deployment.pid(EAST), signal.SIGSTOP)
    try:
        wait_until(lambda: reader.told() > 5000, what="the lag growing")
        for operation in READS:
            code, message = reader.refusal(operation, at_most("4.5"))
            assert code == "PreconditionNotMetException"
            assert int(reader.lag) > 5000
            assert message == (f"The replica in region {WEST} may be {reader.lag} ms behind its primary in region {EAST}, "
                               f"and the request allows 4500 ms. Try again later, or read in region {EAST}.")
        assert reader.call(demand=at_most(3600))["SecretString"] == "one"
    finally:
        os.kill(deployment.pid(EAST), signal.SIGCONT)

    def is_fresh():
        try:
            return reader.call(demand=at_most("4.5"))
        except reader.client.exceptions.PreconditionNotMetException:
            return None
    assert wait_until(is_fresh, what="the lag shrinking")["SecretString"] == "one"


# Read what was written, in another region, and nothing older.
def test_a_version_is_refused_before_it_has_arrived_and_served_after(fresh):
    deployment = fresh(regions=TWO)
    replicated(deployment, "db")
    deployment.stop_region(WEST, kill=True)
    version = deployment.client(EAST).put_secret_value(SecretId="db", SecretString="two")["VersionId"]
    deployment.stop_region(EAST, kill=True)
    deployment.start_region(WEST)

    reader = Reader(deployment.client(WEST))
    code, message = reader.refusal(demand=at_least(version))
    assert code == "PreconditionNotMetException"
    assert message == (f"The replica in region {WEST} does not have version {version} of the secret. It is an unknown time "
                       f"behind its primary in region {EAST}. Try again later, or read in region {EAST}.")
    assert reader.lag == "unknown", "this process has not heard from the primary"
    code, message = reader.refusal(demand=at_most(31536000))
    assert code == "PreconditionNotMetException" and "It is not known how far" in message
    assert reader.call()["SecretString"] == "one"

    deployment.start_region(EAST)

    def arrived():
        try:
            return reader.call(demand={**at_least(version), **at_most(60)})
        except reader.client.exceptions.PreconditionNotMetException:
            return None
    assert wait_until(arrived, what="the version arriving")["SecretString"] == "two"
    assert reader.lag.isdigit()
    at_primary = Reader(deployment.client(EAST))
    assert at_primary.call(demand=at_least(version))["SecretString"] == "two"
    assert at_primary.lag is None


def test_demands_in_batches_and_of_operations_that_do_not_heed_them(fresh):
    deployment = fresh(regions=TWO)
    replicated(deployment, "db", "mail")
    reader = Reader(deployment.client(WEST, direct=True))
    wait_until(lambda: reader.told() is not None, what="the primary having reported")
    env = deployment.env()
    root = (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    signed = SignedCaller(deployment.endpoint(WEST), root, WEST)

    def batch(seconds):
        answer = signed.call("secretsmanager", "BatchGetSecretValue", {"SecretIdList": ["db", "mail"]}, at_most(seconds))
        assert answer.status == 200
        return answer.content
    assert batch(0)["SecretValues"] == []
    assert [(error["SecretId"], error["ErrorCode"]) for error in batch(0)["Errors"]] == [
        ("db", "PreconditionNotMetException"), ("mail", "PreconditionNotMetException")]
    assert [value["Name"] for value in batch(3600)["SecretValues"]] == ["db", "mail"]

    assert reader.refusal("list_secrets", at_most(60), MaxResults=1) == (
        "ValidationException", "x-coffer-max-staleness is not supported by ListSecrets.")
    assert reader.refusal(demand=at_most("-1")) == (
        "ValidationException",
        "x-coffer-max-staleness must be a number of seconds from 0 to 31536000, with at most three digits behind the point.")
    assert reader.refusal(demand=at_least("short")) == (
        "ValidationException", "x-coffer-min-version must be a version id of 32 to 64 characters.")
    primary = Reader(deployment.client(EAST, direct=True))
    unknown = str(uuid.uuid4())
    code, message = primary.refusal(demand=at_least(unknown))
    assert (code, message) == ("PreconditionNotMetException", f"The secret does not have version {unknown}. This is its "
                               f"primary, in region {EAST}: no other region has a later state of it.")
