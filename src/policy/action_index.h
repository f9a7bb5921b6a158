// Which statements of a document cover an action, found without looking at most of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"
#include "policy/pattern.h"

namespace coffer::policy {

// The action of a request in small letters, with what the index is searched by.
class ActionName {
 public:
  explicit ActionName(std::string_view action);
  std::string_view text() const { return text_; }
  // Both are empty when there is no colon.
  std::string_view service() const { return std::string_view(text_).substr(0, colon_); }
  std::string_view name() const { return std::string_view(text_).substr(name_at_); }
  uint64_t hash() const { return hash_; }
  uint64_t service_hash() const { return service_hash_; }
  uint64_t name_start() const { return name_start_; }  // first_eight() of the name

 private:
  std::string text_;
  size_t colon_;
  size_t name_at_;
  uint64_t hash_;
  uint64_t service_hash_;
  uint64_t name_start_;
};

// Numbers of statements.
class StatementSet {
 public:
  void add(size_t statement) { words_[statement / 64] |= uint64_t{1} << (statement % 64); }
  // Calls visit(statement) for each in ascending order until it answers false.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (size_t word = 0; word < words_.size(); ++word) {
      for (uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
        if (!visit(word * 64 + static_cast<size_t>(__builtin_ctzll(bits)))) return;
      }
    }
  }

 private:
  std::array<uint64_t, (kMaxStatements + 63) / 64> words_{};
};

// Patterns, each with the statement that it stands in.
class ActionPatterns {
 public:
  void add(const ActionPattern& pattern, uint32_t statement);
  // Call once, behind the last add().
  void sort();
  // Calls found(statement) for each pattern that matches.
  template <class Found>
  void find(const ActionName& action, const Found& found) const;

 private:
  // A pattern without wildcards, sorted by the hash of all of it.
  struct Exact {
    uint64_t hash;
    std::string text;
    uint32_t statement;
  };
  // One with wildcards in its name, sorted by the hash of its service. What its name begins with, up to the first
  // wildcard and at most eight characters, is compared first.
  struct Wild {
    uint64_t service_hash;
    uint64_t start;
    uint64_t start_mask;
    std::string service;
    Wildcards name;
    uint32_t statement;
  };
  std::vector<uint32_t> everything_;
  std::vector<Exact> exact_;
  std::vector<Wild> wild_;
};

class ActionIndex {
 public:
  explicit ActionIndex(const std::vector<Statement>& statements);
  StatementSet find(const ActionName& action) const;

 private:
  struct Excluding {
    uint32_t statement;
    ActionPatterns patterns;
  };
  ActionPatterns listed_;
  std::vector<Excluding> excluding_;  // NotAction
};

}  // namespace coffer::policy
