#include "services/secretsmanager/testing/cross_account.h"

#include <boost/json.hpp>

namespace coffer::secretsmanager::testing {

std::string escaped(const std::string& text) {
  return boost::json::serialize(boost::json::value(text));
}

std::string text_member(const std::string& json, const std::string& name) {
  return std::string(boost::json::parse(json).at(name).as_string());
}

}  // namespace coffer::secretsmanager::testing
