#include "services/secretsmanager/common_filters.h"

#include <algorithm>

#include "services/secretsmanager/common_details.h"

namespace coffer::secretsmanager {
namespace {

constexpr std::string_view kSeparators = "/-_+=.@";

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_filter_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_small(lower(c)) || (c >= '0' && c <= '9') ||
           std::string_view(" :_@/+=.-!").find(c) != std::string_view::npos;
  });
}

// The only kind of separator in `piece`; 0 when there is none, or more than one.
char separator_of(std::string_view piece) {
  const size_t first = piece.find_first_of(kSeparators);
  if (first == std::string_view::npos) return 0;
  const char separator = piece[first];
  const bool only = std::ranges::all_of(
      piece, [separator](char c) { return c == separator || kSeparators.find(c) == std::string_view::npos; });
  return only ? separator : 0;
}

void add_word(std::string_view word, std::vector<std::string>& words) {
  if (word.empty()) return;
  std::string& added = words.emplace_back(word);
  std::ranges::transform(added, added.begin(), lower);
}

// Calls add(part) for what stands between characters that satisfy `ends_part`.
template <class EndsPart, class Add>
void for_each_part(std::string_view text, EndsPart ends_part, Add add) {
  while (!text.empty()) {
    const auto end = std::ranges::find_if(text, ends_part);
    add(std::string_view(text.begin(), end));
    text = end == text.end() ? std::string_view() : std::string_view(end + 1, text.end());
  }
}

// A word begins at each character that is no small letter and has one behind it: MyTest is My, Test.
void split_at_capitals(std::string_view text, std::vector<std::string>& words) {
  size_t begin = 0;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (is_small(text[i]) || !is_small(text[i + 1])) continue;
    add_word(text.substr(begin, i - begin), words);
    begin = i;
  }
  add_word(text.substr(begin), words);
}

// As has_words() wants them.
std::vector<std::string> sorted_words(std::vector<std::string> words) {
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// Every word of `value` begins a word of `text`. Both are sorted, so each search goes on where the last one ended.
bool has_words(const std::vector<std::string>& text, const std::vector<std::string>& value) {
  auto from = text.begin();
  return !value.empty() && std::ranges::all_of(value, [&](const std::string& wanted) {
    // A value made to be slow has most words of the text: then the next one is near.
    for (int step = 0; step < 2 && from != text.end() && *from < wanted; ++step)
      ++from;
    if (from != text.end() && *from < wanted) from = std::lower_bound(from, text.end(), wanted);
    return from != text.end() && from->starts_with(wanted);
  });
}

bool any_tag(const secrets::Secret& secret, std::string secrets::Tag::*part, std::string_view prefix) {
  return std::ranges::any_of(secret.tags, [&](const secrets::Tag& tag) { return (tag.*part).starts_with(prefix); });
}

bool asks_for_words(std::string_view key) {
  return key == "description" || key == "all";
}

}  // namespace

const wire::Pattern kFilterValuePattern{R"(^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$)", is_filter_value};

Result<void> check_filters(const std::vector<Filter>& filters) {
  for (const Filter& filter : filters) {
    if (!filter.key) return Error{ErrorCode::kInvalidParameter, "Invalid filter key"};
    if (!filter.values) {
      return Error{ErrorCode::kInvalidParameter, "Invalid filter values for key: " + *filter.key};
    }
  }
  return {};
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for_each_part(
      text, [](char c) { return c == ' '; },
      [&words](std::string_view piece) {
        const char separator = separator_of(piece);
        const bool is_one_word = separator == 0 && piece.find_first_of(kSeparators) != std::string_view::npos;
        if (is_one_word) return add_word(piece, words);
        for_each_part(
            piece, [separator](char c) { return c == separator; },
            [&words](std::string_view part) { split_at_capitals(part, words); });
      });
  return words;
}

// The words of one secret's texts, each split when it is first asked for.
class FilterSet::SecretWords {
 public:
  SecretWords(const secrets::Secret& secret, const Split& split)
      : secret_(secret), split_(split), words_(kTags + 2 * secret.tags.size()) {}

  bool description_has(const std::vector<std::string>& value) { return has_words(words(kDescription), value); }
  bool any_has(const std::vector<std::string>& value) {
    for (size_t i = 0; i < words_.size(); ++i) {
      if (has_words(words(i), value)) return true;
    }
    return false;
  }

 private:
  static constexpr size_t kName = 0;
  static constexpr size_t kDescription = 1;
  static constexpr size_t kTags = 2;  // key and value of each

  std::string_view text(size_t i) const {
    if (i == kName) return secret_.name;
    if (i == kDescription) return secret_.description;
    const secrets::Tag& tag = secret_.tags[(i - kTags) / 2];
    return (i - kTags) % 2 == 0 ? tag.key : tag.value;
  }
  const std::vector<std::string>& words(size_t i) {
    if (!words_[i]) words_[i] = sorted_words(split_(text(i)));
    return *words_[i];
  }

  const secrets::Secret& secret_;
  const Split& split_;
  std::vector<std::optional<std::vector<std::string>>> words_;
};

FilterSet::FilterSet(const std::vector<Filter>& filters, Split split) : split_(std::move(split)) {
  filters_.reserve(filters.size());
  for (const Filter& filter : filters) {
    Ready& ready = filters_.emplace_back(Ready{*filter.key, {}});
    for (std::string_view text : *filter.values) {
      Value value{.text = text, .negated = text.starts_with('!'), .words = {}};
      if (value.negated) value.text.remove_prefix(1);
      if (asks_for_words(ready.key)) value.words = sorted_words(split_(value.text));
      ready.values.push_back(std::move(value));
    }
  }
}

bool FilterSet::pass(const secrets::Secret& secret) const {
  if (filters_.empty()) return true;
  SecretWords words(secret, split_);
  return std::ranges::all_of(filters_, [&](const Ready& filter) {
    return std::ranges::any_of(
        filter.values, [&](const Value& value) { return matches(secret, words, filter.key, value) != value.negated; });
  });
}

bool FilterSet::matches(const secrets::Secret& secret, SecretWords& words, std::string_view key, const Value& value) {
  if (key == "name") return secret.name.starts_with(value.text);
  if (key == "tag-key") return any_tag(secret, &secrets::Tag::key, value.text);
  if (key == "tag-value") return any_tag(secret, &secrets::Tag::value, value.text);
  if (key == "description") return words.description_has(value.words);
  if (key == "all") return words.any_has(value.words);
  if (key == "primary-region") {
    const std::string_view region = shown_primary_region(secret);
    return !region.empty() && region.starts_with(value.text);
  }
  // owning-service: no secret is owned by a service.
  return false;
}

}  // namespace coffer::secretsmanager
