"""Limits that AWS has and clients must live with: requests per second, and secrets per account. What the SDKs and the AWS
CLI make of them is theirs; that they can, is ours."""

import concurrent.futures
import json
import os
import subprocess

import botocore.exceptions
import pytest

from deployment import AWS, Region, wait_until


def throttled(call, code="ThrottlingException"):
    """Whether the call was refused for its rate."""
    try:
        call()
        return False
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise
        return error.response


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A region whose rates a single client can pass."""
    region = Region(tmp_path_factory.mktemp("slow") / "region",
                    more="[throttle]\nget_random_password = 5\nlist_secrets = 2\nkms_lists = 2\niam_lists = 2\n"
                         "sts = 2\nsts_web_identity_source = 2\norganizations_reads = 2\n")
    yield region
    region.stop()


def test_a_client_that_does_not_retry_sees_the_error_of_aws(slow):
    client = slow.client(retries={"total_max_attempts": 1})
    answer = wait_until(lambda: throttled(client.get_random_password), what="being throttled")
    assert answer["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["ResponseMetadata"]["RequestId"]
    wait_until(lambda: any(line.get("error") == "ThrottlingException" for line in audit(slow)), what="the audit's line")
    refused = next(line for line in audit(slow) if line.get("error") == "ThrottlingException")
    assert (refused["operation"], refused["status"]) == ("GetRandomPassword", 400)
    assert refused["caller"].endswith(":root")


def assume_with_a_token_that_is_none(sts, account):
    try:
        sts.assume_role_with_web_identity(RoleArn=f"arn:aws:iam::{account}:role/none", RoleSessionName="session",
                                          WebIdentityToken="x" * 20)
    except sts.exceptions.InvalidIdentityTokenException:
        pass


def describe_no_organization(organizations):
    try:
        organizations.describe_organization()
    except organizations.exceptions.AWSOrganizationsNotInUseException:
        pass


def test_each_service_has_the_rates_of_the_configuration(slow):
    iam, kms, sts, organizations = (slow.client(service=service, retries={"total_max_attempts": 1})
                                    for service in ("iam", "kms", "sts", "organizations"))
    lists = [(kms.list_keys, "ThrottlingException"), (iam.list_users, "Throttling"),
             (sts.get_caller_identity, "Throttling"),
             (lambda: assume_with_a_token_that_is_none(sts, slow.account), "Throttling"),
             (lambda: describe_no_organization(organizations), "ThrottlingException")]
    for call, code in lists:
        answer = wait_until(lambda: throttled(call, code), what=f"being throttled by {call}")
        assert answer["Error"]["Message"] == "Rate exceeded"
    # Neither account nor quota but the address: AWS's default of 600 for the account is far.
    wait_until(lambda: any(line.get("error") == "ThrottlingException" and line["operation"] == "AssumeRoleWithWebIdentity"
                           for line in audit(slow)), what="the audit's line")


def audit(region):
    lines = (region.directory / "data" / "audit.jsonl").read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


# AWS's SDKs know from the name of the error that a later attempt may succeed.
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_the_retries_of_the_sdk_succeed(slow, mode):
    client = slow.client(retries={"mode": mode, "total_max_attempts": 12})

    def retried():
        answer = client.get_random_password()
        assert answer["RandomPassword"]
        return answer["ResponseMetadata"]["RetryAttempts"] > 0
    wait_until(retried, what="an answer that took more than one attempt")


def list_with_the_cli(region, attempts):
    key, secret = region.credentials
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env.update(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, AWS_DEFAULT_REGION=region.region, AWS_PAGER="",
               AWS_MAX_ATTEMPTS=str(attempts), AWS_RETRY_MODE="standard", AWS_EC2_METADATA_DISABLED="true")
    return subprocess.run([AWS, "--endpoint-url", f"http://127.0.0.1:{region.port}", "--output", "json", "secretsmanager",
                           "list-secrets", "--page-size", "1"], capture_output=True, text=True, env=env, timeout=120)


# A list page by page is how a user of the CLI passes a rate without knowing it.
def test_the_aws_cli_retries_until_the_list_is_complete(slow):
    client = slow.client()
    names = {f"listed/{i}" for i in range(6)}
    for name in names:
        client.create_secret(Name=name, SecretString="v")
    once = list_with_the_cli(slow, attempts=1)
    assert once.returncode != 0 and "ThrottlingException" in once.stderr and "Rate exceeded" in once.stderr
    often = list_with_the_cli(slow, attempts=12)
    assert often.returncode == 0, often.stderr
    assert {entry["Name"] for entry in json.loads(often.stdout)["SecretList"]} == names


def all_at_once(deployment, region, calls):
    """How many of the calls were refused for their rate, made by eight clients side by side."""
    clients = [deployment.client(region) for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        return sum(bool(refused) for refused in pool.map(
            lambda i: throttled(clients[i % len(clients)].get_random_password), range(calls)))


# Whoever tries Coffer out fills it by script first, and must not have to know about rates.
def test_a_local_deployment_does_not_throttle_unless_it_is_asked_to(five, fresh):
    assert all_at_once(five, "us-east-1", 400) == 0
    limited = fresh(regions=["us-east-1", "eu-west-1"], more=["--throttle"])
    wait_until(lambda: all_at_once(limited, "us-east-1", 400), what="being throttled through the gateway")
    assert not throttled(limited.client("eu-west-1").get_random_password), "another region counts for itself"
    limited.stop()
    limited.more = []
    limited.start()
    wait_until(lambda: all_at_once(limited, "us-east-1", 400), what="being throttled after a start without the flag")


def test_an_account_that_is_full_can_make_room(tmp_path):
    region = Region(tmp_path / "region", more="[limits]\nsecrets_per_account = 3\n")
    try:
        client = region.client()
        for name in ("a", "b", "c"):
            client.create_secret(Name=name, SecretString="v")
        with pytest.raises(client.exceptions.LimitExceededException) as full:
            client.create_secret(Name="d", SecretString="v")
        assert "which is 3." in full.value.response["Error"]["Message"]
        client.put_secret_value(SecretId="a", SecretString="w")
        region.kill()
        region.start()
        with pytest.raises(client.exceptions.LimitExceededException):
            client.create_secret(Name="d", SecretString="v")
        client.delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="d", SecretString="v")
    finally:
        region.stop()
