"""coffer drill: a deployment, made for it or one that runs, loses a region, takes it back, and is removed or as it was."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from copies import copies, wait_all_sent
from deployment import BINARY, START_SECONDS, Deployment, coffer, wait_in_sync, wait_until
from policies import allow, deny, policy

EAST, WEST, EUROPE = THREE = ["us-east-1", "us-west-2", "eu-west-1"]
SMALL = ("drill", "--lose", EAST, "--regions", ",".join(THREE), "--secrets", "6")
PREFIX = "coffer-drill-"


@pytest.fixture
def temporary():
    """TMPDIR for the drill; pytest's own is too deep for the names of sockets."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="drill", dir="/tmp"))
    yield directory
    for drill in list(Drill.running):
        drill.end()
    shutil.rmtree(directory, ignore_errors=True)


class Drill:
    """One that runs in the background, its output in files."""

    running = []

    def __init__(self, temporary, *arguments, seconds=2, environment=None, stdin=subprocess.DEVNULL):
        self.temporary = temporary
        self.out, self.err = temporary / "out", temporary / "err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen([BINARY, *SMALL, "--seconds", str(seconds), *arguments], stdout=out, stderr=err,
                                            stdin=stdin,
                                            env={**os.environ, "TMPDIR": str(temporary), **(environment or {})})
        Drill.running.append(self)

    def end(self):
        """However the test ended, nothing goes on."""
        Drill.running.remove(self)
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_for(self, text):
        def said():
            assert self.process.poll() is None or text in self.err.read_text(), self.err.read_text()
            return text in self.err.read_text()
        wait_until(said, START_SECONDS, f"the drill saying {text!r}")

    def data(self):
        return next(self.temporary.glob("coffer-drill-*")) / "data"

    def pids(self):
        return [int(path.read_text()) for path in self.data().glob("regions/*/pid")]

    def finish(self):
        """The exit status. Nothing is left of its deployment."""
        code = self.process.wait(timeout=300)
        assert not list(self.temporary.glob("coffer-drill-*"))
        return code


def coffer_in(temporary, *arguments):
    """With TMPDIR."""
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, check=True,
                          env={**os.environ, "TMPDIR": str(temporary)})


def test_a_region_is_lost_and_nothing_breaks(temporary):
    report = temporary / "report.json"
    drill = Drill(temporary, "--json", "--report", report)
    drill.wait_for("us-east-1 was cut off")
    pids = drill.pids()
    assert len(pids) == 2
    assert drill.finish() == 0, drill.err.read_text() + drill.out.read_text()
    assert not any(pathlib.Path(f"/proc/{pid}").exists() for pid in pids)
    assert report.read_text() == drill.out.read_text() and report.stat().st_mode & 0o777 == 0o600
    found = json.loads(report.read_text())
    assert found["Broken"] == [] and found["LostRegion"] == EAST and found["Secrets"] == 6
    misses = {candidate["Region"]: candidate["MissedChanges"] for candidate in found["Candidates"]}
    assert set(misses) == {WEST, EUROPE} and misses[found["PromotedRegion"]] == min(misses.values())
    clients = {client["Region"]: client for client in found["Clients"]}
    assert set(clients) == set(THREE)
    assert clients[EAST]["FailedReads"] > 0 and clients[EAST]["FirstFailedRead"].startswith("us-east-1 does not answer")
    for region in (WEST, EUROPE):
        assert clients[region]["FailedReads"] == 0 and clients[region]["Reads"] > 0
    assert all(client["Writes"] > 0 and client["FailedWrites"] > 0 for client in clients.values())
    assert 0 <= found["LostWrites"] <= found["AcknowledgedWrites"] and found["AcknowledgedWrites"] > 0
    # Nobody acts for two seconds.
    assert found["RtoMilliseconds"] >= 2000 and found["RtoMilliseconds"] >= found["RtoWithoutPersonMilliseconds"] + 2000
    assert found["FencedWrites"] == found["FencedWritesShown"] == found["RefusedWrites"] == 6
    assert found["InSyncMilliseconds"] > 0


