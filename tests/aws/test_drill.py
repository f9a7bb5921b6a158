"""coffer drill: a deployment is made, loses a region, takes it back, and is removed."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from deployment import BINARY, START_SECONDS, coffer, wait_until

EAST, WEST, EUROPE = THREE = ["us-east-1", "us-west-2", "eu-west-1"]
SMALL = ("drill", "--lose", EAST, "--regions", ",".join(THREE), "--secrets", "6")


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

    def __init__(self, temporary, *arguments, seconds=2):
        self.temporary = temporary
        self.out, self.err = temporary / "out", temporary / "err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen([BINARY, *SMALL, "--seconds", str(seconds), *arguments], stdout=out, stderr=err,
                                            env={**os.environ, "TMPDIR": str(temporary)})
        Drill.running.append(self)

    def end(self):
        """However the test ended, nothing goes on."""
        Drill.running.remove(self)
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


def test_a_region_is_lost_and_nothing_breaks(temporary):
    report = temporary / "report.json"
    drill = Drill(temporary, "--json", "--report", report)
    drill.wait_for("us-east-1 was killed")
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
    drill.wait_for("us-east-1 was killed")
    coffer("dev", "stop-region", EUROPE, "--kill", "--data", drill.data())
    coffer("dev", "start-region", EUROPE, "--data", drill.data(), timeout=START_SECONDS)
    assert drill.finish() == 1, drill.out.read_text()
    text = drill.out.read_text()
    assert "BROKEN: " in text and f"reads failed in {EUROPE}, first of all: {EUROPE} does not answer" in text
    assert "Nothing that was promised broke" not in text


def test_a_drill_that_is_stopped_removes_its_deployment(temporary):
    drill = Drill(temporary)
    drill.wait_for("clients write and read")
    pids = drill.pids()
    assert len(pids) == 3
    drill.process.send_signal(signal.SIGINT)
    assert drill.finish() == 1
    assert drill.err.read_text().endswith("coffer: the drill was stopped, and its deployment removed\n")
    assert drill.out.read_text() == "" and not any(pathlib.Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("arguments, error", [
    (("--data", "./coffer-data"), "is held on a deployment of its own, which it makes and removes, and never on ./coffer-data"),
    (("--endpoint", "http://127.0.0.1:4566"), "and never on http://127.0.0.1:4566; leave --data and --endpoint out"),
    (("--regions", WEST + "," + EUROPE), "--lose us-east-1 is none of the --regions"),
    (("--regions", EAST), "a drill takes 2 to 5 --regions"),
    (("--regions", EAST + "," + EAST), "--regions names us-east-1 twice"),
    (("--secrets", "4"), "--secrets must be at least 5, one for the writer of each region"),
    (("--seconds", "0"), "--seconds")])
def test_what_cannot_be_drilled_is_refused_before_anything_starts(temporary, arguments, error):
    process = coffer("drill", "--lose", EAST, *arguments, check=False)
    assert process.returncode == 2 and error in process.stderr, process.stderr
    assert process.stdout == ""
