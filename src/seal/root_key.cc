#include "seal/root_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/encoding.h"
#include "crypto/aead.h"

namespace coffer::seal {
namespace {

constexpr size_t kKeySize = crypto::kAeadKeySize;
constexpr size_t kTextSize = 2 * kKeySize;
constexpr size_t kMinPassphrase = 12;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string reason() {
  return std::strerror(errno);
}

// The permissions of the file that was opened, not of a name that may meanwhile mean another file.
Result<void> check_permissions(int descriptor, const std::string& path) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) return Error{ErrorCode::kIo, "cannot examine " + path + ": " + reason()};
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kPermission, "the root key " + path + " is not a regular file"};
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return Error{ErrorCode::kPermission,
                 "the root key file " + path + " belongs to another user: chown it to this one"};
  }
  if ((status.st_mode & 077) != 0) {
    return Error{ErrorCode::kPermission, "the root key file " + path + " can be read by others: chmod 600 " + path};
  }
  return {};
}

}  // namespace

Result<RootKey> RootKey::from_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) return Error{ErrorCode::kNotFound, "there is no root key file " + path};
    if (errno == ELOOP) return Error{ErrorCode::kPermission, "the root key file " + path + " is a symbolic link"};
    return Error{ErrorCode::kPermission, "cannot open the root key file " + path + ": " + reason()};
  }
  COFFER_TRY(check_permissions(file.get(), path));
  const SecretAccess access("the root key is read from its file");
  // One byte more than a key and its line end, so that a longer file shows.
  SecretBytes text(kTextSize + 2);
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.mutable_span(access).data() + size, text.size() - size);
    if (got < 0) return Error{ErrorCode::kIo, "cannot read the root key file " + path + ": " + reason()};
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  std::string_view digits = text.view(access).substr(0, size);
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  std::optional<std::string> decoded;
  if (digits.size() == kTextSize) decoded = hex_decode(digits);
  if (!decoded) return Error{ErrorCode::kCorrupt, "the root key file " + path + " does not hold 64 hexadecimal digits"};
  SecretBytes key = SecretBytes::copy_of(*decoded);
  wipe(decoded->data(), decoded->size());
  return RootKey(std::move(key));
}

Result<RootKey> RootKey::generate_file(const std::string& path, Random& random) {
  const SecretAccess access("a fresh root key is written to its file");
  SecretBytes key(kKeySize);
  random.fill(key.mutable_span(access));
  SecretBuffer text;
  hex_encode(key.span(access), text.extend(kTextSize));
  text.push_back('\n');

  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return Error{ErrorCode::kIo, "cannot make the root key file " + path + ": " + reason()};
  // A key that is lost in a crash takes the store with it: file and directory entry are synced before anything is
  // sealed.
  const bool written = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fchmod(file.get(), 0600) == 0 && ::fsync(file.get()) == 0;
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!written || directory.get() < 0 || ::fsync(directory.get()) != 0) {
    const std::string why = reason();
    ::unlink(path.c_str());
    return Error{ErrorCode::kIo, "cannot write the root key file " + path + ": " + why};
  }
  return RootKey(std::move(key));
}

Result<RootKey> RootKey::from_passphrase(const SecretBytes& passphrase, const crypto::ScryptParameters& parameters) {
  if (passphrase.size() < kMinPassphrase) {
    return Error{ErrorCode::kUsage, "the passphrase is too short: at least 12 characters"};
  }
  COFFER_ASSIGN(auto key, crypto::scrypt_key(passphrase, parameters, kKeySize));
  return RootKey(std::move(key));
}

}  // namespace coffer::seal
