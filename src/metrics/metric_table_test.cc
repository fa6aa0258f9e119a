#include "metrics/metric_table.h"

#include <doctest/doctest.h>

#include <set>

namespace cobnut {
namespace {

TEST_CASE("every metric has a name of its own, a section and a meaning") {
  std::set<std::string_view> names;
  for (const Metric& metric : metric_table()) {
    INFO(metric.name);
    CHECK(names.insert(metric.name).second);
    CHECK_FALSE(metric.section.empty());
    CHECK_FALSE(metric.doc.empty());
    const MetricValue value = metric.get(MetricFacts{});
    CHECK((metric.kind == MetricKind::kInfo || !std::holds_alternative<std::string>(value)));
  }
}

TEST_CASE("every metric stands in INFO, once, in its section") {
  const std::string all = info_text(MetricFacts{}, {});
  for (const Metric& metric : metric_table()) {
    const std::string line = "\r\n" + std::string(metric.name) + ":";
    const size_t at = all.find(line);
    INFO(metric.name);
    CHECK(at != std::string::npos);
    CHECK(all.find(line, at + 1) == std::string::npos);
    const std::string_view sections[] = {metric.section};
    CHECK(info_text(MetricFacts{}, sections).find(line) != std::string::npos);
  }
}

TEST_CASE("sizes for people") {
  CHECK_EQ(human_bytes(0), "0B");
  CHECK_EQ(human_bytes(1023), "1023B");
  CHECK_EQ(human_bytes(1024), "1.00K");
  CHECK_EQ(human_bytes(1536 * 1024), "1.50M");
  CHECK_EQ(human_bytes(25276502016), "23.54G");
  CHECK_EQ(human_bytes(1ull << 40), "1.00T");
  CHECK_EQ(human_bytes(UINT64_MAX), "16384.00P");
}

TEST_CASE("numbers in INFO") {
  MetricFacts facts;
  facts.cpu_user_s = 1.5;
  facts.keyspace_bytes = 100;
  facts.process_resident = 250;
  facts.databases = {{1, 0}, {0, 0}, {5, 2}};
  const std::string_view sections[] = {"cpu", "memory", "keyspace"};
  const std::string text = info_text(facts, sections);
  CHECK(text.starts_with("# Memory\r\nused_memory:100\r\n"));
  CHECK(text.find("\r\nused_cpu_user:1.500000\r\n") != std::string::npos);
  CHECK(text.find("\r\nmem_fragmentation_ratio:2.50\r\n") != std::string::npos);
  CHECK(
      text.ends_with("\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n"
                     "db2:keys=5,expires=2,avg_ttl=0\r\n"));
}

}  // namespace
}  // namespace cobnut
