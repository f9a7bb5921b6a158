// Identities as users of the AWS SDK for JavaScript meet them: Query requests, XML answers, and what becomes of both.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import {
  DeleteConflictException, EntityAlreadyExistsException, IAM, IAMServiceException, MalformedPolicyDocumentException,
  NoSuchEntityException, paginateListUsers, waitUntilRoleExists,
} from "@aws-sdk/client-iam";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { clientOf, describe, members, policyOf, refused, secret, userWith } from "./support.mjs";

const iam = clientOf(IAM);
const name = () => `javascript-${randomUUID()}`;
const failed = (call, type, status) => refused(call, type, undefined, { base: IAMServiceException, status });

test("a user comes back with times as dates and tags as a list", async () => {
  const UserName = name();
  const Tags = [{ Key: "team", Value: "r\u00f6t + blau" }];
  const { User } = await iam.createUser({ UserName, Path: "/a/", Tags });
  assert.deepEqual(members(User), ["Arn", "CreateDate", "Path", "Tags", "UserId", "UserName"]);
  assert.ok(User.CreateDate instanceof Date && Math.abs(Date.now() - User.CreateDate) < 300000);
  assert.match(User.Arn, new RegExp(`^arn:aws:iam::\\d{12}:user/a/${UserName}$`));
  assert.deepEqual((await iam.getUser({ UserName })).User, User);
  assert.deepEqual((await iam.listUserTags({ UserName })).Tags, Tags);
  assert.deepEqual((await iam.listAccessKeys({ UserName })).AccessKeyMetadata, []);
  await iam.deleteUser({ UserName });
  await failed(iam.getUser({ UserName }), NoSuchEntityException, 404);
});

test("errors are classes", async () => {
  const UserName = name();
  await iam.createUser({ UserName });
  await failed(iam.createUser({ UserName }), EntityAlreadyExistsException, 409);
  await failed(iam.putUserPolicy({ UserName, PolicyName: "p", PolicyDocument: "{}" }), MalformedPolicyDocumentException, 400);
  await iam.putUserPolicy({ UserName, PolicyName: "p", PolicyDocument: policyOf({ Effect: "Allow", Action: "s3:*", Resource: "*" }) });
  await failed(iam.deleteUser({ UserName }), DeleteConflictException, 409);
});

test("a policy document comes back URL-encoded, as from AWS", async () => {
  const RoleName = name();
  const AssumeRolePolicyDocument = policyOf({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" });
  await iam.createRole({ RoleName, AssumeRolePolicyDocument, Description: "a+b & <c>%" });
  const { Role } = await iam.getRole({ RoleName });
  assert.equal(decodeURIComponent(Role.AssumeRolePolicyDocument), AssumeRolePolicyDocument);
  assert.equal(Role.Description, "a+b & <c>%");
  assert.equal((await waitUntilRoleExists({ client: iam, maxWaitTime: 10 }, { RoleName })).state, "SUCCESS");
});

test("paginateListUsers turns the pages", async () => {
  const PathPrefix = `/${randomUUID()}/`;
  for (let i = 0; i < 3; ++i) await iam.createUser({ UserName: name(), Path: PathPrefix });
  const sizes = [];
  for await (const { Users } of paginateListUsers({ client: iam, pageSize: 2 }, { PathPrefix })) sizes.push(Users.length);
  assert.deepEqual(sizes, [2, 1]);
});

test("a user reads the secret that its policy names, and no other", async () => {
  const [mine, other] = [await describe(await secret()), await describe(await secret())];
  const credentials = await userWith(iam, { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: mine.ARN });
  const client = clientOf(SecretsManagerClient, { credentials });
  assert.equal((await client.send(new GetSecretValueCommand({ SecretId: mine.ARN }))).SecretString, "first");
  const error = await refused(client.send(new GetSecretValueCommand({ SecretId: other.ARN })), "AccessDeniedException");
  assert.match(error.message, /because no identity-based policy allows the secretsmanager:GetSecretValue action$/);
});
