#include "services/secretsmanager/testing/calls.h"

namespace coffer::secretsmanager::testing {
namespace {

class DirectCalls final : public Calls {
 public:
  explicit DirectCalls(World& world) : world_(world) {}

  Answer call(std::string_view region, const auth::Caller& caller, std::string_view operation,
              std::string_view body) override {
    return world_.call(region, caller, operation, body);
  }
  bool tells_internals() const override { return true; }

 private:
  World& world_;
};

}  // namespace

std::unique_ptr<Calls> make_direct_calls(World& world) {
  return std::make_unique<DirectCalls>(world);
}

}  // namespace coffer::secretsmanager::testing
