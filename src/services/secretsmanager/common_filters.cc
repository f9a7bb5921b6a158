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

// Every word of `value` begins a word of `text`.
bool has_words(std::string_view text, const std::vector<std::string>& value) {
  const std::vector<std::string> words = split_words(text);
  return !value.empty() && std::ranges::all_of(value, [&words](const std::string& wanted) {
    return std::ranges::any_of(words, [&wanted](const std::string& word) { return word.starts_with(wanted); });
  });
}

bool any_tag(const secrets::Secret& secret, std::string secrets::Tag::*part, std::string_view prefix) {
  return std::ranges::any_of(secret.tags, [&](const secrets::Tag& tag) { return (tag.*part).starts_with(prefix); });
}

bool has_words_anywhere(const secrets::Secret& secret, const std::vector<std::string>& value) {
  return has_words(secret.name, value) || has_words(secret.description, value) ||
         std::ranges::any_of(secret.tags, [&value](const secrets::Tag& tag) {
           return has_words(tag.key, value) || has_words(tag.value, value);
         });
}

bool matches(const secrets::Secret& secret, std::string_view key, std::string_view value) {
  if (key == "name") return secret.name.starts_with(value);
  if (key == "tag-key") return any_tag(secret, &secrets::Tag::key, value);
  if (key == "tag-value") return any_tag(secret, &secrets::Tag::value, value);
  if (key == "description") return has_words(secret.description, split_words(value));
  if (key == "all") return has_words_anywhere(secret, split_words(value));
  if (key == "primary-region") {
    const std::string_view region = shown_primary_region(secret);
    return !region.empty() && region.starts_with(value);
  }
  // owning-service: no secret is owned by a service.
  return false;
}

bool passes(const secrets::Secret& secret, const Filter& filter) {
  return std::ranges::any_of(*filter.values, [&](std::string_view value) {
    const bool negated = value.starts_with('!');
    return matches(secret, *filter.key, value.substr(negated ? 1 : 0)) != negated;
  });
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

bool passes(const secrets::SecretView& view, const std::vector<Filter>& filters) {
  return std::ranges::all_of(filters, [&view](const Filter& filter) { return passes(view.secret, filter); });
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

}  // namespace coffer::secretsmanager
