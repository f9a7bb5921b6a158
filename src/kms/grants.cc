#include "kms/grants.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "kms/key_store.h"
#include "kms/operations.h"
#include "policy/principal_name.h"

namespace coffer::kms {
namespace {

constexpr size_t kCachedWeight = 100'000;
constexpr size_t kCachedCounts = 10'000;
constexpr size_t kScanBatch = 1000;
constexpr char kTokenFormat = 1;
constexpr size_t kAccountSize = 12;
constexpr size_t kKeyIdSize = 36;
constexpr size_t kGrantIdSize = 64;
constexpr size_t kTokenNonceSize = 16;
constexpr char kPositionSeparator = '/';

Error not_found(std::string_view id) {
  return Error{ErrorCode::kNotFoundOnWire, "Grant ID " + std::string(id) + " not found"};
}

Error invalid_principal(std::string_view arn) {
  return Error{ErrorCode::kInvalidArn, "ARN does not refer to a valid principal: " + std::string(arn)};
}

std::string make_token(const GrantName& grant, Random& random) {
  std::string text(1, kTokenFormat);
  text.append(grant.key.account.text()).append(grant.key.id).append(grant.id);
  const size_t size = text.size();
  text.resize(size + kTokenNonceSize);
  random.fill(std::as_writable_bytes(std::span(text).subspan(size)));
  return base64_encode(std::as_bytes(std::span(text)));
}

// Equal for grants that are the same in everything but the time, so that a second request of that name finds the first
// one's grant, also if both come at once.
std::string id_by_content(Grant grant) {
  grant.created = {};
  for (auto* const pairs : {&grant.constraints.context_equals, &grant.constraints.context_subset}) {
    if (*pairs) std::ranges::sort(**pairs);
  }
  crypto::Sha256 hash;
  hash.update(grant_prefix(grant.key));
  hash.update(encode_grant(grant));
  const crypto::Digest digest = hash.finish();
  return hex_encode(digest);
}

std::string random_id(Random& random) {
  std::byte bytes[kGrantIdSize / 2];
  random.fill(bytes);
  return hex_encode(bytes);
}

Result<void> check_constraints(const GrantConstraints& constraints) {
  for (const auto* const pairs : {&constraints.context_equals, &constraints.context_subset}) {
    if (*pairs && (*pairs)->size() > kMaxConstraintPairs) {
      return Error{ErrorCode::kValidation, "A grant constraint can have at most 8 encryption context pairs."};
    }
  }
  return {};
}

}  // namespace

struct Grants::KeyGrants {
  std::vector<Grant> all;
  std::unordered_multimap<std::string_view, const Grant*> by_grantee;  // into `all`

