// How much memory this process may use: the machine's, or less if a control group (a container, a systemd unit) says
// so.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coffer::server {

// Bytes. What it cannot read counts as no limit.
size_t usable_memory();

// The same from the text of /proc/self/cgroup, the directory where control groups are mounted, and the machine's
// memory. Knows both versions of control groups; every group on the path to the root may limit.
size_t usable_memory(std::string_view cgroup, const std::string& mount, size_t machine);

}  // namespace coffer::server
