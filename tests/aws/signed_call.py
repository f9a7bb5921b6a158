"""Single requests, signed by hand: for what no client of ours knows, and without what clients check or add."""

import base64
import collections
import json
import re
import xml.etree.ElementTree

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.httpsession

TARGETS = {"secretsmanager": "secretsmanager", "kms": "TrentService", "organizations": "AWSOrganizationsV20161128",
           "coffer": "Coffer"}
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}

# code and message are None when the request succeeded. content: the answer's JSON, or its XML as text.
Answer = collections.namedtuple("Answer", "status code message content")


class SignedCaller:
    """Somebody who calls, at one endpoint. `credentials`: access key id, secret access key and perhaps the token; None
    for nobody, who does not sign."""

    def __init__(self, endpoint, credentials, region="us-east-1"):
        self.endpoint = endpoint + "/"
        self.credentials = botocore.credentials.Credentials(*credentials) if credentials else None
        self.region = region
        self.http = botocore.httpsession.URLLib3Session(timeout=30)

    def call(self, service, operation, members, more=None):
        """`members` as JSON has them; of blobs, bytes. more: headers that are signed like the others."""
        if service in TARGETS:
            headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{TARGETS[service]}.{operation}"}
            data = json.dumps(members, default=lambda blob: base64.b64encode(blob).decode())
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
            form = {"Action": operation, "Version": VERSIONS[service], **flattened(members)}
            data = botocore.compat.urlencode(form)
        request = botocore.awsrequest.AWSRequest("POST", self.endpoint, headers={**headers, **(more or {})}, data=data)
        if self.credentials:
            botocore.auth.SigV4Auth(self.credentials, service, self.region).add_auth(request)
        return read(self.http.send(request.prepare()))


def flattened(members):
    """The parameters of the Query protocol."""
    found = {}

    def put(name, value):
        if isinstance(value, dict):
            for key, inner in value.items():
                put(f"{name}.{key}", inner)
        elif isinstance(value, list):
            for index, inner in enumerate(value, 1):
                put(f"{name}.member.{index}", inner)
        else:
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)

    for name, value in members.items():
        put(name, value)
    return found


def read(response):
    text = response.content.decode()
    if response.headers["Content-Type"].startswith("application/x-amz-json"):
        content = json.loads(text) if text else {}
        code = content.get("__type")
        message = content.get("Message", content.get("message"))
        return Answer(response.status_code, code, message if code else None, content)
    if response.status_code == 200:
        return Answer(200, None, None, text)
    error = xml.etree.ElementTree.fromstring(re.sub(r'\sxmlns="[^"]+"', "", text)).find("Error")
    return Answer(response.status_code, error.findtext("Code"), error.findtext("Message"), text)
