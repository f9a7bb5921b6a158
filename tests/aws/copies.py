"""What each region has of an account's secrets, and what waits for others, by Coffer's own API."""

import time

from deployment import wait_until
from signed_call import SignedCaller

SYNC_SECONDS = 240  # the links' timeouts and back-offs are ten seconds each, and the machine may be busy


def wait_all_sent(deployment, regions):
    """Until nothing waits in any of them for any other."""
    callers = [caller(deployment, region) for region in regions]

    def waiting():
        found = {}
        for one in callers:
            answer = one.call("coffer", "GetRegionStatus", {})
            assert answer.status == 200, answer
            for link in answer.content["Links"]:
                if link["Waiting"]:
                    found[one.region, link["Region"]] = (link["Waiting"], link.get("LastError"))
        return found
    last = {}

    def done():
        last.clear()
        last.update(waiting())
        if last:
            time.sleep(0.3)
        return not last
    try:
        wait_until(done, SYNC_SECONDS, "every change being sent")
    except AssertionError as error:
        raise AssertionError(f"{error}: {last}") from error


def caller(deployment, region):
    env = deployment.env()
    return SignedCaller(deployment.endpoint(region), (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]), region)


def copies(deployment, region, prefix):
    """Name -> what the region has of it."""
    found, token = {}, {}
    asked = caller(deployment, region)
    while True:
        answer = asked.call("coffer", "ListCopies", {"NamePrefix": prefix, "MaxResults": 500, **token})
        assert answer.status == 200, answer
        found.update((copy["Name"], copy) for copy in answer.content["Copies"])
        if "NextToken" not in answer.content:
            return found
        token = {"NextToken": answer.content["NextToken"]}


def state(copy):
    """What must be the same in every region."""
    versions = {version["VersionId"]: sorted(version.get("VersionStages", [])) for version in copy["Versions"]}
    return copy["PrimaryRegion"], copy["LineageEpoch"], copy["Generation"], versions
