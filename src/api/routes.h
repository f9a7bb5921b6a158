// Which operation a request means, and which quotas count it. Inside of this room only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/request_rates.h"
#include "api/service.h"

namespace coffer::api {

struct Route {
  const Service* service;
  Operation operation;
  RequestRates::Counted counted;

  // Whether the home region answers, wherever it is asked.
  bool is_done_at_home() const { return service->writes == Writes::kAtHome && operation.effect == Effect::kWrites; }
};

class Routes {
 public:
  explicit Routes(std::vector<Service> services);

  // Null when there is no such operation. "secretsmanager.GetSecretValue"; "2010-05-08" and "GetUser".
  const Route* find_target(std::string_view target) const;
  const Route* find_action(std::string_view version, std::string_view action) const;

  const std::vector<Service>& services() const { return services_; }

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Map = std::unordered_map<std::string, Route, TextHash, std::equal_to<>>;

  static const Route* find(const Map& map, std::string_view key);

  const std::vector<Service> services_;
  Map by_target_;
  Map by_action_;
};

}  // namespace coffer::api
