#include "policy/simulator.h"

#include <vector>

#include "base/secret_bytes.h"
#include "policy/access_denied.h"
#include "policy/evaluator.h"
#include "policy/explanation.h"
#include "policy/simulation.h"
#include "wire/encoder.h"
#include "wire/json.h"

namespace coffer::policy {
namespace {

// Four levels more than a policy needs (scps, level, policy), and as many values as a whole organization's policies
// have.
constexpr wire::JsonLimits kLimits = {.max_depth = 10, .max_values = 400'000};

bool is_id(const wire::Value& value) {
  return value.kind() == wire::Kind::kString || value.kind() == wire::Kind::kInteger;
}

// The members of the answer, in order.
class Answer {
 public:
  Answer() { encoder_.begin_object(); }

  void id(const wire::Value& id) {
    encoder_.key("id");
    id.kind() == wire::Kind::kString ? encoder_.string(id.as_string()) : encoder_.integer(id.as_integer());
  }
  void text(std::string_view name, std::string_view value) {
    encoder_.key(name);
    encoder_.string(value);
  }
  void list(std::string_view name, const std::vector<std::string>& values) {
    encoder_.key(name);
    encoder_.begin_list();
    for (const std::string& value : values)
      encoder_.string(value);
    encoder_.end_list();
  }
  std::string finish() {
    encoder_.end_object();
    return std::string(buffer_.view());
  }

 private:
  SecretBuffer buffer_;
  wire::JsonEncoder encoder_{buffer_};
};

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllowed:
      return "Allowed";
    case Outcome::kExplicitlyDenied:
      return "ExplicitlyDenied";
    case Outcome::kImplicitlyDenied:
      return "ImplicitlyDenied";
  }
  std::abort();
}

void decide(const Simulation& simulation, Answer& answer) {
  Trace trace;
  const AccessRequest request = simulation.request();
  const Decision decision = evaluate(request, simulation.policies(), &trace);
  answer.text("result", decision.allowed() ? "allow" : "deny");
  answer.text("decision", name_of(decision.outcome));
  answer.list("reasons", explain(decision, trace));
  if (!decision.allowed()) {
    answer.text("message", access_denied(request, simulation.policies(), decision).message);
  }
}

}  // namespace

std::string evaluate_line(std::string_view json) {
  Answer answer;
  wire::Document line;
  if (!wire::parse_json(json, kLimits, line).ok()) {
    answer.text("error", "line: is no JSON, has a member twice, or has too many values or levels");
    return answer.finish();
  }
  const bool is_object = line.root().kind() == wire::Kind::kObject;
  const wire::Value* const id = is_object ? line.root().find("id") : nullptr;
  if (id == nullptr || !is_id(*id)) {
    answer.text("error", !is_object      ? "line: must be an object"
                         : id == nullptr ? "id: is missing"
                                         : "id: must be a string or an integer");
    return answer.finish();
  }
  answer.id(*id);
  Simulation simulation;
  if (const auto error = simulation.read(line.root())) {
    answer.text("error", *error);
  } else {
    decide(simulation, answer);
  }
  return answer.finish();
}

}  // namespace coffer::policy
