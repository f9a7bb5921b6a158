// A line of the simulator, understood: the request and all policies. Inside of this room only.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/compiled_policy.h"
#include "policy/evaluator.h"
#include "policy/request_context.h"
#include "wire/value.h"

namespace coffer::policy {

class Simulation {
 public:
  Simulation() = default;
  // Parts of it look at each other.
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // What is wrong with the line, and where; nullopt when it was read. Call once.
  std::optional<std::string> read(const wire::Value& line);

  // REQUIRES: it was read.
  AccessRequest request() const { return {principal_, action_, resource_, account_, organization_, context_}; }
  const PolicySet& policies() const { return policies_; }

 private:
  class Reader;

  RequestPrincipal principal_;
  std::string_view action_;
  std::string_view resource_;
  std::string_view account_;
  std::string_view organization_;
  RequestContext context_;
  PolicySet policies_;

  // What all that looks at. A deque moves nothing when it grows.
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> values_;
  std::deque<CompiledPolicy> compiled_;
  std::deque<std::vector<const CompiledPolicy*>> lists_;
  std::deque<std::vector<PolicyList>> levels_;
};

}  // namespace coffer::policy
