#include "api/routes.h"

namespace coffer::api {
namespace {

std::string joined(std::string_view left, char between, std::string_view right) {
  std::string text(left);
  text.push_back(between);
  return text.append(right);
}

}  // namespace

Routes::Routes(std::vector<Service> services) : services_(std::move(services)) {
  for (const Service& service : services_) {
    for (const Operation& operation : service.operations) {
      const Route route{&service, operation, RequestRates::counted(services_, service, operation)};
      if (!service.target_prefix.empty()) by_target_.emplace(joined(service.target_prefix, '.', operation.name), route);
      if (service.query) by_action_.emplace(joined(service.query->version, ' ', operation.name), route);
    }
  }
}

const Route* Routes::find(const Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found != map.end() ? &found->second : nullptr;
}

const Route* Routes::find_target(std::string_view target) const {
  return find(by_target_, target);
}

const Route* Routes::find_action(std::string_view version, std::string_view action) const {
  return find(by_action_, joined(version, ' ', action));
}

}  // namespace coffer::api
