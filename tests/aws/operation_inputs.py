"""Valid requests for every operation of every service, by the members that the cards say are required: members() makes one,
and what must exist for it."""

import functools
import itertools
import pathlib
import re
import sys
import uuid

from deployment import wait_until
from policies import ACCOUNT, allow, deny, policy, trust

sys.path.append(str(pathlib.Path(__file__).parents[1] / "model"))
import cards  # noqa: E402

SERVICES = ["iam", "kms", "organizations", "secretsmanager", "sts"]
CARDS = {service: cards.load(service) for service in SERVICES}
# Coffer's own service has no model of AWS's to compare with, so the program does not tell of it.
COFFER = {
    "AddRegion": ["Region", "Host", "Port"],
    "ExplainDecision": ["DecisionId"],
    "FailOverSecret": ["SecretId", "FromRegion"],
    "GetRegionStatus": [],
    "ListCopies": [],
    "RejoinSecret": ["SecretId", "PrimaryRegion"],
    "RemoveRegion": ["Region"],
    "RetryReplication": ["SecretId", "ReplicaRegion"],
}
CARDS["coffer"] = {operation: {"request": {name: {"type": "string", "required": True} for name in members}}
                   for operation, members in COFFER.items()}
OPERATIONS = [(service, operation) for service in CARDS for operation in CARDS[service]]


def required(service, operation):
    """The members that a request must have, those that SDKs add, and the user of IAM's operations: without one, the caller
    is meant."""
    request = CARDS[service][operation]["request"]
    return [name for name, shape in request.items()
            if shape["required"] or shape.get("idempotency_token") or (service == "iam" and name == "UserName")]


