#include "api/access.h"

namespace coffer::api {
namespace {

// One per thread, so that a decision does not begin by making room; a thread decides one thing at a time.
policy::RequestContext& empty_context() {
  thread_local policy::RequestContext context;
  context.clear();
  return context;
}

}  // namespace

ConditionKeys::ConditionKeys() : context_(empty_context()) {}

void ConditionKeys::add(std::string_view key, std::string_view value) {
  context_.add(key, value);
}
void ConditionKeys::add_flag(std::string_view key, bool value) {
  context_.add(key, value ? "true" : "false");
}
void ConditionKeys::add_number(std::string_view key, int64_t value) {
  context_.add(key, keep(std::to_string(value)));
}
void ConditionKeys::add_given(std::string_view key, const std::optional<std::string>& value) {
  if (value) context_.add(key, *value);
}
void ConditionKeys::add_given(std::string_view key, const std::optional<bool>& value) {
  if (value) add_flag(key, *value);
}
void ConditionKeys::add_given(std::string_view key, const std::optional<int64_t>& value) {
  if (value) add_number(key, *value);
}
void ConditionKeys::add_tag(std::string_view prefix, std::string_view name, std::string_view value) {
  context_.add_tag(prefix, name, value);
}
void ConditionKeys::add_list(std::string_view key, std::vector<std::string_view> values) {
  context_.add_list(key, lists_.emplace_back(std::move(values)));
}
std::string_view ConditionKeys::keep(std::string text) {
  return texts_.emplace_back(std::move(text));
}

}  // namespace coffer::api