# The verdict must be able to be bad: a region that nobody meant to lose is lost, too.
def test_reads_that_fail_in_another_region_break_a_promise(temporary):
    drill = Drill(temporary, seconds=5)  # time enough, before anybody asks the region what it has
    drill.wait_for("us-east-1 was cut off")
    coffer("dev", "stop-region", EUROPE, "--kill", "--data", drill.data())
    coffer("dev", "start-region", EUROPE, "--data", drill.data(), timeout=START_SECONDS)
    assert drill.finish() == 1, drill.out.read_text()
    text = drill.out.read_text()
    assert "BROKEN: " in text and f"reads failed in {EUROPE}, first of all: {EUROPE} does not answer" in text
    assert "Nothing that was promised broke" not in text


def test_a_drill_that_is_stopped_removes_its_deployment(temporary):
    drill = Drill(temporary, "--json")
    drill.wait_for("clients write and read")
    pids = drill.pids()
    assert len(pids) == 3
    drill.process.send_signal(signal.SIGINT)
    assert drill.finish() == 1
    assert drill.err.read_text().endswith("coffer: the drill was stopped, and its deployment removed\n")
    assert not any(pathlib.Path(f"/proc/{pid}").exists() for pid in pids)
    found = json.loads(drill.out.read_text())
    assert found["Error"] == "the drill was stopped" and found["Broken"] == []
    assert "PromotedRegion" not in found and "LostWrites" not in found


def test_a_drill_that_is_stopped_before_anything_is_measured_has_no_report(temporary):
    drill = Drill(temporary)
    drill.wait_for("starting a deployment")
    drill.process.send_signal(signal.SIGINT)
    assert drill.finish() == 1
    assert drill.out.read_text() == ""


def test_what_is_left_of_a_drill_that_is_killed_ends_and_the_next_one_removes_it(temporary):
    drill = Drill(temporary)
    drill.wait_for("us-east-1 was cut off")
    pids = drill.pids() + [json.loads(coffer("dev", "status", "--json", "--data", drill.data()).stdout)["pid"]]
    stale = drill.data().parent
    # Of somebody who has not locked his yet, and of another program: not the drill's to remove.
    fresh, other = temporary / "coffer-drill-abcdef", temporary / "coffer-drill-notes"
    fresh.mkdir()
    other.mkdir()
    assert coffer_in(temporary, "drill", "--clean-up").stdout.startswith("0 deployments"), "it is in use"
    drill.process.kill()
    drill.process.wait()
    wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in pids), 60, "its processes ending")
    assert stale.exists()
    assert coffer_in(temporary, "drill", "--clean-up").stdout.startswith("1 deployment of a drill that was killed is removed")
    assert not stale.exists() and fresh.exists() and other.exists()
    fresh.rmdir()
    other.rmdir()


@pytest.mark.parametrize("arguments, error", [
    (("--data", "./coffer-data"), "--data requires --present"),
    (("--endpoint", "http://127.0.0.1:4566"), "--endpoint requires --present"),
    (("--present", "--data", "/nonexistent", "--endpoint", "http://127.0.0.1:4566"), "--data excludes --endpoint"),
    (("--present", "--cut-command", "true"), "--cut-command requires --heal-command"),
    (("--present", "--endpoint", "http://127.0.0.1:4566", "--yes"), "somebody has to cut the region off"),
    (("--dry-run",), "--dry-run requires --present"),
    (("--regions", WEST + "," + EUROPE), "--lose us-east-1 is none of the --regions"),
    (("--regions", EAST), "a drill takes 2 to 5 --regions"),
    (("--regions", EAST + "," + EAST), "--regions names us-east-1 twice"),
    (("--secrets", "4"), "--secrets must be at least 5, one for the writer of each region"),
    (("--seconds", "0"), "--seconds")])
