// What is wrong with the text of an option, in the words of redis-server 7.0.15 where it refuses
// the same; empty: nothing. A check may rewrite the text into the form that CONFIG GET shows. Pure,
// any thread.
#pragma once

#include <string>

namespace cobnut {

std::string check_bind(std::string& text);
std::string check_unixsocket(std::string& text);
std::string check_requirepass(std::string& text);
std::string check_percentiles(std::string& text);
std::string check_notifications(std::string& text);
std::string check_save(std::string& text);
std::string check_hz(std::string& text);
std::string check_dbfilename(std::string& text);  // no folder in it
std::string check_hostname(std::string& text);
std::string check_title_template(std::string& text);
std::string check_client_memory(std::string& text);  // bytes or a percentage
std::string check_oom_values(std::string& text);
std::string check_shutdown_words(std::string& text);

}  // namespace cobnut
