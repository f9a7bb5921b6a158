// Files and directories of a deployment, private to their owner: directories 0700, files 0600, replaced atomically.
// Messages name the path and what to do. Must never leave half a file behind, or a key that others may read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace coffer::server {

// Makes the directory (not its parents) unless it exists. kPermission when it exists and is open to others or is not
// ours, kUsage when something else has that name, kIo otherwise (the disk is full, the parent is missing).
Result<void> make_private_directory(const std::string& path);

// Writes a file of mode 0600 beside `path`, fsyncs it and renames it over `path`. kIo.
Result<void> write_private_file(const std::string& path, std::string_view content);

// kNotFound, or kIo (also for more than 1 MiB).
Result<std::string> read_text_file(const std::string& path);

// At most the last 4 KiB of what stands behind `start`; empty when it cannot be read.
std::string read_file_tail(const std::string& path, int64_t start);

// A passphrase or a key: kPermission when others may read the file. One line end at the end is dropped.
Result<SecretBytes> read_secret_file(const std::string& path);

bool path_exists(const std::string& path);
// Whether the directory holds nothing but the names given. False when it cannot be read.
bool holds_only(const std::string& directory, std::initializer_list<std::string_view> names);
// Against the working directory, without resolving links.
std::string absolute_path(const std::string& path);
std::string join_path(const std::string& directory, const std::string& path);  // `path` alone when it is absolute
std::string parent_path(const std::string& path);

// "No such file or directory"
std::string errno_text(int error);
// As one word of a shell command; unchanged when nothing in it needs quoting.
std::string shell_word(std::string_view text);

// An advisory lock on a file, held until destruction or the end of the process. Not inherited by programs started.
class FileLock {
 public:
  // kConflict when somebody else holds it; kIo.
  static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace coffer::server
