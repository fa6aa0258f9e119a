// Result<T>: a value, or the sentence that says why there is none. For operating failures (file,
// socket, memory, configuration); client mistakes are error replies (errors.h), bugs are CHECKs
// (check.h).
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace cobnut {

struct Error {
  std::string message;  // what was attempted, on what, with what result
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }
  T& value() {
    CHECK(ok());
    return std::get<T>(state_);
  }
  T& operator*() { return value(); }
  T* operator->() { return &value(); }
  const std::string& error() const {
    CHECK(!ok());
    return std::get<Error>(state_).message;
  }

 private:
  std::variant<T, Error> state_;
};

struct Ok {};
using Status = Result<Ok>;

}  // namespace cobnut
