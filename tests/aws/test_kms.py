"""KMS, with boto3: what is encrypted and by whom it can be decrypted, how keys live, and secrets under keys of one's own. The
rules are cases as data in tests/cases/kms."""

import datetime
import json

import botocore
import botocore.session
import pytest

from deployment import Deployment
from identities import REGION, Account, denied, refused
from operation_inputs import CARDS
from policies import ACCOUNT, allow, deny, policy
from signed_call import SignedCaller

# The operations whose pages boto3 turns.
PAGINATORS = botocore.session.get_session().get_component("data_loader").load_service_model("kms", "paginators-1")["pagination"]
CONTEXT = {"app": "db", "env": "prod"}
TO_ACCOUNT = allow("kms:*", Principal={"AWS": ACCOUNT})


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("kms") / "data", regions=[REGION]).start()
    yield Account(deployment)
    deployment.stop()


@pytest.fixture(scope="module")
def kms(account):
    return account.kms


# What Debian's boto3 does not know.
@pytest.fixture(scope="module")
def call(account):
    env = account.deployment.env()
    root = SignedCaller(account.deployment.endpoint(REGION), (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]))

    def call(operation, **members):
        answer = root.call("kms", operation, members)
        assert answer.status == 200, answer
        return answer.content

    return call


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def test_a_key_as_it_is_described(kms):
    made = kms.create_key(Description="told", Tags=[{"TagKey": "team", "TagValue": "red"}])["KeyMetadata"]
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"] == made == kms.describe_key(KeyId=made["Arn"])["KeyMetadata"]
    assert made["Arn"] == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{made['KeyId']}"
    assert abs(datetime.datetime.now(datetime.timezone.utc) - made["CreationDate"]) < datetime.timedelta(minutes=5)
    told = {"AWSAccountId": ACCOUNT, "Enabled": True, "Description": "told", "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT",
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": False}
    assert {name: made[name] for name in told} == told
    kms.update_key_description(KeyId=made["KeyId"], Description="told again")
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"]["Description"] == "told again"
    for unknown in ("00000000-0000-0000-0000-000000000000", "nonsense", "alias/absent"):
        with refused("NotFoundException"):
            kms.describe_key(KeyId=unknown)


def test_what_is_encrypted_is_decrypted_with_its_context_only(kms, key):
    encrypted = kms.encrypt(KeyId=key, Plaintext=b"hunter2", EncryptionContext=CONTEXT)
    assert (encrypted["KeyId"], encrypted["EncryptionAlgorithm"]) == (key, "SYMMETRIC_DEFAULT")
    blob = encrypted["CiphertextBlob"]
    assert b"hunter2" not in blob and blob != kms.encrypt(KeyId=key, Plaintext=b"hunter2", EncryptionContext=CONTEXT)["CiphertextBlob"]
    decrypted = kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(reversed(CONTEXT.items())))
    assert (decrypted["Plaintext"], decrypted["KeyId"]) == (b"hunter2", key)
    for wrong in ({}, {"app": "db"}, {**CONTEXT, "more": ""}, {**CONTEXT, "app": "DB"}):
        with refused("InvalidCiphertextException"):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext=wrong)
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    for bad in (changed, blob[:-1], b"nothing"):
        with refused("InvalidCiphertextException"):
            kms.decrypt(CiphertextBlob=bad, EncryptionContext=CONTEXT)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    with refused("IncorrectKeyException", "does not identify a CMK that can perform this operation"):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT, KeyId=other)
    assert kms.encrypt(KeyId=key, Plaintext=b"x" * 4096)["CiphertextBlob"]
    with refused("ValidationException", "plaintext"):
        kms.encrypt(KeyId=key, Plaintext=b"x" * 4097)


def test_data_keys_come_in_plain_and_encrypted(kms, key):
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    assert len(made["Plaintext"]) == 32 and made["KeyId"] == key
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"] == made["Plaintext"]
    sealed = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=64)
    assert "Plaintext" not in sealed and len(kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"]) == 64
    for wrong in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        with refused("ValidationException"):
            kms.generate_data_key(KeyId=key, **wrong)
    drawn = {kms.generate_random(NumberOfBytes=32)["Plaintext"] for _ in range(3)}
    assert len(drawn) == 3 and {len(one) for one in drawn} == {32}


def test_a_ciphertext_moves_to_another_key_without_being_seen(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"hunter2", EncryptionContext=CONTEXT)["CiphertextBlob"]
    other = kms.create_key()["KeyMetadata"]["Arn"]
    moved = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId=other,
                           DestinationEncryptionContext={"app": "new"})
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key, other) and "Plaintext" not in moved
    kms.disable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"app": "new"})["Plaintext"] == b"hunter2"
    with refused("DisabledException", f"{key} is disabled."):
        kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId=other)


