#include "kms/grant_rows.h"

#include <algorithm>

#include "kms/records.pb.h"
#include "store/keys.h"

namespace coffer::kms {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kGrantFamily = "kg";
constexpr std::string_view kRetiringFamily = "kp";
constexpr size_t kGrantIdSize = 64;
constexpr size_t kEraseBatch = 1000;

Error damaged() {
  return Error{ErrorCode::kCorrupt, "the record of a grant is damaged"};
}

void write(const policy::PrincipalBinding& principal, BindingRecord& out) {
  out.set_text(principal.text);
  out.set_unique_id(principal.unique_id);
}

void write(const std::optional<ContextPairs>& pairs, const auto& make) {
  if (!pairs) return;
  GrantRecord::Pairs& out = *make();
  for (const auto& [name, value] : *pairs) {
    GrantRecord::Pair& pair = *out.add_pairs();
    pair.set_name(name);
    pair.set_value(value);
  }
}

ContextPairs read(const GrantRecord::Pairs& record) {
  ContextPairs pairs;
  for (const GrantRecord::Pair& pair : record.pairs())
    pairs.emplace_back(pair.name(), pair.value());
  return pairs;
}

std::optional<GrantName> make_name(std::string_view account, std::string_view key_id, std::string_view id) {
  auto owner = AccountId::parse(account);
  if (!owner || !is_key_id(key_id) || !is_grant_id(id)) return std::nullopt;
  return GrantName{{*std::move(owner), std::string(key_id)}, std::string(id)};
}

}  // namespace

std::string encode_grant(const Grant& grant) {
  GrantRecord record;
  write(grant.grantee, *record.mutable_grantee());
  if (grant.retiring) write(*grant.retiring, *record.mutable_retiring());
  record.set_issuer(grant.issuer.text());
  record.set_name(grant.name);
  record.set_created_ms(grant.created.time_since_epoch().count());
  record.set_operations(grant.operations.bits());
  write(grant.constraints.context_equals, [&] { return record.mutable_context_equals(); });
  write(grant.constraints.context_subset, [&] { return record.mutable_context_subset(); });
  return record.SerializeAsString();
}

Result<Grant> decode_grant(const GrantName& name, std::string_view row) {
  GrantRecord record;
  if (!record.ParseFromArray(row.data(), static_cast<int>(row.size()))) return damaged();
  auto issuer = AccountId::parse(record.issuer());
  const auto operations = GrantOperations::from_bits(record.operations());
  // Bits of a newer Coffer: a grant must not be shown without them, nor given anew by who reads it.
  if (!issuer || !operations || operations->empty() || record.grantee().text().empty()) return damaged();
  Grant grant{.key = name.key,
              .id = name.id,
              .name = record.name(),
              .created = Time(Duration(record.created_ms())),
              .grantee = {record.grantee().text(), record.grantee().unique_id()},
              .retiring = std::nullopt,
              .issuer = *std::move(issuer),
              .operations = *operations,
              .constraints = {}};
  if (record.has_retiring()) grant.retiring = {record.retiring().text(), record.retiring().unique_id()};
  if (record.has_context_equals()) grant.constraints.context_equals = read(record.context_equals());
  if (record.has_context_subset()) grant.constraints.context_subset = read(record.context_subset());
  return grant;
}

bool is_grant_id(std::string_view text) {
  return text.size() == kGrantIdSize &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string grant_row(const GrantName& grant) {
  return store::make_key(kGrantFamily, {grant.key.account.text(), grant.key.id, grant.id});
}
std::string grant_prefix(const KeyName& key) {
  return store::make_key(kGrantFamily, {key.account.text(), key.id, ""});
}
bool is_grant_row(std::string_view row_key) {
  return row_key.starts_with("kg\0"sv);
}
std::optional<GrantName> parse_grant_row(std::string_view row_key) {
  const auto parts = store::key_parts(kGrantFamily, row_key);
  return parts.size() == 3 ? make_name(parts[0], parts[1], parts[2]) : std::nullopt;
}
std::string_view grant_prefix_of(std::string_view row_key) {
  return row_key.substr(0, row_key.rfind(store::kSeparator) + 1);
}

std::string retiring_row(std::string_view identity, const GrantName& grant) {
  return store::make_key(kRetiringFamily, {identity, grant.key.account.text(), grant.key.id, grant.id});
}
std::string retiring_prefix(std::string_view identity) {
  return store::make_key(kRetiringFamily, {identity, ""});
}
std::optional<GrantName> parse_retiring_row(std::string_view row_key) {
  const auto parts = store::key_parts(kRetiringFamily, row_key);
  return parts.size() == 4 ? make_name(parts[1], parts[2], parts[3]) : std::nullopt;
}

Result<void> erase_grants(store::Store& store, const KeyName& key) {
  const store::ScanRange range = store::ScanRange::prefix(grant_prefix(key), kEraseBatch);
  for (;;) {
    COFFER_ASSIGN(const auto rows, store.scan(range));
    if (rows.empty()) return {};
    store::Transaction transaction;
    for (const store::Row& row : rows) {
      transaction.deletes.push_back(row.key);
      const auto name = parse_grant_row(row.key);
      const auto grant = name ? decode_grant(*name, row.value) : Result<Grant>(damaged());
      // What does not parse goes, too: the key must not stay because of it.
      if (grant.ok() && grant->retiring) {
        transaction.deletes.push_back(retiring_row(identity_of(*grant->retiring), *name));
      }
    }
    COFFER_TRY(store.commit(std::move(transaction)));
  }
}

}  // namespace coffer::kms
