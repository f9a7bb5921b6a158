#include "store/store_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace coffer::store {
namespace {

constexpr char kMarker[] = "COFFER";
// The marker's name until the engine has made its files.
constexpr char kNewMarker[] = "COFFER.new";
constexpr std::string_view kFormatName = "coffer-store ";
constexpr std::string_view kFormat = "coffer-store 1\n";

Error io_error(const std::string& what, int number) {
  if (number == ENOSPC || number == EDQUOT) {
    return Error{ErrorCode::kIo, "no space left on device: " + what + "; free some space and start again"};
  }
  return Error{ErrorCode::kIo, what + ": " + std::generic_category().message(number)};
}

std::string parent_of(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> sync_directory(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error("cannot open directory " + path, errno);
  const int number = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (number != 0) return io_error("cannot sync directory " + path, number);
  return {};
}

Result<void> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_directory(parent_of(path));
  if (errno == EEXIST) return {};
  const int number = errno;
  const std::string parent = parent_of(path);
  if (number != ENOENT || parent == path || parent == ".") return io_error("cannot make directory " + path, number);
  COFFER_TRY(make_directory(parent));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return io_error("cannot make directory " + path, errno);
  return sync_directory(parent);
}

}  // namespace

Result<StoreDirectory> StoreDirectory::open(const std::string& path) {
  COFFER_TRY(make_directory(path));
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error("cannot open the store's directory " + path, errno);
  StoreDirectory directory(path, descriptor);
  COFFER_TRY(directory.check_private());
  COFFER_TRY(directory.lock());
  COFFER_TRY(directory.check_marker());
  return directory;
}

StoreDirectory::StoreDirectory(StoreDirectory&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), is_new_(other.is_new_) {}

StoreDirectory::~StoreDirectory() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> StoreDirectory::finish() {
  if (!is_new_) return {};
  if (::renameat(descriptor_, kNewMarker, descriptor_, kMarker) != 0) return failure("cannot mark the store in ");
  if (::fsync(descriptor_) != 0) return failure("cannot sync directory ");
  is_new_ = false;
  return {};
}

Error StoreDirectory::failure(std::string_view what) const {
  return io_error(std::string(what) + path_, errno);
}

Result<void> StoreDirectory::check_private() const {
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) return failure("cannot look at directory ");
  if (status.st_uid != ::geteuid()) {
    return Error{ErrorCode::kPermission,
                 path_ + " belongs to another user: run as its owner, or chown it to this user"};
  }
  if ((status.st_mode & 077) != 0) {
    return Error{ErrorCode::kPermission, path_ + " is open to other users: chmod 700 " + path_};
  }
  return {};
}

Result<void> StoreDirectory::lock() const {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return failure("cannot lock directory ");
  return Error{ErrorCode::kIo, "the store in " + path_ + " is in use by another process"};
}

Result<void> StoreDirectory::check_marker() {
  const int marker = ::openat(descriptor_, kMarker, O_RDONLY | O_CLOEXEC);
  if (marker >= 0) {
    char text[64];
    const ssize_t size = ::read(marker, text, sizeof text);
    const int number = errno;
    ::close(marker);
    if (size < 0) return io_error("cannot read " + path_ + "/" + kMarker, number);
    const std::string_view found(text, static_cast<size_t>(size));
    if (found == kFormat) return {};
    if (found.starts_with(kFormatName)) {
      return Error{ErrorCode::kCorrupt, "the store in " + path_ + " was written by another version of Coffer (" +
                                            std::string(found.substr(0, found.find('\n'))) +
                                            "); this one reads coffer-store 1"};
    }
    return Error{ErrorCode::kCorrupt, path_ + "/" + kMarker + " is damaged or not Coffer's"};
  }
  if (errno != ENOENT) return failure("cannot open the marker of the store in ");

  // No marker: a new store, one whose making was interrupted, or somebody else's directory.
  DIR* listing = ::fdopendir(::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (listing == nullptr) return failure("cannot list directory ");
  bool interrupted = false;
  std::optional<std::string> foreign;
  while (const dirent* entry = ::readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (name == kNewMarker) interrupted = true;
    // A file system of its own has a lost+found.
    if (name != "." && name != ".." && name != kNewMarker && name != "lost+found") foreign = name;
  }
  ::closedir(listing);
  if (foreign && !interrupted) {
    return Error{ErrorCode::kCorrupt, path_ + " is not a Coffer store: it holds " + *foreign + " but no file " +
                                          kMarker + "; name an empty or a new directory"};
  }
  is_new_ = true;
  return write_marker();
}

Result<void> StoreDirectory::write_marker() const {
  const int marker = ::openat(descriptor_, kNewMarker, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (marker < 0) return failure("cannot write the marker of the store in ");
  const bool written =
      ::write(marker, kFormat.data(), kFormat.size()) == static_cast<ssize_t>(kFormat.size()) && ::fsync(marker) == 0;
  const int number = errno;
  ::close(marker);
  if (!written) return io_error("cannot write the marker of the store in " + path_, number);
  if (::fsync(descriptor_) != 0) return failure("cannot sync directory ");
  return {};
}

}  // namespace coffer::store
