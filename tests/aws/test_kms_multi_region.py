"""Multi-region keys, with boto3 against real regions: replicas, rotation, another primary, deletion; while a region is down,
and across restarts. The rules are cases as data in tests/cases/kms/multi_region.json, what the regions do to agree is tested in
src/kms/key_exchange_property_test.cc."""

import itertools
import shutil

import pytest
from botocore.exceptions import ClientError

from deployment import Deployment, wait_in_sync, wait_until
from identities import refused
from policies import ACCOUNT, allow, policy
from signed_call import SignedCaller

EAST, WEST, EUROPE = REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]
TO_ACCOUNT = allow("kms:*", Principal={"AWS": ACCOUNT})


def arn(region, key):
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{key}"


class Keys:
    """The KMS of each region of a deployment."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.kms = {}
        self.connect()

    def connect(self):
        self.kms = {region: self.deployment.client(region, direct=True, service="kms") for region in REGIONS}
        env = self.deployment.env()
        root = env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
        self.signed = {region: SignedCaller(self.deployment.endpoint(region), root, region) for region in REGIONS}

    def call(self, region, operation, **members):
        """What Debian's boto3 does not know."""
        answer = self.signed[region].call("kms", operation, members)
        assert answer.status == 200, answer
        return answer.content

    def rotate(self, region, key):
        self.call(region, "RotateKeyOnDemand", KeyId=key)

    def __getitem__(self, region):
        return self.kms[region]

    def described(self, region, key):
        """None while there is no such key, or nobody to ask."""
        try:
            return self.kms[region].describe_key(KeyId=key)["KeyMetadata"]
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NotFoundException", error
            return None

    def wait_for(self, region, key, **members):
        def has_them():
            told = self.described(region, key)
            return told and all(told.get(name) == value for name, value in members.items()) and told
        return wait_until(has_them, what=f"{key} in {region} being {members}")

    def family(self, *replicas):
        """A new key whose primary is in the east, once its replicas are there."""
        key = self.kms[EAST].create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        for region in replicas:
            self.kms[EAST].replicate_key(KeyId=key, ReplicaRegion=region)
        for region in replicas:
            self.wait_for(region, key, KeyState="Enabled")
        wait_until(lambda: self.settled(key, EAST, replicas), what="the regions agreeing")
        return key

    def settled(self, key, primary, replicas):
        """Whether all regions tell the same family."""
        wanted = {"PrimaryKey": {"Arn": arn(primary, key), "Region": primary},
                  "ReplicaKeys": [{"Arn": arn(region, key), "Region": region} for region in sorted(replicas)]}
        for region in (primary, *replicas):
            told = self.described(region, key)
            if not told or told["KeyState"] != "Enabled":
                return False
            kind = "PRIMARY" if region == primary else "REPLICA"
            if told["MultiRegionConfiguration"] != {"MultiRegionKeyType": kind, **wanted}:
                return False
        return True

    def check_all_decrypt(self, key, regions=REGIONS):
        """What each region encrypts each other decrypts."""
        for sender, receiver in itertools.product(regions, regions):
            blob = self.kms[sender].encrypt(KeyId=key, Plaintext=sender.encode(), EncryptionContext={"to": receiver})["CiphertextBlob"]
            opened = self.kms[receiver].decrypt(CiphertextBlob=blob, EncryptionContext={"to": receiver})
            assert (opened["Plaintext"], opened["KeyId"]) == (sender.encode(), arn(receiver, key))

    def rotations(self, region, key):
        return [one["RotationType"] for one in self.call(region, "ListKeyRotations", KeyId=key)["Rotations"]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("multi_region") / "data", regions=REGIONS).start()
    yield Keys(deployment)
    deployment.stop()


