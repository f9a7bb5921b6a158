#include "cli/drill_calls.h"

namespace coffer::cli {
namespace {

Result<void> call(Deployment& deployment, const std::string& region, std::string_view operation,
                  const JsonObject& body) {
  const std::string text = body.text();
  wire::Document answer;
  return deployment.call(
      region, {.service = "secretsmanager", .target_prefix = "secretsmanager", .operation = operation, .body = text},
      answer);
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
  body.add("Name", name).add("SecretString", "of the drill").add("ClientRequestToken", random.uuid());
  body.add_json("AddReplicaRegions", "[" + list + "]");
  return call(deployment, region, "CreateSecret", body);
}

Result<void> read_drill_secret(Deployment& deployment, const std::string& region, const std::string& name) {
  JsonObject body;
  body.add("SecretId", name);
  return call(deployment, region, "GetSecretValue", body);
}

Result<DrillVersion> write_drill_secret(Deployment& deployment, const std::string& region, const std::string& name,
                                        Random& random) {
  DrillVersion version{.name = name, .version_id = random.uuid()};
  JsonObject body;
  body.add("SecretId", name).add("ClientRequestToken", version.version_id);
  body.add("SecretString", "of the drill, " + version.version_id);
  COFFER_TRY(call(deployment, region, "PutSecretValue", body));
  return version;
}

}  // namespace coffer::cli