def test_what_cannot_be_drilled_is_refused_before_anything_starts(temporary, arguments, error):
    process = subprocess.run([BINARY, "drill", "--lose", EAST, *arguments], capture_output=True, text=True, timeout=60,
                             stdin=subprocess.DEVNULL)
    assert process.returncode == 2 and error in process.stderr, process.stderr
    assert process.stdout == ""


# On a deployment that runs. Nothing of what others have there may change.

OTHERS = {"app/replicated": (EAST, [WEST, EUROPE]), "app/alone": (EAST, []), "app/western": (WEST, [EAST])}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    deployment = Deployment(tmp_path_factory.mktemp("drill") / "data", regions=THREE).start()
    for name, (primary, replicas) in OTHERS.items():
        client = deployment.client(primary)
        more = {"AddReplicaRegions": [{"Region": region} for region in replicas]} if replicas else {}
        client.create_secret(Name=name, SecretString=f"first of {name}", **more)
        client.put_secret_value(SecretId=name, SecretString=f"second of {name}")
        wait_in_sync(client, name, replicas)
    yield deployment
    deployment.stop()


def everything(deployment):
    """What each region has: of every secret its state, versions and value. No drill's may be among them."""
    found = {}
    for region in THREE:
        client = deployment.client(region, direct=True)
        for name, copy in {**copies(deployment, region, "app/"), **copies(deployment, region, PREFIX)}.items():
            value = client.get_secret_value(SecretId=name)
            found[region, name] = (copy["Role"], copy["PrimaryRegion"], copy["LineageEpoch"], copy["Generation"],
                                   copy["Versions"], copy["Replicas"], value["VersionId"], value["SecretString"])
    return found


@pytest.fixture
def untouched(deployment):
    """However a drill ends, the deployment is as it was: every region runs, and has what it had."""
    before = everything(deployment)
    assert len(before) == 6
    yield
    wait_all_sent(deployment, THREE)
    assert everything(deployment) == before
    assert all(region["state"] == "running" for region in deployment.status()["regions"])
    assert not (deployment.directory / "drill.cut").exists()


def on(deployment):
    return ("--present", "--data", str(deployment.directory))


def by_commands(deployment, cut=None, heal=None):
    """As of a deployment that nobody here runs."""
    verb = f"'{BINARY}' dev %s \"$COFFER_DRILL_REGION\" --data '{deployment.directory}'"
    return ("--present", "--cut-command", cut or verb % "stop-region --kill", "--heal-command", heal or verb % "start-region")


def test_a_drill_on_a_deployment_that_runs_leaves_others_alone(temporary, deployment, untouched):
    drill = Drill(temporary, *on(deployment), "--yes", "--json", seconds=3)
    drill.wait_for("us-east-1 was cut off")
    # A slow machine must not miss it.
    drill.process.send_signal(signal.SIGSTOP)
    states = {region["region"]: region["state"] for region in deployment.status()["regions"]}
    # Another one must not come between.
    second = coffer("drill", "--lose", WEST, *on(deployment), "--yes", check=False)
    drill.process.send_signal(signal.SIGCONT)
    assert states == {EAST: "stopped", WEST: "running", EUROPE: "running"}
    assert second.returncode == 1 and "a drill is being held on the deployment" in second.stderr
    assert drill.finish() == 0, drill.err.read_text() + drill.out.read_text()
    found = json.loads(drill.out.read_text())
    assert found["Broken"] == [] and found["LeftBehind"] == [] and found["PromotedSecrets"] == 6
    assert found["RtoMilliseconds"] > 0 and found["FencedWrites"] == found["FencedWritesShown"] == found["RefusedWrites"] == 6
    plan = drill.err.read_text()
    assert "2 secrets have their primary in us-east-1 and cannot be written; 1 of them has no replica" in plan
    assert "1 secret of another region has a replica there" in plan and "us-east-1 is the home of identities" in plan


