#include "policy/pattern.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "policy/text.h"

namespace coffer::policy {
namespace {

constexpr char kAnyRun = static_cast<char>(0xff);
constexpr char kAnyOne = static_cast<char>(0xfe);

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// The end of the character that begins at `at`. In a text that is no UTF-8, a byte that continues nothing is taken
// along with what stands before it.
size_t next_character(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && is_continuation(text[at]))
    ++at;
  return at;
}

// Where the last character of a text that is not empty begins.
size_t last_character(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && is_continuation(text[at]))
    --at;
  return at;
}

// The parts of a pattern between its '*'. If `text` begins with `part`, takes that away.
bool take_front(std::string_view part, std::string_view& text) {
  while (true) {
    const size_t one = part.find(kAnyOne);
    const std::string_view literal = part.substr(0, one);
    if (!text.starts_with(literal)) return false;
    text.remove_prefix(literal.size());
    if (one == std::string_view::npos) return true;
    if (text.empty()) return false;
    text.remove_prefix(next_character(text, 0));
    part.remove_prefix(one + 1);
  }
}

// The same at the end.
bool take_back(std::string_view part, std::string_view& text) {
  while (true) {
    const size_t one = part.rfind(kAnyOne);
    const std::string_view literal = one == std::string_view::npos ? part : part.substr(one + 1);
    if (!text.ends_with(literal)) return false;
    text.remove_suffix(literal.size());
    if (one == std::string_view::npos) return true;
    if (text.empty()) return false;
    text.remove_suffix(text.size() - last_character(text));
    part = part.substr(0, one);
  }
}

// Where the first `part` in a long text ends, npos when there is none. Shift-And: a bit for each byte of the part says
// whether the text so far ends with the part so far, so that 64 beginnings are tried in one step.
size_t end_of_first(std::string_view part, std::string_view text) {
  const size_t words = (part.size() + 63) / 64;
  std::vector<uint64_t> literals(256 * words), ones(words), state(words);
  for (size_t i = 0; i < part.size(); ++i) {
    const size_t row = static_cast<unsigned char>(part[i]) * words;
    (part[i] == kAnyOne ? ones[i / 64] : literals[row + i / 64]) |= uint64_t{1} << (i % 64);
  }
  for (size_t at = 0; at < text.size(); ++at) {
    const uint64_t* const literal = &literals[static_cast<unsigned char>(text[at]) * words];
    // What continues a character begins no part, is taken along by a '?', and stands behind none.
    const bool continues = at > 0 && is_continuation(text[at]);
    uint64_t carry = continues ? 0 : 1;
    for (size_t word = 0; word < words; ++word) {
      const uint64_t before = continues ? state[word] & ~ones[word] : state[word];
      const uint64_t shifted = before << 1 | carry;
      carry = before >> 63;
      state[word] = (shifted & literal[word]) | ((continues ? state[word] : shifted) & ones[word]);
    }
    if ((state.back() >> ((part.size() - 1) % 64) & 1) == 0) continue;
    return part.back() == kAnyOne ? next_character(text, at) : at + 1;
  }
  return std::string_view::npos;
}

// Takes away everything up to the end of the first `part`.
bool skip_past(std::string_view part, std::string_view& text) {
  constexpr size_t kLong = 4096;
  if (part.empty()) return true;
  if (part.find(kAnyOne) == std::string_view::npos) {
    const void* const found = memmem(text.data(), text.size(), part.data(), part.size());
    if (found == nullptr) return false;
    text.remove_prefix(static_cast<size_t>(static_cast<const char*>(found) - text.data()) + part.size());
    return true;
  }
  if (part.size() * text.size() >= kLong) {
    const size_t end = end_of_first(part, text);
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end);
    return true;
  }
  for (std::string_view rest = text; rest.size() >= part.size(); rest.remove_prefix(next_character(rest, 0))) {
    std::string_view behind = rest;
    if (take_front(part, behind)) {
      text = behind;
      return true;
    }
  }
  return false;
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

// Every run of characters that '*' stands for ends where what follows it is found first; only the last part must stand
// at the end. Nothing is tried twice, and the search for a part is linear, or with '?' nearly so.
bool Wildcards::matches(std::string_view text) const {
  if (unmatchable_ || text.size() < literal_size_) return false;
  std::string_view rest = code_;
  const size_t first_run = rest.find(kAnyRun);
  if (first_run == std::string_view::npos) return take_front(rest, text) && text.empty();
  if (!take_front(rest.substr(0, first_run), text)) return false;
  const size_t last_run = rest.rfind(kAnyRun);
  if (!take_back(rest.substr(last_run + 1), text)) return false;
  rest = rest.substr(first_run, last_run - first_run);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view part = rest.substr(0, rest.find(kAnyRun));
    if (!skip_past(part, text)) return false;
    rest.remove_prefix(part.size());
  }
  return true;
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
  const ArnPatternFields fields = split_arn_pattern(text);
  const auto& [partition, service, region, account, resource] = fields;
  if (!is_partition_pattern(*partition) || (service && !consists_of(*service, "-"))) return std::nullopt;
  if (resource && resource->empty()) return std::nullopt;
  for (size_t i = 0; i < fields.size(); ++i)
    pattern.fields_[i] = Wildcards(fields[i].value_or("*"));
  return pattern;
}

ArnPatternFields split_arn_pattern(std::string_view text) {
  ArnPatternFields fields;
  std::optional<std::string_view> rest = text.substr(4);
  for (size_t i = 0; i < fields.size() && rest; ++i) {
    const size_t colon = i + 1 < fields.size() ? rest->find(':') : std::string_view::npos;
    fields[i] = rest->substr(0, colon);
    rest = colon == std::string_view::npos ? std::nullopt : std::optional(rest->substr(colon + 1));
  }
  return fields;
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

std::optional<std::array<std::string_view, 6>> split_six(std::string_view text) {
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

std::optional<std::array<std::string_view, 6>> split_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  return split_six(text);
}

}  // namespace coffer::policy
