#include "secrets/packed_secret.h"

#include <cstring>

namespace coffer::secrets {
namespace {

using Size = uint32_t;

void append_part(std::string_view part, std::string& out) {
  const auto size = static_cast<Size>(part.size());
  char bytes[sizeof(size)];
  std::memcpy(bytes, &size, sizeof(size));
  out.append(bytes, sizeof(bytes)).append(part);
}

// REQUIRES: `text` begins with a part.
std::string_view take_part(std::string_view& text) {
  Size size = 0;
  std::memcpy(&size, text.data(), sizeof(size));
  const std::string_view part = text.substr(sizeof(size), size);
  text.remove_prefix(sizeof(size) + size);
  return part;
}

}  // namespace

PackedSecret::PackedSecret(const Rows& rows)
    : revision_(rows.revision),
      record_size_(static_cast<uint32_t>(rows.record.size())),
      access_size_(static_cast<uint32_t>(rows.access.size())),
      has_value_(rows.value.has_value()) {
  for (const auto& [region, row] : rows.progress)
    progress_size_ += static_cast<uint32_t>(2 * sizeof(Size) + region.size() + row.size());
  bytes_.reserve(value_begins() + rows.value.value_or("").size());
  bytes_.append(rows.record).append(rows.access);
  for (const auto& [region, row] : rows.progress) {
    append_part(region, bytes_);
    append_part(row, bytes_);
  }
  bytes_.append(rows.value.value_or(""));
}

std::shared_ptr<const PackedSecret> PackedSecret::with_value(std::string_view value) const {
  Rows all = rows();
  all.value = value;
  return std::make_shared<const PackedSecret>(all);
}

std::shared_ptr<const PackedSecret> PackedSecret::with_access(std::string_view access) const {
  Rows all = rows();
  all.access = access;
  return std::make_shared<const PackedSecret>(all);
}

PackedSecret::Rows PackedSecret::rows() const {
  const std::string_view bytes = bytes_;
  Rows rows{.revision = revision_,
            .record = bytes.substr(0, record_size_),
            .access = bytes.substr(record_size_, access_size_),
            .progress = {},
            .value = value()};
  std::string_view progress = bytes.substr(size_t{record_size_} + access_size_, progress_size_);
  while (!progress.empty()) {
    const std::string_view region = take_part(progress);
    rows.progress.emplace_back(region, take_part(progress));
  }
  return rows;
}

std::optional<std::string_view> PackedSecret::value() const {
  if (!has_value_) return std::nullopt;
  return std::string_view(bytes_).substr(value_begins());
}

}  // namespace coffer::secrets