def test_an_alias_points_at_a_key_and_can_be_moved(kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/app/current", TargetKeyId=key)
    with refused("AlreadyExistsException"):
        kms.create_alias(AliasName="alias/app/current", TargetKeyId=other)
    for name, code in (("app/current", "ValidationException"), ("alias/aws/mine", "InvalidAliasNameException")):
        with refused(code):
            kms.create_alias(AliasName=name, TargetKeyId=key)
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/app/current"
    first = kms.encrypt(KeyId="alias/app/current", Plaintext=b"1")
    kms.update_alias(AliasName="alias/app/current", TargetKeyId=other)
    assert (first["KeyId"], kms.encrypt(KeyId=arn, Plaintext=b"2")["KeyId"]) == (key, other)
    assert kms.decrypt(CiphertextBlob=first["CiphertextBlob"])["Plaintext"] == b"1"
    assert [one["AliasName"] for one in kms.list_aliases(KeyId=other)["Aliases"]] == ["alias/app/current"]
    listed = next(one for one in kms.list_aliases()["Aliases"] if one["AliasArn"] == arn)
    assert listed["TargetKeyId"] == other.split("/")[-1]
    # Aliases are for using keys, not for managing them.
    with refused("InvalidArnException", "Key Aliases are not supported for this operation."):
        kms.disable_key(KeyId="alias/app/current")
    kms.delete_alias(AliasName="alias/app/current")
    with refused("NotFoundException", f"Alias {arn} is not found."):
        kms.encrypt(KeyId="alias/app/current", Plaintext=b"3")


def test_what_was_encrypted_before_a_rotation_is_decrypted_after_it(kms, key, call):
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    status = call("GetKeyRotationStatus", KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    before = kms.encrypt(KeyId=key, Plaintext=b"before")["CiphertextBlob"]
    material = call("DescribeKey", KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    call("RotateKeyOnDemand", KeyId=key)
    assert call("DescribeKey", KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"] != material
    after = kms.encrypt(KeyId=key, Plaintext=b"after")["CiphertextBlob"]
    for blob, plaintext in ((before, b"before"), (after, b"after")):
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext
    rotations = call("ListKeyRotations", KeyId=key)["Rotations"]
    assert [one["RotationType"] for one in rotations] == ["ON_DEMAND"]
    kms.disable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False


def test_a_disabled_key_does_nothing_until_it_is_enabled(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (described["KeyState"], described["Enabled"]) == ("Disabled", False)
    for attempt in (lambda: kms.encrypt(KeyId=key, Plaintext=b"p"), lambda: kms.decrypt(CiphertextBlob=blob),
                    lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"), lambda: kms.enable_key_rotation(KeyId=key)):
        with refused("DisabledException", f"{key} is disabled."):
            attempt()
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"p"


def test_a_key_waits_for_its_deletion_and_can_be_kept(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    scheduled = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert (scheduled["KeyId"], scheduled["KeyState"], scheduled["PendingWindowInDays"]) == (key, "PendingDeletion", 7)
    left = scheduled["DeletionDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=6, hours=23) < left <= datetime.timedelta(days=7)
    for attempt in (lambda: kms.decrypt(CiphertextBlob=blob), lambda: kms.enable_key(KeyId=key),
                    lambda: kms.schedule_key_deletion(KeyId=key),
                    lambda: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "k", "TagValue": "v"}])):
        with refused("KMSInvalidStateException", f"{key} is pending deletion."):
            attempt()
    assert kms.cancel_key_deletion(KeyId=key)["KeyId"] == key
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"p"
    with refused("KMSInvalidStateException"):
        kms.cancel_key_deletion(KeyId=key)


def test_tags_of_a_key_are_listed_and_decide(account, kms, key):
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "red"}, {"TagKey": "stage", "TagValue": ""}])
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "blue"}])
    kms.untag_resource(KeyId=key, TagKeys=["stage"])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "team", "TagValue": "blue"}]
    user = account.client("kms", account.user("of-blue", allow("kms:Encrypt", Condition={
        "StringEquals": {"aws:ResourceTag/team": "blue"}})))
    user.encrypt(KeyId=key, Plaintext=b"p")
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "red"}])
    with denied("kms:Encrypt"):
        user.encrypt(KeyId=key, Plaintext=b"p")


# Unlike elsewhere, policies of users are worth nothing unless the key's policy lets the account decide.
def test_the_key_policy_decides_first(account, kms, key):
    user = account.client("kms", account.user("user", allow("kms:*")))
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Id"] == "key-default-1"
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    user.encrypt(KeyId=key, Plaintext=b"p")
    root_only = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                      Condition={"StringEquals": {"aws:PrincipalType": "Account"}})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(root_only))
    with refused("AccessDeniedException", "because no resource-based policy allows the kms:Encrypt action"):
        user.encrypt(KeyId=key, Plaintext=b"p")
    named = allow("kms:Encrypt", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody-else"})
    someone = account.client("kms", account.user("nobody-else"))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(root_only, named))
    someone.encrypt(KeyId=key, Plaintext=b"p")
    with denied("kms:DescribeKey"):
        someone.describe_key(KeyId=key)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(TO_ACCOUNT, deny("kms:Encrypt", Principal="*")))
    with refused("AccessDeniedException", "with an explicit deny in a resource-based policy"):
        user.encrypt(KeyId=key, Plaintext=b"p")