class Given:
    """What exists for the operation that is called: made by the root user, who may do everything."""

    def __init__(self, deployment):
        root = lambda service: deployment.client("us-east-1", service=service)  # noqa: E731
        self.iam, self.kms, self.secretsmanager = root("iam"), root("kms"), root("secretsmanager")
        self.organizations = root("organizations")
        self.numbers = itertools.count()

    def name(self):
        return f"thing-{next(self.numbers)}"

    def user(self):
        return self.iam.create_user(UserName=self.name())["User"]["UserName"]

    def user_arn(self):
        return f"arn:aws:iam::{ACCOUNT}:user/{self.user()}"

    def group(self):
        return self.iam.create_group(GroupName=self.name())["Group"]["GroupName"]

    def role(self):
        return self.iam.create_role(RoleName=self.name(), AssumeRolePolicyDocument=trust(ACCOUNT))["Role"]["RoleName"]

    def policy(self):
        return self.iam.create_policy(PolicyName=self.name(), PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]

    def provider(self):
        made = self.iam.create_open_id_connect_provider(Url=f"https://{self.name()}.example", ClientIDList=["client"],
                                                        ThumbprintList=["0" * 40])
        return made["OpenIDConnectProviderArn"]

    def key(self):
        return self.kms.create_key()["KeyMetadata"]["Arn"]

    def alias(self):
        name = f"alias/{self.name()}"
        self.kms.create_alias(AliasName=name, TargetKeyId=self.key())
        return name

    def secret(self):
        return self.secretsmanager.create_secret(Name=self.name(), SecretString="v")["ARN"]

    @functools.cached_property
    def organization(self):
        """Its root, as ListRoots tells. Made when it is first asked for; its own account is not limited by it."""
        self.organizations.create_organization(FeatureSet="ALL")
        root = self.organizations.list_roots()["Roots"][0]
        self.organizations.enable_policy_type(RootId=root["Id"], PolicyType=CONTROL)
        return root

    def root(self):
        return self.organization["Id"]

    def unit(self):
        made = self.organizations.create_organizational_unit(ParentId=self.root(), Name=self.name())
        return made["OrganizationalUnit"]["Id"]

    def account_request(self):
        name = self.name() if self.organization else None
        made = self.organizations.create_account(Email=f"{name}@example.com", AccountName=name)
        return made["CreateAccountStatus"]["Id"]

    def member_account(self):
        request = self.account_request()
        status = lambda: self.organizations.describe_create_account_status(  # noqa: E731
            CreateAccountRequestId=request)["CreateAccountStatus"].get("AccountId")
        return wait_until(status, what="the account being made")

    def control_policy(self):
        assert self.organization
        made = self.organizations.create_policy(Name=self.name(), Description="", Type=CONTROL,
                                                Content=policy(deny("s3:*")))
        return made["Policy"]["PolicySummary"]["Id"]

    def members(self, service, operation):
        """A valid request: the required members, each by its name, and what is required without the model saying so."""
        made = {name: self.value(service, operation, name) for name in required(service, operation)}
        self.arrange(service, operation, made)
        return made

    def value(self, service, operation, member):
        makers = VALUES[service]
        maker = makers.get((operation, member), makers.get(member))
        assert maker is not None, f"say in VALUES what {member} of {service}:{operation} is"
        return maker(self) if callable(maker) else maker

    def arrange(self, service, operation, made):
        """What must be so that the operation can succeed, and members that one of must be there."""
        iam = self.iam
        kind = next((kind for kind in ("User", "Group", "Role") if f"{kind}Name" in made), None)
        if kind:
            who = {f"{kind}Name": made[f"{kind}Name"]}
            call = lambda verb, what, **more: getattr(iam, f"{verb}_{kind.lower()}_{what}")(**who, **more)  # noqa: E731
            if operation in (f"Delete{kind}Policy", f"Get{kind}Policy"):
                call("put", "policy", PolicyName=made["PolicyName"], PolicyDocument=policy(allow("s3:*")))
            if operation == f"Detach{kind}Policy":
                call("attach", "policy", PolicyArn=made["PolicyArn"])
            if operation == f"Delete{kind}PermissionsBoundary":
                call("put", "permissions_boundary", PermissionsBoundary=self.policy())
        if service == "organizations":
            return self.arrange_organization(operation, made)
        match operation:
            case "RemoveUserFromGroup":
                iam.add_user_to_group(GroupName=made["GroupName"], UserName=made["UserName"])
            case "DeletePolicyVersion" | "SetDefaultPolicyVersion" | "GetPolicyVersion":
                iam.create_policy_version(PolicyArn=made["PolicyArn"], PolicyDocument=policy(allow("s3:Get*")))
            case "DeleteAccessKey" | "UpdateAccessKey":
                made["AccessKeyId"] = iam.create_access_key(UserName=made["UserName"])["AccessKey"]["AccessKeyId"]
            case "DeleteAccountAlias":
                iam.create_account_alias(AccountAlias=made["AccountAlias"])
            case "CancelKeyDeletion":
                self.kms.schedule_key_deletion(KeyId=made["KeyId"])
            case "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext":
                made["KeySpec"] = "AES_256"
            case "GenerateRandom":
                made["NumberOfBytes"] = 16
            case "RevokeGrant" | "RetireGrant":
                made["KeyId"] = self.key()
                made["GrantId"] = self.kms.create_grant(KeyId=made["KeyId"], GranteePrincipal=self.user_arn(),
                                                        Operations=["Decrypt"])["GrantId"]
            case "BatchGetSecretValue":
                made["SecretIdList"] = [self.secret()]
            case "RestoreSecret":
                self.secretsmanager.delete_secret(SecretId=made["SecretId"])
            case "UpdateSecretVersionStage":
                versions = self.secretsmanager.list_secret_version_ids(SecretId=made["SecretId"])["Versions"]
                made["MoveToVersionId"] = versions[0]["VersionId"]
            case "CreateSecret" | "PutSecretValue" | "UpdateSecret":
                made["SecretString"] = "w"

    def arrange_organization(self, operation, made):
        root = self.root()
        match operation:
            case "DetachPolicy":
                self.organizations.attach_policy(**made)
            case "EnablePolicyType" | "DisablePolicyType":
                enabled = self.organizations.list_roots()["Roots"][0]["PolicyTypes"]
                if (made["PolicyType"] in [one["Type"] for one in enabled]) != (operation == "DisablePolicyType"):
                    change = "enable" if operation == "DisablePolicyType" else "disable"
                    getattr(self.organizations, f"{change}_policy_type")(RootId=root, PolicyType=made["PolicyType"])
            case "UpdatePolicy":
                made["Name"] = self.name()
            case "UpdateOrganizationalUnit":
                made["Name"] = self.name()


