#include "sim/clients.h"

#include <algorithm>

namespace coffer::sim {
namespace {

constexpr size_t kMaxVersions = 12;  // deprecated versions are kept; keep a run quick

// A region has refused the secret for good.
bool is_refused(Site& at, const std::string& name) {
  const auto view = at.process->secrets.find(kAccount, name);
  return view.ok() && *view &&
         std::ranges::any_of((*view)->progress, [](const auto& progress) { return progress.second.failed; });
}

// A planted bug.
Answer write_on_replica(Site& at, const std::string& name) {
  const Visit visit(at);
  const auto written = at.process->secrets.update(kAccount, name, [](const secrets::SecretView& view) {
    secrets::Change change;
    change.secret = view.secret;
    change.secret.description += "!";
    return Result(std::optional(std::move(change)));
  });
  return {.status = written.ok() ? 200 : 500, .error = {}, .message = {}, .output = {}};
}

}  // namespace

std::string Clients::draw_value() {
  return std::string(kCanary) + parts_.random.text(1 + parts_.random.uniform(20), "abcdefghijklmnopqrstuvwxyz");
}

std::vector<Region> Clients::draw_regions() {
  std::vector<Region> regions;
  for (const Region& region : parts_.regions)
    if (parts_.random.uniform(2) == 0) regions.push_back(region);
  return regions;
}

std::string Clients::json_regions(const std::vector<Region>& regions, bool as_objects) {
  std::string text;
  for (const Region& region : regions) {
    text += text.empty() ? "" : ",";
    text += as_objects ? R"({"Region":")" + region.text() + R"("})" : '"' + region.text() + '"';
  }
  return "[" + text + "]";
}

void Clients::call(Site& at) {
  Oracle::Call call{.operation = {}, .name = pick(parts_.oracle.names()), .regions = {}, .value = {}};
  const Seen* const seen = parts_.oracle.seen(at, call.name);
  if (parts_.region_of_copies == at.name) {
    if (seen != nullptr) read(at, call.name);
    return;
  }
  std::string input = R"({"SecretId":")" + call.name + '"';
  const uint32_t kind = parts_.random.uniform(seen == nullptr ? 30 : 100);
  if (is_refused(at, call.name) && chance(25)) {
    rejoin(at, call, input);
  } else if (kind < 20) {
    if (seen != nullptr && chance(80)) return read(at, call.name);
    create(call, input);
  } else if (kind < 45) {
    if (seen != nullptr && seen->secret.versions.size() >= kMaxVersions) return;
    put(call, input);
  } else if (kind < 55) {
    move_label(call, input, seen);
  } else if (kind < 62) {
    call.operation = "UpdateSecret";
    input += R"(,"Description":")" + parts_.random.text(8, "abcdefgh") + '"';
  } else if (kind < 67) {
    call.operation = "TagResource";
    input += R"(,"Tags":[{"Key":"k)" + std::to_string(parts_.random.uniform(3)) + R"(","Value":"v"}])";
  } else if (kind < 80) {
    call.operation = "ReplicateSecretToRegions";
    call.regions = draw_regions();
    std::erase(call.regions, at.name);
    input += R"(,"AddReplicaRegions":)" + json_regions(call.regions, true);
    if (chance(25)) input += R"(,"ForceOverwriteReplicaSecret":true)";
  } else if (kind < 86) {
    call.operation = "RemoveRegionsFromReplication";
    call.regions = draw_regions();
    input += R"(,"RemoveReplicaRegions":)" + json_regions(call.regions, false);
  } else if (kind < 92) {
    call.operation = "DeleteSecret";
    if (chance(40)) input += R"(,"ForceDeleteWithoutRecovery":true)";
  } else if (kind < 95) {
    call.operation = "RestoreSecret";
  } else if (kind < 97) {
    call.operation = "StopReplicationToReplica";
  } else if (kind < 98) {
    call.operation = "FailOverSecret";
    call.regions = {seen->secret.primary_region};
    input += R"(,"FromRegion":")" + call.regions.front().text() + '"';
  } else if (kind < 99) {
    rejoin(at, call, input);
  } else {
    call.operation = "PutResourcePolicy";
    input +=
        R"(,"ResourcePolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\")" +
        kAccount.text() + R"(\"},\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}")";
  }
  make(at, call, input + "}");
}

// As an operator does it, one step or another: whoever still follows the former primary is asked, it gives up what it
// has, the promoted one sends again. Some try it where there is no reason to.
void Clients::rejoin(Site& at, Oracle::Call& call, std::string& input) {
  std::optional<Region> primary;
  std::optional<Region> following;
  if (const auto view = at.process->secrets.find(kAccount, call.name); view.ok() && *view) {
    for (const secrets::ReplicaRegion& replica : (*view)->secret.replicas) {
      const auto progress =
          std::ranges::find((*view)->progress, replica.region, &std::pair<Region, secrets::ReplicaProgress>::first);
      const bool is_replaced = progress != (*view)->progress.end() && progress->second.replaced_by;
      (is_replaced ? primary : following) = is_replaced ? progress->second.replaced_by->region : replica.region;
    }
  }
  const bool asks = primary ? following.has_value() : chance(50);
  const std::optional<Region>& named = asks ? following : primary;
  call.operation = asks ? "RetryReplication" : "RejoinSecret";
  call.regions = {named ? *named : pick(parts_.regions)};
  const std::string_view member = asks ? "ReplicaRegion" : "PrimaryRegion";
  input.append(",\"").append(member).append("\":\"").append(call.regions.front().text()).append("\"");
}

