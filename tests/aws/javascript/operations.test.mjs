// The operations as users of the AWS SDK for JavaScript meet them: what comes back, as which types, and errors as classes.
// The rules of the operations are cases as data in tests/cases. More operations are in the other files.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import {
  CreateSecretCommand, DeleteSecretCommand, GetRandomPasswordCommand, GetSecretValueCommand, InvalidNextTokenException,
  InvalidParameterException, InvalidRequestException, LimitExceededException, ListSecretsCommand,
  ListSecretVersionIdsCommand, paginateListSecrets, paginateListSecretVersionIds, PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand, ReplicateSecretToRegionsCommand, ResourceExistsException,
  ResourceNotFoundException, RestoreSecretCommand, SecretsManager, SecretsManagerClient,
  StopReplicationToReplicaCommand, UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

import {
  client, describe, eventually, HOME, inSync, MARKED, members, NOT_FOUND, refused, secret, send, unique, UUID,
} from "./support.mjs";

const DAY = 86400 * 1000;
const value = (SecretId, more = {}, region = HOME) => send(new GetSecretValueCommand({ SecretId, ...more }), region);
const put = (SecretId, SecretString, more = {}) => send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));

test("CreateSecret answers with ARN, name and the token that the SDK made", async () => {
  const Name = unique("created");
  const answer = await send(new CreateSecretCommand({ Name, SecretString: "s" }));
  assert.deepEqual(members(answer), ["ARN", "Name", "VersionId"]);
  assert.equal(answer.Name, Name);
  assert.match(answer.ARN, new RegExp(`^arn:aws:secretsmanager:us-east-1:\\d{12}:secret:${Name}-[A-Za-z0-9]{6}$`));
  assert.match(answer.VersionId, UUID);
  assert.equal(answer.$metadata.httpStatusCode, 200);
  assert.match(answer.$metadata.requestId, UUID);
  assert.equal(answer.$metadata.attempts, 1);
});

test("CreateSecret without a value makes no version", async () => {
  const Name = unique("empty");
  const answer = await send(new CreateSecretCommand({ Name }));
  assert.deepEqual(members(answer), ["ARN", "Name"]);
  await refused(value(Name), ResourceNotFoundException,
                "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT");
});

test("GetSecretValue returns a text as it was stored", async () => {
  const text = "p\u00e4ss\u{1f511}\"\\\n\t\u0000</script>" + "x".repeat(60000);
  const Name = unique("text");
  const created = await send(new CreateSecretCommand({ Name, SecretString: text }));
  const answer = await value(Name);
  assert.equal(answer.SecretString, text);
  assert.deepEqual(members(answer), ["ARN", "CreatedDate", "Name", "SecretString", "VersionId", "VersionStages"]);
  assert.deepEqual([answer.ARN, answer.Name, answer.VersionId], [created.ARN, Name, created.VersionId]);
  assert.deepEqual(answer.VersionStages, ["AWSCURRENT"]);
});

test("GetSecretValue returns bytes as a Uint8Array", async () => {
  const bytes = Uint8Array.from({ length: 65536 }, (_, i) => i % 256);
  const Name = unique("bytes");
  await send(new CreateSecretCommand({ Name, SecretBinary: bytes }));
  const answer = await value(Name);
  assert.ok(answer.SecretBinary instanceof Uint8Array);
  assert.deepEqual(Buffer.from(answer.SecretBinary), Buffer.from(bytes));
  assert.equal(answer.SecretString, undefined);
});

test("GetSecretValue finds versions by id and by label, secrets by name and by ARN", async () => {
  const Name = await secret();
  const { ARN, VersionId: first } = await value(Name);
  const { VersionId: second } = await put(Name, "second");
  assert.equal((await value(ARN)).SecretString, "second");
  assert.equal((await value(Name, { VersionId: first })).SecretString, "first");
  assert.equal((await value(Name, { VersionStage: "AWSPREVIOUS" })).VersionId, first);
  await refused(value(Name, { VersionId: second, VersionStage: "AWSPREVIOUS" }), InvalidRequestException,
                "You provided a VersionStage that is not associated to the provided VersionId.");
});

