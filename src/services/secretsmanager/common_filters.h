// ListSecrets' filters. Values of one filter are alternatives, filters add up. A leading "!" turns a value around.
// Follows "Find secrets in AWS Secrets Manager", corrected by what was measured on AWS where the page says otherwise.
#pragma once

#include <functional>
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

// Lower-case words as the filters description and all compare them: "prod/MyTest" is prod, my, test. A piece between
// spaces is split at / - _ + = . @ unless it holds two different ones of these, and where a capital begins a word.
std::vector<std::string> split_words(std::string_view text);

// The filters of one request, made ready to be asked about many secrets: a value is split into words once, a text of a
// secret at most once however many values it is compared with, and not at all when no filter asks for words.
class FilterSet {
 public:
  using Split = std::function<std::vector<std::string>(std::string_view)>;

  // Refers to `filters`. REQUIRES: check_filters() passed.
  explicit FilterSet(const std::vector<Filter>& filters, Split split = split_words);

  // Whether the secret passes all filters.
  bool pass(const secrets::Secret& secret) const;

 private:
  class SecretWords;
  struct Value {
    std::string_view text;  // without the "!"
    bool negated = false;
    std::vector<std::string> words;  // sorted, without repetitions; of description and all only
  };
  struct Ready {
    std::string_view key;
    std::vector<Value> values;
  };

  static bool matches(const secrets::Secret& secret, SecretWords& words, std::string_view key, const Value& value);

  const Split split_;
  std::vector<Ready> filters_;
};

}  // namespace coffer::secretsmanager
