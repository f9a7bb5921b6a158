// Result<T>: a value or an Error. The only way an expected failure travels in Coffer; exceptions are for bugs.
// [[nodiscard]], so a dropped error does not compile. Propagate with COFFER_TRY and COFFER_ASSIGN: statement macros,
// because an expression macro leaks temporaries when nested (GCC 12), which here would mean unwiped secrets.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include "base/error_codes.h"

namespace coffer {

// `message` is the text a client sees when the code is a wire error (AWS's words), and a log text otherwise.
// Never put a secret value in it.
struct Error {
  ErrorCode code;
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok(). Anything else is a bug and ends the process.
  T& value() & {
    check();
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    check();
    return *std::get_if<0>(&state_);
  }
  // By value, so that `for (x : *f())` does not walk through a result that is gone.
  T value() && {
    check();
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok().
  Error& error() & {
    if (ok()) std::abort();
    return *std::get_if<1>(&state_);
  }
  const Error& error() const& {
    if (ok()) std::abort();
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    if (ok()) std::abort();
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  void check() const {
    if (!ok()) std::abort();
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  void value() const {
    if (!ok()) std::abort();
  }
  const Error& error() const& {
    if (ok()) std::abort();
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    if (ok()) std::abort();
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<std::monostate, Error> state_;
};

}  // namespace coffer

#define COFFER_CONCAT_(a, b) a##b
#define COFFER_CONCAT(a, b) COFFER_CONCAT_(a, b)

// COFFER_TRY(store.commit(...));  returns the error from the enclosing function if there is one.
#define COFFER_TRY(expression)                                                \
  do {                                                                        \
    auto coffer_try_result = (expression);                                    \
    if (!coffer_try_result.ok()) return std::move(coffer_try_result).error(); \
  } while (false)

// COFFER_ASSIGN(auto row, store.get(key));  declares or assigns, or returns the error.
#define COFFER_ASSIGN(target, expression) COFFER_ASSIGN_(COFFER_CONCAT(coffer_result_, __LINE__), target, expression)
#define COFFER_ASSIGN_(result, target, expression)    \
  auto result = (expression);                         \
  if (!result.ok()) return std::move(result).error(); \
  target = std::move(result).value()