CONTROL = "SERVICE_CONTROL_POLICY"
DOCUMENT = policy(allow("s3:*"))
TAGS = {"Tags": [{"Key": "k", "Value": "v"}], "TagKeys": ["k"]}

# What a member is, or what makes it; of one operation only, by (operation, member).
VALUES = {
    "coffer": {
        "DecisionId": str(uuid.uuid4()),
        "FromRegion": "eu-west-1",
        "Host": "127.0.0.1",
        "Port": 4600,
        "Region": "us-east-1",
        "PrimaryRegion": "eu-west-1",
        "ReplicaRegion": "eu-west-1",
        "SecretId": Given.secret,
    },
    "iam": {
        **TAGS,
        "AccessKeyId": lambda given: given.iam.create_access_key(UserName=given.user())["AccessKey"]["AccessKeyId"],
        "AccountAlias": Given.name,
        "ActionNames": ["s3:GetObject"],
        "AssumeRolePolicyDocument": trust(ACCOUNT),
        "ClientID": "client",
        "Description": "described",
        "GroupName": Given.group,
        ("CreateGroup", "GroupName"): Given.name,
        "OpenIDConnectProviderArn": Given.provider,
        "PermissionsBoundary": Given.policy,
        "PolicyArn": Given.policy,
        "PolicyDocument": DOCUMENT,
        ("UpdateAssumeRolePolicy", "PolicyDocument"): trust(ACCOUNT),
        "PolicyInputList": [DOCUMENT],
        "PolicyName": Given.name,
        "PolicySourceArn": Given.user_arn,
        "RoleName": Given.role,
        ("CreateRole", "RoleName"): Given.name,
        "Status": "Inactive",
        "ThumbprintList": ["1" * 40],
        "Url": lambda given: f"https://{given.name()}.example",
        "UserName": Given.user,
        ("CreateUser", "UserName"): Given.name,
        "VersionId": "v2",
    },
    "kms": {
        "AliasName": Given.alias,
        ("CreateAlias", "AliasName"): lambda given: f"alias/{given.name()}",
        "CiphertextBlob": lambda given: given.kms.encrypt(KeyId=given.key(), Plaintext=b"p")["CiphertextBlob"],
        "Description": "described",
        "DestinationKeyId": Given.key,
        "GrantId": "1" * 64,  # arranged
        "GranteePrincipal": Given.user_arn,
        "KeyId": Given.key,
        "Operations": ["Decrypt"],
        "Plaintext": b"p",
        "Policy": policy(allow("kms:*", Principal={"AWS": ACCOUNT})),
        "PrimaryRegion": "eu-west-1",
        "ReplicaRegion": "eu-west-1",
        "RetiringPrincipal": Given.user_arn,
        "Tags": [{"TagKey": "k", "TagValue": "v"}],
        "TagKeys": ["k"],
        "TargetKeyId": Given.key,
    },
    "organizations": {
        **TAGS,
        "AccountId": Given.member_account,
        "AccountName": Given.name,
        "ChildId": Given.unit,
        "ChildType": "ORGANIZATIONAL_UNIT",
        "Content": policy(deny("s3:*")),
        "CreateAccountRequestId": Given.account_request,
        "Description": "described",
        "DestinationParentId": Given.unit,
        "Email": lambda given: f"{given.name()}@example.com",
        "Filter": CONTROL,
        "Name": Given.name,
        "OrganizationalUnitId": Given.unit,
        "ParentId": Given.root,
        "PolicyId": Given.control_policy,
        "PolicyType": "RESOURCE_CONTROL_POLICY",
        "ResourceId": Given.unit,
        "RootId": Given.root,
        "SourceParentId": Given.root,
        "TargetId": Given.unit,
        "Type": CONTROL,
    },
    "secretsmanager": {
        **TAGS,
        "AddReplicaRegions": [{"Region": "eu-west-1"}],
        "ClientRequestToken": lambda given: str(uuid.uuid4()),
        "CrossAccountReplicaARN": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:replica-abcdef",
        "Name": Given.name,
        "RemoveReplicaRegions": ["eu-west-1"],
        "ResourcePolicy": policy(allow("secretsmanager:GetSecretValue", Principal={"AWS": ACCOUNT})),
        "SecretId": Given.secret,
        "VersionStage": "custom",
    },
    "sts": {
        "AccessKeyId": lambda given: given.iam.create_access_key(UserName=given.user())["AccessKey"]["AccessKeyId"],
        "Name": "somebody",
        "RoleArn": lambda given: f"arn:aws:iam::{ACCOUNT}:role/{given.role()}",
        "RoleSessionName": "session",
        "WebIdentityToken": "no.token.atall",
    },
}


