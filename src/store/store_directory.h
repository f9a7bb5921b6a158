// The directory of an embedded store: made private, locked against a second process, and marked as Coffer's before an
// engine touches it, so that neither a foreign directory nor an emptied one is ever taken for a new store.
// Layout and marker: docs/formats/keys.md. Knows no engine.
#pragma once

#include <string>

#include "base/result.h"

namespace coffer::store {

class StoreDirectory {
 public:
  // Makes the directory (0700, parents too) if it does not exist, and locks it for the life of the object. kPermission
  // when it is not this user's alone, kIo when it cannot be made or another process has it open, kCorrupt when it holds
  // something else than a store of this format.
  static Result<StoreDirectory> open(const std::string& path);

  StoreDirectory(StoreDirectory&& other) noexcept;
  StoreDirectory& operator=(StoreDirectory&&) = delete;
  ~StoreDirectory();

  const std::string& path() const { return path_; }
  // True until finish() has succeeded once: the engine may make its files. Afterwards it must find them.
  bool is_new() const { return is_new_; }
  // The engine has made its files: durable from here on. kIo.
  Result<void> finish();

 private:
  StoreDirectory(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Result<void> check_private() const;
  Result<void> lock() const;
  Result<void> check_marker();
  Result<void> write_marker() const;
  Error failure(std::string_view what) const;

  std::string path_;
  int descriptor_;
  bool is_new_ = false;
};

}  // namespace coffer::store