def test_a_replica_is_the_same_key_with_a_life_of_its_own(keys):
    key = keys[EAST].create_key(MultiRegion=True, Description="primary")["KeyMetadata"]["KeyId"]
    before = keys[EAST].encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    own = policy(TO_ACCOUNT)
    answer = keys[EAST].replicate_key(KeyId=key, ReplicaRegion=WEST, Description="replica", Policy=own,
                                      Tags=[{"TagKey": "team", "TagValue": "red"}])
    made = answer["ReplicaKeyMetadata"]
    assert (made["Arn"], made["KeyState"], made["Enabled"], made["Description"]) == (arn(WEST, key), "Creating", False, "replica")
    assert (answer["ReplicaPolicy"], answer["ReplicaTags"]) == (own, [{"TagKey": "team", "TagValue": "red"}])
    there = keys.wait_for(WEST, key, KeyState="Enabled")
    assert (there["Description"], there["MultiRegionConfiguration"]) == ("replica", made["MultiRegionConfiguration"])
    assert keys[WEST].get_key_policy(KeyId=key, PolicyName="default")["Policy"] == own
    assert keys[WEST].list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "team", "TagValue": "red"}]
    assert keys[WEST].decrypt(CiphertextBlob=before)["Plaintext"] == b"p"
    keys.check_all_decrypt(key, [EAST, WEST])
    keys[EAST].disable_key(KeyId=key)
    assert keys.described(WEST, key)["KeyState"] == "Enabled"
    with refused("DisabledException"):
        keys[EAST].encrypt(KeyId=key, Plaintext=b"p")
    assert keys[WEST].decrypt(CiphertextBlob=before)["Plaintext"] == b"p"
    keys[EAST].enable_key(KeyId=key)
    with refused("AlreadyExistsException"):
        keys[EAST].replicate_key(KeyId=key, ReplicaRegion=WEST)


def test_material_that_is_new_is_everybodys(keys):
    key = keys.family(WEST, EUROPE)
    old = {region: keys[region].encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"] for region in REGIONS}
    keys[EAST].enable_key_rotation(KeyId=key)
    wait_until(lambda: keys[EUROPE].get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], what="the schedule being known")
    for operation in ("enable_key_rotation", "disable_key_rotation"):
        with refused("UnsupportedOperationException"):
            getattr(keys[WEST], operation)(KeyId=key)
    keys.rotate(EAST, key)
    keys.check_all_decrypt(key)
    for region in REGIONS:
        wait_until(lambda: keys.rotations(region, key) == ["ON_DEMAND"], what=f"the rotation in {region}")
    keys.check_all_decrypt(key)
    for region, receiver in itertools.product(REGIONS, REGIONS):
        assert keys[receiver].decrypt(CiphertextBlob=old[region])["Plaintext"] == b"old"


def test_another_region_becomes_the_primary(keys):
    key = keys.family(WEST, EUROPE)
    keys[EAST].update_primary_region(KeyId=key, PrimaryRegion=WEST)
    keys[EAST].encrypt(KeyId=key, Plaintext=b"all the time")
    wait_until(lambda: keys.settled(key, WEST, [EAST, EUROPE]), what="the west being the primary")
    keys.check_all_decrypt(key)
    with refused("UnsupportedOperationException"):
        keys[EAST].enable_key_rotation(KeyId=key)
    keys.rotate(WEST, key)
    for region in REGIONS:
        wait_until(lambda: keys.rotations(region, key) == ["ON_DEMAND"], what=f"the rotation in {region}")
    keys[WEST].update_primary_region(KeyId=key, PrimaryRegion=EAST)
    wait_until(lambda: keys.settled(key, EAST, [EUROPE, WEST]), what="the east being the primary again")
    keys.check_all_decrypt(key)


def test_a_primary_waits_for_its_replicas_to_go(keys):
    key = keys.family(WEST)
    asked = keys[EAST].schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert (asked["KeyState"], "DeletionDate" in asked) == ("PendingReplicaDeletion", False)
    told = keys.described(EAST, key)
    assert (told["KeyState"], told["PendingDeletionWindowInDays"], "DeletionDate" in told) == ("PendingReplicaDeletion", 7, False)
    assert keys[WEST].encrypt(KeyId=key, Plaintext=b"still")["KeyId"] == arn(WEST, key)
    assert keys[WEST].schedule_key_deletion(KeyId=key, PendingWindowInDays=7)["KeyState"] == "PendingDeletion"
    keys[EAST].cancel_key_deletion(KeyId=key)
    keys[EAST].enable_key(KeyId=key)
    # Once the west has told the east of it.
    wait_until(lambda: all(link["dirty"] == 0 for link in links(keys.deployment)), what="marks being sent")
    with refused("KMSInvalidStateException"):
        keys[EAST].update_primary_region(KeyId=key, PrimaryRegion=WEST)


