#include "server/memory.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "server/files.h"

namespace coffer::server {
namespace {

// Not below this, whatever somebody has written into a limit.
constexpr size_t kLeast = 64 << 20;

size_t read_limit(const std::string& file, size_t otherwise) {
  const auto text = read_text_file(file);
  if (!text.ok()) return otherwise;
  size_t limit = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), limit);
  return failure == std::errc() ? std::min(limit, otherwise) : otherwise;  // "max"
}

// The limits in `directory` + `group` and in the groups above.
size_t lowest_limit(const std::string& directory, std::string_view group, std::string_view file, size_t memory) {
  while (group.ends_with('/'))
    group.remove_suffix(1);
  for (;;) {
    memory = read_limit(directory + std::string(group) + "/" + std::string(file), memory);
    if (group.empty()) return memory;
    const size_t slash = group.rfind('/');
    group = group.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
}

bool lists_memory(std::string_view controllers) {
  return ("," + std::string(controllers) + ",").find(",memory,") != std::string::npos;
}

}  // namespace

size_t usable_memory(std::string_view cgroup, const std::string& mount, size_t machine) {
  size_t memory = machine;
  while (!cgroup.empty()) {
    const size_t end = cgroup.find('\n');
    const std::string_view line = cgroup.substr(0, end);
    cgroup = end == std::string_view::npos ? std::string_view() : cgroup.substr(end + 1);
    // "0::/system.slice/coffer.service" of version 2, "5:cpu,memory:/docker/1234" of version 1.
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view group = line.substr(second + 1);
    if (controllers.empty()) memory = lowest_limit(mount, group, "memory.max", memory);
    if (lists_memory(controllers)) memory = lowest_limit(mount + "/memory", group, "memory.limit_in_bytes", memory);
  }
  return std::max(memory, std::min(machine, kLeast));
}

size_t usable_memory() {
  const auto pages = sysconf(_SC_PHYS_PAGES);
  const auto page = sysconf(_SC_PAGESIZE);
  const size_t machine = pages > 0 && page > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page) : kLeast;
  const auto cgroup = read_text_file("/proc/self/cgroup");
  return usable_memory(cgroup.ok() ? *cgroup : std::string(), "/sys/fs/cgroup", machine);
}

}  // namespace coffer::server
