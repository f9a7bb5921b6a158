#include "server/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

namespace coffer::server {
namespace {

constexpr SecretAccess kReadSecretFile("fills the secret from the file that holds it");
constexpr size_t kMaxFileSize = 1 << 20;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

Error io_error(std::string_view what, const std::string& path, int error) {
  return Error{ErrorCode::kIo, std::string("cannot ").append(what) + " " + path + ": " + errno_text(error)};
}

Result<void> sync_directory(const std::string& path) {
  Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return io_error("sync", path, errno);
  return {};
}

Result<void> write_all(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("write", path, errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(descriptor) != 0) return io_error("sync", path, errno);
  return {};
}

// Reads to the end of the file into `out`.
Result<void> read_all(int descriptor, const std::string& path, SecretBuffer& out) {
  for (;;) {
    const size_t before = out.size();
    if (before > kMaxFileSize) return Error{ErrorCode::kIo, path + " is larger than 1 MiB"};
    char* to = out.extend(4096);
    const ssize_t got = ::read(descriptor, to, 4096);
    out.resize(before + static_cast<size_t>(got > 0 ? got : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read", path, errno);
    if (got == 0) return {};
  }
}

}  // namespace

Result<void> make_private_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_directory(parent_path(path));
  if (errno != EEXIST) return io_error("make the directory", path, errno);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return io_error("look at", path, errno);
  if (!S_ISDIR(status.st_mode)) return Error{ErrorCode::kUsage, path + " is not a directory"};
  if (status.st_uid != ::geteuid()) {
    return Error{ErrorCode::kPermission,
                 path + " belongs to another user; run as that user or choose another directory"};
  }
  if ((status.st_mode & 077) != 0) {
    return Error{ErrorCode::kPermission, path + " is open to other users; run: chmod 700 " + shell_word(path)};
  }
  return {};
}

Result<void> write_private_file(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  ::unlink(temporary.c_str());
  Result<void> written;
  {
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return io_error("write", path, errno);
    written = write_all(file.get(), content, path);
  }
  if (written.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) written = io_error("write", path, errno);
  if (!written.ok()) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_directory(parent_path(path));
}

Result<std::string> read_text_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return Error{ErrorCode::kNotFound, "there is no file " + path};
  if (file.get() < 0) return io_error("read", path, errno);
  SecretBuffer content;
  COFFER_TRY(read_all(file.get(), path, content));
  return std::string(content.view());
}

std::string read_file_tail(const std::string& path, int64_t start) {
  constexpr int64_t kTail = 4096;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const int64_t end = ::lseek(file.get(), 0, SEEK_END);
  if (end <= start) return {};
  const int64_t from = std::max(start, end - kTail);
  std::string text(static_cast<size_t>(end - from), '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), from);
  text.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

Result<SecretBytes> read_secret_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return Error{ErrorCode::kNotFound, "there is no file " + path};
  if (file.get() < 0) return io_error("read", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return io_error("look at", path, errno);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kPermission, path + " is not a regular file"};
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return Error{ErrorCode::kPermission, path + " belongs to another user, who can read and change it; run: chown " +
                                             std::to_string(::geteuid()) + " " + shell_word(path)};
  }
  if ((status.st_mode & 077) != 0) {
    return Error{ErrorCode::kPermission, path + " may be read by other users; run: chmod 600 " + shell_word(path)};
  }
  SecretBuffer content;
  COFFER_TRY(read_all(file.get(), path, content));
  std::string_view text = content.view();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  SecretBytes secret(text.size());
  if (!text.empty()) std::memcpy(secret.mutable_span(kReadSecretFile).data(), text.data(), text.size());
  return secret;
}

bool path_exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool holds_only(const std::string& directory, std::initializer_list<std::string_view> names) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), &::closedir);
  if (!stream) return false;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) return false;
  }
  return true;
}

std::string absolute_path(const std::string& path) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (error) return path;
  if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
  return absolute.string();
}

std::string join_path(const std::string& directory, const std::string& path) {
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

std::string parent_path(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

Result<FileLock> FileLock::acquire(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return io_error("open", path, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return FileLock(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (error == EWOULDBLOCK) return Error{ErrorCode::kConflict, path + " is locked by another process"};
  return io_error("lock", path, error);
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace coffer::server
