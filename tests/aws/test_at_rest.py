"""No plaintext on disk, in logs, in errors or in core files; a wrong root key opens nothing."""

import base64
import os
import pathlib
import re
import secrets
import shutil
import stat
import subprocess
import tempfile

import botocore.exceptions
import pytest

from deployment import BINARY, Region, wait_in_sync

NOBODY = 65534


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

    wanted = [canary.encode() for canary in canaries + [password]]
    wanted += [base64.b64encode(canary.encode())[:-4] for canary in canaries]
    looked_at = files_below(deployment.directory)
    assert any("/data/" in str(path) for path in looked_at), "the stores were looked at"
    assert b"Coffer is ready" in deployment.output_path.read_bytes()
    looked_at.append(deployment.output_path)
    for path in looked_at:
        content = path.read_bytes()
        for canary in wanted:
            assert canary not in content, f"plaintext in {path}"
        if path.name != "env":  # the one file whose job it is to tell the key
            assert root_secret.encode() not in content, f"secret access key in {path}"


# A memory image must not leave the process. The limit alone is not enough: it does not hold where core dumps are piped to
# a program.
def test_regions_leave_no_core(five):
    for pid in [five.process.pid, *(five.pid(region) for region in five.regions)]:
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"Max core file size\s+0\s+0\s", limits)


def may_read_environment(pid, user):
    """Whether another process of the same user may. The kernel asks the same question for memory, debuggers and dumps."""
    become = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
    read = subprocess.run(["cat", f"/proc/{pid}/environ"], capture_output=True, **become)
    assert read.returncode == 0 or b"Permission denied" in read.stderr
    return read.returncode == 0


# That a process is not dumpable shows only in one that is not root's: the kernel then gives what /proc tells about it to
# root. Another process of the same user shows that the difference is the region's doing.
def test_a_region_is_closed_to_other_processes_of_its_user():
    user = NOBODY if os.geteuid() == 0 else os.geteuid()
    become = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory() as home:  # not tmp_path, which is closed to others
        os.chmod(home, 0o755)
        # Where the user can reach and read it: a program that its user cannot read is not dumpable anyway.
        binary = shutil.copy(BINARY, home)
        os.chmod(binary, 0o755)
        region = Region(pathlib.Path(home) / "region", binary=binary, user=user if become else None)
        other = subprocess.Popen(["sleep", "60"], **become)
        try:
            assert os.stat(f"/proc/{other.pid}/mem").st_uid == user and may_read_environment(other.pid, user)
            assert os.stat(f"/proc/{region.process.pid}").st_uid == user
            assert os.stat(f"/proc/{region.process.pid}/mem").st_uid == 0
            assert not may_read_environment(region.process.pid, user)
        finally:
            other.kill()
            other.wait()
            region.kill()


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
