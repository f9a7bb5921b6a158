#include "policy/pattern.h"

#include "policy/text.h"

namespace coffer::policy {
namespace {

constexpr char kAnyRun = static_cast<char>(0xff);
constexpr char kAnyOne = static_cast<char>(0xfe);

// The end of the character that begins at `at`. In a text that is no UTF-8, a byte that continues nothing is taken
// along with what stands before it.
size_t next_character(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80)
    ++at;
  return at;
}

bool is_partition_pattern(std::string_view text) {
  return is_partition(text) || (has_wildcard(text) && consists_of(text, "-*?"));
}

}  // namespace

void Wildcards::append_pattern(std::string_view text) {
  for (const char c : text) {
    if (c == '*') {
      code_.push_back(kAnyRun);
    } else if (c == '?') {
      code_.push_back(kAnyOne);
      ++literal_size_;
    } else {
      append_literal({&c, 1});
    }
  }
}

void Wildcards::append_literal(std::string_view text) {
  for (const char c : text) {
    if (c == kAnyRun || c == kAnyOne) unmatchable_ = true;
    code_.push_back(c);
  }
  literal_size_ += text.size();
}

bool Wildcards::matches(std::string_view text) const {
  if (unmatchable_ || text.size() < literal_size_) return false;
  size_t at = 0;          // in code_
  size_t place = 0;       // in text
  size_t behind_run = 0;  // in code_, behind the last '*' seen; 0: none
  size_t run_end = 0;     // in text, where what follows that '*' is tried
  while (place < text.size()) {
    const bool has_more = at < code_.size();
    if (has_more && code_[at] == kAnyRun) {
      behind_run = ++at;
      run_end = place;
      if (at == code_.size()) return true;
    } else if (has_more && code_[at] == kAnyOne) {
      ++at;
      place = next_character(text, place);
    } else if (has_more && code_[at] == text[place]) {
      ++at;
      ++place;
    } else if (behind_run != 0) {
      at = behind_run;
      place = run_end = next_character(text, run_end);
    } else {
      return false;
    }
  }
  return code_.find_first_not_of(kAnyRun, at) == std::string::npos;
}

std::optional<ActionPattern> ActionPattern::parse(std::string_view text) {
  ActionPattern pattern;
  pattern.text_ = text;
  if (text == "*") {
    pattern.name_ = Wildcards("*");
    return pattern;
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view service = text.substr(0, colon);
  const std::string_view name = text.substr(colon + 1);
  if (!consists_of(service, "-") || !consists_of(name, "*?")) return std::nullopt;
  pattern.service_ = to_small(service);
  pattern.name_ = Wildcards(to_small(name));
  return pattern;
}

bool ActionPattern::matches(std::string_view action) const {
  if (service_.empty()) return true;
  const size_t colon = action.find(':');
  if (colon == std::string_view::npos || to_small(action.substr(0, colon)) != service_) return false;
  return name_.matches(to_small(action.substr(colon + 1)));
}

std::optional<ArnPattern> ArnPattern::parse(std::string_view text) {
  ArnPattern pattern;
  pattern.text_ = text;
  if (text == "*") {
    pattern.everything_ = true;
    return pattern;
  }
  if (!text.starts_with("arn:")) return std::nullopt;
  std::array<std::optional<std::string_view>, 5> fields;
  std::optional<std::string_view> rest = text.substr(4);
  for (size_t i = 0; i < fields.size() && rest; ++i) {
    const size_t colon = i + 1 < fields.size() ? rest->find(':') : std::string_view::npos;
    fields[i] = rest->substr(0, colon);
    rest = colon == std::string_view::npos ? std::nullopt : std::optional(rest->substr(colon + 1));
  }
  const auto& [partition, service, region, account, resource] = fields;
  if (!is_partition_pattern(*partition) || (service && !consists_of(*service, "-"))) return std::nullopt;
  if (resource && resource->empty()) return std::nullopt;
  for (size_t i = 0; i < fields.size(); ++i)
    pattern.fields_[i] = Wildcards(fields[i].value_or("*"));
  return pattern;
}

bool ArnPattern::matches(std::string_view arn) const {
  if (everything_) return true;
  const auto fields = split_arn(arn);
  if (!fields) return false;
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (!fields_[i].matches((*fields)[i + 1])) return false;
  }
  return true;
}

std::optional<std::array<std::string_view, 6>> split_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  std::array<std::string_view, 6> fields;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    fields[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  fields.back() = text;
  return fields;
}

}  // namespace coffer::policy
