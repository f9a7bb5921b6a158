#include "cli/drill_permissions.h"

#include <algorithm>

#include "cli/drill_calls.h"

namespace coffer::cli {
namespace {

class Trial {
 public:
  Trial(const DrillTrial& trial, Deployment& deployment, Random& random)
      : trial_(trial), deployment_(deployment), random_(random) {}

  Result<void> run() {
    for (const std::string& region : trial_.regions) {
      COFFER_TRY(attempt([&] { return read_drill_secret(deployment_, region, trial_.name); }));
      COFFER_TRY(attempt([&]() -> Result<void> {
        COFFER_TRY(write_drill_secret(deployment_, region, trial_.name, random_));
        return {};
      }));
      // A replica is not deleted, nor a primary that has some.
      COFFER_TRY(attempt_at(region, "DeleteSecret", secret().add("ForceDeleteWithoutRecovery", true)));
      COFFER_TRY(attempt_at(region, "RemoveRegionsFromReplication",
                            secret().add_json("RemoveReplicaRegions", "[\"" + trial_.lose + "\"]")));
      if (region == trial_.lose) continue;
      COFFER_TRY(
          attempt_as_operator(region, "FailOverSecret", secret().add("FromRegion", trial_.lose).add("DryRun", true)));
      COFFER_TRY(
          attempt_as_operator(trial_.lose, "RejoinSecret", secret().add("PrimaryRegion", region).add("DryRun", true)));
      // Of a copy there it is refused, and of the primary it sends what is there already.
      COFFER_TRY(attempt_as_operator(region, "RetryReplication", secret().add("ReplicaRegion", trial_.lose)));
      COFFER_TRY(attempt_as_operator(trial_.lose, "RetryReplication", secret().add("ReplicaRegion", region)));
    }
    // The primary is no replica.
    COFFER_TRY(attempt_at(trial_.lose, "StopReplicationToReplica", secret()));
    if (denials_.empty()) return {};
    std::string text;
    for (const std::string& denial : denials_)
      text.append(text.empty() ? "" : "; ").append(denial);
    return Error{ErrorCode::kAccessDenied, "the drill may not do what it would have to: " + text};
  }

 private:
  JsonObject secret() const {
    JsonObject body;
    body.add("SecretId", trial_.name);
    return body;
  }

  Result<void> attempt_at(const std::string& region, std::string_view operation, const JsonObject& body) {
    const std::string text = body.text();
    return attempt([&] {
      wire::Document answer;
      return deployment_.call(
          region,
          {.service = "secretsmanager", .target_prefix = "secretsmanager", .operation = operation, .body = text},
          answer);
    });
  }
  Result<void> attempt_as_operator(const std::string& region, std::string_view operation, const JsonObject& body) {
    const std::string text = body.text();
    return attempt([&] {
      wire::Document answer;
      return deployment_.call(region, operation, text, answer);
    });
  }

  Result<void> attempt(const std::function<Result<void>()>& call) {
    Result<void> done = call();
    while (!done.ok() && done.error().code == ErrorCode::kThrottling && trial_.wait_when_throttled())
      done = call();
    if (done.ok()) return {};
    switch (done.error().code) {
      case ErrorCode::kAccessDenied:
        if (std::ranges::find(denials_, done.error().message) == denials_.end())
          denials_.push_back(done.error().message);
        return {};
      case ErrorCode::kInternalServiceError:  // it would have been allowed
        return {};
      default:
        return done;
    }
  }

  const DrillTrial& trial_;
  Deployment& deployment_;
  Random& random_;
  std::vector<std::string> denials_;
};

}  // namespace

Result<void> try_permissions(const DrillTrial& trial, Deployment& deployment, Random& random) {
  return Trial(trial, deployment, random).run();
}

}  // namespace coffer::cli
