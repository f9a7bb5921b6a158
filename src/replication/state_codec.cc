#include "replication/state_codec.h"

#include <algorithm>

#include "replication/frame_fields.h"
#include "replication/link.pb.h"
#include "replication/link_codec.h"

namespace coffer::replication {
namespace {

constexpr size_t kMaxKindBytes = 32;
constexpr size_t kMaxNameBytes = 1024;  // of states and of rows
constexpr size_t kMaxSecretsOfRow = 64;
constexpr int kMaxErased = 10'000;

bool is_kind(std::string_view text) {
  return !text.empty() && text.size() <= kMaxKindBytes &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

void encode_stamp(const home::Stamp& from, wire::Stamp& to) {
  to.set_generation(from.generation);
  to.set_epoch(from.epoch);
  to.set_id(from.id);
}

home::Stamp decode_stamp(const wire::Stamp& from) {
  return {from.generation(), from.epoch(), from.id()};
}

Result<home::StateRow> decode_row(wire::StateRow& from, std::string_view& tail) {
  COFFER_TRY(check(from.name().size() <= kMaxNameBytes, "name of a row"));
  const bool has_value = from.has_value();
  COFFER_TRY(check(has_value || from.secret_sizes().empty(), "secrets of a row that is gone"));
  COFFER_TRY(check(static_cast<size_t>(from.secret_sizes_size()) <= kMaxSecretsOfRow, "number of secrets"));
  home::StateRow to{std::move(*from.mutable_name()), std::nullopt, {}};
  if (has_value) to.value = std::move(*from.mutable_value());
  for (const uint32_t size : from.secret_sizes()) {
    COFFER_ASSIGN(SecretBytes secret, take(tail, size, kMaxStateSecretBytes, "size of a secret"));
    to.secrets.push_back(std::move(secret));
  }
  return to;
}

}  // namespace

void encode_id(const home::StateId& from, wire::StateId& to) {
  to.set_kind(from.kind);
  to.set_account(from.account.text());
  to.set_name(from.name);
}

Result<home::StateId> decode_id(const wire::StateId& from) {
  COFFER_TRY(check(is_kind(from.kind()), "kind of state"));
  // It becomes part of keys.
  const bool is_key = from.name().find('\0') == std::string::npos;
  COFFER_TRY(check(is_key && from.name().size() <= kMaxNameBytes, "name of a state"));
  home::StateId to{from.kind(), {}, from.name()};
  if (from.account().empty()) return to;
  COFFER_ASSIGN(to.account, parse_id<AccountId>(from.account(), "account"));
  return to;
}

void encode_claim(const home::Claim& from, wire::Claim& to) {
  to.set_region(from.region.text());
  to.set_epoch(from.epoch);
}

Result<home::Claim> decode_claim(const wire::Claim& from) {
  home::Claim to;
  COFFER_ASSIGN(to.region, parse_id<Region>(from.region(), "home region"));
  COFFER_TRY(check(from.epoch() > 0 && from.epoch() <= home::kLastEpoch, "epoch"));
  to.epoch = from.epoch();
  return to;
}

void encode_part(const home::StatePart& from, wire::StatePart& to) {
  encode_id(from.of, *to.mutable_of());
  encode_claim(from.home, *to.mutable_home());
  encode_stamp(from.base, *to.mutable_base());
  encode_stamp(from.target, *to.mutable_target());
  to.set_whole(from.extent == home::Extent::kWhole);
  to.set_first_row(from.first_row);
  to.set_last(from.position == home::Position::kLast);
  to.set_lost(from.lost);
  for (const home::StateRow& row : from.rows) {
    wire::StateRow& added = *to.add_rows();
    added.set_name(row.name);
    if (row.value) added.set_value(*row.value);
    for (const SecretBytes& secret : row.secrets)
      added.add_secret_sizes(static_cast<uint32_t>(secret.size()));
  }
  for (const home::HistoryEntry& entry : from.history) {
    wire::StateChange& added = *to.add_history();
    encode_stamp(entry.stamp, *added.mutable_stamp());
    for (const std::string& name : entry.erased)
      added.add_erased(name);
  }
}

Result<home::StatePart> decode_part(wire::StatePart& from, std::string_view& tail) {
  home::StatePart to;
  COFFER_ASSIGN(to.of, decode_id(from.of()));
  COFFER_ASSIGN(to.home, decode_claim(from.home()));
  to.base = decode_stamp(from.base());
  to.target = decode_stamp(from.target());
  to.extent = from.whole() ? home::Extent::kWhole : home::Extent::kDelta;
  to.first_row = from.first_row();
  to.position = from.last() ? home::Position::kLast : home::Position::kNotLast;
  to.lost = from.lost();
  COFFER_TRY(check(static_cast<size_t>(from.rows_size()) <= kMaxStateRows, "number of rows"));
  for (wire::StateRow& row : *from.mutable_rows()) {
    COFFER_ASSIGN(home::StateRow decoded, decode_row(row, tail));
    to.rows.push_back(std::move(decoded));
  }
  COFFER_TRY(check(static_cast<size_t>(from.history_size()) <= kMaxStateChanges, "number of changes"));
  for (const wire::StateChange& change : from.history()) {
    COFFER_TRY(check(change.erased_size() <= kMaxErased, "number of erased rows"));
    to.history.push_back({decode_stamp(change.stamp()), {change.erased().begin(), change.erased().end()}});
  }
  return to;
}

void encode_question(const home::StateQuestion& from, wire::StateQuestion& to) {
  encode_id(from.of, *to.mutable_of());
  encode_claim(from.home, *to.mutable_home());
}

Result<home::StateQuestion> decode_question(const wire::StateQuestion& from) {
  home::StateQuestion to;
  COFFER_ASSIGN(to.of, decode_id(from.of()));
  COFFER_ASSIGN(to.home, decode_claim(from.home()));
  return to;
}

void encode_answer(const home::StateAnswer& from, wire::StateAnswer& to) {
  to.set_verdict(static_cast<uint32_t>(from.verdict));
  encode_stamp(from.stamp, *to.mutable_stamp());
  encode_claim(from.home, *to.mutable_home());
}

Result<home::StateAnswer> decode_state_answer(const wire::StateAnswer& from) {
  home::StateAnswer to;
  COFFER_TRY(check(from.verdict() <= static_cast<uint32_t>(home::StateVerdict::kOtherHome), "verdict on a state"));
  to.verdict = static_cast<home::StateVerdict>(from.verdict());
  to.stamp = decode_stamp(from.stamp());
  COFFER_ASSIGN(to.home, decode_claim(from.home()));
  return to;
}

}  // namespace coffer::replication
