"""Pods and pipelines: a token that their OIDC provider signed gets them the credentials of a role, without any key."""

import json
import os
import pathlib
import subprocess
import time

import boto3
import botocore.config
import botocore.session
import pytest
from botocore import UNSIGNED

import command_line
from deployment import Region
from identities import Account, credentials_of, refused
from issuer import KUBERNETES, Issuer, Key, encoded
from policies import allow, policy, trust

READ = "secretsmanager:GetSecretValue"
ASSUME = "sts:AssumeRoleWithWebIdentity"
INVALID = "InvalidIdentityToken"


class Cluster:
    """An account that takes the tokens of a cluster, a role for one service account of it, and a secret for the role."""

    def __init__(self, directory):
        self.region = Region(directory / "region", more="[oidc]\nloopback_http = true\n")
        self.account = Account(self.region, self.region.account, self.region.credentials)
        self.issuer = Issuer(directory, path="/id/cluster-1")
        self.provider = self.make_provider(self.issuer)
        self.secret = self.account.secret("app/db", "hunter2")
        self.role = self.make_role("app", allow(READ))
        self.sts = boto3.client("sts", region_name="us-east-1", endpoint_url=self.region.endpoint(),
                                config=botocore.config.Config(signature_version=UNSIGNED, retries={"max_attempts": 0}))

    def make_provider(self, issuer):
        """The ARN. Debian's boto3 insists on thumbprints."""
        return self.account.iam.create_open_id_connect_provider(
            Url=f"https://{issuer.name}", ClientIDList=["sts.amazonaws.com"],
            ThumbprintList=["0" * 40])["OpenIDConnectProviderArn"]

    def trust(self, *actions, **conditions):
        """As `eksctl create iamserviceaccount` writes it."""
        equal = {f"{self.issuer.name}:aud": "sts.amazonaws.com", f"{self.issuer.name}:sub": KUBERNETES, **conditions}
        return trust({"Federated": self.provider}, [ASSUME, *actions], Condition={"StringEquals": equal})

    def make_role(self, name, *statements, trusts=None, **more):
        return self.account.role(name, *statements, trusts=trusts or self.trust(), **more)

    def assume(self, token=None, role=None, **more):
        return self.sts.assume_role_with_web_identity(
            RoleArn=role or self.role, RoleSessionName="pod", WebIdentityToken=token or self.issuer.token(), **more)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("web_identity"))
    yield cluster
    cluster.issuer.stop()
    cluster.region.stop()


