// How the calls of a case reach the world: straight to the operations, or over HTTP as those of any client. The same
// case must get the same answer both ways.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {

class Calls {
 public:
  virtual ~Calls() = default;
  // What the region answers to `caller`. `body` goes out as it is.
  virtual Answer call(std::string_view region, const auth::Caller& caller, std::string_view operation,
                      std::string_view body) = 0;
  // Whether an answer tells of internal failures what only the log should know.
  virtual bool tells_internals() const = 0;
};

using MakeCalls = std::function<std::unique_ptr<Calls>(World&)>;

// World::call().
std::unique_ptr<Calls> make_direct_calls(World& world);

// For each region an HTTP server on loopback with the real front door, whose clock is the world's. Requests are signed
// for `caller`; every answer must keep the rules of wire_rules.h, a breach fails the test that is running.
std::unique_ptr<Calls> make_wire_calls(World& world);

}  // namespace coffer::secretsmanager::testing
