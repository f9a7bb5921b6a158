// ListSecrets' filters. Values of one filter are alternatives, filters add up. A leading "!" turns a value around.
// Follows "Find secrets in AWS Secrets Manager", corrected by what was measured on AWS where the page says otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/secret_store.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

extern const wire::Pattern kFilterValuePattern;
inline constexpr wire::Constraint kFilterValue{.max = 512, .pattern = &kFilterValuePattern};
inline constexpr std::string_view kFilterKeys[] = {"description",    "name",           "tag-key", "tag-value",
                                                   "primary-region", "owning-service", "all"};

struct Filter {
  std::optional<std::string> key;
  std::optional<std::vector<std::string>> values;
  static constexpr wire::Field kFields[] = {
      wire::field<&Filter::key>("Key", {.values = kFilterKeys}),
      wire::field<&Filter::values>("Values", {.min = 1, .max = 10, .item = &kFilterValue})};
};

// kInvalidParameter (AWS's texts) for a filter without a key or without values.
Result<void> check_filters(const std::vector<Filter>& filters);

// Whether the secret passes all filters. REQUIRES: check_filters() passed.
bool passes(const secrets::SecretView& view, const std::vector<Filter>& filters);

// Lower-case words as the filters description and all compare them: "prod/MyTest" is prod, my, test. A piece between
// spaces is split at / - _ + = . @ unless it holds two different ones of these, and where a capital begins a word.
std::vector<std::string> split_words(std::string_view text);

}  // namespace coffer::secretsmanager
