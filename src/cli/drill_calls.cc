#include "cli/drill_calls.h"

namespace coffer::cli {
namespace {

struct Value {
  std::string version_id;
  std::string secret_string;
  static constexpr wire::Field kFields[] = {wire::field<&Value::version_id>("VersionId"),
                                            wire::field<&Value::secret_string>("SecretString")};
};

std::string value_of(std::string_view version_id) {
  return "of the drill, " + std::string(version_id);
}

Result<void> call(Deployment& deployment, const std::string& region, std::string_view operation, const JsonObject& body,
                  wire::Document& answer) {
  const std::string text = body.text();
  return deployment.call(
      region, {.service = "secretsmanager", .target_prefix = "secretsmanager", .operation = operation, .body = text},
      answer);
}
Result<void> call(Deployment& deployment, const std::string& region, std::string_view operation,
                  const JsonObject& body) {
  wire::Document answer;
  return call(deployment, region, operation, body, answer);
}

}  // namespace

Result<void> make_drill_secret(Deployment& deployment, const std::string& region, const std::string& name,
                               const std::vector<std::string>& replicas, Random& random) {
  std::string list;
  for (const std::string& replica : replicas) {
    JsonObject added;
    added.add("Region", replica);
    list.append(list.empty() ? "" : ", ").append(added.text());
  }
  JsonObject body;
  const std::string token = random.uuid();
  body.add("Name", name).add("SecretString", value_of(token)).add("ClientRequestToken", token);
  body.add_json("AddReplicaRegions", "[" + list + "]");
  return call(deployment, region, "CreateSecret", body);
}

Result<void> read_drill_secret(Deployment& deployment, const std::string& region, const std::string& name) {
  JsonObject body;
  body.add("SecretId", name);
  return call(deployment, region, "GetSecretValue", body);
}

Result<DrillVersion> check_drill_secret(Deployment& deployment, const std::string& region, const std::string& name) {
  JsonObject body;
  body.add("SecretId", name);
  wire::Document answer;
  COFFER_TRY(call(deployment, region, "GetSecretValue", body, answer));
  COFFER_ASSIGN(Value value, wire::decode<Value>(answer.root()));
  if (value.secret_string == value_of(value.version_id)) return DrillVersion{name, std::move(value.version_id)};
  return Error{ErrorCode::kCorrupt, name + " in " + region + " has a value that was not written with its version"};
}

bool is_refused_by_replica(const Error& error) {
  return error.message.find("Operation not permitted on a replica secret") != error.message.npos;
}

Result<DrillVersion> write_drill_secret(Deployment& deployment, const std::string& region, const std::string& name,
                                        Random& random) {
  DrillVersion version{.name = name, .version_id = random.uuid()};
  JsonObject body;
  body.add("SecretId", name).add("ClientRequestToken", version.version_id);
  body.add("SecretString", value_of(version.version_id));
  COFFER_TRY(call(deployment, region, "PutSecretValue", body));
  return version;
}

}  // namespace coffer::cli
