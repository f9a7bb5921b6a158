"""No plaintext on disk, in logs, in errors or in core files; a wrong root key opens nothing."""

import os
import pathlib
import re
import resource
import secrets
import stat
import subprocess

import botocore.exceptions
import pytest

from deployment import BINARY, coffer, wait_in_sync


def files_below(directory):
    return [path for path in pathlib.Path(directory).rglob("*") if path.is_file() and not path.is_symlink()]


# Canaries as string, as binary and as base64, current, previous and deleted, in the primary and in the replica.
def test_no_file_of_the_deployment_holds_a_canary(fresh):
    deployment = fresh(regions=["us-east-1", "us-west-2"])
    client = deployment.client("us-east-1")
    canaries = [f"canary{secrets.token_hex(12)}" for _ in range(6)]
    client.create_secret(Name="canary/string", SecretString=canaries[0], AddReplicaRegions=[{"Region": "us-west-2"}])
    client.put_secret_value(SecretId="canary/string", SecretString='{"password": "%s"}' % canaries[1])
    client.create_secret(Name="canary/binary", SecretBinary=canaries[2].encode())
    client.create_secret(Name="canary/deleted", SecretString=canaries[3])
    client.delete_secret(SecretId="canary/deleted", ForceDeleteWithoutRecovery=True)
    # In requests that fail, too: a bad label list, a name that is taken, a value that is too long.
    for call in (
        lambda: client.put_secret_value(SecretId="canary/string", SecretString=canaries[4], VersionStages=["x"] * 21),
        lambda: client.create_secret(Name="canary/string", SecretString=canaries[4]),
        lambda: client.create_secret(Name="canary/long", SecretString=canaries[5] * 4000),
    ):
        with pytest.raises(botocore.exceptions.ClientError) as failed:
            call()
        assert not any(canary in str(failed.value) for canary in canaries)
    wait_in_sync(client, "canary/string", ["us-west-2"])
    for region in ("us-east-1", "us-west-2"):
        deployment.client(region).get_secret_value(SecretId="canary/string")
    password = client.get_random_password(PasswordLength=40)["RandomPassword"]
    root_secret = deployment.env()["AWS_SECRET_ACCESS_KEY"]
    deployment.stop()

    import base64
    wanted = [canary.encode() for canary in canaries + [password]]
    wanted += [base64.b64encode(canary.encode())[:-4] for canary in canaries]
    looked_at = files_below(deployment.directory)
    assert any("/data/" in str(path) for path in looked_at), "the stores were looked at"
    for path in looked_at:
        content = path.read_bytes()
        for canary in wanted:
            assert canary not in content, f"plaintext in {path}"
        if path.name != "env":  # the one file whose job it is to tell the key
            assert root_secret.encode() not in content, f"secret access key in {path}"


# A memory image must not leave the process: core dumps are off and the process is not dumpable.
def test_regions_leave_no_core(five):
    pid = five.pid("us-east-1")
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0", limits)


def test_files_with_keys_are_readable_by_their_owner_only(five):
    keys = [path for path in files_below(five.directory) if path.suffix == ".key" or path.name == "env"]
    assert len(keys) >= 2 * len(five.regions) + 1
    for path in keys:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for directory in [five.directory, *[p for p in five.directory.rglob("*") if p.is_dir()]]:
        assert stat.S_IMODE(directory.stat().st_mode) & 0o077 == 0, directory


def serve(deployment, region):
    config = deployment.directory / "regions" / region / "coffer.toml"
    return subprocess.run([BINARY, "serve", "--config", str(config)], capture_output=True, text=True, timeout=60)


# Opening a store with the wrong key must end at once, with a message, and must not damage the store.
def test_a_wrong_root_key_is_refused_at_start(fresh):
    deployment = fresh(regions=["us-east-1"])
    deployment.client("us-east-1").create_secret(Name="sealed", SecretString="v")
    deployment.stop()
    key = deployment.directory / "regions" / "us-east-1" / "root.key"
    right = key.read_bytes()

    key.write_text("00" * 32 + "\n")
    refused = serve(deployment, "us-east-1")
    assert refused.returncode == 5, refused.stderr
    assert "root key" in refused.stderr and len(refused.stderr.strip().splitlines()) == 1

    key.write_bytes(right)
    key.chmod(0o644)
    refused = serve(deployment, "us-east-1")
    assert refused.returncode != 0 and "chmod 600" in refused.stderr

    key.chmod(0o600)
    deployment.start()
    assert deployment.client("us-east-1").get_secret_value(SecretId="sealed")["SecretString"] == "v"
