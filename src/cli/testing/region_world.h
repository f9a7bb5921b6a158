// Regions of a deployment that answer what a test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cli/deployment.h"
#include "net/http_client.h"

namespace coffer::cli {

// All regions. Answers by "REGION OPERATION", and by that with the body behind it where one exists.
struct World {
  std::map<std::string, std::string> answers;
  std::set<std::string> down;
  std::vector<std::string> calls;      // that change something
  std::map<std::string, int> looks;    // "REGION OPERATION", of those that do not
  std::map<std::string, int> unheard;  // the same, of what is down
  // Before that is not answered; how long it would be waited for.
  std::function<void(const std::string& call, Duration patience)> hangs;
  std::function<void(const std::string& call)> heard;  // "REGION OPERATION", before it is answered
  std::mutex mutex;
};

class RegionHttp final : public net::HttpClient {
 public:
  RegionHttp(World& world, std::string region) : world_(world), region_(std::move(region)) {}
  Result<void> connect(Duration) override { return {}; }
  bool was_unread() const override { return false; }
  Result<net::ClientResponse> send(const net::ClientRequest& request, Duration patience) override {
    const std::lock_guard lock(world_.mutex);
    std::string operation;
    for (const auto& [name, value] : request.headers) {
      if (name == "x-amz-target") operation = value.substr(value.find('.') + 1);
    }
    const std::string call = region_ + " " + operation;
    if (world_.down.contains(region_)) {
      ++world_.unheard[call];
      if (world_.hangs) world_.hangs(call, patience);
      return Error{ErrorCode::kIo, "connection refused"};
    }
    const std::string exact = call + " " + std::string(request.body);
    if (world_.heard) world_.heard(call);
    if (operation == "GetRegionStatus" || operation == "ListCopies") {
      ++world_.looks[call];
    } else {
      world_.calls.push_back(exact);
    }
    const auto found = world_.answers.find(world_.answers.contains(exact) ? exact : call);
    net::ClientResponse response{.status = 200, .headers = {}, .body = {}};
    if (found == world_.answers.end()) {
      response.body.append(operation == "ListCopies" ? R"({"Copies": []})" : "{}");
    } else {
      response.body.append(found->second);
      if (found->second.find("__type") != std::string::npos) response.status = 400;
    }
    return response;
  }

 private:
  World& world_;
  const std::string region_;
};

inline std::string copy(const std::string& name, const std::string& role, const std::string& primary, int epoch,
                        int generation, const std::string& versions,
                        const std::string& more = "\"Replicas\": [], \"OtherRegions\": []") {
  return R"({"Name": ")" + name + R"(", "ARN": "arn:aws:secretsmanager:r:123456789012:secret:)" + name +
         R"(-AbCdEf", "Role": ")" + role + R"(", "PrimaryRegion": ")" + primary + R"(", "LineageEpoch": )" +
         std::to_string(epoch) + R"(, "Generation": )" + std::to_string(generation) + R"(, "Versions": [)" + versions +
         "], " + more + "}";
}

inline std::string version(const std::string& id, int created, const std::string& stages) {
  return R"({"VersionId": ")" + id + R"(", "VersionStages": [)" + stages + R"(], "CreatedDate": )" +
         std::to_string(created) + "}";
}

inline std::string status_of(const std::string& region, const std::string& links = "") {
  return R"({"Region": ")" + region +
         R"(", "Version": "0.1.0", "Seal": "root-key-file", "CanCommit": true, "Now": 1000, "HomeRegion": "us-east-1",)" +
         R"( "HomeEpoch": 1, "Regions": ["us-east-1", "us-west-2", "eu-west-1"], "Links": [)" + links + "]}";
}

inline client::Settings settings_for(const std::string& region) {
  return {.endpoint = *client::Endpoint::parse("http://127.0.0.1:4566"),
          .region = *Region::parse(region.empty() ? "us-east-1" : region),
          .credentials = {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                          .secret_access_key = SecretBytes::copy_of("hunter2"),
                          .session_token = {}},
          .ca_file = {}};
}

inline Deployment deployment_in(World& world, const Clock& clock) {
  return Deployment([&](const std::string& region) -> Result<std::unique_ptr<client::SignedClient>> {
    client::Settings settings = settings_for(region);
    auto http = std::make_unique<RegionHttp>(world, settings.region.text());
    return std::make_unique<client::SignedClient>(std::move(settings), std::move(http), clock);
  });
}

}  // namespace coffer::cli