def resource(service, operation, made):
    """What is decided on, and named by the refusal, as a pattern; None: nothing but the account."""
    ours = {"iam": f"arn:aws:iam::{ACCOUNT}:", "sts": f"arn:aws:sts::{ACCOUNT}:"}
    here = ours.get(service, f"arn:aws:{service}:us-east-1:{ACCOUNT}:")
    match service, operation:
        case "organizations", _:
            return organization_resource(made)
        case "coffer", "ExplainDecision":
            return f"{here}decision/{made['DecisionId']}"
        case "iam", "CreateOpenIDConnectProvider":
            return f"{here}oidc-provider/{made['Url'].removeprefix('https://')}"
        case "iam", "CreatePolicy":
            return f"{here}policy/{made['PolicyName']}"
        case "iam", "GetAccessKeyLastUsed":
            return f"{here}user/thing-[0-9]+"  # whose it is
        case "kms", "CreateAlias" | "DeleteAlias" | "UpdateAlias":
            return f"{here}{made['AliasName']}"
        case "kms", "Decrypt" | "ReEncrypt":
            return f"{here}key/[0-9a-f-]{{36}}"  # what encrypted it
        case "secretsmanager", "CreateSecret":
            return f"{here}secret:{made['Name']}-{re.escape('??????')}"
        case "sts", "GetFederationToken":
            return f"{here}federated-user/{made['Name']}"
    named = [f"{here}{kind.lower()}/{made[kind + 'Name']}" for kind in ("Group", "Role", "User") if f"{kind}Name" in made]
    members = ("OpenIDConnectProviderArn", "PolicyArn", "PolicySourceArn", "KeyId", "SecretId", "RoleArn")
    return next(iter(named + [made[member] for member in members if member in made]), None)


def organization_resource(made):
    """The first thing that the request names, by the form of its id. What else it names is decided on afterwards."""
    members = ("PolicyId", "AccountId", "ParentId", "OrganizationalUnitId", "RootId", "ChildId", "ResourceId", "TargetId")
    named = next((made[member] for member in members if member in made), None)
    if named is None:
        return None
    kinds = {"p-": "policy", "ou": "ou", "r-": "root"}
    kind = kinds.get(named[:2], "account")
    path = "service_control_policy/" if kind == "policy" else ""
    return f"arn:aws:organizations::{ACCOUNT}:{kind}/o-[a-z0-9]{{10,32}}/{path}{named}"