# What Kubernetes gives a pod: the ARN of the role, and a file with a token.
@pytest.fixture
def pod(cluster, tmp_path):
    (tmp_path / "token").write_text(cluster.issuer.token())
    return {"AWS_ROLE_ARN": cluster.role, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")}


def test_a_token_gets_the_credentials_of_the_role(cluster):
    answer = cluster.assume()
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == (KUBERNETES, "sts.amazonaws.com")
    assert answer["Provider"] == cluster.provider
    arn = f"arn:aws:sts::{cluster.account.account}:assumed-role/app/pod"
    assert answer["AssumedRoleUser"]["Arn"] == arn
    session = credentials_of(answer)
    assert cluster.account.identity(session)["Arn"] == arn
    assert cluster.account.read(session, cluster.secret) == "hunter2"


# boto3 finds the variables by itself. Debian's knows no AWS_ENDPOINT_URL: its session is told where everything is.
def test_boto3_in_a_pod_reads_the_secret(cluster, pod, monkeypatch):
    class Session(botocore.session.Session):
        def create_client(self, *arguments, **more):
            more["endpoint_url"] = cluster.region.endpoint()
            return super().create_client(*arguments, **more)

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**pod, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                        "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    session = boto3.session.Session(botocore_session=Session())
    assert session.get_credentials().method == "assume-role-with-web-identity"
    assert session.client("secretsmanager").get_secret_value(SecretId="app/db")["SecretString"] == "hunter2"


def test_the_aws_cli_in_a_pod_reads_the_secret(cluster, pod, tmp_path):
    read = ("secretsmanager", "get-secret-value", "--secret-id", "app/db")
    assert command_line.aws(cluster.region.endpoint(), tmp_path, *read, **pod)["SecretString"] == "hunter2"
    (tmp_path / "config").write_text(f"[profile pod]\nrole_arn = {pod['AWS_ROLE_ARN']}\nrole_session_name = profile\n"
                                     f"web_identity_token_file = {pod['AWS_WEB_IDENTITY_TOKEN_FILE']}\n")
    who = command_line.aws(cluster.region.endpoint(), tmp_path, "sts", "get-caller-identity", AWS_PROFILE="pod")
    assert who["Arn"].endswith(":assumed-role/app/profile")


def test_the_sdk_for_javascript_in_a_pod_reads_the_secret(cluster, pod, tmp_path):
    directory = pathlib.Path(__file__).parent / "javascript"
    assert (directory / "node_modules").is_dir(), f"run `npm ci` in {directory}, as script/test does"
    program = """
        import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
        const answer = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: "app/db" }));
        console.log(answer.SecretString);"""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env.update(pod, AWS_ENDPOINT_URL=cluster.region.endpoint(), AWS_REGION="us-east-1", AWS_CONFIG_FILE=os.devnull,
               AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true")
    process = subprocess.run(["node", "--input-type=module", "--eval", program], cwd=directory, env=env, capture_output=True,
                             text=True, timeout=60)
    assert process.stdout.strip() == "hunter2", process.stderr


@pytest.mark.parametrize("claims, code, text", [
    ({"aud": ["vault"]}, INVALID, "Incorrect token audience"),
    ({"sub": "system:serviceaccount:default:other"}, "AccessDenied", f"Not authorized to perform {ASSUME}"),
    ({"exp": time.time() - 3600, "iat": time.time() - 7200, "nbf": None}, "ExpiredTokenException", "Token expired"),
    ({"iss": "http://127.0.0.1:9/id/cluster-1"}, INVALID,
     "No OpenIDConnect provider found in your account for http://127.0.0.1:9/id/cluster-1"),
    ({"iss": "cluster"}, INVALID, "Issuer must be a valid URL"),
    ({"nbf": time.time() + 3600}, INVALID, "could not be validated"),
    ({"exp": None}, INVALID, None),
    ({"sub": None}, INVALID, None),
    ({"aud": None}, INVALID, None),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else None)
def test_a_token_that_says_the_wrong_thing_is_refused(cluster, claims, code, text):
    claims = {name: int(value) if isinstance(value, float) else value for name, value in claims.items()}
    with refused(code, text):
        cluster.assume(cluster.issuer.token(**claims))


def test_only_the_key_that_the_issuer_publishes_signs_tokens(cluster, tmp_path):
    good = cluster.issuer.token()
    with refused(INVALID):
        cluster.assume(cluster.issuer.token(key=Key(tmp_path, "first")))
    head, claims, signature = good.split(".")
    unsigned = f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{claims}."
    other_claims = json.dumps({"iss": cluster.issuer.url, "sub": KUBERNETES, "aud": ["sts.amazonaws.com"], "admin": True,
                               "iat": int(time.time()), "exp": int(time.time()) + 3600}).encode()
    for bad in (unsigned, f"{head}.{encoded(other_claims)}.{signature}", f"{head}.{claims}.", f"{head}.{claims}",
                cluster.issuer.token(header={"alg": "HS256"})):
        with refused(INVALID):
            cluster.assume(bad)
    cluster.assume(good)


def test_conditions_of_the_trust_policy_are_about_the_token(cluster):
    role = cluster.make_role("any-of-the-namespace", allow(READ), trusts=trust(
        {"Federated": cluster.provider}, ASSUME,
        Condition={"StringLike": {f"{cluster.issuer.name}:sub": "system:serviceaccount:default:*"}}))
    cluster.assume(cluster.issuer.token(sub="system:serviceaccount:default:other"), role)
    with refused("AccessDenied"):
        cluster.assume(cluster.issuer.token(sub="system:serviceaccount:kube-system:app"), role)
    # A role that trusts others does not take tokens.
    with refused("AccessDenied", f"Not authorized to perform {ASSUME}"):
        cluster.assume(role=cluster.account.role("of-users"))
    with refused("AccessDenied", f"Not authorized to perform {ASSUME}"):
        cluster.assume(role=f"arn:aws:iam::{cluster.account.account}:role/absent")
    with refused(INVALID, "No OpenIDConnect provider found in your account"):
        cluster.assume(role="arn:aws:iam::999999999999:role/app")


def test_the_session_is_limited_and_known_by_its_provider(cluster):
    answer = cluster.assume(Policy=policy(allow("s3:*")), DurationSeconds=900)
    assert 0 < answer["PackedPolicySize"] <= 100
    assert not cluster.account.may(credentials_of(answer), cluster.secret)
    with refused("ValidationError", "exceeds the MaxSessionDuration"):
        cluster.assume(DurationSeconds=7200)
    role = cluster.make_role("by-provider", allow(READ, Condition={"StringEquals": {
        "aws:FederatedProvider": cluster.provider}}))
    assert cluster.account.may(credentials_of(cluster.assume(role=role)), cluster.secret)


# As GitHub and GitLab send them: tags of the session are claims of the token.
def test_tags_in_the_token_are_tags_of_the_principal(cluster):
    role = cluster.make_role("tagged", allow(READ, Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))
    tags = {"https://aws.amazon.com/tags": {"principal_tags": {"team": ["red"]}}}
    with refused("AccessDenied", "Not authorized to perform sts:TagSession"):
        cluster.assume(cluster.issuer.token(**tags), role)
    cluster.account.iam.update_assume_role_policy(RoleName="tagged", PolicyDocument=cluster.trust("sts:TagSession"))
    assert cluster.account.may(credentials_of(cluster.assume(cluster.issuer.token(**tags), role)), cluster.secret)
    assert not cluster.account.may(credentials_of(cluster.assume(role=role)), cluster.secret)


def test_an_issuer_is_asked_once_and_not_for_what_nobody_knows(cluster, tmp_path):
    stranger = Issuer(tmp_path)
    with refused(INVALID, "No OpenIDConnect provider found"):
        cluster.assume(stranger.token())
    assert stranger.asked == 0
    stranger.stop()
    cluster.assume()
    asked = cluster.issuer.asked
    for _ in range(3):
        cluster.assume()
    assert cluster.issuer.asked == asked


def test_an_issuer_that_cannot_be_reached_is_told_apart(cluster, tmp_path):
    gone = Issuer(tmp_path)
    gone.stop()
    role = cluster.account.role("of-the-gone", trusts=trust({"Federated": cluster.make_provider(gone)}, ASSUME))
    with refused("IDPCommunicationError"):
        cluster.assume(gone.token(), role)


# The last one, for it takes away what the others need.
def test_what_is_taken_from_the_provider_is_gone_at_the_next_request(cluster):
    iam = cluster.account.iam
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=cluster.provider, ClientID="pipeline")
    shown = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=cluster.provider)
    assert (shown["Url"], sorted(shown["ClientIDList"])) == (cluster.issuer.name, ["pipeline", "sts.amazonaws.com"])
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=cluster.provider,
                                                       ClientID="sts.amazonaws.com")
    with refused(INVALID, "Incorrect token audience"):
        cluster.assume()
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=cluster.provider)
    with refused(INVALID, "No OpenIDConnect provider found"):
        cluster.assume()