test("PutSecretValue with a token of before is the same write or a ResourceExistsException", async () => {
  const Name = await secret();
  const ClientRequestToken = randomUUID();
  const answer = await put(Name, "second", { ClientRequestToken });
  assert.deepEqual(members(answer), ["ARN", "Name", "VersionId", "VersionStages"]);
  assert.equal(answer.VersionId, ClientRequestToken);
  assert.equal((await put(Name, "second", { ClientRequestToken })).VersionId, ClientRequestToken);
  await refused(put(Name, "third", { ClientRequestToken }), ResourceExistsException,
                `You can't use ClientRequestToken ${ClientRequestToken} because that value is already in use for a version of secret ${answer.ARN}.`);
});

test("UpdateSecretVersionStage moves labels as a rotation does", async () => {
  const Name = await secret();
  const { VersionId: old } = await value(Name);
  const { VersionId: pending, VersionStages } = await put(Name, "second", { VersionStages: ["AWSPENDING"] });
  assert.deepEqual(VersionStages, ["AWSPENDING"]);
  assert.equal((await value(Name)).SecretString, "first");
  const move = { SecretId: Name, VersionStage: "AWSCURRENT", MoveToVersionId: pending };
  await refused(send(new UpdateSecretVersionStageCommand(move)), InvalidParameterException);
  const moved = await send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: old }));
  assert.deepEqual(members(moved), ["ARN", "Name"]);
  await send(new UpdateSecretVersionStageCommand({ SecretId: Name, VersionStage: "AWSPENDING", RemoveFromVersionId: pending }));
  assert.deepEqual((await describe(Name)).VersionIdsToStages, { [old]: ["AWSPREVIOUS"], [pending]: ["AWSCURRENT"] });
  assert.equal((await value(Name)).SecretString, "second");
});

test("ListSecretVersionIds pages through all versions, with dates", async () => {
  const Name = await secret();
  const ids = [(await value(Name)).VersionId];
  for (const text of ["b", "c", "d", "e"]) ids.push((await put(Name, text)).VersionId);
  const pages = [];
  const listing = { SecretId: Name, IncludeDeprecated: true };
  for await (const page of paginateListSecretVersionIds({ client: client(), pageSize: 2 }, listing)) pages.push(page);
  assert.deepEqual(pages.map((page) => page.Versions.length), [2, 2, 1]);
  assert.equal(pages.at(-1).NextToken, undefined);
  const versions = pages.flatMap((page) => page.Versions);
  assert.deepEqual(versions.map((version) => version.VersionId), ids);
  for (const version of versions) {
    assert.ok(version.CreatedDate instanceof Date);
    assert.deepEqual(version.KmsKeyIds, ["DefaultEncryptionKey"]);
  }
  assert.deepEqual(versions.map((version) => version.VersionStages),
                   [undefined, undefined, undefined, ["AWSPREVIOUS"], ["AWSCURRENT"]]);
  const { Versions } = await send(new ListSecretVersionIdsCommand({ SecretId: Name }));
  assert.deepEqual(Versions.map((version) => version.VersionId), ids.slice(3));
});

test("DescribeSecret has members only for what is there, and dates are Dates", async () => {
  const before = Date.now();
  const Name = await secret();
  const after = Date.now();
  const bare = await describe(Name);
  assert.deepEqual(members(bare), ["ARN", "CreatedDate", "LastChangedDate", "Name", "VersionIdsToStages"]);
  assert.ok(bare.CreatedDate instanceof Date && bare.LastChangedDate instanceof Date);
  assert.ok(bare.CreatedDate >= before && bare.CreatedDate <= after, `${before} ${bare.CreatedDate.getTime()} ${after}`);
  await value(Name);
  const { LastAccessedDate } = await describe(Name);
  assert.equal(LastAccessedDate.getTime() % DAY, 0);
});

test("DescribeSecret returns description and tags as they were given", async () => {
  const Tags = [{ Key: "team", Value: "payments" }, { Key: "empty", Value: "" }];
  const Name = await secret({ Description: "the database\u2019s password", Tags });
  const answer = await describe(Name);
  assert.equal(answer.Description, "the database\u2019s password");
  assert.deepEqual(answer.Tags, Tags);
});

