// What an answer says, without parsing all of it: its strings have no quotes in them.
#pragma once

#include <string>
#include <string_view>

namespace coffer::sim {

// The first string of that name; empty: there is none.
inline std::string json_member(std::string_view json, std::string_view name) {
  const std::string begin = "\"" + std::string(name) + "\":\"";
  const size_t at = json.find(begin);
  if (at == json.npos) return {};
  const size_t from = at + begin.size();
  return std::string(json.substr(from, json.find('"', from) - from));
}

}  // namespace coffer::sim
