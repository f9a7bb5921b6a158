"""Raw bytes at the socket: what a hostile or broken client sends, and what comes back."""

import json
import socket
import ssl
from urllib.parse import urlparse

import boto3
import boto3.session
import botocore.auth
import botocore.awsrequest
import pytest

from deployment import Region, coffer


def address(deployment, region="us-east-1"):
    url = urlparse(deployment.endpoint(region))
    return url.hostname, url.port


class Connection:
    def __init__(self, deployment):
        self.socket = socket.create_connection(address(deployment), timeout=20)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)
        return self

    def reply(self):
        """(status, headers, body) of one answer."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        length = int(headers.get("content-length", "0"))
        while len(self.buffer) < length:
            self._more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return int(lines[0].split()[1]), headers, body

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self.buffer += data

    def closed(self):
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def signed(deployment, operation, body, **changes):
    """The bytes of a signed request, as botocore signs it; `changes` are applied after signing."""
    env = deployment.env()
    credentials = (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    return signed_for(deployment.endpoint("us-east-1") + "/", credentials, operation, body, **changes)


def signed_for(url, credentials, operation, body, **changes):
    session = boto3.session.Session(*credentials)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = botocore.awsrequest.AWSRequest("POST", url, data=data, headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"secretsmanager.{operation}",
        "Host": urlparse(url).netloc})
    scope_region = changes.pop("scope_region", "us-east-1")
    scope_service = changes.pop("scope_service", "secretsmanager")
    botocore.auth.SigV4Auth(session.get_credentials().get_frozen_credentials(), scope_service,
                            scope_region).add_auth(request)
    headers = dict(request.headers.items())
    headers.update(changes.pop("headers", {}))
    data = changes.pop("sent_body", data)
    headers["Content-Length"] = str(len(data))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None)
    return b"POST / HTTP/1.1\r\n" + head.encode() + b"\r\n" + data


def call(deployment, *arguments, **changes):
    status, headers, body = Connection(deployment).send(signed(deployment, *arguments, **changes)).reply()
    assert headers["x-amzn-requestid"]
    return status, json.loads(body)


def test_one_connection_serves_many_requests_also_after_errors(five):
    connection = Connection(five)
    for body in ({}, {"SecretId": "no/such"}, {"SecretId": "bad name"}, b"{", {"PasswordLength": "x"}):
        status, headers, answer = connection.send(signed(five, "GetSecretValue", body)).reply()
        assert status == 400 and headers["content-type"] == "application/x-amz-json-1.1"
        assert "__type" in json.loads(answer)
    status, _, answer = connection.send(signed(five, "GetRandomPassword", {})).reply()
    assert status == 200 and len(json.loads(answer)["RandomPassword"]) == 32


def test_pipelined_requests_are_answered_in_order(five):
    requests = [signed(five, "GetRandomPassword", {"PasswordLength": n}) for n in (10, 20, 30)]
    connection = Connection(five).send(b"".join(requests))
    lengths = [len(json.loads(connection.reply()[2])["RandomPassword"]) for _ in requests]
    assert lengths == [10, 20, 30]


@pytest.mark.parametrize("changes, code, text", [
    ({"headers": {"Authorization": None}}, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    ({"headers": {"Authorization": "AWS4-HMAC-SHA256 nonsense"}}, "IncompleteSignatureException", "Authorization header requires"),
    ({"sent_body": b'{"PasswordLength":33}'}, "InvalidSignatureException", "The request signature we calculated does not match"),
    ({"headers": {"X-Amz-Target": "secretsmanager.ListSecrets"}}, "InvalidSignatureException", "does not match"),
    ({"scope_region": "eu-west-1"}, "InvalidSignatureException", "Credential should be scoped to a valid region, not 'eu-west-1'. "),
    ({"scope_service": "kms"}, "InvalidSignatureException", "Credential should be scoped to correct service: 'secretsmanager'. "),
], ids=["unsigned", "garbled", "changed body", "changed target", "other region", "other service"])
def test_a_request_that_is_not_properly_signed_is_refused_as_aws_does(five, changes, code, text):
    status, answer = call(five, "GetRandomPassword", {}, **changes)
    assert (status, answer["__type"]) == (400, code)
    assert text in (answer.get("message") or answer.get("Message"))


def test_an_unknown_access_key_is_refused(five):
    client = five.client("us-east-1", credentials=("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.list_secrets()
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("UnrecognizedClientException", "The security token included in the request is invalid.")


@pytest.mark.parametrize("operation", ["ListResourcePolicies", "tagResource", "NoSuchOperation"])
def test_operations_that_do_not_exist_are_unknown(five, operation):
    status, answer = call(five, operation, {"SecretId": "x"})
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


# Clients of IAM and STS read XML, also when they are refused.
@pytest.mark.parametrize("service, call, version", [
    ("iam", "list_users", "2010-05-08"), ("sts", "get_caller_identity", "2011-06-15")], ids=["iam", "sts"])
@pytest.mark.parametrize("region", [None, "eu-west-1"], ids=["gateway", "region"])
def test_clients_of_the_query_protocol_are_answered_in_xml(five, service, call, version, region):
    env = five.env()
    client = boto3.client(service, region_name="eu-west-1", endpoint_url=five.endpoint(region),
                          aws_access_key_id=env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"])
    client.meta.events.register(f"before-call.{service}", lambda params, **_: params["body"].update(Action="NoSuchOperation"))
    with pytest.raises(client.exceptions.ClientError) as refused:
        getattr(client, call)()
    response = refused.value.response
    assert response["Error"] == {"Type": "Sender", "Code": "InvalidAction",
                                 "Message": f"Could not find operation NoSuchOperation for version {version}"}
    metadata = response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 400 and metadata["HTTPHeaders"]["content-type"] == "text/xml"
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b'{"SecretId":"\xff"}', b"[" * 100, b"nul", b'{"SecretId":1}'])
def test_a_body_that_is_no_json_object_is_a_serialization_error(five, body):
    status, answer = call(five, "GetSecretValue", body)
    if body == b"":  # SDKs send "{}" for "nothing"; an empty body means the same
        assert answer["__type"] in ("ValidationException", "SerializationException")
    else:
        assert (status, answer["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("sent, status", [
    (b"nonsense\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
], ids=["garbage", "headers too large", "body too large", "length and chunked", "two lengths", "negative length"])
def test_what_is_no_request_is_answered_and_the_connection_closed(five, sent, status):
    connection = Connection(five).send(sent)
    assert connection.reply()[0] == status
    assert connection.closed()


# The server must go on serving others while somebody holds connections open and sends nothing.
def test_silent_connections_do_not_stop_the_service(five):
    silent = [socket.create_connection(address(five)) for _ in range(200)]
    for s in silent[::2]:
        s.sendall(b"POST / HTTP/1.1\r\nHost:")
    assert call(five, "GetRandomPassword", {})[0] == 200
    for s in silent:
        s.close()


# Certificates of the deployment's own authority will do for a test: both versions of TLS, and nothing older.
@pytest.mark.parametrize("version, accepted", [
    (ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False),
], ids=lambda value: getattr(value, "name", None))
def test_the_api_speaks_tls_when_certificates_are_configured(tmp_path, version, accepted):
    coffer("certificates", "--out", tmp_path / "certificates", "--region", "us-east-1")
    region = Region(tmp_path / "region", more=(
        f'[tls]\ncertificate = "{tmp_path}/certificates/us-east-1.pem"\n'
        f'private_key = "{tmp_path}/certificates/us-east-1.key"\n'))
    try:
        context = ssl.create_default_context(cafile=tmp_path / "certificates" / "ca.pem")
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        connection = Connection.__new__(Connection)
        connection.buffer = b""
        plain = socket.create_connection(("127.0.0.1", region.port), timeout=20)
        if not accepted:
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(plain, server_hostname="us-east-1.coffer.internal")
            return
        connection.socket = context.wrap_socket(plain, server_hostname="us-east-1.coffer.internal")
        assert connection.socket.version() == version.name.replace("_", ".")
        url = f"https://us-east-1.coffer.internal:{region.port}/"
        for length in (10, 20):  # on one connection
            connection.send(signed_for(url, region.credentials, "GetRandomPassword", {"PasswordLength": length}))
            status, _, body = connection.reply()
            assert status == 200 and len(json.loads(body)["RandomPassword"]) == length
    finally:
        region.stop()


def test_health_needs_no_signature_and_tells_nothing(five):
    connection = Connection(five).send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    status, _, body = connection.reply()
    assert (status, json.loads(body)) == (200, {"status": "ok"})
