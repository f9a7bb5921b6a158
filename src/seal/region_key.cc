#include "seal/region_key.h"

#include <optional>

#include "store/keys.h"

namespace coffer::seal {
namespace {

constexpr char kFormat = 1;
constexpr size_t kSaltSize = 16;

std::string row_key() {
  return store::make_key("seal", {});
}

// Everything about the seal but the wrapped key itself; it is authenticated together with that key.
struct Header {
  bool from_passphrase = false;
  std::string region;
  crypto::ScryptParameters scrypt;
};

void append_number(uint64_t value, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i)
    out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

void append_text(std::string_view text, std::string& out) {
  append_number(text.size(), 2, out);
  out.append(text);
}

std::string encode(const Header& header) {
  std::string out;
  out.push_back(kFormat);
  out.push_back(header.from_passphrase ? 'p' : 'f');
  append_text(header.region, out);
  append_number(header.scrypt.n, 8, out);
  append_number(header.scrypt.r, 4, out);
  append_number(header.scrypt.p, 4, out);
  append_text(header.scrypt.salt, out);
  return out;
}

// Reads front to back; after the first shortage everything is empty and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(size_t size) {
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  uint64_t number(int bytes) {
    uint64_t value = 0;
    for (char c : take(static_cast<size_t>(bytes)))
      value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string text() { return std::string(take(number(2))); }
  std::string_view rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct SealRow {
  Header header;
  std::string authenticated;  // the bytes of the header
  std::string wrapped;
};

std::optional<SealRow> parse(std::string_view value) {
  Reader reader(value);
  const std::string_view format = reader.take(1);
  const std::string_view kind = reader.take(1);
  SealRow row;
  row.header.region = reader.text();
  row.header.scrypt.n = reader.number(8);
  row.header.scrypt.r = static_cast<uint32_t>(reader.number(4));
  row.header.scrypt.p = static_cast<uint32_t>(reader.number(4));
  row.header.scrypt.salt = reader.text();
  if (!reader.ok() || format[0] != kFormat || (kind != "p" && kind != "f")) return std::nullopt;
  row.header.from_passphrase = kind == "p";
  row.authenticated = std::string(value.substr(0, value.size() - reader.rest().size()));
  row.wrapped = std::string(reader.rest());
  return row;
}

std::string_view kind_name(bool from_passphrase) {
  return from_passphrase ? "a passphrase" : "a key file";
}

}  // namespace

Result<RegionKey> RegionKey::open(store::Store& store, const SealOptions& options, Random& random) {
  COFFER_ASSIGN(const auto found, store.get(row_key()));
  if (found) {
    const std::optional<SealRow> row = parse(found->value);
    if (!row)
      return Error{ErrorCode::kCorrupt, "the seal of this store cannot be read: it is damaged or of a newer version"};
    if (row->header.region != options.region) {
      return Error{ErrorCode::kUsage,
                   "this store belongs to region " + row->header.region + ", not to " + options.region};
    }
    if (row->header.from_passphrase != options.from_passphrase) {
      return Error{ErrorCode::kUsage, "this store was sealed with " +
                                          std::string(kind_name(row->header.from_passphrase)) + ", but " +
                                          std::string(kind_name(options.from_passphrase)) + " is configured"};
    }
    COFFER_ASSIGN(const auto root, options.root_key(row->header.scrypt));
    Result<SecretBytes> opened = crypto::AeadKey(root.key().clone()).open(row->wrapped, row->authenticated);
    if (!opened.ok() || opened->size() != crypto::kAeadKeySize) {
      return Error{ErrorCode::kSealed, "the root key is not the one this store was sealed with (region " +
                                           options.region +
                                           "): give the key file or passphrase it was first started with"};
    }
    return RegionKey(crypto::AeadKey(std::move(*opened)));
  }

  // A store that has rows but no seal was not made by us, or lost its seal: a fresh key would open nothing in it.
  COFFER_ASSIGN(const auto any, store.scan({.begin = "", .end = "", .limit = 1}));
  if (!any.empty()) return Error{ErrorCode::kCorrupt, "this store holds data but no seal: it is damaged"};
  Header header{.from_passphrase = options.from_passphrase, .region = options.region, .scrypt = {}};
  header.scrypt.salt.resize(kSaltSize);
  random.fill(std::as_writable_bytes(std::span(header.scrypt.salt)));
  COFFER_ASSIGN(const auto root, options.root_key(header.scrypt));
  crypto::AeadKey key = crypto::AeadKey::generate(random);
  const std::string authenticated = encode(header);
  store::Transaction transaction;
  transaction.preconditions.push_back({row_key(), 0});
  transaction.puts.push_back(
      {row_key(), authenticated + crypto::AeadKey(root.key().clone()).seal(key.material(), authenticated, random)});
  COFFER_TRY(store.commit(std::move(transaction)));
  return RegionKey(std::move(key));
}

std::string RegionKey::wrap(const SecretBytes& plaintext, std::string_view context, Random& random) const {
  return key_.seal(plaintext, context, random);
}

Result<SecretBytes> RegionKey::unwrap(std::string_view wrapped, std::string_view context) const {
  auto opened = key_.open(wrapped, context);
  if (opened.ok()) return opened;
  // This store wrote it under this key: it is damaged, or was moved. Not something that a client asked for.
  return Error{ErrorCode::kCorrupt, "a key of this store is damaged: the region key does not open it"};
}

}  // namespace coffer::seal