test("ListSecrets pages through everything once", async () => {
  const prefix = unique("page");
  const names = Array.from({ length: 8 }, (_, i) => `${prefix}/${i}`);
  for (const Name of names) await send(new CreateSecretCommand({ Name, SecretString: "s" }));
  const pages = [];
  const listing = { Filters: [{ Key: "name", Values: [prefix] }], SortBy: "name", SortOrder: "asc" };
  for await (const page of paginateListSecrets({ client: client(), pageSize: 3 }, listing)) pages.push(page);
  assert.deepEqual(pages.flatMap((page) => page.SecretList).map((entry) => entry.Name), names);
  assert.ok(pages.every((page) => page.SecretList.every((entry) => entry.CreatedDate instanceof Date)));
  assert.equal(pages.at(-1).NextToken, undefined);
  const empty = await send(new ListSecretsCommand({ Filters: [{ Key: "name", Values: [`${prefix}/none`] }] }));
  assert.deepEqual(empty.SecretList, []);
  assert.deepEqual(members(empty), ["SecretList"]);
});

test("ListSecrets shows the labels of each secret and finds it by tag", async () => {
  const tag = randomUUID();
  const Name = await secret({ Tags: [{ Key: "test", Value: tag }] });
  const { VersionId } = await value(Name);
  const { SecretList } = await send(new ListSecretsCommand({ Filters: [{ Key: "tag-value", Values: [tag] }] }));
  assert.equal(SecretList.length, 1);
  assert.equal(SecretList[0].Name, Name);
  assert.deepEqual(SecretList[0].SecretVersionsToStages, { [VersionId]: ["AWSCURRENT"] });
});

test("DeleteSecret plans the deletion and RestoreSecret takes it back", async () => {
  const Name = await secret();
  const before = Date.now();
  const answer = await send(new DeleteSecretCommand({ SecretId: Name, RecoveryWindowInDays: 7 }));
  const after = Date.now();
  assert.deepEqual(members(answer), ["ARN", "DeletionDate", "Name"]);
  assert.ok(answer.DeletionDate >= before + 7 * DAY && answer.DeletionDate <= after + 7 * DAY, String(answer.DeletionDate));
  await refused(value(Name), InvalidRequestException, MARKED);
  assert.ok((await describe(Name)).DeletedDate instanceof Date);
  assert.deepEqual(members(await send(new RestoreSecretCommand({ SecretId: Name }))), ["ARN", "Name"]);
  assert.equal((await value(Name)).SecretString, "first");
  assert.equal((await describe(Name)).DeletedDate, undefined);
});

test("DeleteSecret by force leaves nothing", async () => {
  const Name = await secret();
  await send(new DeleteSecretCommand({ SecretId: Name, ForceDeleteWithoutRecovery: true }));
  await refused(value(Name), ResourceNotFoundException, NOT_FOUND);
  await refused(describe(Name), ResourceNotFoundException, NOT_FOUND);
});

test("GetRandomPassword makes what was asked for", async () => {
  const plain = await send(new GetRandomPasswordCommand({}));
  assert.match(plain.RandomPassword, /^[!-~]{32}$/);
  const digits = { PasswordLength: 100, ExcludePunctuation: true, ExcludeUppercase: true, ExcludeLowercase: true };
  const { RandomPassword } = await send(new GetRandomPasswordCommand({ ...digits, ExcludeCharacters: "01" }));
  assert.match(RandomPassword, /^[2-9]{100}$/);
  await refused(send(new GetRandomPasswordCommand({ PasswordLength: 3 })), InvalidParameterException,
                "Password length is too short based on the required types.");
});