  static size_t weigh(std::string_view, const KeyGrants& grants) { return 1 + grants.all.size() / 4; }
};

// Follows the commits from when it was first asked for.
struct Grants::Count {
  explicit Count(int64_t counted) : value(counted) {}
  mutable std::atomic<int64_t> value;  // less than none for a moment, if commits came while it was read
};

Grants::Grants(const Parts& parts)
    : parts_(parts), grants_({.capacity = kCachedWeight, .weigh = KeyGrants::weigh}), counts_(kCachedCounts) {
  parts_.keyring.key_store().parts().store.on_commit(
      [this](store::Revision, const std::vector<store::Change>& changes) {
        for (const store::Change& change : changes) {
          if (!is_grant_row(change.key)) continue;
          const std::string_view prefix = grant_prefix_of(change.key);
          grants_.invalidate(prefix);
          // A grant is made and removed, never changed.
          if (const auto count = counts_.find(prefix)) change.deleted ? --count->value : ++count->value;
        }
      });
}

Result<Grants::KeyGrantsPointer> Grants::grants_of(const KeyName& key) const {
  const std::string prefix = grant_prefix(key);
  return grants_.get(prefix, [&]() -> Result<KeyGrantsPointer> {
    COFFER_ASSIGN(const auto rows, scan_all(parts_.keyring.key_store().parts().store, prefix));
    auto grants = std::make_shared<KeyGrants>();
    grants->all.reserve(rows.size());
    for (const store::Row& row : rows) {
      const auto name = parse_grant_row(row.key);
      if (!name) return Error{ErrorCode::kCorrupt, "the row of a grant has an impossible name"};
      COFFER_ASSIGN(Grant grant, decode_grant(*name, row.value));
      grants->all.push_back(std::move(grant));
    }
    for (const Grant& grant : grants->all)
      grants->by_grantee.emplace(identity_of(grant.grantee), &grant);
    return KeyGrantsPointer(std::move(grants));
  });
}

Result<size_t> Grants::count(const KeyName& key) const {
  const std::string prefix = grant_prefix(key);
  COFFER_ASSIGN(const auto count, counts_.get(prefix, [&]() -> Result<std::shared_ptr<const Count>> {
    COFFER_ASSIGN(const auto rows, scan_all(parts_.keyring.key_store().parts().store, prefix));
    return std::make_shared<const Count>(static_cast<int64_t>(rows.size()));
  }));
  return static_cast<size_t>(std::max<int64_t>(0, count->value));
}

template <class Accept>
Result<policy::GrantedTo> Grants::granted_by(const KeyName& key, const policy::RequestPrincipal& caller,
                                             const Accept& accept) const {
  using policy::GrantedTo;
  if (!is_key_id(key.id)) return GrantedTo::kNobody;
  COFFER_ASSIGN(const KeyGrantsPointer grants, grants_of(key));
  if (grants->all.empty()) return GrantedTo::kNobody;
  const std::string account = root_arn(caller.account);
  // The account comes last: what is granted to the caller is worth more.
  for (const std::string_view identity : {caller.unique_id(), caller.arn, std::string_view(account)}) {
    if (identity.empty()) continue;
    const auto [begin, end] = grants->by_grantee.equal_range(identity);
    for (auto entry = begin; entry != end; ++entry) {
      const GrantedTo granted = granted_to(entry->second->grantee, caller);
      if (granted != GrantedTo::kNobody && accept(*entry->second)) return granted;
    }
  }
  return GrantedTo::kNobody;
}

Result<policy::GrantedTo> Grants::allow(const GrantQuestion& question) const {
  return granted_by(question.key, question.caller,
                    [&](const Grant& grant) { return allows(grant, question.operation, question.context); });
}

Result<policy::GrantedTo> Grants::allow_to_pass_on(const policy::RequestPrincipal& caller,
                                                   const NewGrant& grant) const {
  return granted_by(grant.key, caller,
                    [&](const Grant& own) { return allows_to_pass_on(own, grant.operations, grant.constraints); });
}

Result<policy::PrincipalBinding> Grants::bind(std::string_view arn) const {
  using Kind = policy::PrincipalName::Kind;
  const auto name = policy::parse_principal_name(policy::PrincipalMember::kAws, arn);
  // What else a policy may name without an ARN, an account by its number, is no grantee.
  if (!name || !arn.starts_with("arn:")) return invalid_principal(arn);
  if (name->kind == Kind::kUser || name->kind == Kind::kRole) {
    COFFER_ASSIGN(auto unique_id, parts_.directories.identities.unique_id(*name));
    if (!unique_id) return invalid_principal(arn);
    return policy::PrincipalBinding{name->text, *std::move(unique_id)};
  }
  COFFER_ASSIGN(const bool exists, parts_.directories.principals.exists(*name));
  if (!exists) return invalid_principal(arn);
  const bool is_account = name->kind == Kind::kAccount;
  return policy::PrincipalBinding{is_account ? root_arn(name->account.text()) : name->text, {}};
}

// As it will be stored.
Result<Grant> Grants::prepare(const NewGrant& request) const {
  COFFER_TRY(check_constraints(request.constraints));
  COFFER_ASSIGN(policy::PrincipalBinding grantee, bind(request.grantee));
  const KeyStore& keys = parts_.keyring.key_store();
  Grant grant{.key = request.key,
              .id = {},
              .name = request.name,
              .created = keys.parts().clock.now(),
              .grantee = std::move(grantee),
              .retiring = std::nullopt,
              .issuer = request.issuer,
              .operations = request.operations,
              .constraints = request.constraints};
  if (request.retiring) {
    COFFER_ASSIGN(grant.retiring, bind(*request.retiring));
  }
  grant.id = grant.name.empty() ? random_id(keys.parts().random) : id_by_content(grant);
  return grant;
}

Result<void> Grants::check(const NewGrant& request) const {
  COFFER_TRY(prepare(request));
  COFFER_ASSIGN(const KeyStore::Current key, parts_.keyring.key_store().load(request.key));
  return check_usable_state(key.key.info, parts_.keyring.region());
}

Result<GrantReceipt> Grants::create(const NewGrant& request) {
  COFFER_ASSIGN(const Grant grant, prepare(request));
  KeyStore& keys = parts_.keyring.key_store();
  const GrantName name{grant.key, grant.id};
  return until_undisturbed([&]() -> Result<GrantReceipt> {
    COFFER_ASSIGN(const KeyStore::Current key, keys.load(grant.key));
    COFFER_TRY(check_usable_state(key.key.info, parts_.keyring.region()));
    const GrantReceipt receipt{grant.id, make_token(name, keys.parts().random)};
    COFFER_ASSIGN(const auto row, keys.parts().store.get(grant_row(name)));
    if (row) return receipt;
    COFFER_ASSIGN(const size_t others, count(grant.key));
    if (others >= parts_.max_grants_of_key) {
      return Error{ErrorCode::kLimitExceeded,
                   "A KMS key cannot have more than " + std::to_string(parts_.max_grants_of_key) + " grants."};
    }
    store::Transaction transaction;
    // The key must not be on its way out: erase() counts on it.
    transaction.preconditions.push_back({key_row(grant.key), key.revision});
    transaction.preconditions.push_back({grant_row(name), 0});
    transaction.puts.push_back({grant_row(name), encode_grant(grant)});
    if (grant.retiring) transaction.puts.push_back({retiring_row(identity_of(*grant.retiring), name), ""});
    COFFER_TRY(keys.commit(std::move(transaction)));
    return receipt;
  });
}

Result<Grant> Grants::shown(Grant grant) const {
  const auto show = [this](policy::PrincipalBinding& principal) -> Result<void> {
    if (principal.unique_id.empty()) return {};
    COFFER_ASSIGN(auto arn, parts_.directories.identities.arn(principal.unique_id));
    principal.text = arn ? *std::move(arn) : principal.unique_id;
    return {};
  };
  COFFER_TRY(show(grant.grantee));
  if (grant.retiring) COFFER_TRY(show(*grant.retiring));
  return grant;
}

Result<std::vector<Grant>> Grants::list(const KeyName& key, const GrantFilter& filter, const Page& page) const {
  std::string identity;
  if (!filter.grantee.empty()) {
    COFFER_ASSIGN(const policy::PrincipalBinding grantee, bind(filter.grantee));
    identity = identity_of(grantee);
  }
  std::vector<Grant> listed;
  COFFER_ASSIGN(const KeyGrantsPointer grants, grants_of(key));
  // In the order of their rows, which is that of their ids.
  auto next = std::ranges::upper_bound(grants->all, page.after, {}, &Grant::id);
  for (; next != grants->all.end() && listed.size() < page.limit; ++next) {
    if (!filter.id.empty() && next->id != filter.id) continue;
    if (!identity.empty() && identity_of(next->grantee) != identity) continue;
    COFFER_ASSIGN(Grant grant, shown(*next));
    listed.push_back(std::move(grant));
  }
  return listed;
}

std::string Grants::position(const Grant& grant) {
  return grant.key.account.text() + kPositionSeparator + grant.key.id + kPositionSeparator + grant.id;
}

bool Grants::is_position(std::string_view text) {
  return text.size() == kAccountSize + 1 + kKeyIdSize + 1 + kGrantIdSize &&
         AccountIdTag::is_valid(text.substr(0, kAccountSize)) && text[kAccountSize] == kPositionSeparator &&
         is_key_id(text.substr(kAccountSize + 1, kKeyIdSize)) &&
         text[kAccountSize + 1 + kKeyIdSize] == kPositionSeparator &&
         is_grant_id(text.substr(kAccountSize + 1 + kKeyIdSize + 1));
}

Result<std::vector<Grant>> Grants::list_retirable(std::string_view principal, const Page& page) const {
  COFFER_ASSIGN(const policy::PrincipalBinding retiring, bind(principal));
  const store::Store& store = parts_.keyring.key_store().parts().store;
  store::ScanRange range = store::ScanRange::prefix(retiring_prefix(identity_of(retiring)), kScanBatch);
  if (!page.after.empty()) {
    std::string after = page.after;
    std::ranges::replace(after, kPositionSeparator, '\0');
    range.begin += after + '\0';
  }
  std::vector<Grant> listed;
  while (listed.size() < page.limit) {
    COFFER_ASSIGN(const auto rows, store.scan(range));
    for (const store::Row& row : rows) {
      if (listed.size() == page.limit) break;
      const auto name = parse_retiring_row(row.key);
      if (!name) return Error{ErrorCode::kCorrupt, "a row of the index of grants is damaged"};
      COFFER_ASSIGN(auto grant, find(*name));
      if (grant) listed.push_back(*std::move(grant));  // it may have gone meanwhile
    }
    if (rows.size() < kScanBatch) break;
    range.begin = rows.back().key + '\0';
  }
  return listed;
}

Result<std::optional<Grant>> Grants::find(const GrantName& name) const {
  if (!is_grant_id(name.id)) return std::optional<Grant>();
  COFFER_ASSIGN(const auto row, parts_.keyring.key_store().parts().store.get(grant_row(name)));
  if (!row) return std::optional<Grant>();
  COFFER_ASSIGN(Grant grant, decode_grant(name, row->value));
  COFFER_ASSIGN(grant, shown(std::move(grant)));
  return std::optional(std::move(grant));
}

Result<GrantName> Grants::parse_token(std::string_view token) {
  const Error invalid{ErrorCode::kInvalidGrantToken, "Invalid grant token."};
  constexpr SecretAccess kNoSecret("a grant token names a grant and opens nothing");
  const auto decoded = base64_decode(token);
  if (!decoded || decoded->size() != 1 + kAccountSize + kKeyIdSize + kGrantIdSize + kTokenNonceSize) return invalid;
  const std::string_view text = decoded->view(kNoSecret);
  auto account = AccountId::parse(text.substr(1, kAccountSize));
  const std::string_view key_id = text.substr(1 + kAccountSize, kKeyIdSize);
  const std::string_view id = text.substr(1 + kAccountSize + kKeyIdSize, kGrantIdSize);
  if (text[0] != kTokenFormat || !account || !is_key_id(key_id) || !is_grant_id(id)) return invalid;
  return GrantName{{*std::move(account), std::string(key_id)}, std::string(id)};
}

Result<void> Grants::remove(const GrantName& name) {
  if (!is_grant_id(name.id)) return not_found(name.id);
  KeyStore& keys = parts_.keyring.key_store();
  return until_undisturbed([&]() -> Result<void> {
    COFFER_ASSIGN(const auto row, keys.parts().store.get(grant_row(name)));
    if (!row) return not_found(name.id);
    COFFER_ASSIGN(const Grant grant, decode_grant(name, row->value));
    store::Transaction transaction;
    transaction.preconditions.push_back({row->key, row->revision});
    transaction.deletes.push_back(row->key);
    if (grant.retiring) transaction.deletes.push_back(retiring_row(identity_of(*grant.retiring), name));
    return keys.commit(std::move(transaction));
  });
}

}  // namespace coffer::kms