def test_a_drill_is_not_held_without_consent(deployment, untouched):
    dry = coffer("drill", "--lose", WEST, *on(deployment), "--dry-run", "--json")
    plan = json.loads(dry.stdout)
    assert plan["Primaries"] == 1 and plan["Replicas"] == 1 and not plan["IsHomeOfIdentities"]
    refused = subprocess.run([BINARY, "drill", "--lose", WEST, *on(deployment)], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, timeout=60)
    assert refused.returncode == 2 and "--yes confirms" in refused.stderr and refused.stdout == ""


# An operator who reads "connection refused" does not know what to do about it.
def test_what_does_not_run_is_named_with_the_command_that_starts_it(deployment, untouched):
    drill = ("drill", "--lose", WEST, *on(deployment), "--dry-run")
    deployment.stop_region(EUROPE)
    refused = coffer(*drill, check=False)
    assert refused.returncode == 6 and f"{EUROPE} does not run, and a drill begins when all do" in refused.stderr
    assert refused.stderr.rstrip().endswith(f"coffer dev start-region {EUROPE} --data {deployment.directory}")
    deployment.start_region(EUROPE)
    deployment.stop_region(EAST)
    for arguments in ((*drill, "--regions", f"{WEST},{EUROPE}"), ("drill", "--clean-up", *on(deployment), "--dry-run")):
        refused = coffer(*arguments, check=False)
        assert refused.returncode == 6 and f"{EAST} is the home of identities" in refused.stderr, refused.stderr
        assert refused.stderr.rstrip().endswith(f"coffer dev start-region {EAST} --data {deployment.directory}")
    deployment.start_region(EAST)


# Whoever learns it afterwards has a region that cannot be taken back.
def test_what_a_drill_may_not_do_it_says_before_it_loses_a_region(temporary, deployment, untouched):
    iam = deployment.client(EAST, service="iam", scope=EAST)
    iam.create_user(UserName="driller")
    key = iam.create_access_key(UserName="driller")["AccessKey"]
    denied = ["coffer:RejoinSecret", "secretsmanager:StopReplicationToReplica"]
    iam.put_user_policy(UserName="driller", PolicyName="all-but-two", PolicyDocument=policy(
        allow(["coffer:*", "secretsmanager:*", "kms:*"]), deny(denied)))
    credentials = key["AccessKeyId"], key["SecretAccessKey"]
    for region in THREE:
        client = deployment.client(region, direct=True, credentials=credentials)
        wait_until(lambda: allowed(client), what=f"the policy in {region}")
    never = temporary / "cut"
    drill = Drill(temporary, *by_commands(deployment, cut=f"touch '{never}'", heal="true"), "--yes", "--json",
                  environment={**deployment.env(), "AWS_ACCESS_KEY_ID": credentials[0], "AWS_SECRET_ACCESS_KEY": credentials[1]})
    assert drill.finish() == 1
    found = json.loads(drill.out.read_text())
    assert all(action in found["Error"] for action in denied), found["Error"]
    assert not never.exists() and found["LeftBehind"] == [] and "PromotedRegion" not in found


def allowed(client):
    try:
        return "SecretList" in client.list_secrets()
    except client.exceptions.ClientError:
        return False


# The operator's own switch, and everything else over the API with the environment's credentials.
def test_commands_cut_a_region_off(temporary, deployment, untouched):
    drill = Drill(temporary, *by_commands(deployment), "--yes", "--json", environment=deployment.env())
    assert drill.finish() == 0, drill.err.read_text() + drill.out.read_text()
    assert json.loads(drill.out.read_text())["PromotedSecrets"] == 6


