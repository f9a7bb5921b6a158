// A line of the simulator: request and policies at once. Whatever comes, the answer is one line of JSON, is the same
// again, and a policy that denies everything is obeyed.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/simulator.h"
#include "wire/json.h"

using namespace coffer;

namespace {

void check(bool good) {
  if (!good) std::abort();
}

struct Answer {
  explicit Answer(const std::string& line) {
    check(line.find('\n') == std::string::npos);
    check(wire::parse_json(line, {.max_depth = 3, .max_values = 300}, document).ok());
    error = document.root().find("error") != nullptr;
    if (error) return;
    const std::string_view result = text("result"), decision = text("decision");
    allowed = result == "allow";
    check(allowed || result == "deny");
    check(decision == "Allowed" || decision == "ImplicitlyDenied" || decision == "ExplicitlyDenied");
    check(allowed == (decision == "Allowed"));
    denied_explicitly = decision == "ExplicitlyDenied";
    check(!document.root().find("reasons")->as_list().empty());
    check(allowed == (document.root().find("message") == nullptr));
  }
  std::string_view text(std::string_view name) const {
    const wire::Value* const value = document.root().find(name);
    check(value != nullptr && value->kind() == wire::Kind::kString);
    return value->as_string();
  }

  wire::Document document;
  bool error = false;
  bool allowed = false;
  bool denied_explicitly = false;
};

// The line with one more member, if it ends like an object and does not have that member.
std::string with(std::string_view line, std::string_view member) {
  const size_t end = line.rfind('}');
  if (end == std::string_view::npos) return std::string(line);
  return std::string(line.substr(0, end)) + "," + std::string(member) + std::string(line.substr(end));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const std::string answered = policy::evaluate_line(line);
  check(policy::evaluate_line(line) == answered);
  const Answer answer(answered);
  if (answer.error) return 0;

  // Resource control policies bind everybody, but for what needs no permission.
  const Answer denied(policy::evaluate_line(
      with(line, R"("rcps":[[{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}]])")));
  if (denied.error) return 0;
  check(denied.denied_explicitly || answered.find("the action needs no permission") != std::string::npos);
  return 0;
}
