// What is read from files and flags until the server starts: the options so far, and all that is
// wrong with them. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/option_table.h"
#include "config/options.h"

namespace cobnut {

struct ConfigReading {
  Options options;
  std::vector<std::string> problems;  // "c.conf:3: port abc: must be ...", in the order found
  std::vector<std::string> notes;     // what was set and has no effect; filled by finish()
  std::string folder;                 // relative names of files are relative to it; empty: here
  int depth = 0;                      // of files that include files

  // Takes a value as redis.conf writes it. `origin` says where and what ("c.conf:3: port abc").
  void set(const Option& option, Bytes text, std::string origin);
  // What only the whole can tell: values that are refused, and those without effect.
  void finish();

  std::string problem_text() const { return join(problems, "\n"); }
  std::string path(const std::string& name) const;  // the file `name`, seen from `folder`

 private:
  std::map<const Option*, std::string> origins_;  // of the last value of each
  std::vector<const Option*> order_;              // as first set
};

// "did you mean port?", or empty when no option is near; the full name in TOML.
std::string did_you_mean(Bytes written, bool full_name);

// Lines of redis.conf that are no options: why they are refused, or empty. `ignored`: Redis takes
// and ignores it, too.
Bytes directive_refused(Bytes name, bool* ignored);

}  // namespace cobnut
