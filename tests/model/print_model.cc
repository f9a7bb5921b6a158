// Prints what the cards of a service say about their operations, as one line of JSON: for the tests that compare them
// with the AWS models and for the table of operations in docs/compatibility.md, both in this folder. A member that says
// nothing about a bound, a pattern or the like has no such key.
//   coffer_print_model secretsmanager
#include <cstdio>
#include <string_view>
#include <vector>

#include "services/iam/rooms.h"
#include "services/kms/rooms.h"
#include "services/organizations/rooms.h"
#include "services/secretsmanager/rooms.h"
#include "services/sts/rooms.h"
#include "wire/encoder.h"

namespace coffer {
namespace {

std::string_view type_name(wire::Type type) {
  switch (type) {
    case wire::Type::kString:
    case wire::Type::kSecretText:
      return "string";
    case wire::Type::kSecretBlob:
    case wire::Type::kBlob:
      return "blob";
    case wire::Type::kBoolean:
      return "boolean";
    case wire::Type::kInteger:
      return "integer";
    case wire::Type::kTimestamp:
      return "timestamp";
    case wire::Type::kStructure:
      return "structure";
    case wire::Type::kList:
      return "list";
    case wire::Type::kMap:
      return "map";
  }
  return "unknown";
}

std::string_view effect_name(api::Effect effect) {
  switch (effect) {
    case api::Effect::kReads:
      return "reads";
    case api::Effect::kScans:
      return "scans";
    case api::Effect::kWrites:
      return "writes";
  }
  return "unknown";
}

// The models have names of their own for a failure of the server. IAM's answers call it ServiceFailure.
std::string_view name_in_model(ErrorCode error, std::string_view action) {
  if (error != ErrorCode::kInternalServiceError) return error_name(error);
  if (action.starts_with("iam:")) return "ServiceFailureException";
  return action.starts_with("organizations:") ? "ServiceException" : error_name(error);
}

class Printer {
 public:
  explicit Printer(wire::Encoder& out) : out_(out) {}

  void operation(const api::Operation& operation) {
    out_.begin_object();
    text("name", operation.name);
    text("action", operation.action);
    text("effect", effect_name(operation.effect));
    members("request", operation.request_fields);
    members("response", operation.response_fields);
    out_.key("errors");
    out_.begin_list();
    for (const ErrorCode error : operation.errors)
      out_.string(name_in_model(error, operation.action));
    out_.end_list();
    out_.end_object();
  }

 private:
  void text(std::string_view key, std::string_view value) {
    out_.key(key);
    out_.string(value);
  }

  void members(std::string_view key, std::span<const wire::Field> fields) {
    out_.key(key);
    out_.begin_object();
    for (const wire::Field& field : fields) {
      out_.key(field.name);
      member(field);
    }
    out_.end_object();
  }

  void member(const wire::Field& field) {
    out_.begin_object();
    text("type", type_name(field.type));
    out_.key("required");
    out_.boolean(field.required);
    if (field.sensitive) flag("sensitive");
    constraint(field.constraint);
    if (field.type == wire::Type::kStructure) members("members", field.nested);
    if (field.type == wire::Type::kList) item(field);
    if (field.type == wire::Type::kMap) map(field);
    out_.end_object();
  }

  void item(const wire::Field& list) {
    out_.key("item");
    out_.begin_object();
    text("type", type_name(list.item));
    if (list.constraint.item != nullptr) constraint(*list.constraint.item);
    if (list.item == wire::Type::kStructure) members("members", list.nested);
    out_.end_object();
  }

  void map(const wire::Field& map) {
    strings("key");
    out_.key("value");
    out_.begin_object();
    text("type", type_name(map.item));
    if (map.item == wire::Type::kStructure) members("members", map.nested);
    // No map of lists has other items.
    if (map.item == wire::Type::kList) strings("item");
    out_.end_object();
  }

  void constraint(const wire::Constraint& constraint) {
    if (constraint.min != INT64_MIN) number("min", constraint.min);
    if (constraint.max != INT64_MAX) number("max", constraint.max);
    if (constraint.pattern != nullptr) text("pattern", constraint.pattern->regex);
    if (constraint.idempotency_token) flag("idempotency_token");
    if (constraint.values.empty()) return;
    out_.key("enum");
    out_.begin_list();
    for (const std::string_view value : constraint.values)
      out_.string(value);
    out_.end_list();
  }

  void flag(std::string_view key) {
    out_.key(key);
    out_.boolean(true);
  }
  void number(std::string_view key, int64_t value) {
    out_.key(key);
    out_.integer(value);
  }
  // A string about which nothing else is said.
  void strings(std::string_view key) {
    out_.key(key);
    out_.begin_object();
    text("type", "string");
    out_.end_object();
  }

  wire::Encoder& out_;
};

struct Service {
  std::string_view name;  // of the folder
  std::vector<api::Operation> (*operations)();
};
constexpr Service kServices[] = {
    {"iam", &iam_service::operations},
    {"kms", &kms_service::operations},
    {"organizations", &organizations_service::operations},
    {"secretsmanager", &secretsmanager::operations},
    {"sts", &sts_service::operations},
};

void print(const std::vector<api::Operation>& operations) {
  SecretBuffer buffer;
  wire::JsonEncoder out(buffer);
  Printer printer(out);
  out.begin_list();
  for (const api::Operation& operation : operations)
    printer.operation(operation);
  out.end_list();
  std::printf("%.*s\n", static_cast<int>(buffer.view().size()), buffer.view().data());
}

}  // namespace
}  // namespace coffer

int main(int count, char** arguments) {
  for (const coffer::Service& service : coffer::kServices) {
    if (count != 2 || service.name != arguments[1]) continue;
    coffer::print(service.operations());
    return 0;
  }
  std::fprintf(stderr, "usage: coffer_print_model SERVICE\n");
  return 2;
}