def test_a_key_policy_that_locks_everybody_out_is_refused(account, kms, key):
    nobody = policy(allow("kms:Encrypt", Principal={"AWS": ACCOUNT}))
    with refused("MalformedPolicyDocumentException", "will not allow you to update the key policy in the future"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=nobody)
    with refused("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(
            TO_ACCOUNT, allow("kms:Encrypt", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/absent"})))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=nobody, BypassPolicyLockoutSafetyCheck=True)
    with denied("kms:GetKeyPolicy"):
        kms.get_key_policy(KeyId=key, PolicyName="default")
    kms.encrypt(KeyId=key, Plaintext=b"p")


def test_conditions_on_the_encryption_context(account, kms, key):
    user = account.client("kms", account.user("of-the-app", allow(
        "kms:Decrypt", Condition={"StringEquals": {"kms:EncryptionContext:app": "db"}})))
    for context, allowed in ((CONTEXT, True), ({"app": "web"}, False), ({}, False)):
        blob = kms.encrypt(KeyId=key, Plaintext=b"p", EncryptionContext=context)["CiphertextBlob"]
        if allowed:
            assert user.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"p"
        else:
            with denied("kms:Decrypt"):
                user.decrypt(CiphertextBlob=blob, EncryptionContext=context)


def test_a_grantee_decrypts_without_any_policy_until_the_grant_is_retired(account, kms, key):
    grantee, retiring = account.user("grantee"), account.user("retiring")
    arn = lambda name: f"arn:aws:iam::{ACCOUNT}:user/{name}"  # noqa: E731
    blob = kms.encrypt(KeyId=key, Plaintext=b"p", EncryptionContext=CONTEXT)["CiphertextBlob"]
    decrypt = lambda **more: account.client("kms", grantee).decrypt(  # noqa: E731
        CiphertextBlob=blob, EncryptionContext=CONTEXT, **more)["Plaintext"]
    with denied("kms:Decrypt"):
        decrypt()
    wanted = dict(KeyId=key, GranteePrincipal=arn("grantee"), RetiringPrincipal=arn("retiring"), Name="once",
                  Operations=["Decrypt"], Constraints={"EncryptionContextSubset": {"app": "db"}})
    grant = kms.create_grant(**wanted)
    assert decrypt() == decrypt(GrantTokens=[grant["GrantToken"]]) == b"p"
    assert kms.create_grant(**wanted)["GrantId"] == grant["GrantId"], "by its name it is the same grant"
    with denied("kms:Encrypt"):
        account.client("kms", grantee).encrypt(KeyId=key, Plaintext=b"p")
    other = kms.encrypt(KeyId=key, Plaintext=b"p", EncryptionContext={"app": "web"})["CiphertextBlob"]
    with denied("kms:Decrypt"):
        account.client("kms", grantee).decrypt(CiphertextBlob=other, EncryptionContext={"app": "web"})
    listed = kms.list_grants(KeyId=key)["Grants"]
    assert [(one["GrantId"], one["GranteePrincipal"], one["Operations"], one["Constraints"]) for one in listed] == [
        (grant["GrantId"], arn("grantee"), ["Decrypt"], {"EncryptionContextSubset": {"app": "db"}})]
    assert [one["GrantId"] for one in kms.list_retirable_grants(RetiringPrincipal=arn("retiring"))["Grants"]] == [grant["GrantId"]]
    with denied("kms:RetireGrant"):
        account.client("kms", grantee).retire_grant(KeyId=key, GrantId=grant["GrantId"])
    account.client("kms", retiring).retire_grant(GrantToken=grant["GrantToken"])
    with denied("kms:Decrypt"):
        decrypt()
    again = kms.create_grant(**wanted)
    assert decrypt() == b"p"
    kms.revoke_grant(KeyId=key, GrantId=again["GrantId"])
    with denied("kms:Decrypt"):
        decrypt()
    assert kms.list_grants(KeyId=key)["Grants"] == []


def test_a_multi_region_key_is_a_primary(kms):
    made = kms.create_key(MultiRegion=True)["KeyMetadata"]
    assert made["MultiRegion"] is True and made["KeyId"].startswith("mrk-") and len(made["KeyId"]) == 36
    assert made["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY", "PrimaryKey": {"Arn": made["Arn"], "Region": REGION}, "ReplicaKeys": []}
    blob = kms.encrypt(KeyId=made["KeyId"], Plaintext=b"p")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["KeyId"] == made["Arn"]


@pytest.mark.parametrize("call, code", [
    (lambda kms: kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"), "UnsupportedOperationException"),
    (lambda kms: kms.create_key(Policy="{"), "MalformedPolicyDocumentException"),
    (lambda kms: kms.create_key(Tags=[{"TagKey": "aws:x", "TagValue": ""}]), "TagException"),
    (lambda kms: kms.encrypt(KeyId=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1", Plaintext=b"p"), "NotFoundException"),
    (lambda kms: kms.list_keys(Marker="nonsense"), "InvalidMarkerException"),
    (lambda kms: kms.retire_grant(GrantToken="nonsense"), "InvalidGrantTokenException"),
], ids=["key spec", "policy", "tag", "other region", "marker", "grant token"])
def test_errors_have_the_codes_of_aws(kms, call, code):
    with refused(code):
        call(kms)


# The disabled key is AWS's way to shut everybody out at once.
def test_a_secret_cannot_be_read_while_its_key_is_disabled(account, kms, key):
    secret = account.secret("under/key", KmsKeyId=key)
    assert account.secretsmanager.describe_secret(SecretId=secret)["KmsKeyId"] == key
    kms.disable_key(KeyId=key)
    with refused("DecryptionFailure"):
        account.read(None, secret)
    with refused("EncryptionFailure"):
        account.secretsmanager.put_secret_value(SecretId=secret, SecretString="new")
    kms.enable_key(KeyId=key)
    assert account.read(None, secret) == "value"
    kms.schedule_key_deletion(KeyId=key)
    with refused("DecryptionFailure"):
        account.read(None, secret)
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    assert account.read(None, secret) == "value"


# Secrets Manager asks KMS as the reader, with the secret in the encryption context.
def test_who_reads_a_secret_needs_its_key_through_secrets_manager(account, key):
    secret = account.secret("through/service", KmsKeyId=key)
    read = allow("secretsmanager:GetSecretValue", secret)
    reader = account.user("reader", read)
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        account.read(reader, secret)
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com",
                                "kms:EncryptionContext:SecretARN": secret}}
    account.allow_user("reader", read, allow("kms:Decrypt", key, Condition=through))
    assert account.read(reader, secret) == "value"
    blob = account.kms.encrypt(KeyId=key, Plaintext=b"p", EncryptionContext={"SecretARN": secret})["CiphertextBlob"]
    with denied("kms:Decrypt"):
        account.client("kms", reader).decrypt(CiphertextBlob=blob, EncryptionContext={"SecretARN": secret})


def test_the_key_of_secrets_manager_is_everybodys_and_nobodys(account, kms):
    secret = account.secret("under/default")
    reader = account.user("default-reader", allow(["secretsmanager:GetSecretValue", "kms:*"]))
    assert account.read(reader, secret) == "value"
    described = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]
    assert described["KeyManager"] == "AWS"
    for attempt in (lambda: kms.disable_key(KeyId=described["KeyId"]), lambda: kms.schedule_key_deletion(KeyId=described["KeyId"]),
                    lambda: account.client("kms", reader).encrypt(KeyId=described["KeyId"], Plaintext=b"p")):
        with refused("AccessDeniedException"):
            attempt()


@pytest.fixture(scope="module")
def paged(account, kms):
    """A key with several of everything that is listed, as members of requests."""
    key = kms.create_key(Tags=[{"TagKey": name, "TagValue": ""} for name in "abc"])["KeyMetadata"]["Arn"]
    account.user("paged")
    principal = f"arn:aws:iam::{ACCOUNT}:user/paged"
    for i in range(3):
        kms.create_alias(AliasName=f"alias/paged/{i}", TargetKeyId=key)
        kms.create_grant(KeyId=key, GranteePrincipal=principal, RetiringPrincipal=principal, Operations=["Decrypt"], Name=f"g{i}")
    return {"KeyId": key, "RetiringPrincipal": principal}


# Every list of which boto3 turns the pages: one thing a page, and all the same things.
@pytest.mark.parametrize("operation", [name for name in PAGINATORS if name in CARDS["kms"]])
def test_the_paginators_of_boto3(kms, paged, operation):
    paginator = kms.get_paginator(botocore.xform_name(operation))
    members = {name: value for name, value in paged.items() if name in CARDS["kms"][operation]["request"]}
    many, whole = (list(paginator.paginate(**members, PaginationConfig={"PageSize": size})) for size in (1, 50))
    found = [one for page in whole for one in paginator.result_keys[0].search(page)]
    assert [one for page in many for one in paginator.result_keys[0].search(page)] == found
    assert len(found) == 1 if operation == "ListKeyPolicies" else len(found) >= 3
    assert len(many) == len(found)
