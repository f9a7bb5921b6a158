"""The command line: what a person types wrong, and what they read then. One line, and an exit code."""

import json
import os
import signal
import socket
import stat
import subprocess

import pytest

from deployment import FAST, Deployment, Region, coffer, free_port_block, wait_until


def refused(*arguments):
    process = coffer(*arguments, check=False)
    assert process.returncode != 0, process.stdout
    lines = process.stderr.strip().splitlines()
    assert len(lines) == 1, process.stderr
    return process.returncode, lines[0]


def test_version_is_one_line():
    assert coffer("version").stdout.startswith("coffer ")


def test_the_env_file_can_be_sourced_by_sh(five):
    script = f'. "{five.directory}/env" && echo "$AWS_REGION $AWS_DEFAULT_REGION $AWS_ENDPOINT_URL $COFFER_ENDPOINT_AP_SOUTHEAST_2" && sh -c "echo \\$AWS_ACCESS_KEY_ID"'
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COFFER_"))}
    words = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=env).stdout.split()
    assert words[:2] == ["us-east-1", "us-east-1"]
    assert words[2:4] == [f"http://127.0.0.1:{five.port}", f"http://127.0.0.1:{five.port + 5}"]
    assert words[4].startswith("AKIA")
    assert stat.S_IMODE(os.stat(five.directory / "env").st_mode) == 0o600


# What is printed at the end is what people copy: it must name the endpoint, the file to source and working commands.
def test_what_dev_prints_can_be_copied(five):
    printed = five.printed()
    assert f"{five.directory}/env" in printed
    commands = [line.strip() for line in printed.splitlines() if line.strip().startswith("aws ")]
    assert len(commands) >= 3
    for command in commands[:3]:
        assert "--endpoint-url" in command
        env = {**os.environ, **five.env(), "AWS_PAGER": ""}
        done = subprocess.run(command.replace("aws ", "/usr/bin/aws ", 1), shell=True, env=env, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)


def test_status_shows_every_region_and_what_is_down(fresh):
    deployment = fresh(regions=["us-east-1", "eu-west-1"])
    regions = {entry["region"]: entry for entry in deployment.status()["regions"]}
    assert regions["eu-west-1"]["state"] == "running" and regions["eu-west-1"]["pid"] == deployment.pid("eu-west-1")
    deployment.stop_region("eu-west-1")
    regions = {entry["region"]: entry for entry in deployment.status()["regions"]}
    assert regions["eu-west-1"]["state"] == "stopped"
    table = coffer("dev", "status", "--data", deployment.directory).stdout
    assert "eu-west-1" in table and "stopped" in table
    answer = deployment.aws("eu-west-1", "list-secrets", check=False)
    assert "503" in answer.stderr or "ServiceUnavailable" in answer.stderr
    deployment.start_region("eu-west-1")
    assert deployment.aws("eu-west-1", "list-secrets")["SecretList"] == []
    deployment.stop_region("us-east-1", kill=True)
    deployment.start_region("us-east-1")
    assert deployment.aws("us-east-1", "list-secrets")["SecretList"] == []


# Accounts are separate worlds, and a new one works in every region.
def test_a_new_account_works_everywhere_and_sees_only_its_own(five):
    made = json.loads(coffer("account", "create", "workloads", "--data", five.directory, "--id", "210987654321").stdout)
    assert made["AccountId"] == "210987654321"
    credentials = (made["AccessKeyId"], made["SecretAccessKey"])
    five.client("us-east-1").create_secret(Name="of/the/first", SecretString="mine")
    for region in five.regions:
        client = five.client(region, credentials=credentials)

        def known():
            try:
                return client.list_secrets() is not None
            except client.exceptions.ClientError:
                return False
        wait_until(known, what=f"the account being known in {region}")
    client = five.client("us-east-1", credentials=credentials)
    created = client.create_secret(Name="of/the/first", SecretString="theirs")
    assert created["ARN"].startswith("arn:aws:secretsmanager:us-east-1:210987654321:secret:of/the/first-")
    assert [s["ARN"] for s in client.list_secrets()["SecretList"]] == [created["ARN"]]
    mine = five.client("us-east-1").describe_secret(SecretId="of/the/first")["ARN"]
    with pytest.raises(client.exceptions.ClientError) as denied:
        client.get_secret_value(SecretId=mine)
    error = denied.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert "arn:aws:iam::210987654321:root is not authorized to perform: secretsmanager:GetSecretValue" in error["Message"]
    code, line = refused("account", "create", "again", "--data", five.directory, "--id", "210987654321")
    assert "210987654321" in line


