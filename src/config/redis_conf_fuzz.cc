// No text may crash the readers, and what they take must survive a rewrite.
#include <algorithm>
#include <string>

#include "base/check.h"
#include "config/config_file.h"
#include "config/option_table.h"
#include "config/rewrite.h"

using namespace cobnut;

// Random bytes never name an option: most of them stand for a piece of a line.
static std::string spelled(const uint8_t* data, size_t size) {
  constexpr const char* kPieces[] = {
      "port 7\n",     "port = 8\n",  "timeout \"9\"\n",
      "hz 9\n",       "save ''\n",   "# c\n",
      "\n",           "maxclients ", "77\n",
      "requirepass ", "\"\\x41\"",   "'",
      "bind ::1",     "\t",          "client-output-buffer-limit normal 1 2 3\n"};
  constexpr size_t kCount = sizeof kPieces / sizeof kPieces[0];
  std::string text;
  for (size_t i = 0; i < size; i++) {
    if (data[i] % 16 < kCount)
      text += kPieces[data[i] % 16];
    else
      text += static_cast<char>(data[i]);
  }
  return text;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text = spelled(data, size);
  if (text.find("include") != std::string::npos) return 0;  // reads files
  const bool toml = size % 4 == 0;
  if (toml) text.insert(0, "[network]\n");
  // Before letters that are not ASCII toml++ 3.3 reaches what it calls unreachable.
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<int8_t>(c) >= 0; });
  if (!ascii && text.find_first_of("[=") != std::string::npos) return 0;
  ConfigReading reading;
  read_config_text(text, "fuzz", reading);
  reading.finish();
  if (!reading.problems.empty()) return 0;
  Result<std::string> same = rewritten_config(text, {"fuzz", ""}, reading.options);
  CHECK(same.ok());
  reading.options.timeout = 77;
  Result<std::string> changed = rewritten_config(text, {"fuzz", ""}, reading.options);
  CHECK(changed.ok());
  ConfigReading again;
  read_config_text(*changed, "fuzz", again);
  for (const Option& option : option_table())
    CHECK(option_text(again.options, option) == option_text(reading.options, option));
  return 0;
}
