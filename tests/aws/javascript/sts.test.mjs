// Temporary credentials as users of the AWS SDK for JavaScript meet them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { IAM } from "@aws-sdk/client-iam";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { MalformedPolicyDocumentException, STS, STSServiceException } from "@aws-sdk/client-sts";

import { clientOf, members, policyOf, refused, secret, userWith } from "./support.mjs";

const iam = clientOf(IAM);
const sts = clientOf(STS);
const { Account } = await sts.getCallerIdentity({});
const ALLOW_READ = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" };

// The ARN of a new role that may read secrets, and the keys of a user who may assume it.
async function roleAndUser() {
  const RoleName = `javascript-${randomUUID()}`;
  const AssumeRolePolicyDocument = policyOf({ Effect: "Allow", Principal: { AWS: Account }, Action: "sts:AssumeRole" });
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument });
  await iam.putRolePolicy({ RoleName, PolicyName: "read", PolicyDocument: policyOf(ALLOW_READ) });
  return [Role.Arn, await userWith(iam, { Effect: "Allow", Action: "sts:AssumeRole", Resource: Role.Arn })];
}

async function read(SecretId, more) {
  const client = clientOf(SecretsManagerClient, more);
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
}

test("GetCallerIdentity says who the root user is", async () => {
  const answer = await sts.getCallerIdentity({});
  assert.deepEqual(members(answer), ["Account", "Arn", "UserId"]);
  assert.deepEqual([answer.Arn, answer.UserId], [`arn:aws:iam::${Account}:root`, Account]);
});

test("AssumeRole gives credentials that read a secret", async () => {
  const [RoleArn, user] = await roleAndUser();
  const answer = await clientOf(STS, { credentials: user }).assumeRole({ RoleArn, RoleSessionName: "walk" });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials;
  assert.ok(Expiration instanceof Date && Expiration > Date.now());
  assert.equal(answer.AssumedRoleUser.Arn, RoleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/walk");
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  assert.equal(await read(await secret(), { credentials }), "first");
});

test("AssumeRole: a refusal is AccessDenied, a bad policy a class", async () => {
  const [RoleArn, user] = await roleAndUser();
  const stranger = await userWith(iam, ALLOW_READ);
  const assume = (credentials, more = {}) =>
    clientOf(STS, { credentials }).assumeRole({ RoleArn, RoleSessionName: "walk", ...more });
  await refused(assume(stranger), "AccessDenied", undefined, { base: STSServiceException, status: 403 });
  await refused(assume(user, { Policy: "{}" }), MalformedPolicyDocumentException, undefined, { base: STSServiceException });
});

test("a profile that is a role is assumed by the SDK itself", async () => {
  const [RoleArn, user] = await roleAndUser();
  const directory = await mkdtemp(join(tmpdir(), "coffer-"));
  try {
    process.env.AWS_CONFIG_FILE = join(directory, "config");
    process.env.AWS_SHARED_CREDENTIALS_FILE = join(directory, "credentials");
    await writeFile(process.env.AWS_SHARED_CREDENTIALS_FILE,
                    `[base]\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`);
    await writeFile(process.env.AWS_CONFIG_FILE,
                    `[profile app]\nregion = us-east-1\nrole_arn = ${RoleArn}\nsource_profile = base\n`);
    assert.equal(await read(await secret(), { profile: "app" }), "first");
  } finally {
    await rm(directory, { recursive: true });
  }
});
