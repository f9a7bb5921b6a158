#include "iam/providers.h"

#include <algorithm>

#include "iam/entity_edit.h"
#include "iam/quotas.h"
#include "iam/tags.h"

namespace coffer::iam {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr size_t kThumbprintSize = 40;

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidInput, std::move(message)};
}

// Host and path, which name the provider. AWS takes neither a query nor a fragment.
Result<std::string> name_of(std::string_view url) {
  const auto allowed = [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("?#\\\"<>").find(c) == std::string_view::npos;
  };
  const bool is_https = url.starts_with(kScheme);
  const std::string_view name = is_https ? url.substr(kScheme.size()) : std::string_view();
  if (name.empty() || name.front() == '/' || !std::ranges::all_of(name, allowed)) {
    return Error{ErrorCode::kValidation, "Invalid Open ID Connect Provider URL"};
  }
  return std::string(name);
}

Result<void> check_thumbprints(const std::vector<std::string>& thumbprints) {
  if (thumbprints.size() > kThumbprintsPerProvider) {
    return invalid("Thumbprint list must contain fewer than 5 entries.");
  }
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  const bool good = std::ranges::all_of(thumbprints, [&](const std::string& thumbprint) {
    return thumbprint.size() == kThumbprintSize && std::ranges::all_of(thumbprint, is_hex);
  });
  return good ? Result<void>() : Result<void>(invalid("A thumbprint must have 40 hexadecimal digits."));
}

Result<void> check_client_ids(const std::vector<std::string>& ids) {
  if (ids.size() <= kClientIdsPerProvider) return {};
  return quota_exceeded("ClientIdsPerOpenIdConnectProvider", kClientIdsPerProvider);
}

}  // namespace

Result<OidcProvider> create_provider(IdentityStore& store, const AccountId& account, const NewProvider& wanted) {
  OidcProvider provider;
  COFFER_ASSIGN(provider.name, name_of(wanted.url));
  COFFER_TRY(check_thumbprints(wanted.thumbprints));
  COFFER_TRY(check_client_ids(wanted.client_ids));
  COFFER_TRY(check_tags(wanted.tags));
  provider.client_ids = wanted.client_ids;
  provider.thumbprints = wanted.thumbprints;
  provider.tags = wanted.tags;
  COFFER_TRY(store.change(account, [&](IdentityChange& change) -> Result<void> {
    if (change.now().provider(provider.name) != nullptr) {
      return Error{ErrorCode::kEntityAlreadyExists, "Provider with url " + wanted.url + " already exists."};
    }
    if (change.now().providers.size() >= kProvidersPerAccount) {
      return quota_exceeded("OpenIdConnectProvidersPerAccount", kProvidersPerAccount);
    }
    provider.created = change.time();
    change.put(provider);
    return {};
  }));
  return provider;
}

Result<void> delete_provider(IdentityStore& store, const EntityRef& ref) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_provider(change, ref, [&](const OidcProvider& provider) -> Result<void> {
      change.erase(provider);
      return {};
    });
  });
}

Result<void> update_thumbprints(IdentityStore& store, const EntityRef& ref,
                                const std::vector<std::string>& thumbprints) {
  COFFER_TRY(check_thumbprints(thumbprints));
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_provider(change, ref, [&](OidcProvider& provider) -> Result<void> {
      provider.thumbprints = thumbprints;
      return {};
    });
  });
}

Result<void> add_client_id(IdentityStore& store, const EntityRef& ref, const std::string& client_id) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_provider(change, ref, [&](OidcProvider& provider) -> Result<void> {
      if (std::ranges::find(provider.client_ids, client_id) != provider.client_ids.end()) return {};
      provider.client_ids.push_back(client_id);
      return check_client_ids(provider.client_ids);
    });
  });
}

Result<void> remove_client_id(IdentityStore& store, const EntityRef& ref, const std::string& client_id) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_provider(change, ref, [&](OidcProvider& provider) -> Result<void> {
      std::erase(provider.client_ids, client_id);
      return {};
    });
  });
}

}  // namespace coffer::iam
