#include "server/config_reader.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <toml++/toml.h>

namespace coffer::server {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

struct ConfigReader::State {
  struct Table {
    const toml::table* table;  // nullptr: not in the file
    std::string name;          // "listen"; empty for the root
    size_t line;
    std::vector<std::string> known;  // every key that was asked for
  };
  struct Fault {
    size_t line;
    std::string message;
    bool absent = false;  // something that is not there; reported after everything that is there and wrong
  };

  std::string file;
  toml::table root;
  std::deque<Table> tables;
  std::vector<Fault> faults;

  // The node, noting the key as known.
  const toml::node* get(size_t index, std::string_view key) {
    Table& table = tables[index];
    if (std::find(table.known.begin(), table.known.end(), key) == table.known.end()) table.known.emplace_back(key);
    return table.table == nullptr ? nullptr : table.table->get(key);
  }
  std::string full_name(size_t index, std::string_view key) const {
    const std::string& name = tables[index].name;
    return "'" + (name.empty() ? "" : name + ".") + std::string(key) + "'";
  }
  void fault(const toml::node& node, std::string message) {
    faults.push_back({node.source().begin.line, std::move(message)});
  }
  void missing(size_t index, std::string_view key) {
    faults.push_back({tables[index].line, full_name(index, key) + " is missing", true});
  }
  size_t add(const toml::table* table, std::string name, size_t line) {
    tables.push_back({table, std::move(name), line, {}});
    return tables.size() - 1;
  }
};

Result<ConfigReader> ConfigReader::parse(std::string_view text, const std::string& file) {
  auto state = std::make_shared<State>();
  state->file = file;
  try {
    state->root = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return Error{ErrorCode::kUsage,
                 file + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description())};
  }
  state->add(&state->root, "", 1);
  return ConfigReader(std::move(state), 0);
}

bool ConfigReader::has(std::string_view key) const {
  return state_->get(table_, key) != nullptr;
}

std::string ConfigReader::text(std::string_view key, const std::optional<std::string>& fallback) {
  const toml::node* node = state_->get(table_, key);
  if (node == nullptr && !fallback) state_->missing(table_, key);
  if (node == nullptr) return fallback.value_or("");
  if (const auto* value = node->as_string(); value != nullptr && !value->get().empty()) return value->get();
  state_->fault(*node, state_->full_name(table_, key) + " must be a text in quotes, not empty");
  return fallback.value_or("");
}

int64_t ConfigReader::integer(std::string_view key, IntegerRange range, const std::optional<int64_t>& fallback) {
  const toml::node* node = state_->get(table_, key);
  if (node == nullptr && !fallback) state_->missing(table_, key);
  if (node == nullptr) return fallback.value_or(range.min);
  const auto* value = node->as_integer();
  if (value != nullptr && value->get() >= range.min && value->get() <= range.max) return value->get();
  state_->fault(*node, state_->full_name(table_, key) + " must be a whole number from " + std::to_string(range.min) +
                           " to " + std::to_string(range.max));
  return fallback.value_or(range.min);
}

bool ConfigReader::boolean(std::string_view key, const std::optional<bool>& fallback) {
  const toml::node* node = state_->get(table_, key);
  if (node == nullptr && !fallback) state_->missing(table_, key);
  if (node == nullptr) return fallback.value_or(false);
  if (const auto* value = node->as_boolean()) return value->get();
  state_->fault(*node, state_->full_name(table_, key) + " must be true or false");
  return fallback.value_or(false);
}

std::vector<std::string> ConfigReader::texts(std::string_view key,
                                             const std::optional<std::vector<std::string>>& fallback) {
  std::vector<std::string> values;
  const toml::node* node = state_->get(table_, key);
  if (node == nullptr && !fallback) state_->missing(table_, key);
  if (node == nullptr) return fallback.value_or(values);
  const toml::array* array = node->as_array();
  bool good = array != nullptr && !array->empty();
  if (good) {
    for (const toml::node& item : *array) {
      good = good && item.is_string();
      if (const auto* value = item.as_string()) values.push_back(value->get());
    }
  }
  if (!good) state_->fault(*node, state_->full_name(table_, key) + " must be a list of texts, [\"a\", \"b\"]");
  return values;
}

ConfigReader ConfigReader::table(std::string_view key) {
  const toml::node* node = state_->get(table_, key);
  const size_t parent_line = state_->tables[table_].line;
  if (node == nullptr) return {state_, state_->add(nullptr, std::string(key), parent_line)};
  if (!node->is_table())
    state_->fault(*node, state_->full_name(table_, key) + " must be a table, [" + std::string(key) + "]");
  return {state_, state_->add(node->as_table(), std::string(key), node->source().begin.line)};
}

std::vector<ConfigReader> ConfigReader::tables(std::string_view key) {
  std::vector<ConfigReader> readers;
  const toml::node* node = state_->get(table_, key);
  if (node == nullptr) return readers;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
    state_->fault(*node, state_->full_name(table_, key) + " must be a list of tables, [[" + std::string(key) + "]]");
    return readers;
  }
  for (const toml::node& item : *array) {
    readers.push_back({state_, state_->add(item.as_table(), std::string(key), item.source().begin.line)});
  }
  return readers;
}

void ConfigReader::fail(std::string_view key, const std::string& message) {
  const toml::node* node = state_->get(table_, key);
  const size_t line = node != nullptr ? node->source().begin.line : state_->tables[table_].line;
  state_->faults.push_back({line, state_->full_name(table_, key) + " " + message, node == nullptr});
}

Result<void> ConfigReader::finish() const {
  std::vector<State::Fault> faults = state_->faults;
  for (size_t i = 0; i < state_->tables.size(); ++i) {
    const State::Table& table = state_->tables[i];
    if (table.table == nullptr) continue;
    for (const auto& [key, node] : *table.table) {
      if (std::find(table.known.begin(), table.known.end(), key.str()) != table.known.end()) continue;
      faults.push_back({key.source().begin.line,
                        "unknown key " + state_->full_name(i, key.str()) + "; allowed here: " + joined(table.known)});
    }
  }
  if (faults.empty()) return {};
  const auto first = std::min_element(faults.begin(), faults.end(), [](const auto& a, const auto& b) {
    return std::pair(a.absent, a.line) < std::pair(b.absent, b.line);
  });
  return Error{ErrorCode::kUsage, state_->file + ":" + std::to_string(first->line) + ": " + first->message};
}

}  // namespace coffer::server
