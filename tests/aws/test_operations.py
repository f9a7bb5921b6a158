"""Every operation with the AWS CLI and with boto3, once each as a person would use it. Debian's versions know no
BatchGetSecretValue: that one goes over the wire, and to the SDK for JavaScript. The rules are cases as data in tests/cases."""

import datetime
import json

import pytest

from deployment import wait_in_sync
from test_wire import call

HOME = "us-east-1"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


def policy(account):
    return json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]})


def account_of(arn):
    return arn.split(":")[4]


def test_a_secret_lives_its_whole_life_with_the_aws_cli(five):
    def aws(*arguments, **more):
        return five.aws(HOME, *arguments, **more)

    password = aws("get-random-password", "--password-length", "20", "--exclude-punctuation")["RandomPassword"]
    arn = aws("create-secret", "--name", "cli/life", "--secret-string", password, "--description", "first",
              "--tags", "Key=team,Value=red")["ARN"]
    aws("update-secret", "--secret-id", "cli/life", "--description", "second", "--secret-string", "two")
    aws("tag-resource", "--secret-id", "cli/life", "--tags", "Key=team,Value=blue", "Key=stage,Value=prod")
    aws("untag-resource", "--secret-id", "cli/life", "--tag-keys", "stage")
    described = aws("describe-secret", "--secret-id", arn)
    assert (described["Description"], described["Tags"]) == ("second", [{"Key": "team", "Value": "blue"}])
    assert aws("get-secret-value", "--secret-id", "cli/life")["SecretString"] == "two"
    assert aws("get-secret-value", "--secret-id", "cli/life", "--version-stage", "AWSPREVIOUS")["SecretString"] == password

    document = policy(account_of(arn))
    checked = aws("validate-resource-policy", "--resource-policy", document)
    assert (checked["PolicyValidationPassed"], checked["ValidationErrors"]) == (True, [])
    aws("put-resource-policy", "--secret-id", "cli/life", "--resource-policy", document, "--block-public-policy")
    assert aws("get-resource-policy", "--secret-id", "cli/life")["ResourcePolicy"] == document
    aws("delete-resource-policy", "--secret-id", "cli/life")
    assert "ResourcePolicy" not in aws("get-resource-policy", "--secret-id", "cli/life")

    pending = aws("rotate-secret", "--secret-id", "cli/life", "--rotation-lambda-arn", FUNCTION, "--rotation-rules",
                  "ScheduleExpression=cron(0 8 1 * ? *),Duration=2h")["VersionId"]
    rotating = aws("describe-secret", "--secret-id", "cli/life")
    assert rotating["RotationEnabled"] and rotating["VersionIdsToStages"][pending] == ["AWSPENDING"]
    assert rotating["NextRotationDate"][7:] == "-01T09:59:59+00:00"
    assert aws("cancel-rotate-secret", "--secret-id", "cli/life")["VersionId"] == pending
    aws("update-secret-version-stage", "--secret-id", "cli/life", "--version-stage", "AWSPENDING",
        "--remove-from-version-id", pending)
    versions = aws("list-secret-version-ids", "--secret-id", "cli/life")["Versions"]
    assert sorted(stage for version in versions for stage in version["VersionStages"]) == ["AWSCURRENT", "AWSPREVIOUS"]

    listed = aws("list-secrets", "--filters", "Key=tag-value,Values=blue")["SecretList"]
    assert [entry["Name"] for entry in listed] == ["cli/life"]
    aws("delete-secret", "--secret-id", "cli/life", "--recovery-window-in-days", "7")
    refused = aws("get-secret-value", "--secret-id", "cli/life", check=False)
    assert "because it was marked for deletion." in refused.stderr
    aws("restore-secret", "--secret-id", "cli/life")
    aws("delete-secret", "--secret-id", "cli/life", "--force-delete-without-recovery")
    assert "ResourceNotFoundException" in aws("describe-secret", "--secret-id", "cli/life", check=False).stderr