void Clients::create(Oracle::Call& call, std::string& input) {
  call.operation = "CreateSecret";
  call.value = draw_value();
  input = R"({"Name":")" + call.name + R"(","ClientRequestToken":")" + parts_.random.uuid() + R"(","SecretString":")" +
          call.value + '"';
  call.regions = draw_regions();
  if (call.regions.empty()) return;
  input += R"(,"AddReplicaRegions":)" + json_regions(call.regions, true);
  if (chance(25)) input += R"(,"ForceOverwriteReplicaSecret":true)";
}

// Some clients count instead of drawing their tokens, and begin again where the region that they promoted stands.
void Clients::put(Oracle::Call& call, std::string& input) {
  call.operation = "PutSecretValue";
  call.value = draw_value();
  const std::string token = chance(50)
                                ? parts_.random.uuid()
                                : "00000000-0000-0000-0000-00000000000" + std::to_string(parts_.random.uniform(10));
  input += R"(,"ClientRequestToken":")" + token + R"(","SecretString":")" + call.value + '"';
  const uint32_t stages = parts_.random.uniform(10);
  if (stages == 0) input += R"(,"VersionStages":["AWSPENDING"])";
  if (stages == 1) input += R"(,"VersionStages":["custom"])";
  if (stages == 2) input += R"(,"VersionStages":["AWSCURRENT","custom"])";
}

void Clients::move_label(Oracle::Call& call, std::string& input, const Seen* seen) {
  call.operation = "UpdateSecretVersionStage";
  std::vector<secrets::Version> versions = seen != nullptr ? seen->secret.versions : std::vector<secrets::Version>();
  if (versions.empty()) return;
  const std::vector<std::string> labels = {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "custom"};
  const std::string& label = labels[parts_.random.uniform(static_cast<uint32_t>(labels.size()))];
  input += R"(,"VersionStage":")" + label + '"';
  if (chance(80)) input += R"(,"MoveToVersionId":")" + pick(versions).id.text() + '"';
  const secrets::Version* const holder = seen->secret.version_with(label);
  if (holder != nullptr) input += R"(,"RemoveFromVersionId":")" + holder->id.text() + '"';
}

Answer Clients::make(Site& at, const Oracle::Call& call, const std::string& input) {
  const bool was_primary = [&] {
    const Seen* const seen = parts_.oracle.seen(at, call.name);
    return seen == nullptr || seen->secret.role == secrets::Role::kPrimary;
  }();
  const Answer answer = !was_primary && parts_.writes_on_replicas ? write_on_replica(at, call.name)
                                                                  : at.process->call(call.operation, input);
  parts_.trace.tell(at.name.text(), " ", call.operation, " ", input, ": ", std::to_string(answer.status), " ",
                    answer.error, " ", answer.message);
  if (answer.ok()) ++parts_.outcome.writes;
  const bool promotes = call.operation == "StopReplicationToReplica" || call.operation == "FailOverSecret";
  if (answer.ok() && promotes) ++parts_.outcome.promotions;
  if (answer.ok() && call.operation == "RejoinSecret") ++parts_.outcome.rejoined;
  parts_.oracle.after_call(at, call, answer);
  return answer;
}

void Clients::read(Site& at, const std::string& name) {
  const Answer answer = at.process->call("GetSecretValue", R"({"SecretId":")" + name + R"("})");
  parts_.trace.tell(at.name.text(), " GetSecretValue ", name, ": ", std::to_string(answer.status));
  const Seen* const seen = parts_.oracle.seen(at, name);
  if (answer.is_unknown())
    return parts_.oracle.violated(name + " in " + at.name.text() + " cannot be read: " + answer.message);
  if (!answer.ok()) return;
  const size_t begin = answer.output.find(kCanary);
  const std::string value = answer.output.substr(begin, answer.output.find('"', begin) - begin);
  const secrets::Version* const current = seen != nullptr ? seen->secret.version_with("AWSCURRENT") : nullptr;
  const bool is_right = current != nullptr && begin != answer.output.npos &&
                        seen->text.find(current->id.text()) != std::string::npos &&
                        seen->text.find(" = " + value + "\n", seen->text.find(current->id.text())) != std::string::npos;
  if (!is_right) parts_.oracle.violated(name + " in " + at.name.text() + ": another value was read than there is");
  if (!answer.lag || !*answer.lag) return;
  parts_.oracle.after_told_lag(at, name, **answer.lag);
  ++parts_.outcome.told_lags;
}

}  // namespace coffer::sim
