// Building blocks of row keys. A key is a family letter and parts, separated by bytes that cannot occur in the parts:
// see docs/formats/keys.md. The outbox rows ("o") are how services tell the engines that something changed: they are
// written in the same transaction as the change itself.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace coffer::store {

inline constexpr char kSeparator = '\0';

// family SEP part SEP part ...
std::string make_key(std::string_view family, std::initializer_list<std::string_view> parts);
// The parts after the family; empty when the family differs.
std::vector<std::string_view> key_parts(std::string_view family, std::string_view key);

// A time as a part of a key: 16 hexadecimal digits of milliseconds since 1970, so that keys sort by time.
std::string time_part(Time time);
// nullopt for what time_part() does not write.
std::optional<Time> parse_time_part(std::string_view part);

// "o" SEP destination SEP kind SEP account SEP name. `kind` is "secret", "kms_key", or the word of what flows from the
// identity home: home/state_kind.h.
struct OutboxKey {
  Region destination;
  std::string kind;   // small letters and "_"
  AccountId account;  // whose it is; of a secret always there
  std::string name;   // which one, where account and kind do not tell; of a secret always there

  std::string text() const;
  static std::string prefix(const Region& destination);
  static std::optional<OutboxKey> parse(std::string_view key);
};

// The value of an outbox row. A newer mark replaces an older one: only the latest state is ever sent.
struct OutboxMark {
  enum class Action : uint8_t { kUpdate = 1, kRemove = 2 };
  Action action = Action::kUpdate;
  uint64_t generation = 0;     // of the change
  uint64_t lineage_epoch = 0;  // with kRemove: of the copy to delete
  std::string suffix;          // with kRemove: of its ARN

  std::string encode() const;
  // nullopt for bytes that encode() did not make.
  static std::optional<OutboxMark> parse(std::string_view value);
};

}  // namespace coffer::store