# Terraform refreshes what it has written, and asks again until both sides agree.
def test_policies_tags_and_descriptions_reach_the_replica_with_boto3(five):
    client, there = five.client(HOME), five.client("eu-west-1")
    arn = client.create_secret(Name="boto/meta", SecretString="v", AddReplicaRegions=[{"Region": "eu-west-1"}])["ARN"]
    client.put_resource_policy(SecretId="boto/meta", ResourcePolicy=policy(account_of(arn)))
    client.tag_resource(SecretId="boto/meta", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    client.update_secret(SecretId="boto/meta", Description="told")
    wait_in_sync(client, "boto/meta", ["eu-west-1"])
    assert there.get_resource_policy(SecretId="boto/meta")["ResourcePolicy"] == policy(account_of(arn))
    described = there.describe_secret(SecretId="boto/meta")
    assert described["Description"] == "told"
    assert described["Tags"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    with pytest.raises(there.exceptions.InvalidParameterException):
        there.tag_resource(SecretId="boto/meta", Tags=[{"Key": "c", "Value": ""}])


def test_errors_of_policies_are_exceptions_of_the_client(five):
    client = five.client(HOME)
    arn = client.create_secret(Name="boto/policy")["ARN"]
    public = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]})
    with pytest.raises(client.exceptions.PublicPolicyException):
        client.put_resource_policy(SecretId=arn, ResourcePolicy=public, BlockPublicPolicy=True)
    with pytest.raises(client.exceptions.MalformedPolicyDocumentException) as unsupported:
        client.put_resource_policy(SecretId=arn, ResourcePolicy=policy("999999999999"))
    assert unsupported.value.response["Message"] == "This resource policy contains an unsupported principal."
    checked = client.validate_resource_policy(SecretId=arn, ResourcePolicy=public)
    assert not checked["PolicyValidationPassed"] and checked["ValidationErrors"][0]["CheckName"] == "BROAD_ACCESS_CHECK"


def test_rotation_is_set_up_and_cancelled_with_boto3(five):
    client = five.client(HOME)
    client.create_secret(Name="boto/rotation", SecretString="v")
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.rotate_secret(SecretId="boto/rotation")
    client.rotate_secret(SecretId="boto/rotation", RotationLambdaARN=FUNCTION, RotateImmediately=False,
                         RotationRules={"AutomaticallyAfterDays": 30})
    described = client.describe_secret(SecretId="boto/rotation")
    assert (described["RotationEnabled"], described["RotationRules"]) == (True, {"AutomaticallyAfterDays": 30})
    today = datetime.datetime.now(datetime.timezone.utc).date()
    # Debian's boto3 does not know this member.
    next_date = call(five, "DescribeSecret", {"SecretId": "boto/rotation"})[1]["NextRotationDate"]
    next_date = datetime.datetime.fromtimestamp(next_date, datetime.timezone.utc)
    assert today - next_date.date() in (datetime.timedelta(-30), datetime.timedelta(-29))  # midnight may pass meanwhile
    assert next_date.time() == datetime.time(23, 59, 59)
    client.cancel_rotate_secret(SecretId="boto/rotation")
    assert client.describe_secret(SecretId="boto/rotation")["RotationEnabled"] is False


def test_many_values_are_read_at_once_over_the_wire(five):
    client = five.client(HOME)
    names = [f"batch/{i}" for i in range(3)]
    for name in names:
        client.create_secret(Name=name, SecretString=f"value of {name}")
    status, answer = call(five, "BatchGetSecretValue", {"SecretIdList": [*names, "batch/nobody"]})
    assert status == 200
    assert [value["SecretString"] for value in answer["SecretValues"]] == [f"value of {name}" for name in names]
    assert answer["Errors"] == [{"SecretId": "batch/nobody", "ErrorCode": "ResourceNotFoundException",
                                 "Message": "Secrets Manager can't find the specified secret."}]
    found, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        status, page = call(five, "BatchGetSecretValue",
                            {"Filters": [{"Key": "name", "Values": ["batch/"]}], "MaxResults": 2, **more})
        assert status == 200 and len(page["SecretValues"]) <= 2
        found += [value["Name"] for value in page["SecretValues"]]
        token = page.get("NextToken")
        if token is None:
            break
    assert found == names


# Newer SDKs know members that would change what a call means: ignoring them would do something else than was asked for.
@pytest.mark.parametrize("operation, member, more", [
    ("PutResourcePolicy", "PolicyName", {"SecretId": "newer", "ResourcePolicy": policy("123456789012")}),
    ("GetResourcePolicy", "PolicyName", {"SecretId": "newer"}),
    ("DeleteResourcePolicy", "PolicyName", {"SecretId": "newer"}),
])
def test_members_of_newer_models_are_refused_and_not_ignored(five, operation, member, more):
    status, answer = call(five, operation, {**more, member: "something"})
    assert (status, answer["__type"]) == (400, "InvalidParameterException")
    assert answer["Message"] == f"{member} is not supported."