def test_a_port_in_use_is_named(tmp_path):
    port = free_port_block(11)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port + 2))
        taken.listen()
        code, line = refused("dev", "--data", tmp_path / "data", "--port", port)
    assert code == 3 and str(port + 2) in line


def test_a_foreign_directory_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    code, line = refused("dev", "--data", tmp_path, "--port", free_port_block(11))
    assert code == 4 and str(tmp_path) in line
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_directory_in_use_is_refused(five):
    code, line = refused("dev", "--data", five.directory, "--port", free_port_block(11))
    assert code == 4 and "already running" in line and str(five.directory) in line


def test_other_regions_or_another_account_on_the_same_directory_are_refused(tmp_path):
    deployment = Deployment(tmp_path / "data", regions=["us-east-1", "eu-west-1"]).start()
    deployment.stop()
    code, line = refused("dev", "--data", deployment.directory, "--port", deployment.port, "--regions", "us-east-1")
    assert code in (2, 4) and "eu-west-1" in line
    code, line = refused("dev", "--data", deployment.directory, "--port", deployment.port, "--regions", "us-east-1,eu-west-1", "--account", "999999999999")
    assert code in (2, 4) and "123456789012" in line


def test_a_damaged_store_is_named_and_nothing_stays_behind(tmp_path):
    deployment = Deployment(tmp_path / "data", regions=["us-east-1", "eu-west-1"]).start()
    deployment.stop()
    store = deployment.directory / "regions" / "eu-west-1" / "data"
    manifest = next(store.rglob("MANIFEST-*"))
    manifest.write_bytes(b"\0" * manifest.stat().st_size)
    process = coffer("dev", "--data", deployment.directory, "--port", deployment.port, "--regions", "us-east-1,eu-west-1", check=False)
    assert process.returncode != 0 and "eu-west-1" in process.stderr
    assert subprocess.run(["pgrep", "-f", str(deployment.directory)], capture_output=True).returncode == 1


@pytest.mark.parametrize("change, wanted", [
    ("color = \"red\"\n", "color"),
    ("[listen]\nport = 99999\n", "port"),
    ("region = 5\n", "region"),
    ("region = [\n", "coffer.toml"),
], ids=["unknown key", "bad port", "wrong type", "syntax"])
def test_a_bad_configuration_is_refused_with_its_line(tmp_path, change, wanted):
    config = tmp_path / "coffer.toml"
    config.write_text(change)
    code, line = refused("serve", "--config", config)
    assert code == 2 and wanted in line and "coffer.toml:" in line


def test_serve_without_its_file_says_so(tmp_path):
    code, line = refused("serve", "--config", tmp_path / "none.toml")
    assert code == 2 and "none.toml" in line


@pytest.mark.parametrize("arguments", [
    ("dev", "stop-region", "us-east-1"), ("dev", "status"), ("account", "create", "x"),
], ids=lambda a: " ".join(a))
def test_commands_that_need_a_running_deployment_say_so(tmp_path, arguments):
    code, line = refused(*arguments, "--data", tmp_path)
    assert code in (4, 6) and str(tmp_path) in line


# Ctrl-C ends everything: nothing stays behind, and the exit code is that of success.
def test_sigint_stops_every_region(tmp_path):
    deployment = Deployment(tmp_path / "data", regions=["us-east-1", "eu-west-1"]).start()
    pids = [deployment.pid(region) for region in deployment.regions]
    deployment.process.send_signal(signal.SIGINT)
    assert deployment.process.wait(timeout=60) == 0
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    deployment.output.close()


# The log lies on another disk: on the full one it could not be written, and the reason would be lost with it.
def test_a_full_disk_is_reported_and_reads_go_on(tmp_path):
    """Needs to mount a small file system: root only, as in CI."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", small], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this machine does not allow mounts")
    region = None
    try:
        region = Region(tmp_path / "region", more=FAST, data=small / "data")
        client = region.client()
        client.create_secret(Name="full", SecretString="before")
        failure = None
        for i in range(2000):
            try:
                client.create_secret(Name=f"filler/{i}", SecretString="x" * 60000)
            except client.exceptions.ClientError as error:
                failure = error.response
                break
        assert failure and failure["ResponseMetadata"]["HTTPStatusCode"] >= 500
        assert client.get_secret_value(SecretId="full")["SecretString"] == "before"
        log = [json.loads(line) for line in (region.directory / "log.jsonl").read_text().splitlines()]
        failed = [line for line in log if line["event"] == "store_failed"]
        assert len(failed) == 1 and "no space left on device" in failed[0]["error"].lower(), log
        region.stop()
    finally:
        if region and region.process.poll() is None:
            region.kill()
        subprocess.run(["umount", "-l", small], check=False)