def links(deployment):
    """Every link between regions that `coffer dev status` shows."""
    found = []

    def search(value):
        if isinstance(value, dict):
            if "dirty" in value:
                found.append(value)
            for one in value.values():
                search(one)
        elif isinstance(value, list):
            for one in value:
                search(one)

    search(deployment.status())
    return found


def test_secrets_of_two_regions_under_one_key(keys):
    key = keys.family(WEST)
    east = keys.deployment.client(EAST, direct=True)
    west = keys.deployment.client(WEST, direct=True)
    east.create_secret(Name="shared", SecretString="hunter2", KmsKeyId=arn(EAST, key),
                       AddReplicaRegions=[{"Region": WEST, "KmsKeyId": key}])
    wait_in_sync(east, "shared", [WEST])
    assert west.get_secret_value(SecretId="shared")["SecretString"] == "hunter2"
    assert west.describe_secret(SecretId="shared")["KmsKeyId"].endswith(key)
    keys[WEST].disable_key(KeyId=key)
    with refused("DecryptionFailure"):
        west.get_secret_value(SecretId="shared")
    assert east.get_secret_value(SecretId="shared")["SecretString"] == "hunter2"


def test_a_region_that_is_away_gets_everything_when_it_is_back(fresh):
    deployment = fresh(regions=REGIONS)
    keys = Keys(deployment)
    key = keys.family(EUROPE)
    deployment.stop_region(WEST, kill=True)
    keys[EAST].replicate_key(KeyId=key, ReplicaRegion=WEST, Description="late")
    keys.rotate(EAST, key)
    # The new material waits for the west, and so does nothing else.
    keys.check_all_decrypt(key, [EAST, EUROPE])
    assert keys.rotations(EAST, key) == []
    keys[EAST].update_primary_region(KeyId=key, PrimaryRegion=EUROPE)
    keys.wait_for(EUROPE, key, KeyState="Enabled")
    wait_until(lambda: keys.described(EUROPE, key)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY",
               what="Europe being the primary")
    deployment.start_region(WEST)
    wait_until(lambda: keys.settled(key, EUROPE, [EAST, WEST]), what="the west being there")
    assert keys.described(WEST, key)["Description"] == "late"
    for region in REGIONS:
        wait_until(lambda: keys.rotations(region, key) == ["ON_DEMAND"], what=f"the rotation in {region}")
    keys.check_all_decrypt(key)
    blob = keys[WEST].encrypt(KeyId=key, Plaintext=b"kept")["CiphertextBlob"]
    deployment.kill_everything()
    deployment.start()
    keys.connect()
    wait_until(lambda: keys.settled(key, EUROPE, [EAST, WEST]), what="all being there again")
    for region in REGIONS:
        assert keys[region].decrypt(CiphertextBlob=blob)["Plaintext"] == b"kept"


# What a region had is gone with its disk, but for what its owner can make again.
def test_a_replica_that_went_with_its_disk_is_made_again(fresh):
    deployment = fresh(regions=REGIONS)
    keys = Keys(deployment)
    key = keys.family(WEST, EUROPE)
    blob = keys[EAST].encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    deployment.stop_region(WEST)
    shutil.rmtree(deployment.directory / "regions" / WEST / "data")
    deployment.start_region(WEST)
    wait_until(lambda: any(f"{WEST} has lost the key" in str(link.values()) for link in links(deployment)), what="the loss being noticed")
    assert keys.described(WEST, key) is None
    with refused("KMSInvalidStateException"):
        keys[EAST].update_primary_region(KeyId=key, PrimaryRegion=WEST)
    keys[EAST].replicate_key(KeyId=key, ReplicaRegion=WEST, Description="again")
    keys.wait_for(WEST, key, KeyState="Enabled", Description="again")
    assert keys[WEST].decrypt(CiphertextBlob=blob)["Plaintext"] == b"p"
    wait_until(lambda: keys.settled(key, EAST, [EUROPE, WEST]), what="the regions agreeing")
    keys.check_all_decrypt(key)
