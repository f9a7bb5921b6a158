#include "sts/session_key_states.h"

#include "crypto/aead.h"
#include "sts/session_key_rows.h"

namespace coffer::sts {
namespace {

constexpr std::string_view kWord = "session_keys";

}  // namespace

home::StateId state_of_session_keys() {
  return {std::string(kWord), {}, {}};
}

std::string_view SessionKeyStates::word() const {
  return kWord;
}

Result<std::vector<home::StateId>> SessionKeyStates::all() const {
  COFFER_ASSIGN(const auto row, parts_.store.get(session_keys_row()));
  return row ? std::vector<home::StateId>{state_of_session_keys()} : std::vector<home::StateId>();
}

std::string SessionKeyStates::prefix(const home::StateId&) const {
  return session_keys_row();
}

Result<uint64_t> SessionKeyStates::generation(const store::Row& row) const {
  COFFER_ASSIGN(const StoredSessionKeys stored, decode_session_keys(row.value));
  return stored.generation;
}

Result<home::StateRow> SessionKeyStates::leaving(const home::StateId&, std::string_view name,
                                                 std::string_view value) const {
  COFFER_ASSIGN(StoredSessionKeys stored, decode_session_keys(value));
  home::StateRow row{std::string(name), {}, {}};
  for (StoredSessionKey& key : stored.keys) {
    COFFER_ASSIGN(SecretBytes material, parts_.region_key.unwrap(key.wrapped, session_key_context(key.id)));
    row.secrets.push_back(std::move(material));
    key.wrapped.clear();
  }
  row.value = encode(stored);
  return row;
}

Result<home::ArrivedRow> SessionKeyStates::arriving(const home::StateId& id, const home::StateRow& row) const {
  COFFER_ASSIGN(StoredSessionKeys stored, decode_session_keys(*row.value));
  bool is_whole = id == state_of_session_keys() && row.name.empty() && row.secrets.size() == stored.keys.size();
  for (const SecretBytes& material : row.secrets)
    is_whole = is_whole && material.size() == crypto::kAeadKeySize;
  if (!is_whole) return Error{ErrorCode::kCorrupt, "session keys arrived that make no sense"};
  for (size_t i = 0; i < stored.keys.size(); ++i) {
    StoredSessionKey& key = stored.keys[i];
    key.wrapped = parts_.region_key.wrap(row.secrets[i], session_key_context(key.id), parts_.random);
  }
  return home::ArrivedRow{encode(stored), {}};
}

Result<std::vector<home::Attendant>> SessionKeyStates::attendants(const home::StateId&, std::string_view,
                                                                  std::string_view) const {
  return std::vector<home::Attendant>();
}

}  // namespace coffer::sts