def test_a_person_cuts_a_region_off(temporary, deployment, untouched):
    keyboard, terminal = os.openpty()
    try:
        drill = Drill(temporary, "--present", "--json", environment=deployment.env(), stdin=terminal)
        drill.wait_for("Cut us-east-1 off? [y/N]")
        os.write(keyboard, b"y\n")
        drill.wait_for("cut us-east-1 off now, from here and from all other regions, and press Enter")
        deployment.stop_region(EAST, kill=True)
        os.write(keyboard, b"\n")
        drill.wait_for("heal us-east-1 now, and press Enter")
        deployment.start_region(EAST)
        os.write(keyboard, b"\n")
        assert drill.finish() == 0, drill.err.read_text() + drill.out.read_text()
        # A second one is thought better of.
        drill = Drill(temporary, "--present", environment=deployment.env(), stdin=terminal)
        drill.wait_for("Cut us-east-1 off? [y/N]")
        os.write(keyboard, b"no\n")
        assert drill.finish() == 1 and "nothing was changed" in drill.err.read_text() and drill.out.read_text() == ""
    finally:
        os.close(keyboard)
        os.close(terminal)


@pytest.mark.parametrize("moment", ["making 6 secrets", "clients write and read", "us-east-1 was cut off", "clients write in",
                                    "us-east-1 rejoins"])
def test_ctrl_c_heals_the_region_and_cleans_up(temporary, deployment, untouched, moment):
    drill = Drill(temporary, *on(deployment), "--yes", "--json")
    drill.wait_for(moment)
    drill.process.send_signal(signal.SIGINT)
    assert drill.finish() == 1
    found = json.loads(drill.out.read_text())
    assert found["Error"] == "the drill was stopped" and found["Broken"] == found["LeftBehind"] == []
    assert drill.err.read_text().endswith("us-east-1 is there, and the drill's secrets are deleted\n")


# Half of a command may have been done.
def test_an_error_midway_is_reported_and_the_region_healed(temporary, deployment, untouched):
    report = temporary / "report.json"
    cut = f"'{BINARY}' dev stop-region $COFFER_DRILL_REGION --kill --data '{deployment.directory}'; exit 3"
    drill = Drill(temporary, *by_commands(deployment, cut=cut), "--yes", "--json", "--report", report,
                  environment=deployment.env())
    assert drill.finish() == 1
    found = json.loads(report.read_text())
    assert found["Error"].endswith("exited with 3") and found["AcknowledgedWrites"] > 0 and found["LeftBehind"] == []


def test_what_cannot_be_cleaned_up_is_said_and_cleaned_up_later(temporary, deployment, untouched):
    drill = Drill(temporary, *by_commands(deployment, heal="exit 4"), "--yes", "--json", environment=deployment.env())
    assert drill.finish() == 1
    found = json.loads(drill.out.read_text())
    assert found["Error"].endswith("`exit 4` exited with 4") and found["NotHealed"].endswith("exited with 4")
    assert found["RtoMilliseconds"] > 0 and found["PromotedSecrets"] == 6
    assert EAST in {left["Region"] for left in found["LeftBehind"]}
    assert found["CleanUpCommands"][0] == "coffer drill --clean-up --present"
    # What nobody can see is not taken for clean.
    unseen = subprocess.run([BINARY, "drill", "--clean-up", "--present", "--yes"], capture_output=True, text=True, timeout=60,
                            env={**os.environ, **deployment.env(), "AWS_REGION": WEST})
    assert unseen.returncode == 1 and "us-east-1 cannot be asked, and may have more" in unseen.stderr
    deployment.start_region(EAST)
    left = coffer("drill", "--clean-up", *on(deployment), "--dry-run").stdout
    assert PREFIX in left and "app/" not in left
    assert coffer("drill", "--clean-up", *on(deployment), "--yes", timeout=120).stdout.endswith("secrets deleted.\n")


def test_a_drill_that_is_killed_is_cleaned_up_later(temporary, deployment, untouched):
    drill = Drill(temporary, *on(deployment), "--yes")
    drill.wait_for("us-east-1 was cut off")
    drill.process.kill()
    drill.process.wait()
    refused = coffer("drill", "--lose", WEST, *on(deployment), "--yes", check=False)
    assert refused.returncode == 1 and "has cut us-east-1 off: coffer drill --clean-up --present --data" in refused.stderr
    cleaned = coffer("drill", "--clean-up", *on(deployment), "--yes", timeout=START_SECONDS)
    assert cleaned.stdout == "6 secrets deleted.\n"
