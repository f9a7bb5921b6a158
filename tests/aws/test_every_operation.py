"""Every operation of every service asks for its permission: without it AccessDenied in AWS's words, with it and nothing else
an answer. The list of operations is the cards' own, so that a new one is here from its first day."""

import re

import pytest

from deployment import Deployment
from operation_inputs import OPERATIONS, Given, required, resource
from policies import ACCOUNT, allow, deny, policy
from signed_call import TARGETS, SignedCaller

# Operations that do not ask, and why.
FREE = {
    ("sts", "GetCallerIdentity"): "needs no permission: whoever has credentials knows as much already",
    ("sts", "GetSessionToken"): "needs no permission: the credentials can do what the caller can",
}
# Operations that a signature says nothing about.
UNSIGNED = {("sts", "AssumeRoleWithWebIdentity"): "the token proves who calls; test_web_identity.py"}

# Operations whose permissions are not just the one of their own name.
ACTIONS = {
    ("kms", "ReEncrypt"): ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
    ("secretsmanager", "ValidateResourcePolicy"): ["secretsmanager:ValidateResourcePolicy", "secretsmanager:PutResourcePolicy"],
}

# How operations end that cannot succeed as they are called here, which is not in AccessDenied.
ENDS = {
    ("coffer", "AddRegion"): "InvalidRequestException",  # it is the region itself
    ("coffer", "ExplainDecision"): "ResourceNotFoundException",  # no such decision
    ("coffer", "FailOverSecret"): "InvalidParameterException",  # there is no other region
    ("coffer", "RejoinSecret"): "InvalidParameterException",
    ("coffer", "RemoveRegion"): "InvalidRequestException",
    ("coffer", "RetryReplication"): "InvalidParameterException",
    ("iam", "DeleteLoginProfile"): "NoSuchEntity",  # there is never one
    ("iam", "GetAccountPasswordPolicy"): "NoSuchEntity",
    ("iam", "GetLoginProfile"): "NoSuchEntity",
    ("kms", "ReplicateKey"): "ValidationException",  # a deployment of one region
    ("kms", "UpdatePrimaryRegion"): "UnsupportedOperationException",  # no multi-region key
    ("organizations", "CreateOrganization"): "AlreadyInOrganizationException",
    ("organizations", "DeleteOrganization"): "OrganizationNotEmptyException",
    ("organizations", "DescribeResourcePolicy"): "ResourcePolicyNotFoundException",  # there is never one
    ("organizations", "LeaveOrganization"): "MasterCannotLeaveOrganizationException",
    ("secretsmanager", "AssociateCrossAccountReplica"): "InvalidParameterException",  # the same account
    ("secretsmanager", "DisassociateCrossAccountReplica"): "InvalidParameterException",
    ("secretsmanager", "CancelRotateSecret"): "InvalidRequestException",  # nothing rotates
    ("secretsmanager", "ReplicateSecretToRegions"): "InvalidParameterException",  # there is no other region
    ("secretsmanager", "RotateSecret"): "InvalidRequestException",
    ("secretsmanager", "StopReplicationToReplica"): "InvalidRequestException",
}

ASKING = [name for name in OPERATIONS if name not in FREE and name not in UNSIGNED]


def every(names):
    return pytest.mark.parametrize("service, operation", names, ids=[":".join(name) for name in names])


def actions(service, operation):
    return ACTIONS.get((service, operation), [f"{service}:{operation}"])


class World:
    """A deployment with two users: nobody, who has no policies, and somebody, whose only policy is changed all the time."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.given = Given(deployment)
        self.nobody, self.somebody = self.user("nobody"), self.user("somebody")
        self.stranger = SignedCaller(deployment.endpoint("us-east-1"), deployment.make_account("other", "222222222222"))
        self.unsigned = SignedCaller(deployment.endpoint("us-east-1"), None)
        self.denied = {}

    def user(self, name):
        self.given.iam.create_user(UserName=name)
        key = self.given.iam.create_access_key(UserName=name)["AccessKey"]
        return SignedCaller(self.deployment.endpoint("us-east-1"), (key["AccessKeyId"], key["SecretAccessKey"]))

    def allow_only(self, statement):
        self.given.iam.put_user_policy(UserName="somebody", PolicyName="only", PolicyDocument=policy(statement))

    def call(self, caller, service, operation):
        """With members made for this call."""
        return caller.call(service, operation, self.given.members(service, operation))

    def check_denied(self, name, service, operation, action):
        """With members that are the same each time: nothing happens to them."""
        if (service, operation) not in self.denied:
            self.denied[service, operation] = self.given.members(service, operation)
        made = self.denied[service, operation]
        answer = getattr(self, name).call(service, operation, made)
        expected = (400, "AccessDeniedException") if service in TARGETS else (403, "AccessDenied")
        assert answer[:2] == expected, answer
        on = resource(service, operation, made)
        # Whoever may not assume a role is not told why.
        why = "" if action == "sts:AssumeRole" else f" because no identity-based policy allows the {action} action"
        assert re.fullmatch(f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: {action}"
                            + (f" on resource: {on}" if on else "") + why, answer.message), answer.message


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("every") / "data", regions=["us-east-1"]).start()
    yield World(deployment)
    deployment.stop()


@every(OPERATIONS)
def test_unsigned_requests_are_refused(world, service, operation):
    if (service, operation) in UNSIGNED:
        assert world.call(world.unsigned, service, operation).code == "InvalidIdentityToken"
    else:
        answer = world.unsigned.call(service, operation, {})
        assert answer.code.removesuffix("Exception") == "MissingAuthenticationToken"


@every(ASKING)
def test_without_any_policy_it_is_denied(world, service, operation):
    world.check_denied("nobody", service, operation, actions(service, operation)[0])


@every(ASKING)
def test_all_other_permissions_are_not_enough(world, service, operation):
    for action in actions(service, operation):
        world.allow_only({"Effect": "Allow", "NotAction": action, "Resource": "*"})
        world.check_denied("somebody", service, operation, action)


@every(ASKING)
def test_its_own_permission_is_enough(world, service, operation):
    world.allow_only(allow(actions(service, operation)))
    answer = world.call(world.somebody, service, operation)
    assert answer.code == ENDS.get((service, operation)), answer


# Whatever its own policies say: nothing here has a policy that lets it in.
@every([name for name in ASKING if {"SecretId", "KeyId"} & set(required(*name))])
def test_another_account_is_denied(world, service, operation):
    assert world.call(world.stranger, service, operation).code == "AccessDeniedException"


@every(FREE)
def test_what_needs_no_permission_is_not_denied(world, service, operation):
    assert world.call(world.nobody, service, operation).status == 200
    world.allow_only(deny("*"))
    assert world.call(world.somebody, service, operation).status == 200