test("replicas have a life of their own: made, read, removed, promoted", async () => {
  const Name = unique("replicated");
  const created = await send(new CreateSecretCommand({ Name, SecretString: "s", AddReplicaRegions: [{ Region: "eu-west-1" }] }));
  assert.deepEqual(created.ReplicationStatus.map((copy) => [copy.Region, copy.KmsKeyId]),
                   [["eu-west-1", "alias/aws/secretsmanager"]]);
  const added = await send(new ReplicateSecretToRegionsCommand({ SecretId: Name, AddReplicaRegions: [{ Region: "ap-southeast-2" }] }));
  assert.deepEqual(members(added), ["ARN", "ReplicationStatus"]);
  assert.deepEqual(added.ReplicationStatus.map((copy) => copy.Region), ["eu-west-1", "ap-southeast-2"]);
  await inSync(Name, ["eu-west-1", "ap-southeast-2"]);
  await put(Name, "t");
  await inSync(Name, ["eu-west-1", "ap-southeast-2"]);
  for (const region of ["eu-west-1", "ap-southeast-2"]) {
    const copy = await value(Name, {}, region);
    assert.equal(copy.SecretString, "t");
    assert.equal(copy.ARN, created.ARN.replace(HOME, region));
    assert.equal((await describe(Name, region)).PrimaryRegion, HOME);
    await refused(send(new PutSecretValueCommand({ SecretId: Name, SecretString: "u" }), region), InvalidParameterException,
                  "Operation not permitted on a replica secret. Call must be made in primary secret's region.");
  }
  await refused(send(new DeleteSecretCommand({ SecretId: Name })), InvalidParameterException,
                `You can't delete secret ${created.ARN} that still has replica regions [eu-west-1, ap-southeast-2].`);

  const removal = { SecretId: Name, RemoveReplicaRegions: ["ap-southeast-2"] };
  const removed = await send(new RemoveRegionsFromReplicationCommand(removal));
  assert.deepEqual(removed.ReplicationStatus.map((copy) => copy.Region), ["eu-west-1"]);
  await eventually(() => describe(Name, "ap-southeast-2").then(() => false, (error) => error instanceof ResourceNotFoundException),
                   "the removed copy being gone");

  const stopped = await send(new StopReplicationToReplicaCommand({ SecretId: Name }), "eu-west-1");
  assert.deepEqual([members(stopped), stopped.ARN], [["ARN"], created.ARN.replace(HOME, "eu-west-1")]);
  await send(new PutSecretValueCommand({ SecretId: Name, SecretString: "its own" }), "eu-west-1");
  assert.equal((await value(Name, {}, "eu-west-1")).SecretString, "its own");
  assert.equal((await value(Name)).SecretString, "t");
});

test("one endpoint serves every region: the SDK finds it in AWS_ENDPOINT_URL", async () => {
  const Name = unique("gateway");
  for (const region of ["us-west-2", "ap-northeast-1"]) {
    const gateway = new SecretsManager({ region });
    const { ARN } = await gateway.createSecret({ Name, SecretString: region });
    assert.equal(ARN.split(":")[3], region);
    assert.equal((await gateway.getSecretValue({ SecretId: Name })).SecretString, region);
    assert.equal((await value(Name, {}, region)).SecretString, region);
    gateway.destroy();
  }
});

test("errors of the model are classes, with AWS's text", async () => {
  const Name = await secret();
  const labels = (letter) => Array.from({ length: 20 }, (_, i) => `${letter}${i}`);
  await refused(value(unique("none")), ResourceNotFoundException, NOT_FOUND);
  await refused(send(new CreateSecretCommand({ Name, SecretString: "s" })), ResourceExistsException,
                `The operation failed because the secret ${Name} already exists.`);
  await refused(send(new CreateSecretCommand({ Name, SecretString: "s", SecretBinary: Uint8Array.of(1) })), InvalidParameterException,
                "You can't specify both a binary secret value and a string secret value in the same secret.");
  await refused(send(new ListSecretsCommand({ NextToken: "bogus" })), InvalidNextTokenException);
  await put(Name, "s", { VersionStages: labels("a").slice(1) });
  await refused(put(Name, "s", { VersionStages: labels("b") }), LimitExceededException);
});

test("errors that the model does not know are named all the same", async () => {
  await refused(send(new GetRandomPasswordCommand({ PasswordLength: 5000 })), "ValidationException",
                "1 validation error detected: Value '5000' at 'passwordLength' failed to satisfy constraint: Member must have value less than or equal to 4096");
  await refused(value("bad name"), "ValidationException",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");
  const { config } = client();
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
  const stranger = new SecretsManagerClient({ region: HOME, endpoint: await config.endpoint(), credentials });
  await refused(stranger.send(new ListSecretsCommand({})), "UnrecognizedClientException",
                "The security token included in the request is invalid.");
  stranger.destroy();
});
