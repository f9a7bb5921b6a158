// Rotation as users of the AWS SDK for JavaScript meet it.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CancelRotateSecretCommand, GetSecretValueCommand, InvalidParameterException, InvalidRequestException,
  ResourceNotFoundException, RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";

import { accountOf, describe, members, refused, secret, send, UUID } from "./support.mjs";

const rotate = (SecretId, more) => send(new RotateSecretCommand({ SecretId, ...more }));

test("RotateSecret: refused without a function, and nothing is kept", async () => {
  const Name = await secret();
  await refused(rotate(Name, { RotationRules: { AutomaticallyAfterDays: 30 } }), InvalidRequestException,
                "No Lambda rotation function ARN is associated with this secret.");
  const { RotationEnabled, RotationRules, VersionIdsToStages } = await describe(Name);
  assert.deepEqual([RotationEnabled, RotationRules], [undefined, undefined]);
  assert.deepEqual(Object.values(VersionIdsToStages), [["AWSCURRENT"]]);
});

test("RotateSecret: one kind of schedule, not two", async () => {
  const Name = await secret();
  const RotationLambdaARN = `arn:aws:lambda:us-east-1:${accountOf((await describe(Name)).ARN)}:function:rotate`;
  const RotationRules = { AutomaticallyAfterDays: 30, ScheduleExpression: "rate(30 days)" };
  await refused(rotate(Name, { RotationLambdaARN, RotationRules }), InvalidParameterException,
                "You cannot specify both rotation frequency and schedule expression together.");
});

test("RotateSecret: a version is announced, and CancelRotateSecret leaves it", async () => {
  const Name = await secret();
  const RotationLambdaARN = `arn:aws:lambda:us-east-1:${accountOf((await describe(Name)).ARN)}:function:rotate`;
  const RotationRules = { AutomaticallyAfterDays: 30 };
  const answer = await rotate(Name, { RotationLambdaARN, RotationRules });
  assert.deepEqual(members(answer), ["ARN", "Name", "VersionId"]);
  assert.match(answer.VersionId, UUID);
  const rotating = await describe(Name);
  assert.deepEqual([rotating.RotationEnabled, rotating.RotationLambdaARN], [true, RotationLambdaARN]);
  assert.deepEqual(rotating.RotationRules, RotationRules);
  assert.ok(rotating.NextRotationDate instanceof Date && rotating.NextRotationDate > new Date());
  assert.deepEqual(rotating.VersionIdsToStages[answer.VersionId], ["AWSPENDING"]);
  await refused(rotate(Name), InvalidRequestException,
                "A previous rotation isn't complete. That rotation will be reattempted.");
  await refused(send(new GetSecretValueCommand({ SecretId: Name, VersionStage: "AWSPENDING" })), ResourceNotFoundException,
                "Secrets Manager can't find the specified secret value for staging label: AWSPENDING");

  const cancelled = await send(new CancelRotateSecretCommand({ SecretId: Name }));
  assert.deepEqual([cancelled.Name, cancelled.VersionId], [Name, answer.VersionId]);
  const after = await describe(Name);
  assert.deepEqual([after.RotationEnabled, after.RotationLambdaARN], [false, RotationLambdaARN]);
  assert.equal(after.NextRotationDate, undefined);
  assert.deepEqual(after.VersionIdsToStages, rotating.VersionIdsToStages);
});

test("RotateSecret: an ARN that is none of a function, and nothing is kept", async () => {
  const Name = await secret();
  await refused(rotate(Name, { RotationLambdaARN: "arn:aws:s3:::bucket", RotationRules: { AutomaticallyAfterDays: 30 } }),
                InvalidParameterException,
                "Invalid rotation Lambda ARN. Ensure the ARN matches format arn:aws:lambda:<region>:<account>:function:<functionName>.");
  assert.equal((await describe(Name)).RotationLambdaARN, undefined);
});

test("CancelRotateSecret: refused when there was never a rotation", async () => {
  const SecretId = await secret();
  await refused(send(new CancelRotateSecretCommand({ SecretId })), InvalidRequestException);
});
