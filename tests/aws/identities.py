"""Users, roles and sessions of an account, made by its root user, for tests of what they may do."""

import contextlib

import pytest
from botocore.exceptions import ClientError

from policies import ACCOUNT, policy, trust

REGION = "us-east-1"
GLOBAL = ("iam", "organizations")  # signed for us-east-1 in every region


class Account:
    """An account of a deployment. Credentials are what Deployment.client() takes; of sessions, with the token."""

    def __init__(self, deployment, account=ACCOUNT, root=None, at=None):
        """at: the region whose own endpoint is asked; the gateway unless given."""
        self.deployment, self.account, self.root, self.at = deployment, account, root, at
        self.clients = {}
        self.iam, self.kms, self.secretsmanager = self.client("iam"), self.client("kms"), self.client("secretsmanager")

    def client(self, service, credentials=None):
        """The root user's, unless for others."""
        key = service, credentials
        if key not in self.clients:
            region = REGION if self.at is None or service in GLOBAL else self.at
            where = {} if self.at is None else {"at": self.at}
            self.clients[key] = self.deployment.client(region, credentials=credentials or self.root, service=service, **where)
        return self.clients[key]

    def user(self, name, *statements, **more):
        """A new user with an inline policy, and its credentials."""
        self.iam.create_user(UserName=name, **more)
        if statements:
            self.allow_user(name, *statements)
        return self.access_key(name)

    def allow_user(self, name, *statements):
        """In place of what it was allowed before."""
        self.iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(*statements))

    def access_key(self, name):
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def role(self, name, *statements, trusts=None, **more):
        """The ARN of a new role, which trusts the account unless told otherwise."""
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusts or trust(self.account), **more)["Role"]
        if statements:
            self.allow_role(name, *statements)
        return made["Arn"]

    def allow_role(self, name, *statements):
        self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy(*statements))

    def assume(self, credentials, role, name="session", **more):
        """The credentials of a session."""
        made = self.client("sts", credentials).assume_role(RoleArn=role, RoleSessionName=name, **more)
        return credentials_of(made)

    def secret(self, name, value="value", **more):
        return self.secretsmanager.create_secret(Name=name, SecretString=value, **more)["ARN"]

    def read(self, credentials, secret):
        return self.client("secretsmanager", credentials).get_secret_value(SecretId=secret)["SecretString"]

    def identity(self, credentials):
        return self.client("sts", credentials).get_caller_identity()

    def may(self, credentials, secret):
        """Whether they may read it; another refusal than a denial is a failure."""
        try:
            self.read(credentials, secret)
            return True
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDeniedException", error
            return False


def credentials_of(answer):
    made = answer["Credentials"]
    return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]


@contextlib.contextmanager
def refused(code, message=None):
    """That the call inside is answered this error; `message` is a part of the text."""
    with pytest.raises(ClientError) as raised:
        yield raised
    error = raised.value.response["Error"]
    assert error["Code"] == code, raised.value
    assert message is None or message in error["Message"], raised.value


def denied(action=None):
    """By a service that speaks JSON."""
    return refused("AccessDeniedException", action and f"is not authorized to perform: {action}")
